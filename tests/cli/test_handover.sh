#!/bin/sh
# handover: one introduction, on a page, as a text and as JSON; and that nothing of it is left behind.
. "$(dirname "$0")/lib.sh"
db=$work/a.db
small_database "$db"
day="--as-of 2026-02-01"
cat >"$work/details" <<'JSON'
{"consent": "given", "own_words": "I cannot sleep since the move. Please do not tell my neighbours.",
 "adjustments": ["a quiet room"], "communication": "by text first", "dialect": "Silesian",
 "contact": {"name": "K. M.", "phone": "07700 900111"}, "safe_contact": {"how": "ring", "when": "before noon"},
 "who_knows": "my sister", "answers": {"what has helped before": "a long walk"}}
JSON
cat >"$work/query" <<'JSON'
{"needs": ["mood.low"], "at": "NE1", "actor": "gp", "facts": {"age": {"years": 30}}, "as_of": "2026-02-01",
 "access": {"interpreter": "pl"}, "tried": [{"service": "old-group", "outcome": "did_not_help", "date": "2025"}]}
JSON

title "the page: what is known, what is still to ask, who introduces, how to refer"
expect 0 waymark handover "$db" talking-north --query "$work/query" --details "$work/details"
err_empty
snapshot handover.txt

title "as JSON"
expect 0 waymark handover "$db" talking-north --query "$work/query" --details "$work/details" --format json
err_empty
snapshot handover.json
shape handover.shape
is "$(value .may_send),$(value .consent.state)" true,given "consent"
cp "$out" "$work/first"
expect 0 waymark handover "$db" talking-north --query "$work/query" --details "$work/details" --json
cmp -s "$work/first" "$out" || fail "--json and --format json differ"
expect_input 0 "$work/details" waymark handover "$db" talking-north --query "$work/query" --details - --json
cmp -s "$work/first" "$out" || fail "standard input gives another hand-over than the file"

title "as a text for the person: where, and never why"
expect 0 waymark handover "$db" talking-north --query "$work/query" --sms
err_empty
snapshot handover.sms
out_lacks mood
expect 0 waymark handover "$db" night-line --need mood.low --format sms $day
out_has "Open day and night."

title "words of every script pass unharmed, and none may turn the line round"
arabic="لا أستطيع النوم منذ أن انتقلنا إلى هنا وأخاف أن أخرج وحدي في المساء ولا أعرف أحدا أتحدث معه في هذا الحي الجديد"
chinese="自从搬家以后我一直睡不着晚上一个人出门的时候很害怕在这个新的社区里我不认识任何可以说话的人希望有人能用我的语言和我慢慢地谈一谈让我知道下一步该怎么办谢谢你们"
for words in "$arabic" "$chinese"; do
    printf '{"own_words": "%s"}' "$words" >"$work/words"
    expect 0 waymark handover "$db" talking-north --details "$work/words" $day
    tr -d '\n' <"$out" | sed 's/  */ /g' | tr -d ' ' >"$work/joined"
    printf '%s' "$words" | tr -d ' ' >"$work/wanted"
    grep -qF -f "$work/wanted" "$work/joined" || fail "the words were changed: $words"
done
! LC_ALL=C.UTF-8 grep -Eq '^.{101}' "$out" || fail "a line is too long"
printf '{"own_words": "call \\u202e321 now\\u0007"}' >"$work/words"
expect 0 waymark handover "$db" talking-north --details "$work/words" $day
out_has "call  321 now"

title "for the one who asks"
expect 0 waymark handover "$db" talking-north --need mood.low --age 30 --at NE1 $day
err_empty
snapshot handover-own.txt

title "not asked is an answer, not a failure"
expect 0 waymark handover "$db" talking-north --need mood.low --actor gp --json $day
is "$(value .may_send),$(value .consent.state)" false,not_asked "may it be sent"
expect 0 waymark handover "$db" talking-north --need mood.low --actor gp --consent refused --basis safeguarding --json $day
is "$(value .may_send),$(value .consent.basis)" true,safeguarding "may it be sent"
expect 0 waymark handover "$db" talking-north --actor gp --consent refused --json $day
is "$(value .may_send)" false "may it be sent"
is "$(value '.pass_on[].item')" "" "what is passed on of a refusal"

title "a closed service says what took over"
expect 0 waymark handover "$db" old-group --actor gp --consent given $day
out_has "It has closed"
out_has "Carers’ Table"
out_lacks "What to pass on"
expect 1 waymark handover "$db" old-group --actor gp --sms $day
out_empty
err_has "No text"
err_has "call 999"

title "no is said first, and why"
expect 0 waymark handover "$db" young-north --age 30 --actor gp $day
out_has "By its own rules this service would say no."
out_has "For people aged 11 to 17; they are 30"
out_has "You may ring them all the same."

title "what is wrong is named, nothing is printed but whom to call"
expect 3 waymark handover "$db" nowhere
err_has 'found "nowhere"'
out_has 999
expect 3 waymark handover "$db" talking-north --consent perhaps
err_has 'handover.consent: expected given, refused, not_asked or cannot_give, found "perhaps"'
expect 3 waymark handover "$db" talking-north --basis hurry --json
shape usage-error.shape
printf '{"own_word":"x"}' >"$work/bad"
expect 3 waymark handover "$db" talking-north --details "$work/bad"
err_has 'found "own_word"'
printf '{"consent":"given"}' >"$work/bad"
expect 2 waymark handover "$db" talking-north --details "$work/bad" --consent given
err_has 'expected --consent or "consent" in --details, found both'
printf '["given"]' >"$work/bad"
expect 3 waymark handover "$db" talking-north --details "$work/bad"
err_has "--details: expected an object"
expect 2 waymark handover "$db" talking-north --details - --text -
err_has "expected one option that reads standard input, found 2"
expect 2 waymark handover "$db" talking-north --format fax
expect 6 waymark handover "$work/no.db" talking-north
out_has 999

title "nothing of a person is left in any file"
mkdir "$work/quiet"
cp "$db" "$work/quiet/a.db"
printf '{"own_words":"ZEBRAWORDS","contact":{"phone":"ZEBRAPHONE"},"consent":"given"}' >"$work/words"
(cd "$work/quiet" && cksum a.db) >"$work/before"
for format in print sms json; do
    expect_input 0 "$work/words" waymark handover "$work/quiet/a.db" talking-north --text zebratext --actor gp \
        --details - --format $format $day
done
out_has ZEBRAWORDS
(cd "$work/quiet" && cksum a.db) >"$work/after"
same_text "$work/before" "$work/after" "the database"
[ ! -s "$work/quiet/a.db-wal" ] || fail "something was written beside the database"
(cd "$work/quiet" && ls | grep -v '^a\.db\(-wal\|-shm\)\{0,1\}$') && fail "a file was left behind"
! grep -rqi zebra "$work/quiet" || fail "the person's words are in a file beside the database"

title "a text to every service of the directory fits into two, most into one"
waymark build "$WAYMARK_SOURCE/directory-data" -o "$work/d.db" >"$work/.build" && waymark release "$work/d.db" >>"$work/.build" ||
    fail "the directory cannot be built"
made=0
refused=0
long=0
for file in "$WAYMARK_SOURCE"/directory-data/services/*.json; do
    id=${file##*/}
    id=${id%.json}
    if waymark handover "$work/d.db" "$id" --need mood.low --sms >"$out" 2>"$err" </dev/null; then
        made=$((made + 1))
        length=$(head -n 1 "$out" | LC_ALL=C.UTF-8 wc -m)
        [ "$(wc -l <"$out")" -eq 1 ] || fail "$id: the text has more than one line"
        [ "$length" -le 307 ] || fail "$id: the text is too long: $length"
        [ "$length" -le 161 ] || long=$((long + 1))
        grep -q 999 "$out" || fail "$id: the text does not say 999"
    else
        refused=$((refused + 1))
        [ -s "$out" ] && fail "$id: something was printed and refused"
        grep -q "^waymark: No text: " "$err" || fail "$id: $(cat "$err")"
    fi
done
[ "$made" -gt 250 ] || fail "only $made texts were made"
[ "$long" -le $((made / 10)) ] || fail "$long of $made texts need two"
[ "$refused" -gt 0 ] || fail "no text was refused"
finish
