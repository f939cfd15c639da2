#!/bin/sh
# What somebody who is new does wrong: half a command, a place that nobody knows, a folder with a pipe in it.
. "$(dirname "$0")/lib.sh"
db=$work/a.db
small_database "$db"

title "sync makes no file before it knows the feed and whom to trust"
expect 2 waymark sync "$work/new.db"
err_has "no such replica; a new one needs --feed, and --root"
expect 2 waymark sync "$work/new.db" --feed "$work/feed"
err_has "no such replica"
expect 3 waymark sync "$work/new.db" --feed "$work/feed" --root "$work/nothing.json"
err_has "nothing.json: cannot be read"
expect 2 waymark sync "$work/new.db" --feed "$work/feed" --root "$db" --edition secret
err_has '--edition: expected professional or public, found "secret"'
[ ! -e "$work/new.db" ] || fail "a file was made"

title "a place that is not known is said once, and not named"
expect 0 waymark find "$db" --need mood.low --at Nowhere --as-of 2026-02-01
out_has "The place was not found as it was typed."
out_has "services from everywhere are shown."
out_lacks "No place was given"
out_lacks "place:"

title "lines fit, and addresses stay whole"
expect 0 waymark find "$db" --need mood.low --age 30 --at NE1 --as-of 2026-02-01
[ "$(awk 'length > 100' "$out" | wc -l)" -eq 0 ] || fail "a line is longer than 100"

title "a pipe in a source folder is told, not waited for"
if command -v mkfifo >/dev/null; then
    cp -r "$directory" "$work/source"
    mkfifo "$work/source/services/pipe.json"
    expect 3 waymark build "$work/source" -o "$work/b.db"
    err_has "services/pipe.json: expected a file, found something else"
    [ ! -e "$work/b.db" ] || fail "a database was made"
fi
finish
