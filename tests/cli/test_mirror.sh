#!/bin/sh
# mirror: a feed made of a replica, from which others sync; byte for byte what was signed.
. "$(dirname "$0")/lib.sh"
small_feed
root=$work/keys/public/root.json
start_server "$work/feed"

# Every file of the mirror is one of the feed, byte for byte.
same_as_feed() {
    (cd "$1" && find . -type f | sort) | while read -r file; do
        cmp -s "$1/$file" "$work/feed/$file" || echo "$file"
    done >"$work/.others"
    [ ! -s "$work/.others" ] || fail "$1 has files that the feed does not: $(cat "$work/.others")"
}

title "an empty replica has nothing to hand on"
expect 6 waymark sync "$work/e.db" --feed "$work/no-feed" --root "$root"
expect 3 waymark mirror "$work/e.db" --to "$work/none"
err_has "sync it first"
[ ! -e "$work/none" ] || fail "a folder was made"
expect 3 waymark mirror "$work/a.db" --to "$work/none"
err_has "expected a replica"
expect 2 waymark mirror "$work/e.db"
err_has "--to"

title "what was kept is enough for a mirror of a new replica"
expect 0 waymark sync "$work/p.db" --feed "$feed" --root "$root" --subscribe NORTH-TOWN
: >"$requests"
expect 0 waymark mirror "$work/p.db" --to "$work/stick" --offline --json
err_empty
shape mirror.shape
is "$(value '.files[].path' | tail -n 1)" public/timestamp.json "the last file written"
is "$(value '.files[].from' | sort -u)" replica "where files came from"
is "$(value .requests)" 0 "requests"
is "$(value .first_root)" 1 "the oldest root"
[ ! -s "$requests" ] || fail "the feed was asked"
same_as_feed "$work/stick"
[ ! -e "$work/stick/professional" ] || fail "the other edition is there"

title "run again it has nothing to do"
cp -R "$work/stick" "$work/stick.before"
expect 0 waymark mirror "$work/p.db" --to "$work/stick" --offline
out_has "nothing new"
diff -r "$work/stick.before" "$work/stick" >/dev/null || fail "the mirror was changed"

title "a client syncs from it as from the feed"
stop_server
expect 0 waymark sync "$work/q.db" --feed "$work/stick" --offline --root "$root" --subscribe NORTH-TOWN
expect 0 waymark verify "$work/q.db" --root "$root"
is "$(waymark status "$work/q.db" --json)" "$(waymark status "$work/p.db" --json)" "the replica of the mirror"

title "a mirror of a mirror"
expect 0 waymark mirror "$work/q.db" --to "$work/stick2" --offline
diff -r "$work/stick" "$work/stick2" >/dev/null || fail "the second mirror is another"

title "what is damaged in the folder is written again"
pack=$(find "$work/stick" -name '*.pack' | head -n 1)
bend "$pack" 40
expect 0 waymark mirror "$work/p.db" --to "$work/stick" --offline --json
is "$(value '.files[].kind')" pack "what was written"
same_as_feed "$work/stick"

title "a release later: only what is new is written, and both old and new clients are served"
second_release
expect 0 publish
expect 0 waymark sync "$work/p.db" --feed "$work/feed"
expect 0 waymark mirror "$work/p.db" --to "$work/stick" --json
is "$(value .release)" 2 "release"
value '.files[].path' | grep -q 'public/timestamp.json' || fail "no timestamp was written"
same_as_feed "$work/stick"
expect 0 waymark sync "$work/q.db" --feed "$work/stick" --offline --json
is "$(value .from),$(value .to)" 1,2 "one release behind"
expect 0 waymark verify "$work/q.db"
expect 0 waymark sync "$work/n.db" --feed "$work/stick" --offline --root "$root" --subscribe NORTH-TOWN
expect 0 waymark verify "$work/n.db"

title "a stick that is ahead is not put back"
expect 0 waymark sync "$work/old.db" --feed "$work/stick2" --offline --root "$root" --subscribe NORTH-TOWN
expect 1 waymark mirror "$work/old.db" --to "$work/stick"
err_has "sync first"

title "a folder with another feed is left alone"
expect 0 waymark keys init "$work/keys2"
expect 0 waymark publish "$work/a.db" --feed "$work/feed2" --keys "$work/keys2"
cp -R "$work/feed2" "$work/feed2.before"
expect 4 waymark mirror "$work/p.db" --to "$work/feed2"
err_has "another feed"
diff -r "$work/feed2.before" "$work/feed2" >/dev/null || fail "the other feed was changed"

title "what is missing is fetched, and named where it cannot be"
if command -v sqlite3 >/dev/null; then
    sqlite3 "$work/p.db" "DELETE FROM blob WHERE name LIKE 'sync/pack/%' OR name = 'cli/feed'"
    expect 6 waymark mirror "$work/p.db" --to "$work/stick3" --feed "$work/none" --offline
    start_server "$work/feed"
    expect 5 waymark mirror "$work/p.db" --to "$work/stick3" --offline
    err_has ".pack: the replica has not kept it"
    [ ! -e "$work/stick3/public/timestamp.json" ] || fail "half a mirror has an entry"
    expect 0 waymark mirror "$work/p.db" --to "$work/stick3" --feed "$feed" --json
    value '.files[].from' | grep -q feed || fail "nothing was fetched"
    same_as_feed "$work/stick3"
    expect 0 waymark sync "$work/m.db" --feed "$work/stick3" --offline --root "$root" --subscribe NORTH-TOWN
    expect 0 waymark verify "$work/m.db"
    stop_server
fi

title "the professional edition is handed on only when told twice"
expect 0 waymark sync "$work/s.db" --feed "$work/feed" --root "$work/keys/professional/root.json" --edition professional
for options in "" "--edition professional"; do
    # shellcheck disable=SC2086
    expect 1 waymark mirror "$work/s.db" --to "$work/staff" $options
    err_has "--guarded"
    [ ! -e "$work/staff" ] || fail "something was written"
done
expect 2 waymark mirror "$work/s.db" --to "$work/staff" --guarded
expect 2 waymark mirror "$work/s.db" --to "$work/staff" --edition public
err_has "of the professional edition"
expect 0 waymark mirror "$work/s.db" --to "$work/staff" --edition professional --guarded
same_as_feed "$work/staff"
[ ! -e "$work/staff/public" ] || fail "the other edition is there"
expect 2 waymark mirror "$work/p.db" --to "$work/staff" --edition professional --guarded
err_has "of the public edition"

title "what opens the feed's door is in no replica, no mirror and no text"
secret=5ecret-0f-the-feed
printf '%s\n' "$secret" >"$work/token"
start_server "$work/feed"
expect 0 waymark sync "$work/t.db" --feed "$feed" --root "$root" --token-file "$work/token" --json
out_lacks "$secret"
expect 0 waymark mirror "$work/t.db" --to "$work/t" --token-file "$work/token" --json
out_lacks "$secret"
expect 0 waymark verify "$work/t.db" --repair --token-file "$work/token"
expect 2 waymark sync "$work/t.db" --feed "http://user:$secret@${feed#http://}"
! grep -q "$secret" "$err" || fail "the password was said"
expect 2 waymark sync "$work/t.db" --feed "$feed/?token=$secret"
! grep -q "$secret" "$err" || fail "the query was said"
expect 2 waymark mirror "$work/t.db" --to "$work/t" --feed "$feed/?token=$secret"
! grep -q "$secret" "$err" || fail "the query was said"
! grep -rqa "$secret" "$work/t.db" "$work/t.db-wal" "$work/t" 2>/dev/null || fail "the secret was stored"
stop_server
expect 5 waymark sync "$work/t.db" --token-file "$work/token" --now "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
! grep -q "$secret" "$err" || fail "the token was said"
finish
