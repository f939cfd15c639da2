#!/bin/sh
# import oruk of the examples and mock feeds that others publish; they are beside the project, not in it.
. "$(dirname "$0")/lib.sh"
feeds=$WAYMARK_SOURCE/../shared/data/oruk
[ -d "$feeds/validator-mocks" ] || skip "no Open Referral UK feeds beside the project"

# takes FILE SERVICES REJECTED: into an empty database
takes() {
    rm -f "$work/a.db"*
    code=0
    [ "$3" -eq 0 ] || code=3
    expect $code waymark import oruk "$feeds/$1" -o "$work/a.db" --allow-shrink --source feed --json
    is "$(value .records.service),$(value '.rejected[].line' | grep -c .)" "$2,$3" "services and rejected of $1"
}

title "every feed that the validator passes is taken"
for edition in Default Warn; do
    takes "validator-mocks/V3.0-UK-$edition/service_list.json" 1 0
    takes "validator-mocks/V3.0-UK-$edition/service_full.json" 1 0
    err_has 'a position outside Great Britain, such as "100"'
    err_has 'a postcode that is none, such as "ABC1 234"'
    err_has 'schedules that hours cannot say, such as "Community Counselling"'
done

title "a service that is in it 128 times is one"
takes validator-mocks/V3.0-UK-Test/service_list.json 1 127
err_has "expected each service once, found this one again"

title "what the validator fails is taken as far as it can be"
takes validator-mocks/V3.0-UK-Fail/service_list.json "" 4
err_has "name: expected one, found none"
takes validator-mocks/V3.0-UK-Fail/service_full.json 1 0
err_has 'an e-mail address that is none, such as "email-example_com"'

title "examples of the specifications, also of the international one"
for file in site-3.0/examples/service_list.json site-3.0/examples/service_full.json uk-profile/examples/service_list.json \
    uk-profile/examples/service_full.json hsds-3.0/examples/service_full.json hsds-3.1-dev/examples/service_full.json \
    hsds-3.0/mock-hsds-api-data/services/ac148810-d857-441c-9679-408f346de14b.json; do
    takes $file 1 0
    waymark export oruk "$work/a.db" --working --strict >>"$work/strict"
    waymark export oruk "$work/a.db" --working >"$work/extended"
    expect 0 waymark import oruk "$work/extended" -o "$work/a.db" --source feed --json
    is "$(value .changed)" 0 "changed by what was exported of $file"
done

title "the feeds of the validator, from a server"
# serves EDITION: an API that answers as that mock does; $api is its address
serves() {
    [ -z "$server" ] || stop_server
    rm -f "$work/.port"
    "$WAYMARK_TOOLS/oruk_api" /dev/null --list "$feeds/validator-mocks/V3.0-UK-$1/service_list.json" \
        --document "$feeds/validator-mocks/V3.0-UK-$1/service_full.json" --seconds 300 >"$work/.port" &
    server=$!
    wait_for "port" test -s "$work/.port"
    api=http://127.0.0.1:$(cat "$work/.port")
}
# serves_as EDITION CODE SERVICES REJECTED AGAIN
serves_as() {
    rm -f "$work/a.db"*
    serves "$1"
    expect "$2" waymark import oruk "$api/services" -o "$work/a.db" --source feed --json
    is "$(value .records.service),$(value '.rejected[].line' | grep -c .),$(value .feed.again)" "$3" "services, rejected, again of $1"
}
serves_as Default 0 1,0,0
waymark export dump "$work/a.db" --working >"$work/served"
expect 0 waymark import oruk "$feeds/validator-mocks/V3.0-UK-Default/service_full.json" -o "$work/b.db" --source feed
waymark export dump "$work/b.db" --working >"$work/read"
same_text "$work/read" "$work/served" "what came from a server"
serves_as Warn 0 1,0,0
serves_as Test 0 1,0,127
serves_as Fail 3 1,2,1
stop_server

title "what was taken of them leaves in the strict form as the profile wants it"
if python3 -c 'import jsonschema' 2>/dev/null; then
    expect 0 python3 "$tests/valid_oruk.py" "$feeds/resolved" "$work/strict"
fi
finish
