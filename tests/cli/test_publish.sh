#!/bin/sh
# publish --prune and --recall: what leaves a feed, and that nothing else does.
. "$(dirname "$0")/lib.sh"
cp -R "$directory" "$work/source"
waymark build "$work/source" -o "$work/a.db" >/dev/null
waymark release "$work/a.db" --date 2026-01-31 >/dev/null
waymark keys init "$work/keys" >/dev/null
publish() {
    waymark publish "$work/a.db" --feed "$work/feed" --keys "$work/keys" "$@"
}
# night-line with the number $1, on the day $2
number() {
    sed "s/0808 157 [0-9]*/$1/" "$directory/services/night-line.json" >"$work/source/services/night-line.json"
    waymark build "$work/source" -o "$work/a.db" >/dev/null
    waymark release "$work/a.db" --date "$2" >/dev/null
}
publish >/dev/null
root=$work/keys/public/root.json
expect 0 waymark sync "$work/p.db" --feed "$work/feed" --root "$root"

title "what has not changed cannot be recalled, and nothing is done"
cp -R "$work/feed" "$work/feed.before"
publish --recall night-line >"$out" 2>"$err"
is $? 1 "exit"
err_has "service/night-line is as it was first published: release a correction, or withdraw it"
publish --recall nobody >"$out" 2>"$err"
is $? 2 "exit"
err_has 'no release has a record "nobody"'
diff -r "$work/feed.before" "$work/feed" >/dev/null || fail "the feed was changed"

title "prune removes what nobody asks for, and says so"
number "0808 157 0099" 2026-02-01
publish >/dev/null
number "0808 157 0042" 2026-02-02
publish >/dev/null
touch "$work/feed/robots.txt" "$work/feed/public/1.p.notes"
expect 0 publish --prune --json
value '.removed[]' | while read -r path; do
    [ ! -e "$work/feed/$path" ] || echo "$path"
done >"$work/left"
[ ! -s "$work/left" ] || fail "not removed: $(cat "$work/left")"
[ -n "$(value '.removed[]')" ] || fail "nothing was removed"
[ -e "$work/feed/public/1.root.json" ] && [ -e "$work/feed/robots.txt" ] && [ -e "$work/feed/public/1.p.notes" ] ||
    fail "a root, or a file of somebody else, was removed"
expect 0 publish --prune --json
is "$(value '.removed[]')" "" "removed a second time"

title "a recalled number is nowhere, and every replica is brought off it"
cp "$work/p.db" "$work/old.db"
expect 0 publish --recall service/night-line --json
[ -n "$(value '.removed[]')" ] || fail "nothing was removed"
grep -rl "0808 157 0099" "$work/feed" >"$work/left"
[ ! -s "$work/left" ] || fail "still there: $(cat "$work/left")"
expect 0 waymark sync "$work/old.db" --feed "$work/feed"
waymark export dump "$work/a.db" --edition public >"$work/published"
waymark export dump "$work/old.db" >"$work/held"
same_text "$work/published" "$work/held" "the dump of the replica"
expect 0 waymark sync "$work/new.db" --feed "$work/feed" --root "$root"
waymark export dump "$work/new.db" >"$work/held"
same_text "$work/published" "$work/held" "the dump of a new replica"
expect 0 publish --recall night-line
out_has "release 3: 0 files"
finish
