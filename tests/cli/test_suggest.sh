#!/bin/sh
# test_suggest.sh: what somebody may mean who is still typing: needs, services, places; a crisis first; nothing kept.
. "${0%/*}/lib.sh"
db=$work/d.db
expect 0 waymark build "$directory" -o "$db"
expect 0 waymark release "$db" --date 2026-02-02

title "services and places by their beginning, and one that has closed"
expect 0 waymark suggest "$db" "talking" --json
is "$(value '.items[].kind' | tr '\n' ' ')" "service " "one service"
is "$(value '.items[].id'),$(value '.items[].status')" "talking-north,active" "which"
is "$(value '.emergency[].value' | tr '\n' ' ')" "999 111 " "the emergency lines"
expect 0 waymark suggest "$db" "old gr" --json
is "$(value '.items[].id'),$(value '.items[].status')" "old-group,closed" "it is told that it has closed"
expect 0 waymark suggest "$db" "north" --limit 2 --json
is "$(value '.items[].id' | wc -l | tr -d ' ')" 2 "no more than asked for"

title "a crisis comes first"
expect 0 waymark suggest "$db" "cris" --json
is "$(value '.items[].crisis' | head -1)" true "the first is a crisis"

title "words of another language say which, and that nobody has read them"
expect 0 waymark suggest "$db" "smut" --json
is "$(value '.items[].id'),$(value '.items[].lang'),$(value '.items[].unreviewed')" "mood.low,pl,true" "an unfinished word"
printf 'smutek' >"$work/typed"
expect_input 0 "$work/typed" waymark find "$db" --text - --as-of 2026-03-02 --json
is "$(value '.understood.words[].lang'),$(value '.understood.words[].how')" "pl,unreviewed" "in a question"

title "standard input, and for people"
printf 'talking no\n' >"$work/typed"
expect_input 0 "$work/typed" waymark suggest "$db" -
out_has "999"
out_has "service  "

title "names in a question"
printf 'is Talking North still open?' >"$work/typed"
expect_input 0 "$work/typed" waymark find "$db" --text - --as-of 2026-03-02 --json
is "$(value '.understood.words[].service'),$(value '.understood.words[].how')" "talking-north,name" "it is understood as a name"

title "the services for a place come first, and all without one in order of their names"
cp -R "$directory" "$work/two"
sed -e 's/"talking-north"/"able-talking"/' -e 's/Talking North/Able Talking/' -e 's/\[ *"NORTH" *\]/["SOUTH"]/' \
    "$directory/services/talking-north.json" >"$work/two/services/able-talking.json"
grep -q '"SOUTH"' "$work/two/services/able-talking.json" || fail "no service of the south was made"
expect 0 waymark build "$work/two" -o "$work/two.db"
ids() {
    expect 0 waymark suggest "$work/two.db" "$@" --working --json
    is "$(value '.items[].id' | tr '\n' ' ')" "$wanted" "$*"
}
wanted="able-talking talking-north "
ids "talking" --at SOUTH
ids "talk" --at South-Port
wanted="talking-north able-talking "
ids "talking" --at NE1
ids "talking" --at northtown
ids "talking"
ids "talking" --at nowhere-at-all
expect 3 waymark suggest "$work/two.db" "talking" --working --at "$(printf '%0201d' 1)"
err_has "at: place: expected at most 200 bytes"

title "a place that was chosen is understood"
expect 0 waymark suggest "$db" "northt" --json
chosen=$(value '.items[].id')
is "$chosen" town-northtown "the place"
expect 0 waymark find "$db" --at "$chosen" --as-of 2026-03-02 --json
is "$(value .understood.locality.precision),$(value .understood.locality.code)" "town,NORTH-TOWN" "$chosen"

title "nothing is kept"
remember "$db"
expect 0 waymark suggest "$db" "swi"
expect 0 waymark find "$db" --text "is Talking North still open" --as-of 2026-03-02
unchanged "$db"

title "wrong use and bad input"
expect 2 waymark suggest "$db"
err_has "usage: waymark suggest"
err_has "call 999"
expect 2 waymark suggest "$db" x --limit 21
err_has '--limit: expected a number from 1 to 20, found "21"'
expect 3 waymark suggest "$db" "$(printf 'a\377b')"
err_has "expected UTF-8"
expect 6 waymark suggest "$work/no.db" x
err_has "call 999"
expect 6 waymark suggest "$work/no.db" x --json
is "$(value '.emergency[].value' | tr '\n' ' ')" "999 111 " "the emergency lines of an error"
title "a crisis in several words comes first in any language"
waymark build "$WAYMARK_SOURCE/directory-data" -o "$work/real.db" >/dev/null
waymark release "$work/real.db" --date 2026-02-02 >/dev/null
for typed in "nie mam dla kogo ży" "mă rănes" "jibon shes" "bachtam chai n" "ਖੁਦਕੁਸ਼"; do
    printf '%s' "$typed" >"$work/typed"
    expect_input 0 "$work/typed" waymark suggest "$work/real.db" - --json
    is "$(value '.items[].crisis' | head -1),$(value '.items[].id' | head -1 | cut -d. -f1)" true,crisis "the first"
done
finish
