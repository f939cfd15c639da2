#!/bin/sh
# gaps: what no open service covers, for those who plan services.
. "$(dirname "$0")/lib.sh"
db=$work/a.db

# folder NAME: a source folder of its own without services, at $source
folder() {
    source=$work/$1
    rm -rf "$source"
    cp -R "$directory" "$source"
    rm "$source/services/"*.json
    rm -f "$db" "$db-wal" "$db-shm"
}

# service ID NEED AREA WHO MORE
service() {
    printf '{"id":"%s","name":"%s","organization":"helping-hands","kind":"young_team","status":"active","needs":["%s"],"areas":["%s"],"eligibility":{"who":%s,"routes":["self"]}%s}\n' \
        "$1" "$1" "$2" "$3" "$4" "$5" >"$source/services/$1.json"
}

built() {
    waymark build "$source" -o "$db" >/dev/null || fail "the folder cannot be built"
}

everyone='{"const":true}'
adults='{"age":{"min":18}}'
spoken='"languages":["en","pl"]'
line=',"intensity":"risk_support","response":"immediate","hours":{"always":true},"contacts":[{"kind":"phone","value":"111"}],'$spoken
office=',"hours":{"weekly":[{"days":["MO","TU","WE","TH","FR"],"opens":"09:00","closes":"17:00"}]},'$spoken

# In Northdale nothing is missing. In Northtown each kind of gap is planted.
folder planted
for place in DALE TOWN; do
    for need in mood carer; do
        service "$need-$place" "$need" "NORTH-$place" "$everyone" ",\"intensity\":\"help\",$spoken"
    done
    service "crisis-$place" crisis "NORTH-$place" "$everyone" "$line"
done
service crisis-TOWN crisis NORTH-TOWN "$everyone" "$office"
service advice-TOWN carer NORTH-TOWN "$everyone" ",\"intensity\":\"advice\",$spoken"
service night-TOWN carer NORTH-TOWN "$everyone" ",\"intensity\":\"risk_support\",$spoken"
service carer-TOWN carer NORTH-TOWN "$adults" ",\"intensity\":\"help\",\"languages\":[\"en\"],\"interpreting\":{\"languages\":[\"pl\"]}"
service mood-TOWN mood NORTH-TOWN "$adults" ',"languages":["en"]'
sed -i 's/"self"/"gp"/' "$source/services/mood-TOWN.json"
built

title "a table of all places, one letter for each kind of gap"
expect 0 waymark gaps "$db" --working --as-of 2026-03-02
err_empty
snapshot gaps.txt

title "one place, each need with what is missing"
expect 0 waymark gaps "$db" --working --as-of 2026-03-02 --at Northtown
err_empty
snapshot gaps-place.txt
expect 0 waymark gaps "$db" --working --as-of 2026-03-02 --at Northdale
out_has "Northdale: every age has a safety service day and night, besides 999."
out_has "No gap was found."

title "two places side by side"
expect 0 waymark gaps "$db" --working --as-of 2026-03-02 --at Northtown --against Northdale
err_empty
snapshot gaps-two.txt

title "as JSON, in a stable shape"
expect 0 waymark gaps "$db" --working --as-of 2026-03-02 --at Northtown --json
err_empty
shape gaps.shape
snapshot gaps.json
is "$(value '.places[].gaps[].kind')" safety "gap of the place"
for kind in age hours routes languages; do
    value '.places[].needs[].gaps[].kind' | grep -qx $kind || fail "there is no gap of kind $kind"
done
cp "$out" "$work/first"
expect 0 waymark gaps "$db" --working --as-of 2026-03-02 --at NORTH-TOWN --json
cmp -s "$work/first" "$out" || fail "the code of a place gives another report than its name"

title "only some needs, and all below them"
expect 0 waymark gaps "$db" --working --as-of 2026-03-02 --at Northtown --need mood --json
is "$(value '.places[].needs[].need' | sort | tr '\n' ' ')" "mood mood.low " "needs"
is "$(value '.groups[].needs')" 2 "needs of the group"

title "the missing middle"
service carer-TOWN mood NORTH-TOWN "$adults" ',"intensity":"help"'
built
expect 0 waymark gaps "$db" --working --as-of 2026-03-02 --at Northtown --need carer
out_has "intensity  Every age: advice and crisis support, but nothing between."

title "languages that only interpreters have are counted, and told of the needs asked for"
service carer-TOWN carer NORTH-TOWN "$everyone" ',"languages":["en"],"interpreting":{"languages":["*"]}'
rm "$source/services/advice-TOWN.json" "$source/services/night-TOWN.json"
built
expect 0 waymark gaps "$db" --working --as-of 2026-03-02 --at Northtown
out_lacks "Only interpreters"
out_has "Northtown: for 1 need, some languages are there only through an interpreter; --need tells which."
expect 0 waymark gaps "$db" --working --as-of 2026-03-02 --at Northtown --need carer
out_has "languages  Only interpreters have pl."

title "what is full, closed by then or not yet open is not open"
folder lifecycle
service line crisis ENGLAND "$everyone" "$line"
service here mood NORTH-TOWN "$everyone" ",$spoken"
service full carer NORTH-TOWN "$everyone" ",\"accepting\":{\"now\":false,\"full_until\":\"2026-06-30\"},$spoken"
built
expect 0 waymark gaps "$db" --working --at Northtown --need carer --as-of 2026-06-30 --json
is "$(value '.places[].needs[].gaps[].kind')" none "while it is full"
expect 0 waymark gaps "$db" --working --at Northtown --need carer --as-of 2026-07-01 --json
is "$(value '.places[].needs[].gaps[].kind')" "" "when it has room again"
service full carer NORTH-TOWN "$everyone" ",\"status\":\"closing\",\"closes_on\":\"2026-06-30\",$spoken"
sed -i 's/"status":"active",//' "$source/services/full.json"
built
expect 0 waymark gaps "$db" --working --at Northtown --need carer --as-of 2026-06-30 --json
is "$(value '.places[].needs[].gaps[].kind')" "" "on its last day"
expect 0 waymark gaps "$db" --working --at Northtown --need carer --as-of 2026-07-01 --json
is "$(value '.places[].needs[].gaps[].kind')" none "the day after"

title "without services of a whole nation"
expect 0 waymark gaps "$db" --working --at Northtown --need crisis --as-of 2026-03-02 --json
is "$(value '.places[].gaps[].kind')$(value '.places[].needs[].gaps[].kind')" "" "with them"
expect 0 waymark gaps "$db" --working --at Northtown --need crisis --as-of 2026-03-02 --local --json
is "$(value '.places[].gaps[].kind'),$(value '.places[].needs[].gaps[].kind')" safety,none "without"
is "$(value .national_left_out)" 1 "how many are left out"

title "check refuses a place whose people have nobody at night"
expect 0 waymark check "$source"
out_lacks safety_gap
rm "$source/services/line.json"
expect 1 waymark check "$source"
out_has "error: locality/NORTH-TOWN: expected, besides 999, a safety service day and night for every age in Northtown"

title "a released directory, and one that is not"
expect 3 waymark gaps "$db"
err_has "no release"
expect 0 waymark release "$db" --date 2026-02-02
expect 0 waymark gaps "$db" --as-of 2026-03-02 --need mood --json
is "$(value .release),$(value .released_on),$(value .as_of)" 1,2026-02-02,2026-03-02 "what was looked at"

title "wrong use and bad input are named"
expect 2 waymark gaps "$db" --against Northdale
expect 3 waymark gaps "$db" --at Nowhere
err_has 'at: expected a place of this directory, found "Nowhere"'
expect 3 waymark gaps "$db" --at Northtown --against Northtown
err_has 'against: expected another place of this directory, found "Northtown"'
expect 3 waymark gaps "$db" --need flying
err_has 'needs: expected a need of this directory, found "flying"'
expect 6 waymark gaps "$work/no.db"
finish
