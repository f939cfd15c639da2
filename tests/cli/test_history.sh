#!/bin/sh
# release, log, diff, show and export: numbered states, and what is between them.
. "$(dirname "$0")/lib.sh"
db=$work/a.db
source=$work/source
cp -R "$directory" "$source"

title "a database without a release says so"
waymark build "$source" -o "$db" >/dev/null || fail "build"
expect 0 waymark log "$db"
out_is <<'TEXT'
no release yet
TEXT
expect 0 waymark log "$db" --json
out_is <<'TEXT'
[]
TEXT
expect 0 waymark status "$db"
out_is <<'TEXT'
an authoring database, no release yet
TEXT
for command in "show $db mood" "export dump $db" "export dump $db --edition public" "find $db --need mood" "explain $db night-line" \
    "publish $db --feed $work/feed --keys $work/keys" "verify $db"; do
    # shellcheck disable=SC2086
    expect 3 waymark $command
    err_has "no release yet"
    err_has "waymark release makes one"
    # shellcheck disable=SC2086
    expect 3 waymark $command --json
    is "$(value .error.text)" "the directory has no release yet" "the error"
done
[ ! -e "$work/feed" ] || fail "publish without a release made a feed"
expect 1 waymark diff "$db" 1 2
err_has "there is no release 1"
expect 1 waymark show "$db" mood --release 1
err_has "there is no release 1"

title "what is not released can be read with --working"
expect 0 waymark show "$db" mood --working
out_has '"label": "Mood"'
expect 0 waymark export dump "$db" --working
is "$(grep -c . "$out")" 53 "lines of the dump"
expect 0 waymark find "$db" --need mood --working
out_has "Night Line"
expect 0 waymark explain "$db" night-line --working
out_has "Night Line"

title "release freezes it, with a number and a date"
expect 0 waymark release "$db" --date 2026-01-31 --note "the first"
err_empty
out_is <<'TEXT'
release 1 of 2026-01-31: 1 exercise, 8 facts, 6 localities, 4 needs, 2 organizations, 3 places, 1 rule, 7 services, 1 site, 19 texts
TEXT

title "nothing new is no release, and no failure"
remember "$db"
expect 0 waymark release "$db" --date 2026-02-01
out_is <<'TEXT'
nothing new since release 1 of 2026-01-31: 1 exercise, 8 facts, 6 localities, 4 needs, 2 organizations, 3 places, 1 rule, 7 services, 1 site, 19 texts
TEXT
expect 0 waymark release "$db" --json
is "$(value .release),$(value .new)" 1,false "release and new"
shape release.shape
unchanged "$db"

title "a second release"
sed -i 's/"min": 18/"min": 17/; s/first talk/first conversation/' "$source/services/talking-north.json"
sed -i 's/"status": "active"/"status": "closed", "closes_on": "2026-02-27", "successors": ["talking-north"]/' "$source/services/young-north.json"
sed -i 's/"status": "active"/"status": "planned", "opens_on": "2026-05-01"/' "$source/services/carers-town.json"
sed -i 's/"Helping Hands"/"Helping Hands North"/' "$source/organizations/helping-hands.json"
rm "$source/services/old-group.json"
sed 's/night-line/day-line/; s/Night/Day/' "$source/services/night-line.json" >"$source/services/day-line.json"
waymark build "$source" -o "$db" >/dev/null || fail "build"
expect 0 waymark verify "$db"
expect 0 waymark diff "$db" 1 working
cp "$out" "$work/working-diff"
expect 0 waymark show "$db" old-group
expect 1 waymark show "$db" old-group --working
err_has 'there is no record "old-group"'
expect 2 waymark release "$db" --date 2026-02-30
err_has '--date: expected a date like 2026-01-31, found "2026-02-30"'
expect 0 waymark release "$db" --date 2026-02-28 --note "the second" --json
is "$(value .release),$(value .date),$(value .new)" 2,2026-02-28,true "release, date and new"

expect 0 waymark verify "$db"

title "log lists the releases"
expect 0 waymark log "$db"
snapshot log.txt
expect 0 waymark log "$db" --json
snapshot log.json

title "diff says what changed, by field"
expect 0 waymark diff "$db" 1 2
snapshot diff.txt
same_text "$work/working-diff" "$out" "the difference before the release"
expect 0 waymark diff "$db" 1 2 --json
snapshot diff.json
for name in from to opened closed changed withdrawn; do
    grep -q "\"$name\":" "$out" || fail "diff --json has no $name"
done
expect 0 waymark diff "$db" 2 2
out_is <<'TEXT'
no difference
TEXT
expect 0 waymark diff "$db" 2 1
out_has "withdrawn"
expect 2 waymark diff "$db" one two
err_has 'expected a release number or "working", found "one"'
expect 2 waymark diff "$db" 0 1
expect 1 waymark diff "$db" 1 3
err_has "release"

title "show gives a record, as it stands or stood"
expect 0 waymark show "$db" service/talking-north
snapshot show.txt
expect 0 waymark show "$db" talking-north --release 1 --json
snapshot show.json
is "$(value '.eligibility.who.all[].age.min')" 18 "the age of release 1"
expect 0 waymark show "$db" old-group --release 1
out_has '"status": "closed"'
expect 1 waymark show "$db" old-group
err_is <<'TEXT'
waymark: there is no record "old-group"
TEXT
expect 1 waymark show "$db" service/mood
err_has 'there is no record "service/mood"'
expect 2 waymark show "$db" servce/mood
err_has 'expected KIND/ID with a kind of record, found "servce/mood"'
expect 1 waymark show "$db" mood --release 3
expect 2 waymark show "$db" mood --release 2 --working
err_has "expected --working or --release, found both"
expect 2 waymark show "$db" mood --release x

title "an id that two kinds have must be told apart"
sed 's/"id": "market-hall"/"id": "night-line"/' "$source/sites/market-hall.json" >"$source/sites/night-line.json"
waymark build "$source" -o "$db" >/dev/null || fail "build"
expect 2 waymark show "$db" night-line --working
err_has '"night-line" is a service and a site: expected KIND/ID'
expect 0 waymark show "$db" site/night-line --working
out_has "Market Hall"

title "export dump: every record, sorted, canonical, as of any release"
expect 0 waymark export dump "$db"
err_empty
cp "$out" "$work/dump"
is "$(head -c 49 "$work/dump")" '{"id":"small","kind":"directory","record":{"editi' "the first line"
is "$(grep -c . "$work/dump")" 53 "lines"
sed 's/^{"id":"\([^"]*\)","kind":"\([^"]*\)".*/\2 \1/' "$work/dump" >"$work/names"
sort -c "$work/names" || fail "the dump is not sorted by kind and id"
expect 0 waymark export dump "$db" --release 2 -o "$work/dump.2"
out_empty
cmp -s "$work/dump" "$work/dump.2" || fail "the dump of release 2 is not the latest"
expect 0 waymark export dump "$db" --release 1
out_has '"id":"old-group"'
expect 0 waymark export dump "$db" --edition professional
cmp -s "$work/dump" "$out" || fail "the professional edition is not everything"
expect 0 waymark export dump "$db" --edition public --release 1
out_lacks duty-desk
out_lacks professional_only
is "$(grep -c . "$out")" 52 "lines of the public edition"
expect 2 waymark export dump "$db" --edition secret
err_has '--edition: expected professional or public, found "secret"'
expect 2 waymark export dump "$db" --edition public --working
expect 1 waymark export dump "$db" --release 9
echo mine >"$work/mine"
ln -s "$work/mine" "$work/linked.part" # left there by somebody else
expect 0 waymark export dump "$db" --release 2 -o "$work/linked"
cmp -s "$work/linked" "$work/dump.2" || fail "another dump"
is "$(cat "$work/mine") $(ls "$work"/*.part 2>/dev/null)" "mine " "what the link pointed to"
expect 6 waymark export dump "$db" -o "$work/no-such-folder/dump"
err_has "cannot be written"

title "what an export wrote before is not lost when the next one fails"
expect 1 waymark export dump "$db" --release 9 -o "$work/dump.2"
cmp -s "$work/dump" "$work/dump.2" || fail "a failed export destroyed the file"
if [ -w /dev/full ]; then
    expect 6 waymark export dump "$db" -o /dev/full
    err_has "No space left on device"
    expect 6 waymark export dump "$db" -o /dev/full --json
    shape usage-error.shape
fi
is "$(ls "$work" | grep -c part)" 0 "files left behind"
finish
