#!/bin/sh
# explain: one service for one person, with the tree of the verdict.
. "$(dirname "$0")/lib.sh"
db=$work/a.db
small_database "$db"

title "why not, and from when on"
expect 0 waymark explain "$db" talking-north --dob 2008-03-01 --fact 'conditions={"complete":true}' --at NE1 --as-of 2026-02-01
err_empty
snapshot explain.txt

title "as JSON: the card with its explanation"
expect 0 waymark explain "$db" talking-north --dob 2008-03-01 --fact 'conditions={"complete":true}' --at NE1 --as-of 2026-02-01 --json
err_empty
snapshot explain.json
shape explain.shape
is "$(value .verdict),$(value .near_miss),$(value .starts_on)" NOT_ELIGIBLE,true,2026-03-01 "verdict"
for name in node verdict decisive text children; do
    leaves | grep -q "^\.explanation.*\.$name" || fail "the explanation has no $name"
done

title "another day, another verdict"
expect 0 waymark explain "$db" talking-north --dob 2008-03-01 --fact 'conditions={"complete":true}' --at NE1 --as-of 2026-03-01 --json
is "$(value .verdict)" ELIGIBLE "verdict"
printf '{"facts":{"age":{"dob":"2008-03-01"},"conditions":{"complete":true}},\n"at":"NE1","as_of":"2026-03-01"}' >"$work/query"
cp "$out" "$work/first"
expect 0 waymark explain "$db" talking-north --query "$work/query" --json
cmp -s "$work/first" "$out" || fail "the query object gives another card than the options"
expect_input 0 "$work/query" waymark explain "$db" talking-north --query - --json
cmp -s "$work/first" "$out" || fail "standard input gives another card than the file"

title "a no never names the condition"
expect 0 waymark explain "$db" talking-north --age 40 --at NE1 --fact 'conditions={"has":["psychosis"]}' --as-of 2026-02-01
out_has "[no]"
out_lacks psychosis
out_lacks "Hearing what others do not"

title "what cannot be explained says so, and whom to call"
expect 3 waymark explain "$db" no-such-service
err_has 'expected a service of this directory, found "no-such-service"'
out_has 999
expect 3 waymark explain "$db" no-such-service --json
shape usage-error.shape
expect 2 waymark explain "$db" night-line --query x --age 3
out_has 999
expect 6 waymark explain "$work/no.db" night-line
out_has 999
finish
