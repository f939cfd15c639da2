#!/bin/sh
# find: questions from options, from one object, from many lines; answers for people and as JSON.
. "$(dirname "$0")/lib.sh"
db=$work/a.db
small_database "$db"

title "an answer for people"
expect 0 waymark find "$db" --need mood.low --age 30 --at NE1 --as-of 2026-02-01
err_empty
snapshot find.txt

title "an answer as JSON"
expect 0 waymark find "$db" --need mood.low --age 30 --at NE1 --as-of 2026-02-01 --json
err_empty
is "$(grep -c . "$out")" 1 "lines"
snapshot find.json
for name in release released_on edition query_digest emergency understood notes sections gaps; do
    value ".$name" >/dev/null
    grep -q "\"$name\":" "$out" || fail "the answer has no $name"
done
is "$(value '.emergency[].value' | tr '\n' ' ')" "999 111 " "the emergency lines"

title "the same question gives the same bytes"
cp "$out" "$work/first"
expect 0 waymark find "$db" --need mood.low --age 30 --at NE1 --as-of 2026-02-01 --json
cmp -s "$work/first" "$out" || fail "the second answer differs"

title "options and query object are one language"
cat >"$work/query" <<'JSON'
{
  "needs": ["mood.low"],
  "facts": {"age": {"years": 30}},
  "at": "NE1",
  "as_of": "2026-02-01"
}
JSON
expect 0 waymark find "$db" --query "$work/query" --json
cmp -s "$work/first" "$out" || fail "the query object gives another answer than the options"
expect_input 0 "$work/query" waymark find "$db" --query - --json
cmp -s "$work/first" "$out" || fail "standard input gives another answer than the file"
tr -d '\n' <"$work/query" >"$work/line"
expect 0 waymark find "$db" --query "$work/line" --json
cmp -s "$work/first" "$out" || fail "one line without an end gives another answer"
tr '\n' '\r' <"$work/query" | sed 's/\r/\r\n/g' >"$work/crlf"
expect 0 waymark find "$db" --query "$work/crlf" --json
cmp -s "$work/first" "$out" || fail "line ends of another system give another answer"

title "every option reaches the question"
expect 0 waymark find "$db" --need mood --need carer --dob 2001-05-03 --at NE2 --actor family --about child --as-of 2026-02-01 \
    --now 2026-02-01T09:30 --lang en --limit 1 --fact carer=true --fact 'conditions={"has":["dementia"]}' --json
is "$(value '.understood.needs[]' | sort | tr '\n' ' ')" "carer mood " "needs"
is "$(value '.understood.locality.candidates[].code' | tr '\n' ' ')" "NORTH-TOWN NORTH-DALE " "localities"
expect 0 waymark find "$db" --text "I feel sad" --as-of 2026-02-01 --json
is "$(value '.understood.needs[]')" mood.low "the need of the words"
printf 'I feel sad\n' >"$work/words"
cp "$out" "$work/of-option"
expect_input 0 "$work/words" waymark find "$db" --text - --as-of 2026-02-01 --json
cmp -s "$work/of-option" "$out" || fail "words from standard input give another answer"
printf 'sad \377' >"$work/words"
expect_input 3 "$work/words" waymark find "$db" --text -
err_has "--text: expected UTF-8"
out_has 999

title "no need, no words, no place: everything that is open"
expect 0 waymark find "$db" --as-of 2026-02-01 --json
is "$(value '.sections[].cards[].service' | sort | tr '\n' ' ')" \
    "carers-town duty-desk new-parents-north night-line talking-north young-north " "services"

title "closed services lead to what came after them"
expect 0 waymark find "$db" --need carer --fact carer=true --at NE1 --as-of 2026-02-01
snapshot find-closed.txt

title "many questions, one a line: an answer a line, in step"
cat >"$work/many" <<'JSON'
{"needs":["mood"],"as_of":"2026-02-01"}
{"needs":["carer"],"as_of":"2026-02-01"}

{"needs":["crisis"],"as_of":"2026-02-01"}
JSON
expect 0 waymark find "$db" --query "$work/many" --json
is "$(grep -c . "$out")" 3 "lines"
is "$(sed -n 2p "$out" | awk -f "$tests/json.awk" | sed -n 's/^.understood.needs\[\].*\t//p')" carer "the second need"
cp "$out" "$work/answers"
expect_input 0 "$work/many" waymark find "$db" --query - --json
cmp -s "$work/answers" "$out" || fail "standard input gives other answers than the file"

title "a bad line says which it is; the rest goes on; exit 3 at the end"
cat >"$work/bad" <<'JSON'
{"needs":["mood"],"as_of":"2026-02-01"}
{"needs":["mood"],"as_of":"2026-02-01"
{"needs":["moon"],"as_of":"2026-02-01"}
{"needs":["mood"],"as_of":"2026-02-01","wish":1}
{"facts":{"height":{"years":3}},"as_of":"2026-02-01"}
{"needs":["mood"],"needs":["mood"]}
[1]
{"needs":["carer"],"as_of":"2026-02-01"}
JSON
expect 3 waymark find "$db" --query "$work/bad" --json
is "$(grep -c . "$out")" 8 "lines"
is "$(grep -c '"emergency":\[{"name":"Emergency","value":"999"' "$out")" 8 "answers with the emergency lines"
is "$(grep '"error"' "$out" | sed 's/.*"line":\([0-9]*\).*/\1/' | tr '\n' ' ')" "2 3 4 5 6 7 " "lines with an error"
sed -n 2p "$out" >"$work/error"
leaves "$work/error" | cut -f 1,2 | sort -u >"$work/found"
compare_with "$work/found" find-error.shape
sed -n 8p "$out" | grep -q '"needs":\["carer"\]' || fail "the last line was not answered"
err_is <<'TEXT'
waymark: line 2: line 1, column 39: expected ',' or '}', found the end
waymark: line 3: needs: expected a need of this directory, found "moon"
waymark: line 4: query: expected needs, text, facts, actor_facts, at, actor, about, tried, access, as_of, now, limit or lang; found "wish"
waymark: line 5: facts: facts.height: expected a fact of the directory, found "height"
waymark: line 6: expected each name once, found "needs" twice
waymark: line 7: query: expected an object, found list
TEXT
expect 3 waymark find "$db" --query "$work/bad"
is "$(grep -c '^999  ' "$out")" 8 "answers with the emergency line"

title "the first line may be the bad one"
for first in 'nonsense' '{"needs":["mood"]' '{"needs":["mood"]}}' '"mood"'; do
    { echo "$first"; cat "$work/many"; } >"$work/first-bad"
    expect 3 waymark find "$db" --query "$work/first-bad" --json
    is "$(grep -c . "$out")" 4 "lines after $first"
    is "$(sed -n 1p "$out" | grep -c '"line":1')" 1 "errors of line 1 after $first"
    is "$(grep -c '"release"' "$out")" 3 "answers after $first"
done

title "words that are too long are named, and whom to call stands there all the same"
awk 'BEGIN { for (i = 0; i < 100; i++) printf "so sad "; print "" }' >"$work/words"
for words in "$(cat "$work/words")" -; do
    expect_input 3 "$work/words" waymark find "$db" --text "$words"
    out_has 999
    err_is <<'TEXT'
waymark: --text: expected at most 512 bytes, found more: please say the main thing in fewer words
TEXT
done

title "a line that is too long is one bad line"
{
    head -n 1 "$work/many"
    awk 'BEGIN { printf "{\"text\":\""; for (i = 0; i < 70000; i++) printf "x"; print "\"}" }'
    head -n 1 "$work/many"
} >"$work/long"
expect 3 waymark find "$db" --query "$work/long" --json
is "$(grep -c . "$out")" 3 "lines"
is "$(sed -n 2p "$out" | grep -c '"line":2')" 1 "errors of line 2"
sed -n '2,$p' "$work/long" >"$work/long-first"
expect 3 waymark find "$db" --query "$work/long-first" --json
is "$(grep -c . "$out")" 2 "lines"

title "one query that is broken is one error"
printf '{\n"needs": ["mood"],,\n"as_of": "2026-02-01"\n}\n' >"$work/broken"
expect 3 waymark find "$db" --query "$work/broken" --json
is "$(grep -c . "$out")" 1 "lines"
err_is <<'TEXT'
waymark: line 2, column 19: expected a name in quotes, found ','
TEXT
: >"$work/nothing"
expect 3 waymark find "$db" --query "$work/nothing"
err_has "expected a query, found nothing"
out_has 999
expect 3 waymark find "$db" --query "$work/no-such-file" --json
err_has "no-such-file: cannot be read"
is "$(value '.emergency[].value' | tr '\n' ' ')" "999 111 " "the emergency lines"
expect 3 waymark find "$db" --query "$work"
err_has "Is a directory"

title "bad options name themselves"
expect 3 waymark find "$db" --need moon --as-of 2026-02-01
err_is <<'TEXT'
waymark: needs: expected a need of this directory, found "moon"
TEXT
out_has 999
expect 3 waymark find "$db" --as-of 2026-02-30
err_has 'as_of'
expect 3 waymark find "$db" --dob 2027-01-01 --as-of 2026-02-01
expect 2 waymark find "$db" --fact carer
err_has '--fact: expected NAME=VALUE, found "carer"'
expect 2 waymark find "$db" --dob 2001 --age 25
err_has "expected --age or --dob, found both"
expect 3 waymark find "$db" --fact height=3
err_has 'expected a fact of the directory, found "height"'
expect 3 waymark find "$db" --fact carer=yes
err_has 'carer'

title "timing is beside the answer, not in it"
expect 0 waymark find "$db" --query "$work/many" --json --timing
is "$(grep -c '"elapsed_us":[0-9]*}$' "$out")" 3 "timed answers"
sed 's/,"elapsed_us":[0-9]*}$/}/' "$out" >"$work/untimed"
cmp -s "$work/answers" "$work/untimed" || fail "the answers with timing are others"
expect 0 waymark find "$db" --need mood --timing
grep -Eq '^[0-9]+ microseconds$' "$out" || fail "no time is told"

title "an answer comes before the next question is asked"
if mkfifo "$work/questions" 2>/dev/null; then
    waymark find "$db" --query "$work/questions" --json >"$work/first-answer" 2>/dev/null &
    asker=$!
    exec 3>"$work/questions"
    head -n 1 "$work/many" >&3
    wait_for "first answer" test -s "$work/first-answer"
    exec 3>&-
    wait $asker || fail "the asker did not end well"
fi

title "a database that does not answer still says whom to call"
expect 6 waymark find "$work/no.db" --need mood
out_has 999
err_has "no such file"
expect 6 waymark find "$work/no.db" --need mood --json
is "$(value '.emergency[].value' | tr '\n' ' ')" "999 111 " "the emergency lines"
[ ! -e "$work/no.db" ] || fail "find made a database"

title "asking leaves no trace"
cp "$db" "$work/before.db"
expect 0 waymark find "$db" --text "looking after my father who is depressed"
cmp -s "$db" "$work/before.db" || fail "find changed the database"
! grep -qa "my father" "$work"/a.db* || fail "the words are in the database"
finish
