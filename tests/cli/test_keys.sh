#!/bin/sh
# keys: made for several people, rotated, revoked after a theft, renewed; drafts that two people sign; and what a monitor sees.
. "$(dirname "$0")/lib.sh"
small_database "$work/a.db"
keys=$work/keys
a=$work/stick-a
b=$work/stick-b
c=$work/stick-c
sticks="--root-keydir $a --root-keydir $b --root-keydir $c"
in_days() {
    date -u -d "+$1 days" +%Y-%m-%d
}

# follows WHAT: the client of before takes what is published, and is what was published
follows() {
    waymark publish "$work/a.db" --feed "$work/feed" --keys "$keys" >/dev/null 2>"$err" || fail "publish after $1: $(cat "$err")"
    waymark sync "$work/p.db" >/dev/null 2>"$err" || fail "sync after $1: $(cat "$err")"
    waymark export dump "$work/a.db" --edition public >"$work/published"
    waymark export dump "$work/p.db" >"$work/held"
    cmp -s "$work/published" "$work/held" || fail "the replica after $1 is not what was published"
}

# root_is EDITION VERSION
root_is() {
    expect 0 waymark keys show "$keys" --edition "$1" --json
    is "$(value '.editions[].version')" "$2" "root of the $1 edition"
}

title "three people have a root key each, two of whom must sign"
expect 2 waymark keys init "$keys" --root-keys 2 --root-threshold 3
[ ! -e "$keys" ] || fail "a wrong use made keys"
expect 2 waymark keys init "$keys" --root-keys 17
expect 0 waymark keys init "$keys" --root-keys 3 --root-threshold 2 $sticks --json
is "$(value '.files[]' | grep -c .)" 16 "files"
for stick in "$a" "$b" "$c"; do
    is "$(find "$stick" -name 'root-*.key' -perm 600 | grep -c .)" 2 "root keys on a stick"
done
is "$(find "$keys" -name 'root*.key' | grep -c .)" 0 "root keys in the key folder"
is "$(find "$keys" "$a" "$b" "$c" -type d ! -perm 700 | grep -c .)" 0 "folders of keys that others can enter"
is "$(find "$keys" "$a" "$b" "$c" -name '*.key' ! -perm 600 | grep -c .)" 0 "keys that others can read"
expect 1 waymark keys init "$keys"
err_has "is not overwritten"
expect 0 waymark publish "$work/a.db" --feed "$work/feed" --keys "$keys"
expect 0 waymark sync "$work/p.db" --feed "$work/feed" --root "$keys/public/root.json"
expect 0 waymark sync "$work/late.db" --feed "$work/feed" --root "$keys/public/root.json"
expect 0 waymark keys show "$keys" $sticks
out_has "root: 2 must sign"
out_has "WORK/stick-a/public/root-"

title "each key is rotated, and the client follows"
version=1
for role in timestamp snapshot targets; do
    expect 0 waymark keys rotate "$keys" "$role" $sticks
    err_has "publish next"
    version=$((version + 1))
    root_is public $version
    root_is professional $version
    is "$(find "$keys/public/retired" -name "$role-*.key" | grep -c .)" 1 "old keys of $role"
    follows "$role was rotated"
done
expect 0 waymark keys rotate "$keys" root $sticks
follows "root was rotated"
is "$(find "$a" "$b" "$c" -path '*public/retired/root-*.key' | grep -c .)" 3 "old root keys, beside the new ones"

title "a root of the line is as good as the one of the first sync"
expect 0 waymark sync "$work/p.db" --root "$keys/public/1.root.json"
cp "$work/late.db" "$work/newer.db"
expect 0 waymark sync "$work/newer.db" --root "$keys/public/root.json"
expect 4 waymark sync "$work/newer.db" --root "$keys/professional/root.json"

title "a forgotten stick brings no root key into the key folder"
before=$(find "$keys" "$a" "$b" "$c" -type f | sort | xargs cat | cksum)
expect 2 waymark keys rotate "$keys" root --root-keydir "$a" --root-keydir "$b"
err_has "a folder for the key that takes its place (--new-keydir)"
expect 2 waymark keys rotate "$keys" root --add $sticks
err_has "expected a folder for the root key that comes (--new-keydir)"
is "$(find "$keys" "$a" "$b" "$c" -type f | sort | xargs cat | cksum)" "$before" "the keys"

title "a client that slept takes all roots at once"
expect 0 waymark sync "$work/late.db" --json
value '.files[].path' | grep -q 5.root.json || fail "the client took no fifth root"
expect 0 waymark verify "$work/late.db"
expect 0 waymark verify "$work/late.db" --root "$keys/public/1.root.json"
expect 1 waymark verify "$work/late.db" --root "$keys/professional/1.root.json"
out_has "the replica is not of the feed of the root that was given: 2.root.json: expected signatures by 2 keys of role root, found 0"

title "one person alone makes a draft, which changes nothing"
before=$(find "$work/feed" -type f | sort | xargs cat | cksum)
expect 0 waymark keys rotate "$keys" targets --edition public --root-keydir "$a"
err_has "root 6 is a draft: it lacks 1 signatures by keys of the root before it"
out_has "6.root.json.draft"
expect 0 waymark publish "$work/a.db" --feed "$work/feed" --keys "$keys"
is "$(find "$work/feed" -type f | sort | xargs cat | cksum)" "$before" "the feed"
expect 1 waymark keys rotate "$keys" snapshot --edition public --root-keydir "$a"
err_has "waits for signatures"
expect 0 waymark keys show "$keys" --edition public --root-keydir "$a"
out_has "a draft of root 6 waits"
out_has "has signed"
out_has "    + "
out_has "    - "

title "nobody can sign twice, or with a key that is not of the root"
expect 1 waymark keys sign "$keys" --root-keydir "$a"
err_has "no root key is here that has not signed yet"
expect 1 waymark keys sign "$keys"
expect 0 waymark keys init "$work/strangers"
expect 1 waymark keys sign "$keys" --root-keydir "$work/strangers"
err_has "no root key is here"
root_is public 5

title "another edition's draft is not signed"
cp "$keys/public/6.root.json.draft" "$keys/professional/6.root.json.draft"
expect 4 waymark keys sign "$keys" --edition professional $sticks
err_has "of another edition?"
[ ! -e "$keys/professional/6.root.json" ] || fail "it became a root"
rm "$keys/professional/6.root.json.draft"

title "the second person signs, and it counts"
expect 0 waymark keys sign "$keys" --root-keydir "$b" --json
is "$(value '.roots[].complete'),$(value '.roots[].version')" true,6 "complete and version"
[ ! -e "$keys/public/6.root.json.draft" ] || fail "the draft is still there"
root_is public 6
cp "$work/p.db" "$work/newer.db"
expect 0 waymark sync "$work/newer.db" --root "$keys/public/root.json"
follows "two people signed"
expect 1 waymark keys sign "$keys" $sticks
err_has "no draft"

title "a thief of timestamp and snapshot keys is shaken off"
cp -R "$keys" "$work/stolen"
cp -R "$work/feed" "$work/thiefs-feed"
# weeks of releases that never were, signed with the stolen keys
cp "$work/a.db" "$work/thief.db"
rm -rf "$work/thiefs-source"
cp -R "$directory" "$work/thiefs-source"
for n in 1 2 3 4; do
    sed -i "s/\"title\": \"[^\"]*/&x/" "$work/thiefs-source/directory.json"
    waymark build "$work/thiefs-source" -o "$work/thief.db" >/dev/null
    waymark publish "$work/thief.db" --feed "$work/thiefs-feed" --keys "$work/stolen" --date "$(in_days "$n")" >/dev/null ||
        fail "the thief cannot publish"
done
expect 0 waymark sync "$work/p.db" --feed "$work/thiefs-feed"
expect 4 waymark sync "$work/p.db" --feed "$work/feed"
err_has "rolled back"
expect 2 waymark keys revoke "$keys" timestamp
err_has "expected either the id of a key or --compromised"
expect 0 waymark keys revoke "$keys" timestamp,snapshot --compromised --edition public $sticks
find "$keys" -name '*.key' | while read -r file; do
    cmp -s "$file" "$work/stolen/${file#"$keys"/}" || continue
    case $file in
    */public/timestamp* | */public/snapshot*) echo "$file" ;;
    esac
done >"$work/kept"
[ ! -s "$work/kept" ] || fail "a stolen key is still there: $(cat "$work/kept")"
expect 0 waymark publish "$work/a.db" --feed "$work/feed" --keys "$keys"
expect 0 waymark sync "$work/p.db" --feed "$work/feed"
follows "the theft"
remember "$work/p.db"
expect 1 waymark publish "$work/thief.db" --feed "$work/feed" --keys "$work/stolen"
err_has "the feed has root 7, the key folder only root 6"
unchanged "$work/p.db"

title "one root key is lost: the other two replace it"
lost=$(find "$c/public" -maxdepth 1 -name 'root-*.key' | sed 's|.*/root-||; s|\.key$||')
rm -r "$c"
expect 2 waymark keys revoke "$keys" root
expect 1 waymark keys revoke "$keys" root 00000000 --edition public --root-keydir "$a" --root-keydir "$b"
err_has "no key of that role begins with 00000000"
expect 0 waymark keys revoke "$keys" root "$lost" --edition public --root-keydir "$a" --root-keydir "$b" --new-keydir "$c"
is "$(find "$c" -name 'root-*.key' | grep -c .)" 1 "keys of the new signer"
follows "a root key was lost"
expect 0 waymark keys rotate "$keys" root --add --edition public $sticks --new-keydir "$work/stick-d"
expect 0 waymark keys show "$keys" --edition public --json
is "$(value '.editions[].roles.root.keys[].id' | grep -c .)" 4 "root keys"
follows "a signer joined"

title "a new signer makes a key at home, and hands over its public half"
home=$work/home
expect 0 waymark keys offer "$home" --edition public --json
is "$(value '.files[]' | grep -c .)" 2 "files of an offer"
is "$(find "$home" -name '*.key' -perm 600 | grep -c .)" 1 "secret keys of an offer"
offered=$(find "$home" -name 'root-*.public.json')
! grep -q private "$offered" || fail "the public half has the secret"
expect 2 waymark keys rotate "$keys" root --add --accept "$offered" $sticks
err_has "one key is offered: expected one edition"
expect 3 waymark keys rotate "$keys" root --add --accept "$(find "$home" -name '*.key')" --edition public $sticks
err_has "this is a secret key"
expect 3 waymark keys rotate "$keys" root --add --accept "$work/no-offer" --edition public $sticks
expect 0 waymark keys rotate "$keys" root --add --accept "$offered" --edition public $sticks --root-keydir "$work/stick-d"
is "$(find "$keys" "$a" "$b" "$c" -name "$(basename "${offered%.public.json}").key" | grep -c .)" 0 "copies of the new signer's secret"
follows "a signer was accepted"
expect 2 waymark keys rotate "$keys" root --add --accept "$offered" --edition public $sticks --root-keydir "$work/stick-d"
err_has "has the key that is offered already"
id=$(basename "$offered" | sed 's/root-\(.*\).public.json/\1/')
expect 0 waymark keys rotate "$keys" targets --edition public --root-keydir "$home" --root-keydir "$a" --root-keydir "$work/stick-d"
follows "the new signer signed"
expect 0 waymark keys revoke "$keys" root "$id" --drop --edition public $sticks --root-keydir "$work/stick-d"
follows "the new signer left"

title "the root is renewed for another year"
expect 0 waymark keys renew "$keys" root $sticks --date "$(in_days 300)"
expect 0 waymark keys show "$keys" --json
is "$(value '.editions[].expires' | sort -u)" "$(in_days 665)" "expiry"
follows "the root was renewed"

title "the timestamp is renewed with its key and the feed alone"
mkdir -p "$work/online/public"
cp "$keys"/public/*.json "$keys"/public/timestamp*.key "$work/online/public"
find "$work/feed" -type f ! -name timestamp.json | sort | xargs cksum >"$work/files"
expect 0 waymark keys renew "$work/online" --feed "$work/feed" --date "$(in_days 3)" --json
out_is <<'JSON'
{"files":["public/timestamp.json"]}
JSON
find "$work/feed" -type f ! -name timestamp.json | sort | xargs cksum >"$work/found"
same_text "$work/files" "$work/found" "the rest of the feed"
expect 0 waymark sync "$work/p.db" --now "$(in_days 8)"
expect 2 waymark keys renew "$work/online"
err_has "expected --feed DIR, or the role root"
expect 2 waymark keys renew "$work/online" targets
expect 6 waymark keys renew "$work/no-keys" --feed "$work/feed"
expect 6 waymark keys renew "$work/no-keys" root
expect 6 waymark keys rotate "$work/no-keys" targets
expect 6 waymark keys revoke "$work/no-keys" targets --compromised --edition public
expect 6 waymark keys sign "$work/no-keys"
expect 6 waymark keys show "$work/no-keys"
err_has "no root of any edition; make keys first"
expect 6 waymark keys show "$work/no-keys" --edition public
[ ! -e "$work/no-keys" ] || fail "a key folder was made"
expect 6 waymark keys renew "$work/online" --feed "$work/no-feed"

title "status says when signatures run out, and a monitor sees it by the exit code"
expect 0 waymark status "$work/a.db" --feed "$work/feed" --json
shape status-feed.shape
expect 0 waymark status "$work/a.db" --feed "$work/feed"
out_has "feed, public edition: release 1, root "
out_has "  timestamp   "
expect 1 waymark status "$work/a.db" --feed "$work/feed" --date "$(in_days 6)"
out_has "runs out soon"
expect 1 waymark status "$work/a.db" --feed "$work/feed" --date "$(in_days 30)"
out_has "EXPIRED"
expect 1 waymark status "$work/a.db" --feed "$work/feed" --warn-days 400
expect 0 waymark status "$work/a.db" --feed "$work/feed" --warn-days 1
expect 0 waymark status "$work/p.db"
out_has "vouched for until $(in_days 10) (timestamp runs out in"
expect 0 waymark status "$work/p.db" --date "$(in_days 20)"
out_has "nobody vouches for this being the newest since $(in_days 10): sync it"
expect 1 waymark status "$work/p.db" --date "$(in_days 20)" --warn-days 3
expect 6 waymark status "$work/a.db" --feed "$work/no-feed"
expect 2 waymark status "$work/p.db" --feed "$work/feed"
err_has "found a replica"
printf x >>"$work/feed/public/timestamp.json"
expect 3 waymark status "$work/a.db" --feed "$work/feed"
finish
