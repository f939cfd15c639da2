#!/bin/sh
# A feed that is not what was signed: sync says no, and the replica stands as it was and answers.
. "$(dirname "$0")/lib.sh"
small_feed
root=$work/keys/public/root.json
expect 0 waymark sync "$work/p.db" --feed "$work/feed" --root "$root"
cp "$work/p.db" "$work/held.db"
cp -R "$work/feed" "$work/first"
second_release
expect 0 publish
cp -R "$work/feed" "$work/second"

# refuses CODE TEXT ARGUMENT...: the replica and a new one; the first one is unchanged and answers.
# Each time anew: what was verified by a run that failed stays verified, and is not fetched again.
refuses() {
    code=$1
    text=$2
    shift 2
    rm -f "$work"/p.db*
    cp "$work/held.db" "$work/p.db"
    remember "$work/p.db"
    expect "$code" waymark sync "$work/p.db" --feed "$work/feed" "$@"
    [ -z "$text" ] || err_has "$text"
    unchanged "$work/p.db"
    expect 0 waymark find "$work/p.db" --need mood.low --at NE1 --as-of 2026-02-01
    out_has "release 1 of 2026-01-31"
    rm -f "$work"/new.db*
    waymark sync "$work/new.db" --feed "$work/feed" --root "$root" "$@" >"$out" 2>"$err"
    new_code=$?
    [ "$new_code" -eq "$code" ] || fail "a new replica ended with $new_code: $(cat "$err")"
    expect 3 waymark find "$work/new.db" --need mood
    out_has 999
}

fresh() {
    rm -rf "$work/feed"
    cp -R "$work/second" "$work/feed"
}

# Every pack of "all", so that neither delta nor snapshot is whole.
packs_of_all() {
    find "$work/feed/public/targets/p/all" -name '*.pack'
}

title "a truncated pack"
for pack in $(packs_of_all); do
    head -c 120 "$pack" >"$work/part"
    cp "$work/part" "$pack"
done
refuses 4 "pack"

title "an altered pack"
fresh
for pack in $(packs_of_all); do
    bend "$pack" $(($(wc -c <"$pack") - 40))
done
refuses 4 "pack"

title "a pack with more behind it"
fresh
for pack in $(packs_of_all); do
    echo more >>"$pack"
done
refuses 4 "pack"

title "an empty pack"
fresh
for pack in $(packs_of_all); do
    : >"$pack"
done
refuses 4 "pack"

title "a damaged delta alone is passed over by the snapshot"
fresh
publish >/dev/null
bend "$(find "$work/feed/public/targets/p/all" -name '*.1-2.pack')" 130
cp "$work/p.db" "$work/other.db"
waymark sync "$work/other.db" --feed "$work/feed" >"$out" 2>"$err"
code=$?
case $code in
0) is "$(waymark status "$work/other.db" --json | sed 's/.*"release":\([0-9]*\).*/\1/')" 2 "release" ;;
4) unchanged "$work/p.db" ;;
*) fail "sync ended with $code: $(cat "$err")" ;;
esac

title "altered metadata of each kind"
for name in timestamp.json 2.snapshot.json 2.p.all.json; do
    fresh
    [ -f "$work/feed/public/$name" ] || fail "there is no $name"
    sed 's/"version":2/"version":3/' "$work/feed/public/$name" >"$work/altered"
    cmp -s "$work/altered" "$work/feed/public/$name" && fail "$name was not altered"
    cp "$work/altered" "$work/feed/public/$name"
    refuses 4 ""
done

title "metadata that is no JSON, and a file that is too large"
fresh
printf '{"signed":{"_type":"timestamp",' >"$work/feed/public/timestamp.json"
refuses 3 "timestamp.json"
awk 'BEGIN { printf "{\"x\":\""; for (i = 0; i < 20000; i++) printf "x"; print "\"}" }' >"$work/feed/public/timestamp.json"
refuses 4 "timestamp.json: more than 16000 bytes"

title "metadata signed by a stranger"
expect 0 waymark keys init "$work/strangers"
rm -rf "$work/feed"
waymark publish "$work/a.db" --feed "$work/feed" --keys "$work/strangers" >/dev/null || fail "publish"
refuses 4 "signature"
expect 4 waymark sync "$work/p.db" --feed "$work/feed" --json
shape usage-error.shape
fresh
rm -f "$work"/new.db*
expect 4 waymark sync "$work/new.db" --feed "$work/feed" --root "$work/strangers/public/root.json"
expect 4 waymark sync "$work/new.db" --feed "$work/feed" --root "$work/keys/professional/root.json"
cp "$work/strangers/public/root.json" "$work/feed/public/2.root.json"
refuses 4 ""

title "another root for a replica that has records"
fresh
for other in strangers/public keys/professional; do
    expect 4 waymark sync "$work/p.db" --feed "$work/feed" --root "$work/$other/root.json"
    err_has "the replica is not of the feed of the root that was given"
    expect 4 waymark sync "$work/p.db" --feed "$work/no-feed" --root "$work/$other/root.json"
done
expect 4 waymark sync "$work/p.db" --feed "$work/feed" --root "$work/feed/public/timestamp.json"
err_has "the root that was given"
expect 0 waymark sync "$work/p.db" --feed "$work/feed" --root "$root"

title "a feed that went back"
fresh
expect 0 waymark sync "$work/two.db" --feed "$work/feed" --root "$root"
remember "$work/two.db"
rm -rf "$work/feed"
cp -R "$work/first" "$work/feed"
expect 4 waymark sync "$work/two.db" --feed "$work/feed"
unchanged "$work/two.db"

title "a feed that has expired"
fresh
refuses 4 "expired" --now 2099-01-01
expect 2 waymark sync "$work/p.db" --now yesterday
err_has '--now: expected a time like 2026-01-31T09:30:00Z, found "yesterday"'

title "a feed that is being changed is no update, and no failure"
fresh
rm "$work/feed/public/2.snapshot.json"
remember "$work/p.db"
expect 0 waymark sync "$work/p.db" --feed "$work/feed"
out_has "nothing was updated"
expect 0 waymark sync "$work/p.db" --feed "$work/feed" --json
is "$(value .lagging)" true "lagging"
unchanged "$work/p.db"

title "roots that are none"
rm -f "$work"/new.db*
bad_root() {
    # shellcheck disable=SC2059
    printf "$1" >"$work/bad.json"
    expect "$2" waymark sync "$work/new.db" --feed "$work/feed" --root "$work/bad.json"
    err_has root
}
bad_root '' 3
bad_root '{"signed":{},"signatures":[]}' 4
bad_root '{"signed":{"_type":"root"\000},"signatures":[]}' 3
bad_root '{"a":1,"a":2}' 3
bad_root '{"a":"\377"}' 3
expect 3 waymark sync "$work/new.db" --feed "$work/feed" --root "$work/no-such-root.json"
err_has "no-such-root.json: cannot be read"
expect 3 waymark sync "$work/new.db" --feed "$work/feed" --root "$work"
err_has "Is a directory"
awk 'BEGIN { for (i = 0; i < 600000; i++) printf " " }' >"$work/bad.json"
expect 3 waymark sync "$work/new.db" --feed "$work/feed" --root "$work/bad.json"
err_has "expected at most 512000 bytes, found more"

title "the whole feed is good after all"
fresh
expect 0 waymark sync "$work/p.db" --feed "$work/feed"
expect 0 waymark verify "$work/p.db"

title "keys that are not there, or damaged, write nothing"
cp -R "$work/feed" "$work/before"
mkdir "$work/source.3" && cp -R "$directory/." "$work/source.3" && waymark build "$work/source.3" -o "$work/a.db" >/dev/null
waymark release "$work/a.db" >/dev/null || fail "release"
expect 6 waymark publish "$work/a.db" --feed "$work/feed" --keys "$work/no-keys"
err_has "no-keys"
cp -R "$work/keys" "$work/bad-keys"
echo x >"$work/bad-keys/public/targets.key"
expect 3 waymark publish "$work/a.db" --feed "$work/feed" --keys "$work/bad-keys"
err_has "targets.key"
expect 4 waymark publish "$work/a.db" --feed "$work/feed" --keys "$work/strangers"
diff -r "$work/before" "$work/feed" >/dev/null || fail "the feed was changed"
expect 3 waymark publish "$work/p.db" --feed "$work/feed" --keys "$work/keys"
expect 2 publish --date 2026-13-01
finish
