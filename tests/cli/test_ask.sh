#!/bin/sh
# ask: interviews, as they are typed.
. "$(dirname "$0")/lib.sh"
db=$work/a.db
small_database "$db"

# ask CODE WORDS OF THE COMMAND LINE, with what is typed on standard input
ask() {
    code=$1
    shift
    cat >"$work/typed"
    expect_input "$code" "$work/typed" waymark ask "$@"
    # As it stands on the screen: a line that is long goes on in the next.
    tr '\n' ' ' <"$out" | tr -s ' ' >"$work/flat"
}

flat_has() {
    grep -qF -e "$1" "$work/flat" || {
        fail "expected \"$1\", found:"
        sed 's/^/  | /' "$out" | head -40
    }
}

flat_lacks() {
    ! grep -qF -e "$1" "$work/flat" || fail "expected no \"$1\""
}

# before FIRST SECOND: where FIRST is first said, SECOND has not been said yet
before() {
    head_of=${1%%|*}
    awk -v a="$head_of" -v b="$2" '
        { text = text $0 "\n" }
        END { x = index(text, a); y = index(text, b); exit !(x > 0 && y > 0 && x < y) }' "$out" ||
        fail "expected \"$1\" before \"$2\""
}

title "one question at a time, and each answer sharpens what is shown"
ask 0 "$db" --as-of 2026-02-01 <<'TYPED'
low mood
1
NE1
30
TYPED
err_empty
out_has "This is everything:"
cp "$out" "$work/whole"
sed '/^This is everything/,$d' "$work/whole" >"$out" # what follows is as find prints it
snapshot ask.txt
cp "$work/whole" "$out"
before 999 "What is it about?"
before "What is it about?" "Who is asking?"
before "Who is asking?" "Where do you live?"
before "Where do you live?" "Question 1 of at most 6"
out_has "How old is the person?"
out_has "What that changed:"
out_has "Nothing of this was kept."

title "the answer at the end is the one that find gives"
expect 0 waymark find "$db" --need mood.low --at NE1 --actor self --as-of 2026-02-01 --age 30 \
    --fact pregnancy_ended='{"none":true}' --fact conditions='{"not":["psychosis"]}'
sed -n '/^Who can help/,/^release/p' "$out" >"$work/found_by_find"
ask 0 "$db" --need mood.low --at NE1 --actor self --as-of 2026-02-01 --fact pregnancy_ended='{"none":true}' <<'TYPED'
30
2
TYPED
sed -n '/^Who can help/,/^release/p' "$out" >"$work/found_by_ask"
[ -s "$work/found_by_find" ] || fail "find shows nothing"
same_text "$work/found_by_find" "$work/found_by_ask" "the answer of ask"

title "end of input ends politely, wherever it comes"
ask 0 "$db" --as-of 2026-02-01 </dev/null
out_has "What is it about?"
out_has "This is everything:"
printf 'low mood' >"$work/end"
ask 0 "$db" --as-of 2026-02-01 <"$work/end"
out_has "Who is asking?"
printf 'low mood\n1' >"$work/end"
ask 0 "$db" --as-of 2026-02-01 <"$work/end"
out_has "Where do you live?"

title "whoever asks for somebody else is asked where that person lives"
printf 'low mood\n6\n' >"$work/end"
ask 0 "$db" --as-of 2026-02-01 <"$work/end"
out_has "Where does the person live?"
out_lacks "Where do you live?"

title "more than can be read is told kindly, and asked again"
{
    awk 'BEGIN { for (i = 0; i < 100; i++) printf "so sad "; print "" }'
    echo "low mood"
} >"$work/end"
ask 0 "$db" --as-of 2026-02-01 <"$work/end"
flat_has "Please say the main thing in fewer words."
flat_lacks "bytes"
flat_has "about: Low mood"

title "quit is quit"
ask 0 "$db" --as-of 2026-02-01 <<'TYPED'
low mood
quit
TYPED
out_lacks "This is everything:"
out_has "Nothing of this was kept."

title "why, help and more leave the question as it is"
ask 0 "$db" --need mood.low --at NE1 --actor self --as-of 2026-02-01 <<'TYPED'
why
help
more
TYPED
out_has "Some services are for some ages."
out_has "you would rather not say"
out_has "Who can help"
[ "$(grep -c '^How old is the person\|^> How old is the person' "$out")" -eq 4 ] || fail "the question was not put again each time"

title "what cannot be read says what is expected, and the question stands"
ask 0 "$db" --need mood.low --at NE1 --actor self --as-of 2026-02-01 <<'TYPED'
old enough
17
TYPED
flat_has "Sorry, that does not work: expected an age like 17 or 6 months, or a date of birth like 3 May 2009; found \"old enough\"."
flat_has "Young North: now yes"

title "a date of birth, and an age with words"
for typed in "born 2009-05" "16 years" "3/5/2009" "May 2009" "2009"; do
    ask 0 "$db" --need mood.low --at NE1 --actor self --as-of 2026-02-01 <<TYPED
$typed
TYPED
    flat_has "Young North: now yes"
done

title "back takes back the last answer"
ask 0 "$db" --need mood.low --at NE1 --actor self --as-of 2026-02-01 <<'TYPED'
17
back
40
TYPED
flat_has "Young North: now yes"
flat_has "Young North: now no"
[ "$(grep -c 'Question 1 of' "$out")" -eq 2 ] || fail "the first question was not put again"

title "back goes to what was asked before the questions"
ask 0 "$db" --need mood.low --as-of 2026-02-01 <<'TYPED'
back
1
NE1
back
SE1
TYPED
[ "$(grep -c 'Who is asking?' "$out")" -eq 2 ] || fail "there is nothing before the first"
[ "$(grep -c 'Where do you live? A postcode' "$out")" -eq 2 ] || fail "the place was not asked again"

title "everything skipped, everything declined: it ends, and nothing becomes a no"
for how in skip decline ""; do
    ask 0 "$db" --need mood.low --at NE1 --actor self --as-of 2026-02-01 <<TYPED
$how
$how
$how
$how
$how
$how
$how
$how
TYPED
    flat_lacks "now no"
    flat_lacks "Question 7"
    out_lacks "Not a match"
done

title "a place that is not known is asked again"
ask 0 "$db" --need mood.low --actor self --as-of 2026-02-01 <<'TYPED'
Nowhere Hill
NE1
TYPED
flat_has "That place is not known here."
flat_has "place: Northtown"

title "safety is shown in full before anything else is asked"
ask 0 "$db" --as-of 2026-02-01 <<'TYPED'
I cannot go on
TYPED
out_has "Get help now"
before "Get help now" "Who is asking?"
before "0808 157 0001" "Who is asking?"

title "somebody else: whom it is for is asked, and their facts are theirs"
ask 0 "$db" --need mood.low --at NE1 --as-of 2026-02-01 --json --actor carer --about cared_for <<'TYPED'
80
TYPED
sed -n 2p "$out" >"$work/second"
grep -q '"query":{.*"facts":{"age":{"years":80}}' "$work/second" || fail "the age is not the person's"

title "with --json each step is one line, and a reply may be an object"
ask 0 "$db" --need mood.low --at NE1 --as-of 2026-02-01 --json <<'TYPED'
old
{"fact":"age","value":{"years":30}}
skip
back
quit
TYPED
[ "$(wc -l <"$out")" -eq 5 ] || fail "expected 5 lines, found $(wc -l <"$out")"
sed -n 2p "$out" | grep -q '^{"error":{.*expected an age.*"emergency"' || fail "the second line is no error"
sed -n 3p "$out" | grep -q '^{"query":{.*"years":30.*"asked":1' || fail "the third line is no step"
sed -n 4p "$out" | grep -q '"asked":2' || fail "skipping is no step"
sed -n 5p "$out" | grep -q '"asked":1' || fail "back is no step"

title "with --json every line of input has its line, also one that is no reply"
ask 0 "$db" --need mood.low --at NE1 --as-of 2026-02-01 --json --age 30 --fact pregnancy_ended='{"none":true}' <<'TYPED'
9
{"fact":"carer"
{"fact":"carer","value":true},{"fact":"age","skip":true}
{"fact":"height","value":1}
TYPED
[ "$(wc -l <"$out")" -eq 5 ] || fail "expected 5 lines, found $(wc -l <"$out")"
[ "$(grep -c '^{"error":{.*"emergency"' "$out")" -eq 4 ] || fail "four lines were no replies"

title "what a terminal would obey is shown as text"
printf 'low\033[2Jmood\n\001\n1\n\377\nNE1\n' >"$work/odd"
expect_input 0 "$work/odd" waymark ask "$db" --as-of 2026-02-01
! grep -q "$(printf '\033')" "$out" || fail "an escape went through"

title "wrong use, and a database that is not there"
expect 2 waymark ask
expect 2 waymark ask "$db" --query "$work/typed" --need mood.low
expect 6 waymark ask "$work/none.db"
err_has none.db
out_has 999
expect 3 waymark ask "$db" --need no.such
out_has 999
expect 3 waymark ask "$db" --need no.such --json
[ "$(grep -c '"emergency"' "$out")" -eq 1 ] || fail "an error is one line, with the emergency lines"

title "nothing that is typed is kept"
cp "$db" "$work/before.db"
ask 0 "$db" --as-of 2026-02-01 <<'TYPED'
zebrafish and low mood
1
NE1
30
TYPED
cmp -s "$db" "$work/before.db" || fail "the database has changed"
! grep -rlaF zebrafish "$work" --include='*.db*' || fail "what was typed is in a file"

# ---- the real directory: the people that this is for ----
real=$work/real.db
waymark build "$WAYMARK_SOURCE/directory-data" -o "$real" >/dev/null || fail "build"
waymark release "$real" --date 2026-01-05 >/dev/null || fail "release"

title "a nurse between two patients"
ask 0 "$real" --now 2026-01-15T10:00 --actor professional --at Swindon <<'TYPED'
panic attacks
34
skip
no
more
quit
TYPED
out_has "How old are they?"
out_has "NHS Talking Therapies, Swindon"
out_has "What that changed:"
out_has "Question 2 of at most 6"
out_lacks "Who is asking?"

title "a carer who asks for someone"
ask 0 "$real" --now 2026-01-15T10:00 <<'TYPED'
caring
3
2
Bath
82
skip
skip
skip
skip
TYPED
out_has "Who is it for?"
before "How old are they?" "About yourself: "

title "a suicidal 15-year-old: help before any question"
ask 0 "$real" --now 2026-01-15T03:10 <<'TYPED'
I want to kill myself

1
Swindon

15
TYPED
before "Get help now" "Who is asking?"
before "Childline" "Who is asking?"
before "Please read this first" "Who is asking?"
before "Childline" "Question 1 of at most 6"
flat_has "Childline: now yes"

title "tablets were taken: nothing is asked until the person asks to go on"
ask 0 "$real" --now 2026-01-15T03:10 <<'TYPED'
I took all my tablets

TYPED
out_has "Get help now"
flat_has "There is no hurry."
out_lacks "Who is asking?"
out_lacks "Question 1"
ask 0 "$real" --now 2026-01-15T03:10 <<'TYPED'
I took all my tablets
go on
1
Swindon
TYPED
before "There is no hurry." "Who is asking?"

title "everything declined"
ask 0 "$real" --now 2026-01-15T10:00 --actor self --at Swindon --text "panic attacks" <<'TYPED'
decline
decline
decline
decline
decline
decline
decline
decline
TYPED
flat_lacks "Question 7"
flat_lacks "now no"
out_has "This is everything:"
out_has "Who can help"
finish
