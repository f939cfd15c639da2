#!/bin/sh
# What a phone gives a thread is often 512 kB of stack: every call of the library does with half of that.
. "$(dirname "$0")/lib.sh"
(ulimit -s 256) 2>/dev/null || skip "the stack cannot be made smaller here"
ulimit -s 256
db=$work/a.db
title "a database is made, checked and released"
expect 0 waymark build "$WAYMARK_SOURCE/directory-data" -o "$db"
expect 0 waymark check "$db"
expect 0 waymark release "$db" --date 2026-02-02

title "questions of many words, names and places"
words=
while [ ${#words} -lt 480 ]; do
    words="$words cant sleep, place of calm swindn, not suicidal; my son says he wants to die"
done
printf '%.512s' "$words" >"$work/typed"
expect_input 0 "$work/typed" waymark find "$db" --text - --at "BA1 1AA" --age 17 --actor family --json
expect_input 0 "$work/typed" waymark suggest "$db" - --json
expect 0 waymark find "$db" --at "Bradford on Avon" --limit 100
expect 0 waymark explain "$db" early-intervention-in-psychosis-bsol --age 22 --at Moseley
expect 0 waymark handover "$db" early-intervention-in-psychosis-bsol --age 22 --at Moseley --actor gp --consent given
expect 0 waymark gaps "$db" --at Swindon

title "input as deep as it may be"
deep=$(printf '%046d' 0 | tr 0 '[')
printf '{"id":"a","name":"A","status":"active","x":%s1%s}\n' "$deep" "$(printf '%s' "$deep" | tr '[' ']')" >"$work/deep.ndjson"
expect 0 waymark export oruk "$db" -o "$work/out.ndjson"
cat "$work/deep.ndjson" >>"$work/out.ndjson"
expect 0 waymark import oruk "$work/out.ndjson" -o "$db" --json
expect 0 waymark show "$db" a --working
finish
