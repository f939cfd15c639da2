#!/bin/sh
# Ctrl-C while an authoring database or a feed is written: it is said, the signal does what it does, and nothing is half done.
. "$(dirname "$0")/lib.sh"
env --default-signal=INT --block-signal=INT true 2>/dev/null || skip "this env cannot give a signal back its meaning"
command -v mkfifo >/dev/null || skip "no mkfifo"
small_feed

# stopped_early EXIT ARGUMENT...: the program, for which a signal is waiting when it begins; it waits on when the program is done
stopped_early() {
    wanted=$1
    shift
    command_run="waymark $* (a signal is waiting)"
    env --block-signal=INT sh -c 'kill -INT $$; exec "$@"' sh "$WAYMARK" "$@" >"$out" 2>"$err"
    is $? "$wanted" "the exit code of who is stopped, where the signal does not end it"
}

# stopped_reading ARGUMENT...: the program reads $pipe, from which nothing more comes, and is stopped
stopped_reading() {
    command_run="waymark $* (stopped)"
    env --default-signal=INT "$WAYMARK" "$@" <"$pipe" >"$out" 2>"$err" &
    running=$!
    exec 9>"$pipe"
    cat "$work/some" >&9
    sleep 0.7
    kill -INT $running
    wait $running
    is $? 130 "the exit code of who is stopped by Ctrl-C"
    exec 9>&-
}

title "an import that is stopped changes nothing, also while it waits for more"
pipe=$work/pipe
mkfifo "$pipe"
before=$(waymark export dump "$work/a.db" --working | cksum)
i=0
while [ $i -lt 300 ]; do
    i=$((i + 1))
    echo "{\"id\":\"s$i\",\"name\":\"Service $i\",\"status\":\"active\",\"organization\":{\"id\":\"o1\",\"name\":\"One\"}}"
done >"$work/some"
stopped_reading import oruk - -o "$work/a.db" --source other
err_has "waymark: stopped; nothing was changed"
out_empty
is "$(waymark export dump "$work/a.db" --working | cksum)" "$before" "the working state"

echo '"AB1 0AA",10,422281,112895,"E92000001","","","E06000001","E05000001",""' >"$work/some"
stopped_reading import places - -o "$work/a.db"
err_has "waymark: stopped; nothing was changed"
is "$(waymark export dump "$work/a.db" --working | cksum)" "$before" "the working state"

title "a build that is stopped changes nothing"
stopped_early 6 build "$directory" -o "$work/a.db"
err_is <<END
waymark: stopped; nothing was changed
END
is "$(waymark export dump "$work/a.db" --working | cksum)" "$before" "the working state"

title "an export that is stopped leaves nothing, and the next one begins anew"
stopped_early 6 export oruk "$work/a.db" --api -o "$work/api"
err_has "waymark: stopped; nothing was written"
[ ! -e "$work/api" ] && [ ! -e "$work/api.part" ] || fail "something is left of the folder"

title "what an export left that was killed does not stand in the way of the next"
mkdir -p "$work/killed.part/services/pages" "$work/killed.part/organizations"
echo '{"id":' >"$work/killed.part/services/a.json"
echo '{"id":' >"$work/killed.part/services/pages/1.json"
expect 0 waymark export oruk "$work/a.db" --working --api -o "$work/killed"
[ ! -e "$work/killed.part" ] || fail "the old folder is left"
[ ! -e "$work/killed/services/a.json" ] || fail "a document of before is left"
mkdir -p "$work/mine.part/services"
echo mine >"$work/mine.part/services/letter.txt"
expect 3 waymark export oruk "$work/a.db" --working --api -o "$work/mine"
is "$(cat "$work/mine.part/services/letter.txt")" mine "what is somebody's own"
echo '{"id":' >"$work/killed.ndjson.part"
expect 0 waymark export oruk "$work/a.db" --working -o "$work/killed.ndjson"
[ ! -e "$work/killed.ndjson.part" ] || fail "the old file is left"
expect 0 waymark export oruk "$work/a.db" --api -o "$work/api"
echo kept >"$work/dump"
stopped_early 6 export dump "$work/a.db" -o "$work/dump"
err_has "waymark: stopped; nothing was written"
is "$(cat "$work/dump")" kept "the file that was there"
[ ! -e "$work/dump.part" ] || fail "something is left of the file"

title "a release that is stopped is none"
rm -rf "$work/source"
cp -R "$directory" "$work/source"
i=0
while [ $i -lt 300 ]; do
    i=$((i + 1))
    echo "{\"id\":\"extra.$i\",\"label\":\"Extra $i\"}"
done >"$work/source/needs/extra.jsonl"
expect 0 waymark build "$work/source" -o "$work/a.db"
stopped_early 6 release "$work/a.db" --date 2026-03-01
err_is <<END
waymark: stopped; no release was made
END
out_empty
expect 0 waymark log "$work/a.db" --json
out_lacks '"release":2'
expect 0 waymark release "$work/a.db" --date 2026-03-01
out_has "release 2"

title "a publish that is stopped leaves clients the feed as it was, and the next run completes it"
cp -R "$work/feed" "$work/whole"
old=$(cksum <"$work/feed/public/timestamp.json")
stopped_early 6 publish "$work/a.db" --feed "$work/feed" --keys "$work/keys" --date 2026-03-01
err_is <<END
waymark: public edition: stopped; clients have the feed as it was; publish again to complete it
END
out_empty
is "$(cksum <"$work/feed/public/timestamp.json")" "$old" "the entry of the feed"
expect 0 waymark sync "$work/r.db" --feed "$work/feed" --root "$work/keys/public/root.json"
out_has "release 1"
expect 0 waymark publish "$work/a.db" --feed "$work/feed" --keys "$work/keys" --date 2026-03-01
expect 0 waymark publish "$work/a.db" --feed "$work/whole" --keys "$work/keys" --date 2026-03-01
diff -r "$work/feed" "$work/whole" >/dev/null || fail "the feed that was stopped is another one"
expect 0 waymark sync "$work/r.db" --feed "$work/feed" --now 2026-03-01T12:00:00Z
out_has "release 1 to 2"
finish
