#!/bin/sh
# build and check: a source folder becomes the working state, whole or not at all.
. "$(dirname "$0")/lib.sh"
db=$work/a.db
source=$work/source
cp -R "$directory" "$source"

title "build counts what it took"
expect 0 waymark build "$source" -o "$db"
err_empty
out_is <<'TEXT'
1 exercise, 8 facts, 6 localities, 4 needs, 2 organizations, 3 places, 1 rule, 7 services, 1 site, 19 texts
53 changed: 53 added, 0 replaced, 0 withdrawn
TEXT

title "the same folder again changes nothing"
remember "$db"
expect 0 waymark build "$source" -o "$db" --json
snapshot build.json
is "$(value .changed)" 0 "changed"
unchanged "$db"

title "a change, an addition and a withdrawal are counted"
sed -i 's/Somebody to talk to/Somebody to listen/' "$source/services/night-line.json"
rm "$source/exercises/first-steps.json"
rmdir "$source/exercises"
sed 's/helping-hands/new-hands/; s/Helping Hands/New Hands/' "$source/organizations/helping-hands.json" >"$source/organizations/new-hands.json"
expect 0 waymark build "$source" -o "$db" --json
is "$(value .changed),$(value .added),$(value .replaced),$(value .withdrawn)" 3,1,1,1 "changed,added,replaced,withdrawn"
is "$(value .records.organization)" 3 "organizations"

title "what is taken back is not a change"
rm -r "$source"
cp -R "$directory" "$source"
expect 0 waymark build "$source" -o "$db" --json
is "$(value .changed)" 3 "changed"
unchanged "$db"

title "names that begin with a full stop, and README.md, are passed over"
echo notes >"$source/README.md"
echo notes >"$source/services/README.md"
echo notes >"$source/services/.night-line.json.swp"
expect 0 waymark build "$source" -o "$db" --json
is "$(value .changed)" 0 "changed"

title "check finds nothing to say about a good folder, and about its database"
expect 0 waymark check "$source"
err_empty
out_is <<'TEXT'
0 errors, 0 warnings
TEXT
expect 0 waymark check "$db" --json
out_is <<'TEXT'
{"errors":[],"warnings":[]}
TEXT

title "check says what is wrong, where, and how to mend it; warnings alone are exit 0"
sed -i 's/"min": 18/"min": 40, "max": 30/; s/"mood.low"\]/"mood.low", "moon"]/' "$source/services/talking-north.json"
sed -i 's/"of": \["residence", "gp"\]/"of": ["residence"]/' "$source/services/new-parents-north.json"
expect 1 waymark check "$source"
err_empty
snapshot check-errors.txt
expect 1 waymark check "$source" --json
err_empty
shape check.shape
cp "$directory/services/talking-north.json" "$source/services/"
expect 0 waymark check "$source"
snapshot check-warnings.txt

title "build takes a folder with warnings, and the database has the same ones"
expect 0 waymark build "$source" -o "$db"
waymark check "$source" --json >"$work/of-folder"
waymark check "$db" --json >"$work/of-database"
same_text "$work/of-folder" "$work/of-database" "the check of the database"
finish
