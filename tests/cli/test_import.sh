#!/bin/sh
# import oruk and export oruk: other people's services in, line by line, and out again.
. "$(dirname "$0")/lib.sh"
db=$work/a.db
file=$work/feed.ndjson

# service NUMBER NAME [MEMBERS]: one service of the extended form
service() {
    printf '{"id":"00000000-0000-4000-8000-00000000000%s","name":"%s","status":"active","description":"About %s.",' "$1" "$2" "$2"
    printf '"organization":{"id":"00000000-0000-4000-9000-000000000001","name":"Helpers","legal_status":"VCFSE"},'
    printf '"phones":[{"id":"p","number":"01632 960001"}],"minimum_age":18,"wait_time":"6 weeks","fees_description":"Free",'
    printf '"schedules":[{"id":"s","freq":"WEEKLY","byday":"MO,TU","opens_at":"09:00","closes_at":"17:00:00"}],'
    printf '"service_areas":[{"id":"a","name":"North","extent":"E06000001","extent_type":"ons-code"}],'
    printf '"service_at_locations":[{"id":"l","location":{"id":"00000000-0000-4000-a000-000000000001","location_type":"physical",'
    printf '"latitude":51.12345,"longitude":-1.5,"addresses":[{"id":"d","address_1":"1 Long Lane","city":"Anytown","state_province":"",'
    printf '"postal_code":"ab12cd","country":"GB","address_type":"physical"}]}}],'
    printf '"attributes":[{"id":"t","taxonomy_term":{"id":"mood.low","code":"mood.low","name":"Low mood","taxonomy":"need"}}]%s}\n' "${3:-}"
}

cat >"$work/localities.csv" <<'TEXT'
code,name,kind,parent
E92000001,England,nation,
E06000001,North,place,E92000001
TEXT
{
    service 1 "Talking"
    service 2 "Walking" ',"offers":["peer_support"],"alert":"Moved","kind":null'
} >"$file"

title "into a new database go services, and the vocabulary that they use"
expect 0 waymark import oruk "$file" -o "$db" --localities "$work/localities.csv" --json
err_is <<'END'
note: 2 x no field for "location_type", kept beside the record, such as "physical" in line 1
note: 1 x no field for "alert", kept beside the record, such as "Moved" in line 2
END
is "$(value .records.service),$(value .records.need),$(value .records.locality),$(value .records.site)" 2,1,2,1 "records"
expect 0 waymark show "$db" service/00000000-0000-4000-8000-000000000001 --working --json
out_has '"hours":{"weekly":[{"closes":"17:00","days":["MO","TU"],"opens":"09:00"}]}'
out_has '"eligibility":{"who":{"age":{"min":18}}}'
out_has '"kind":"other"'
out_has '"x_derived":["kind"]'
expect 0 waymark show "$db" service/00000000-0000-4000-8000-000000000002 --working --json
out_has '"kind":"peer_support"'
out_has '"x_oruk":{"alert":"Moved"}'
expect 0 waymark show "$db" site/00000000-0000-4000-a000-000000000001 --working --json
out_has '"name":"1 Long Lane"'
out_has '"postcode":"AB1 2CD"'
out_has '"lat":5112345,"lon":-150000'

title "the same file again changes nothing"
remember "$db"
expect 0 waymark import oruk "$file" -o "$db" --json
is "$(value .changed)" 0 "changed"
unchanged "$db"

title "lists and pages are the same services"
{ printf '[\n'; sed '1s/$/,/' "$file"; printf ']\n'; } >"$work/list.json"
expect 0 waymark import oruk "$work/list.json" -o "$db" --source feed.ndjson --json
is "$(value .changed)" 0 "changed by a list"
{ printf '{"total_items":2,"contents":[\n'; sed '1s/$/,/' "$file"; printf '],"page_number":1}\n'; } >"$work/page.json"
expect 0 waymark import oruk "$work/page.json" -o "$db" --source feed.ndjson --json
is "$(value .changed)" 0 "changed by a page"

title "one page of several is not the whole feed"
sed 's/"total_items":2/"total_items":9/' "$work/page.json" >"$work/part.json"
expect 1 waymark import oruk "$work/part.json" -o "$db" --source feed.ndjson
err_has "expected 9 services, as its pages say, found 2"
unchanged "$db"

title "a document that ends in the middle changes nothing"
head -c 1500 "$work/list.json" >"$work/cut.json"
expect 3 waymark import oruk "$work/cut.json" -o "$db" --source feed.ndjson
err_has "found the end of the file"
unchanged "$db"

title "the extended form reads back to the same records"
expect 0 waymark export oruk "$db" --working -o "$work/out.ndjson"
expect 0 waymark import oruk "$work/out.ndjson" -o "$work/b.db" --localities "$work/localities.csv" --source feed.ndjson
waymark export dump "$db" --working >"$work/one"
waymark export dump "$work/b.db" --working >"$work/two"
same_text "$work/one" "$work/two" "what was read back"

title "the strict form has no phones and no eligibility"
expect 0 waymark export oruk "$db" --working --strict
out_lacks phones
out_lacks eligibility
out_lacks wait_time
out_lacks null
out_has '"latitude":51.12345,"location_type"'

title "a bad line is told with its number, and the rest goes in"
{
    service 1 "Talking"
    echo '{"id":"00000000-0000-4000-8000-000000000002","name":"Walking","status":"open"}'
    echo 'not even JSON'
    service 3 "Gardening"
    service 1 "Again"
} >"$file"
expect 3 waymark import oruk "$file" -o "$db" --json
is "$(value '.rejected[].line' | tr '\n' ' ')" "2 3 5 " "rejected lines"
err_has "feed.ndjson:2: status: expected active, inactive, defunct or temporarily closed, found \"open\""
is "$(value .added),$(value .withdrawn)" 1,0 "added,withdrawn"
expect 0 waymark show "$db" service/00000000-0000-4000-8000-000000000002 --working

title "what a line gets wrong is wrong with that line only, the second one too"
{ service 1 "Talking"; echo 'cut off'; service 3 "Gardening"; } >"$work/second.ndjson"
expect 3 waymark import oruk "$work/second.ndjson" -o "$work/second.db" --json
is "$(value '.rejected[].line'),$(value .records.service)" 2,2 "rejected line, services"

title "pages of a feed, each on a line of its own"
for page in 1 2; do
    printf '{"total_items":2,"page_number":%s,"contents":[%s]}\n' $page "$(service $page "Paged")"
done >"$work/pages.ndjson"
expect 0 waymark import oruk "$work/pages.ndjson" -o "$work/pages.db" --json
is "$(value .records.service)" 2 "services"

title "what stands of a service that is rejected stays, whatever its id is"
{
    service 1 "Talking" | sed 's|"id":"[0-9-]*"|"id":"a/b 1"|'
    service 2 "Walking" | sed 's|"id":"[0-9-]*"|"id":71|'
    service 3 "Gardening" | sed 's|"id":"[0-9-]*",||'
    service 4 "Painting"
} >"$work/odd-ids.ndjson"
expect 0 waymark import oruk "$work/odd-ids.ndjson" -o "$work/odd-ids.db" --json
err_has 'no id, so that one is made from what else it says, such as "Gardening of'
is "$(value .records.service)" 4 "services"
sed 's/"status":"active"/"status":"sometimes"/' "$work/odd-ids.ndjson" >"$work/odd-ids.bad"
expect 3 waymark import oruk "$work/odd-ids.bad" -o "$work/odd-ids.db" --source odd-ids.ndjson --allow-shrink --json
is "$(value .changed),$(value '.rejected[].line' | wc -l)" 0,4 "changed, rejected"

title "nothing is withdrawn where a line cannot be told, and all that is gone is, the next time"
service 4 "Painting" >"$work/odd-ids.one"
{ cat "$work/odd-ids.one"; sed 2d "$work/odd-ids.ndjson" | tail -n 2; echo '{"id":71,"na'; } >"$work/odd-ids.cut"
expect 3 waymark import oruk "$work/odd-ids.cut" -o "$work/odd-ids.db" --source odd-ids.ndjson --json
is "$(value .withdrawn),$(value .records.service)" 0,4 "withdrawn, services"
err_has "a service that nobody can tell, so that none is withdrawn"
expect 0 waymark import oruk "$work/odd-ids.one" -o "$work/odd-ids.db" --source odd-ids.ndjson --allow-shrink --json
is "$(value .withdrawn),$(value .records.service)" 3,1 "withdrawn, services"

title "what has no id gets one, the same each time, and is not taken for another"
sed 's/"id":"[^"]*",//g' "$work/odd-ids.ndjson" >"$work/no-ids.ndjson"
expect 0 waymark import oruk "$work/no-ids.ndjson" -o "$work/no-ids.db" --json
is "$(value .records.service),$(value .records.organization),$(value .records.site)" 4,1,1 "services, organizations, sites"
expect 0 waymark import oruk "$work/no-ids.ndjson" -o "$work/no-ids.db" --json
is "$(value .changed)" 0 "changed by the same again"
sed 's/"addresses":\[[^]]*\]/"name":"Village Hall"/' "$work/no-ids.ndjson" >"$work/halls.ndjson"
expect 0 waymark import oruk "$work/halls.ndjson" -o "$work/halls.db" --json
is "$(value .records.site)" 4 "halls"

title "a file of another kind is told by what it is"
for kind in '\037\213\010gzip' 'PK\003\004ZIP' '\377\376{UTF-16'; do
    printf "$kind" >"$work/other"
    expect 3 waymark import oruk "$work/other" -o "$work/other.db"
    err_has "other: expected JSON in UTF-8, found"
    err_has "${kind##*[0-9\{]}"
done
expect 3 waymark import oruk "$work" -o "$work/other.db"
err_has "WORK: reading failed"

title "whatever type a member has, it is read as that type, and comes back"
for odd in '[1,["a"]]' '"text"' '7' '{"address":[1],"location_type":[2],"taxonomy":[3],"service_at_locations":[4,[5],"x"],"languages":[[6]]}'; do
    cat >"$work/types.ndjson" <<TEXT
{"id":"t1","name":"A","status":"active","service_at_locations":[$odd,["a","b"],"c"],"schedules":$odd,"phones":[$odd],"languages":[$odd],"attributes":[$odd],"service_areas":$odd,"cost_options":[$odd]}
{"id":"t2","name":"B","status":"active","waymark":{"x_oruk":{"is":$odd}}}
{"id":"t3","name":"C","status":"active","organization":{"id":"o","name":"O","organization_identifiers":[$odd],"waymark":{"x_oruk":{"is":$odd}}}}
{"id":"t4","name":"D","status":"active","service_at_locations":[{"location":{"id":"l","addresses":[$odd],"accessibility":[$odd],"waymark":{"x_oruk":{"is":$odd}}}}]}
{"id":"t5","name":"E","status":"active","attributes":[{"taxonomy_term":{"id":"n","name":"N","waymark":{"x_oruk":{"is":$odd}}}}]}
TEXT
    rm -f "$work/types.db"* "$work/types2.db"*
    expect 0 waymark import oruk "$work/types.ndjson" -o "$work/types.db"
    expect 0 waymark export oruk "$work/types.db" --working --strict
    expect 0 waymark export oruk "$work/types.db" --working -o "$work/types.out"
    expect 0 waymark import oruk "$work/types.out" -o "$work/types2.db" --source types.ndjson
    waymark export dump "$work/types.db" --working >"$work/one"
    waymark export dump "$work/types2.db" --working >"$work/two"
    same_text "$work/one" "$work/two" "what came back of $odd"
done

title "what could not be read again does not go in, and stands in no release's way"
{
    printf '{"id":"deep","name":"A","status":"active","x":%s1%s}\n' "$(printf '%047d' 0 | tr 0 '[')" "$(printf '%047d' 0 | tr 0 ']')"
    printf '{"id":"many","name":"B","status":"active","x":[%s1]}\n' "$(printf '%070000d' 0 | sed 's/0/0,/g')"
    service 1 "Talking"
} >"$work/much.ndjson"
expect 3 waymark import oruk "$work/much.ndjson" -o "$work/much.db" --localities "$work/localities.csv" --json
is "$(value '.rejected[].line' | tr '\n' ' ')" "1 2 " "rejected"
expect 0 waymark release "$work/much.db" --date 2026-02-02
expect 0 waymark export oruk "$work/much.db"

title "strictly nothing goes in if anything is wrong"
remember "$db"
expect 3 waymark import oruk "$file" -o "$db" --strict --json
out_has '"changed":0'
unchanged "$db"

title "what the source no longer brings is withdrawn; far fewer services are refused"
{ service 1 "Talking"; service 3 "Gardening"; } >"$file"
expect 0 waymark import oruk "$file" -o "$db" --json
is "$(value .withdrawn)" 1 "withdrawn"
service 4 "Other" >"$work/other.ndjson"
expect 0 waymark import oruk "$work/other.ndjson" -o "$db" --json
is "$(value .withdrawn)" 0 "another source withdraws nothing"
: >"$file"
remember "$db"
expect 1 waymark import oruk "$file" -o "$db"
err_has "--allow-shrink"
unchanged "$db"
expect 0 waymark import oruk "$file" -o "$db" --allow-shrink --json
is "$(value .withdrawn)" 2 "withdrawn" # the organization and the site are the other source's too
is "$(value .records.service)" 1 "services"

title "a locality that is there stays where it is"
sed 's/E06000001,North,place,E92000001/E06000001,South,place,/' "$work/localities.csv" >"$work/moved.csv"
expect 0 waymark import oruk "$work/other.ndjson" -o "$db" --localities "$work/moved.csv" --json
is "$(value .changed)" 0 "changed"

title "a bad code is told with the file that has it"
printf 'code,name,kind,parent\nA b,North,place,\n' >"$work/bad.csv"
expect 3 waymark import oruk "$work/other.ndjson" -o "$work/bad.db" --localities "$work/bad.csv"
err_has 'bad.csv: expected the code of a locality, of letters and digits, found "A b"'

title "terms mean needs by a table, and what means nothing is kept and told"
small_database "$work/s.db"
printf 'vocabulary,code,name,need\nesd,,Feeling Down,mood.low\n,99,,-\n' >"$work/terms.csv"
service 5 "Terms" | sed 's/"id":"mood.low","code":"mood.low","name":"Low mood","taxonomy":"need"/"id":"7","name":"feeling down","taxonomy":"ESD"/;
    s/"attributes":\[/"attributes":[{"id":"u","taxonomy_term":{"id":"99","name":"Any"}},{"id":"v","taxonomy_term":{"id":"98","name":"Rafting"}},/' >"$work/terms.ndjson"
expect 0 waymark import oruk "$work/terms.ndjson" -o "$work/s.db" --terms "$work/terms.csv"
err_has 'a term that is no need here, such as "Rafting"'
expect 0 waymark show "$work/s.db" service/00000000-0000-4000-8000-000000000005 --working --json
out_has '"needs":["mood.low"]'
out_has '"attributes":[{"taxonomy_term":{"id":"98","name":"Rafting"}}]'

title "services that do not say whose they are belong to whose feed it is"
service 6 "Nobody" | sed 's/"organization":{[^}]*},//' >"$work/nobody.ndjson"
rm -f "$work/n.db"*
expect 0 waymark import oruk "$work/nobody.ndjson" -o "$work/n.db" --localities "$work/localities.csv" --source "City feed" --json
is "$(value .records.organization)" 1 "organizations"
expect 0 waymark export oruk "$work/n.db" --working --strict
out_lacks '"organization'
expect 0 waymark export oruk "$work/n.db" --working -o "$work/nobody.out"
expect 0 waymark import oruk "$work/nobody.out" -o "$work/n.db" --source "City feed" --json
is "$(value .changed)" 0 "changed"

title "nothing that a feed says moves the cursor of a terminal"
printf '%s\n' '{"id":"e","name":"N","status":"active","description":"x","odd\u001b[5m":"\u001b[2J\u009bx","organization":{"id":"o","name":"H"}}' \
    '{"id":"f","name":"N","status":"\u001b[31m\u009bx"}' >"$work/odd"
expect 3 waymark import oruk "$work/odd" -o "$work/odd.db"
err_has "note: 1 x no field for"
err_has "status: expected active"
is "$(tr -d '\n\040-\176' <"$err" | od -An -c)" "" "control characters"

title "what cannot be read is told"
expect 3 waymark import oruk "$work/no-such-file" -o "$db"
err_has "cannot be read"

title "whatever the real directory has comes back"
waymark build "$WAYMARK_SOURCE/directory-data" -o "$work/d.db" >/dev/null || fail "the directory cannot be built"
expect 0 waymark export oruk "$work/d.db" --working -o "$work/d.ndjson"
expect 0 waymark import oruk "$work/d.ndjson" -o "$work/d.db" --json
is "$(value .changed)" 0 "changed"

title "the documents of the API: every one once, and pages that say how many there are"
expect 0 waymark export oruk "$work/d.db" --working --api -o "$work/api/"
is "$(ls "$work/api/services" | grep -c json)" "$(wc -l <"$work/d.ndjson" | tr -d ' ')" "services"
is "$(cat "$work"/api/services/pages/*.json | grep -o '"total_items":[0-9]*' | sort -u)" "\"total_items\":$(wc -l <"$work/d.ndjson" | tr -d ' ')" "total"
is "$(cat "$work"/api/services/pages/*.json | grep -c '"last_page":true')" 1 "last pages"
cat "$work"/api/services/*.json >"$work/again.ndjson"
expect 0 waymark import oruk "$work/again.ndjson" -o "$work/d.db" --source d.ndjson --json
is "$(value .changed)" 0 "changed by the documents"

title "what stands there already is not touched"
expect 3 waymark export oruk "$work/d.db" --working --api -o "$work/api"
err_has "expected nothing of that name"
expect 2 waymark export oruk "$work/d.db" --api
expect 2 waymark export dump "$work/d.db" --api -o "$work/x"

title "a file of some size is read by another thread, and comes to the same as a pipe"
{
    n=10
    while [ $n -lt 99 ]; do
        service "0$n" "Service $n" | sed "s/0000000000$n\"/00000000$n\"/"
        n=$((n + 1))
    done
    service 0 "Owned" | sed 's/"organization":{[^}]*}/"organization_id":"00000000-0000-4000-9000-000000000001"/'
    service 1 "Disowned" | sed 's/"organization":{[^}]*}/"organization_id":"nobody"/'
    printf '{"id":"00000000-0000-4000-8000-000000000002","name":"Cut off\n'
    service 3 "Nowhere" ',"eligibility":{"who":{"is":5}}'
    service 0 "Owned again"
} >"$work/large.ndjson"
[ "$(wc -c <"$work/large.ndjson")" -gt 70000 ] || fail "the file is not large"
for how in file pipe; do
    rm -f "$work/$how.db"
    from=$work/large.ndjson
    [ $how = file ] || from=-
    waymark import oruk "$from" -o "$work/$how.db" --source large --localities "$work/localities.csv" --json \
        <"$work/large.ndjson" >"$work/$how.out" 2>"$work/$how.err"
    echo $? >>"$work/$how.out"
    expect 0 waymark export dump "$work/$how.db" --working -o "$work/$how.dump"
done
cmp "$work/file.out" "$work/pipe.out" || fail "the answers differ"
cmp "$work/file.dump" "$work/pipe.dump" || fail "the records differ"
sed "s|^[^:]*/large.ndjson:|-:|" "$work/file.err" | cmp - "$work/pipe.err" || fail "what is told differs"
is "$(grep -c '^-:' "$work/pipe.err")" 4 "rejected"

title "places without a location have documents, too, and no name from outside is the name of a file"
cat >"$work/places.ndjson" <<'TEXT'
{"id":"p1","name":"One","status":"active","service_at_locations":[{"description":"x"},"y"]}
{"id":"p2","name":"Two","status":"active","service_at_locations":[{"description":"x"},{"id":"a/b","location":{"id":"l","name":"L"},"contacts":[]}]}
{"id":"p3","name":"Three","status":"active","waymark":{"x_oruk":{"is":{"service_at_locations":[{"id":"../../../out","description":"x"}]}}}}
TEXT
expect 0 waymark import oruk "$work/places.ndjson" -o "$work/places.db"
mkdir "$work/deep"
expect 0 waymark export oruk "$work/places.db" --working --api -o "$work/deep/api"
is "$(ls "$work/deep/api/service_at_locations" | grep -c json)" 4 "documents"
is "$(ls -A "$work/deep") $(ls "$work"/out.json 2>/dev/null)" "api " "what stands beside it"
expect 0 waymark export oruk "$work/places.db" --working -o "$work/places.out"
expect 0 waymark import oruk "$work/places.out" -o "$work/places.db" --source places.ndjson --json
is "$(value .changed)" 0 "changed"

title "the strict form passes the official schemas, all eleven"
shared=$WAYMARK_SOURCE/../shared/data/oruk/resolved
if [ -d "$shared" ] && python3 -c 'import jsonschema' 2>/dev/null; then
    waymark export oruk "$work/d.db" --working --strict >"$work/strict"
    waymark export oruk "$db" --working --strict >>"$work/strict"
    expect 0 python3 "$tests/valid_oruk.py" "$shared" "$work/strict"
    waymark export oruk "$work/d.db" --working --strict --api -o "$work/strict-api" || fail "the API cannot be written"
    expect 0 python3 "$tests/valid_oruk.py" "$shared" "$work/strict-api"
    out_has "11 schemas"
fi
finish
