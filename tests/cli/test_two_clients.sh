#!/bin/sh
# Several processes on one replica: one updates, the others answer.
. "$(dirname "$0")/lib.sh"
small_feed
root=$work/keys/public/root.json
expect 0 waymark sync "$work/first.db" --feed "$work/feed" --root "$root"
[ ! -e "$work/first.db-wal" ] || fail "a log was left behind"
second_release
expect 0 publish
question="--need mood --at NE1 --as-of 2026-03-01 --json"

fresh() {
    rm -f "$work/p.db" "$work/p.db-wal" "$work/p.db-shm"
    cp "$work/first.db" "$work/p.db"
}

# ask_until FILE: asks until the file is there; each answer is one line of $2, each failure one of $3
ask_until() {
    while [ ! -e "$1" ]; do
        # shellcheck disable=SC2086
        waymark find "$work/p.db" $question >>"$2" 2>>"$3" || echo "find ended with $?" >>"$3"
    done
}

title "the two answers that there are"
fresh
# shellcheck disable=SC2086
expect 0 waymark find "$work/p.db" $question
cp "$out" "$work/old"
expect 0 waymark sync "$work/p.db"
# shellcheck disable=SC2086
expect 0 waymark find "$work/p.db" $question
cp "$out" "$work/new"
cmp -s "$work/old" "$work/new" && fail "both releases answer alike"

title "who asks while another updates gets one release or the other, and never an error"
: >"$work/answers"
: >"$work/errors"
for round in 1 2 3 4 5 6; do
    fresh
    rm -f "$work/done"
    ask_until "$work/done" "$work/answers" "$work/errors" &
    asker=$!
    ask_until "$work/done" "$work/answers2" "$work/errors" &
    asker2=$!
    sleep 0.05
    expect 0 waymark sync "$work/p.db"
    sleep 0.05
    : >"$work/done"
    wait "$asker" "$asker2"
    expect 0 waymark verify "$work/p.db"
done
[ ! -s "$work/errors" ] || fail "who asked was told: $(head -n 3 "$work/errors")"
cat "$work/answers2" >>"$work/answers"
sort -u "$work/answers" >"$work/kinds"
cat "$work/old" "$work/new" | sort -u >"$work/expected-kinds"
comm -23 "$work/kinds" "$work/expected-kinds" >"$work/strange"
[ ! -s "$work/strange" ] || fail "an answer is of neither release"
[ "$(wc -l <"$work/answers")" -ge 12 ] || fail "there were too few answers to tell"

title "two that update at once: one wins, the other finds nothing new or says so"
for round in 1 2 3 4 5 6; do
    fresh
    waymark sync "$work/p.db" >"$work/one" 2>"$work/one.err" &
    one=$!
    waymark sync "$work/p.db" >"$work/two" 2>"$work/two.err" &
    two=$!
    wait "$one"
    code_one=$?
    wait "$two"
    code_two=$?
    for who in one two; do
        eval "code=\$code_$who"
        case $code in
        0) ;;
        6) grep -q 'another process' "$work/$who.err" || fail "$who: $(cat "$work/$who.err")" ;;
        *) fail "$who ended with $code: $(cat "$work/$who.err")" ;;
        esac
    done
    [ "$code_one" -eq 0 ] || [ "$code_two" -eq 0 ] || fail "none of the two won"
    expect 0 waymark sync "$work/p.db"
    out_has "nothing new: release 2"
    expect 0 waymark verify "$work/p.db"
done

title "who verifies, mirrors or mends beside an update does no harm"
for round in 1 2 3; do
    fresh
    waymark mirror "$work/p.db" --to "$work/mirror$round" >"$work/one" 2>"$work/one.err" &
    one=$!
    waymark verify "$work/p.db" --repair >"$work/two" 2>"$work/two.err" &
    two=$!
    expect 0 waymark sync "$work/p.db"
    wait "$one" || fail "mirror: $(cat "$work/one.err")"
    wait "$two" || fail "verify: $(cat "$work/two.err")"
    expect 0 waymark sync "$work/m$round.db" --feed "$work/mirror$round" --root "$root"
    expect 0 waymark verify "$work/m$round.db"
    expect 0 waymark verify "$work/p.db"
done
finish
