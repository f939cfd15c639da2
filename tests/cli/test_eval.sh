#!/bin/sh
# eval: a line in, a line out, in step.
. "$(dirname "$0")/lib.sh"

title "verdicts, what is missing, near misses"
cat >"$work/in" <<'JSON'
{"service":{"who":{"age":{"min":18}}},"facts":{"age":{"years":30},"as_of":"2026-02-01"}}
{"service":{"who":{"age":{"min":18}}},"facts":{"age":{"years":17},"as_of":"2026-02-01"}}
{"service":{"who":{"all":[{"is":"carer"},{"age":{"min":18}}]}},"facts":{"as_of":"2026-02-01"}}
{"service":{"who":{"check":"Ring first."}},"facts":{"as_of":"2026-02-01"}}
{"service":{"who":{"const":true},"not_for":[{"when":{"is":"carer"},"reason":"x","soft":true}]},"facts":{"carer":true,"as_of":"2026-02-01"}}
JSON
expect_input 0 "$work/in" waymark eval
err_empty
out_is <<'JSON'
{"verdict":"ELIGIBLE","missing":[],"near_miss":false}
{"verdict":"NOT_ELIGIBLE","missing":[],"near_miss":true}
{"verdict":"UNKNOWN","missing":["age","carer"],"near_miss":false}
{"verdict":"CHECK_WITH_SERVICE","missing":["?ask_service"],"near_miss":false}
{"verdict":"JOINT","missing":[],"near_miss":false}
JSON
cp "$out" "$work/plain"
expect_input 0 "$work/in" waymark eval --json
cmp -s "$work/plain" "$out" || fail "--json gives something else"

title "bad lines stay in step; exit 3 at the end"
cat >"$work/in" <<'JSON'
{"service":{"who":{"const":true}},"facts":{"as_of":"2026-02-01"}}
{"service":{"who":{"const":true}},"facts":{"as_of":"2026-02-01"}

{"service":{"who":{"magic":true}},"facts":{"as_of":"2026-02-01"}}
{"service":{"who":{"const":true}},"facts":{}}
{"service":{"who":{"const":false}},"facts":{"as_of":"2026-02-01"}}
JSON
expect_input 3 "$work/in" waymark eval
snapshot eval-bad.txt
awk 'BEGIN { printf "{\"x\":\""; for (i = 0; i < 600000; i++) printf "x"; print "\"}" }' >"$work/long"
head -n 1 "$work/in" >>"$work/long"
expect_input 3 "$work/long" waymark eval
is "$(grep -c . "$out")" 2 "lines"
is "$(sed -n 1p "$out" | grep -c '"line":1')" 1 "errors of line 1"
is "$(sed -n 2p "$out")" '{"verdict":"ELIGIBLE","missing":[],"near_miss":false}' "line 2"
printf '{"service":{"who":{"is":"\377"}},"facts":{"as_of":"2026-02-01"}}\n' >"$work/utf8"
expect_input 3 "$work/utf8" waymark eval
out_has "UTF-8"

title "criteria of full depth in lists"
awk 'BEGIN {
    printf "{\"service\":{\"not_for\":[{\"reason\":\"r\",\"when\":"
    for (i = 0; i < 15; i++) printf "{\"all\":["
    printf "{\"level\":{\"severity\":{\"min\":\"mild\"}}}"
    for (i = 0; i < 15; i++) printf "]}"
    print "}]},\"facts\":{\"severity\":\"mild\",\"as_of\":\"2026-02-01\"}}"
}' >"$work/deep"
expect_input 0 "$work/deep" waymark eval
out_is <<'JSON'
{"verdict":"NOT_ELIGIBLE","missing":[],"near_miss":true}
JSON

title "a fact of another form than the criteria use is named, also one of other people"
cat >"$work/in" <<'JSON'
{"service":{"who":{"is":"carer"}},"facts":{"carer":"yes","as_of":"2026-02-01"}}
{"service":{"who":{"about":{"who":"child","that":{"is":"carer"}}}},"facts":{"child":{"people":[{},{"carer":{"none":true}}]},"as_of":"2026-02-01"}}
JSON
expect_input 3 "$work/in" waymark eval
out_is <<'JSON'
{"error":{"line":1,"text":"facts.carer: expected true or false, found \"yes\""}}
{"error":{"line":2,"text":"facts.child.people[1].carer: expected true or false, found an object with \"none\""}}
JSON

title "input that cannot be read ends it"
expect_input 3 "$work" waymark eval
out_empty
err_has "reading failed"

title "no input is no output"
: >"$work/nothing"
expect_input 0 "$work/nothing" waymark eval
out_empty

title "localities from CSV: columns in any order, names in quotes"
printf '\357\273\277parent,code,name,kind\r\n,A,"A, the ""top""",nation\r\nA,B,"Two\nlines",system\r\nB,C,C,place\r\n' >"$work/tree.csv"
cat >"$work/in" <<'JSON'
{"service":{"who":{"area":{"of":["residence"],"in":["B"]}}},"facts":{"residence_area":"C","as_of":"2026-02-01"}}
{"service":{"who":{"area":{"of":["residence"],"in":["C"]}}},"facts":{"residence_area":"B","as_of":"2026-02-01"}}
{"service":{"who":{"area":{"of":["residence"],"in":["C"]}}},"facts":{"residence_area":{"none":true},"as_of":"2026-02-01"}}
JSON
expect_input 0 "$work/in" waymark eval --localities "$work/tree.csv"
out_is <<'JSON'
{"verdict":"ELIGIBLE","missing":[],"near_miss":false}
{"verdict":"UNKNOWN","missing":["residence_area"],"near_miss":false}
{"verdict":"CHECK_WITH_SERVICE","missing":["?ask_service"],"near_miss":false}
JSON

title "a large tree with every name in quotes"
awk 'BEGIN { print "code,name,kind,parent"; for (i = 1; i <= 20000; i++) printf "L%d,\"Locality, number %d\",place,%s\n", i, i, i == 1 ? "" : "L1" }' \
    >"$work/large.csv"
printf '{"service":{"who":{"area":{"of":["gp"],"in":["L1"]}}},"facts":{"gp_area":"L20000","as_of":"2026-02-01"}}\n' >"$work/one"
expect_input 0 "$work/one" waymark eval --localities "$work/large.csv"
out_has ELIGIBLE

title "localities from a database, released or not"
waymark build "$directory" -o "$work/a.db" >/dev/null || fail "build"
printf '{"service":{"who":{"area":{"of":["gp"],"in":["NORTH"]}}},"facts":{"gp_area":"NORTH-DALE","as_of":"2026-02-01"}}\n' >"$work/one"
expect_input 0 "$work/one" waymark eval --dir "$work/a.db"
out_has ELIGIBLE
waymark release "$work/a.db" >/dev/null || fail "release"
expect_input 0 "$work/one" waymark eval --dir "$work/a.db"
out_has ELIGIBLE

title "a bad tree is exit 3, names file and line, and evaluates nothing"
bad_tree() {
    printf "$1" >"$work/bad.csv"
    expect_input 3 "$work/one" waymark eval --localities "$work/bad.csv"
    out_empty
    err_has "$2"
}
bad_tree 'code,name,kind\nA,A,nation\n' 'WORK/bad.csv: line 1: expected a column "parent", found none'
bad_tree '' 'WORK/bad.csv: line 1: expected a first line'
bad_tree 'code,name,kind,parent\nA,"A,nation,\n' 'expected a closing quote, found the end'
bad_tree 'code,name,kind,parent\nA,"A"x,nation,\n' 'WORK/bad.csv: line 2: expected a comma or the end of the line after a quote'
bad_tree 'code,name,kind,parent\nA,"two\nlines",nation,\nB,B\n' 'WORK/bad.csv: line 4: expected as many fields as in the first line'
bad_tree 'code,name,kind,parent\nA,A,nation,\nA,A,nation,\n' 'bad.csv: '
bad_tree 'code,name,kind,parent\nA,A,nation,B\nB,B,nation,A\n' 'bad.csv: '
bad_tree 'code,name,kind,parent\nA,A,nation,X\n' 'bad.csv: '
bad_tree 'code,name,kind,parent\nA,\377,nation,\n' 'expected UTF-8'
expect_input 3 "$work/one" waymark eval --localities "$work/none.csv"
err_has "none.csv: cannot be read"
expect_input 6 "$work/one" waymark eval --dir "$work/none.db"
finish
