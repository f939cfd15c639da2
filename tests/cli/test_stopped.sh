#!/bin/sh
# Ctrl-C in the middle of a pack: it is said, the signal does what it does, nothing is half done, and the next run goes on there.
. "$(dirname "$0")/lib.sh"
env --default-signal=INT true 2>/dev/null || skip "this env cannot give a signal back its meaning"
command -v sqlite3 >/dev/null || skip "no sqlite3"
small_feed
root=$work/keys/public/root.json

# stopped FOLDER ARGUMENT...: the program, stopped when a pack has begun to come; $stopped_code is how it ended
stopped() {
    : >"$requests"
    command_run="waymark $* (stopped)"
    env --default-signal=INT "$WAYMARK" "$@" >"$out" 2>"$err" &
    running=$!
    wait_for "request of a pack" grep -q '\.pack - 200' "$requests"
    sleep 0.7 # its first bytes
    kill -INT $running
    wait $running
    is $? 130 "the exit code of who is stopped by Ctrl-C"
}

# The first 200 bytes of a pack come, and the rest never, unless it is asked for.
start_server "$work/feed" --hold /public/targets/p/ 200

title "a sync that is stopped goes on where it was"
stopped sync "$work/p.db" --feed "$feed" --root "$root"
err_is <<END
waymark: stopped; what came is kept for the next time
END
out_empty
expect 3 waymark find "$work/p.db" --need mood
out_has 999
: >"$requests"
expect 0 waymark sync "$work/p.db" --feed "$feed" --root "$root"
out_has "200 bytes of packs were kept from before"
grep -q '\.pack bytes=200- 206' "$requests" || fail "no range was asked for: $(cat "$requests")"
! grep -q '\.pack - ' "$requests" || fail "a pack was fetched from its start"
expect 0 waymark verify "$work/p.db"

title "a repair that is stopped leaves all as it was, and goes on where it was"
sqlite3 "$work/p.db" "UPDATE revision SET record = replace(record, '\"status\":\"active\"', '\"status\":\"closed\"') WHERE id = 'talking-north';
    DELETE FROM blob WHERE name LIKE 'sync/pack/%'"
stopped verify "$work/p.db" --repair
err_is <<END
waymark: stopped; what came is kept for the next time
END
expect 1 waymark verify "$work/p.db"
: >"$requests"
expect 0 waymark verify "$work/p.db" --repair
out_has "mended: ok"
grep -q '\.pack bytes=200- 206' "$requests" || fail "no range was asked for: $(cat "$requests")"

title "a replica that is made anew and stopped leaves the old one"
sqlite3 "$work/p.db" "UPDATE blob SET bytes = zeroblob(9) WHERE name LIKE 'sync/at/p.%'"
stopped verify "$work/p.db" --repair
err_is <<END
waymark: stopped; the replica stands as it was
END
[ ! -e "$work/p.db.new" ] || fail "p.db.new was left"
expect 1 waymark verify "$work/p.db"
expect 0 waymark verify "$work/p.db" --repair --feed "$work/feed"
title "a mirror that is stopped stands as it was, and the next run completes it"
expect 0 waymark sync "$work/m.db" --feed "$work/feed" --root "$root"
sqlite3 "$work/m.db" "DELETE FROM blob WHERE name LIKE 'sync/pack/%'"
stopped mirror "$work/m.db" --to "$work/mirror" --feed "$feed"
err_is <<END
waymark: stopped; the next run completes the folder
END
[ ! -e "$work/mirror/public/timestamp.json" ] || fail "half a mirror has an entry"

title "so long and no longer, whatever comes"
for command in "sync $work/late.db --root $root" "mirror $work/m.db --to $work/mirror"; do
    # shellcheck disable=SC2086
    expect 5 waymark $command --feed "$feed" --max-time 1
    err_has "not done within the time allowed (--max-time 1)"
done
expect 2 waymark sync "$work/late.db" --max-time soon
expect 0 waymark sync "$work/late.db" --feed "$feed" --root "$root" --max-time 60
expect 0 waymark mirror "$work/m.db" --to "$work/mirror" --feed "$work/feed" --max-time 60
expect 0 waymark sync "$work/new.db" --feed "$work/mirror" --offline --root "$root"
finish
