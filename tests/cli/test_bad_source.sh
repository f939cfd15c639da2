#!/bin/sh
# Bad input in a source folder: each mistake is named, with its file or record, and nothing is changed.
. "$(dirname "$0")/lib.sh"
db=$work/a.db
source=$work/source
small_database "$db"
remember "$db"

fresh() {
    chmod -R u+rwx "$source" 2>/dev/null
    rm -rf "$source"
    cp -R "$directory" "$source"
}

# refused TEXT: build is exit 3 and changes nothing, check is exit 1, both with this text
refused() {
    expect 3 waymark build "$source" -o "$db"
    out_empty
    err_has "$1"
    err_has "nothing was changed"
    unchanged "$db"
    expect 1 waymark check "$source"
    out_has "$1"
    err_empty
    fresh
}

service() {
    sed -i "$1" "$source/services/${2:-talking-north}.json"
}

fresh
title "a folder that is not there, or is a file"
expect 3 waymark build "$work/none" -o "$db"
err_has "WORK/none: expected a folder"
expect 3 waymark build "$source/directory.json" -o "$db"
err_has "expected a folder"
expect 6 waymark check "$work/none"
err_has "WORK/none"
unchanged "$db"

title "an unreadable file"
if [ "$(id -u)" != 0 ]; then
    chmod 0 "$source/services/talking-north.json"
    refused "error: services/talking-north.json: "
fi
ln -s nowhere "$source/services/linked.json"
refused "error: services/linked.json: WORK/source/services/linked.json: cannot be read: No such file or directory"

title "a folder where a file is expected, and the reverse"
mkdir "$source/services/folder.json"
refused "error: services/folder.json: "
rm -r "$source/exercises" && echo x >"$source/exercises"
expect 3 waymark build "$source" -o "$db"
err_has "exercises"
unchanged "$db"
fresh

title "invalid UTF-8"
service 's/Talking therapy/Talking \xff therapy/'
refused "error: services/talking-north.json: line 7, column "
printf '\357\273\277' | cat - "$directory/services/night-line.json" >"$source/services/night-line.json"
refused "error: services/night-line.json: "

title "a duplicate key"
service 's/"status": "active",/"status": "active", "status": "closed",/'
refused 'error: services/talking-north.json: expected each name once, found "status" twice'

title "NUL in a string, raw and escaped"
service 's/Talking North/Talking \\u0000 North/'
refused "error: services/talking-north.json: line 3, column "
tr '7' '\000' <"$directory/services/night-line.json" >"$source/services/night-line.json"
refused "error: services/night-line.json: line "

title "a number that is no integer"
sed -i 's/5497000/54.97/' "$source/sites/market-hall.json"
refused "error: sites/market-hall.json: line 6, column "
sed -i 's/5497000/9007199254740993/' "$source/sites/market-hall.json"
refused "error: sites/market-hall.json: "

title "an end that comes too early, and something behind the end"
head -c 300 "$directory/services/talking-north.json" >"$source/services/talking-north.json"
refused "error: services/talking-north.json: line "
echo '{}' >>"$source/services/talking-north.json"
refused "error: services/talking-north.json: line "
: >"$source/services/talking-north.json"
refused "error: services/talking-north.json: line 1, column 1: expected a value, found the end"
echo '[]' >"$source/services/talking-north.json"
refused 'error: services/talking-north.json: expected an object with an "id", found none'

title "nested too deeply, and too large"
awk 'BEGIN { printf "{\"id\":\"deep\",\"x_deep\":"; for (i = 0; i < 1000; i++) printf "["; for (i = 0; i < 1000; i++) printf "]"; print "}" }' \
    >"$source/services/deep.json"
refused "error: services/deep.json: "
awk 'BEGIN { printf "{\"id\":\"huge\",\"x_huge\":\""; for (i = 0; i < 300000; i++) printf "x"; print "\"}" }' >"$source/services/huge.json"
refused "error: services/huge.json: "
err_count=$(grep -c 'expected at most 262144 bytes' "$out")
is "$err_count" 1 "messages about the size"

title "a misspelt folder, and a file of another kind"
mv "$source/services" "$source/service"
refused "error: service: expected directory.json, README.md or the folder of a kind of record, found another name"
echo x >"$source/services/notes.txt"
refused "error: services/notes.txt: expected a .json or .jsonl file (or README.md), found another name"
rm "$source/directory.json"
refused "error: directory.json: expected this file, found none"

title "an id that is not the file's name"
mv "$source/services/talking-north.json" "$source/services/talking-west.json"
refused 'error: services/talking-west.json: id: expected "talking-west" (the file'"'"'s name), found "talking-north"'
sed 's/"id": "night-line"/"id": "_night"/' "$directory/services/night-line.json" >"$source/services/_night.json"
refused 'error: services/_night.json: id: expected a letter or digit'
awk 'BEGIN { for (i = 0; i < 81; i++) printf "x" }' >"$work/long"
sed "s/\"id\": \"NE1\"/\"id\": \"$(cat "$work/long")\"/" "$directory/places/places.jsonl" >"$source/places/places.jsonl"
refused "error: places/places.jsonl:1: id: expected a letter or digit"

title "ids that differ only in case"
sed 's/"id": "night-line"/"id": "Night-Line"/' "$directory/services/night-line.json" >"$source/services/Night-Line.json"
refused "case"

title "a record in two files"
grep '"id": "NE1"' "$directory/places/places.jsonl" >"$source/places/NE1.json"
refused "error: places/NE1: id: expected once in this folder, found twice"

title "a bad line among lines"
sed -i '2s/"kind"/kind/' "$source/needs/needs.jsonl"
sed -i '2s/"label"/label/' "$source/needs/needs.jsonl"
refused "error: needs/needs.jsonl:2: line 1, column "

title "an unknown need, and other references to nothing"
service 's/"mood.low"\]/"moon"]/'
refused 'error: service/talking-north: needs[0]: expected a need that is there, found "moon"'
service 's/"areas": \["NORTH"\]/"areas": ["NORTHH"]/'
refused 'error: service/talking-north: areas[0]: '
service 's/"organization": "northern-trust"/"organization": "nobody"/'
refused 'error: service/talking-north: organization: '
service 's/"in": \["NORTH"\]/"in": ["NOWHERE"]/'
refused 'NOWHERE'
service 's/"conditions": \["psychosis"\]/"conditions": ["gout"]/'
refused 'gout'
service 's/{ "is": "carer" }/{ "is": "pilot" }/' carers-town
refused 'pilot'

title "unsatisfiable ages"
service 's/"min": 18/"min": 40, "max": 30/'
refused "error: service/talking-north: eligibility.who"
service 's/{ "age": { "min": 18 } },/{ "age": { "min": 18 } }, { "age": { "before": 16 } },/'
refused "expected conditions that someone can meet, found that nobody can"

title "a successor that is missing, or goes round in a circle"
service 's/"successors": \["carers-town"\]/"successors": ["carers-city"]/' old-group
refused 'error: service/old-group: successors[0]: expected a service that is there, found "carers-city"'
service 's/"status": "active"/"status": "closed", "closes_on": "2025-07-01", "successors": ["old-group"]/' carers-town
refused "circle"
service 's/"successors": \["carers-town"\]/"successors": ["old-group"]/' old-group
refused "error: service/old-group: successors"

title "a locality tree that goes round in a circle"
sed -i 's/"kind": "nation"/"kind": "nation", "parent": "NORTH"/' "$source/localities/localities.jsonl"
refused "error: directory: locality ENGLAND: expected a parent above it, found a circle"

title "unknown and missing fields"
service 's/"status": "active",/"status": "active", "colour": "blue",/'
refused 'error: service/talking-north: colour: '
service '/"organization"/d'
refused 'error: service/talking-north: organization: '
service 's/"status": "active"/"status": "opne"/'
refused 'error: service/talking-north: status: '
service 's/"reason": "served_by_another_service",/"reason": "served_by_another_service", "audience": "professional",/'
refused 'error: service/talking-north: eligibility.not_for[0].audience: '

title "all mistakes are told at once, as JSON too"
service 's/"mood.low"\]/"moon"]/'
service 's/"mood"\]/"noon"]/' young-north
echo '{' >"$source/services/night-line.json"
expect 3 waymark build "$source" -o "$db" --json
shape build-refused.shape
is "$(value .changed)" 0 "changed"
value '.rejected[].record' | sort -u >"$work/found"
is "$(tr '\n' ' ' <"$work/found")" "service/talking-north service/young-north services/night-line.json " "records"
is "$(grep -c '^error: ' "$err")" "$(value '.rejected[].text' | grep -c .)" "errors told to people and to programs"
unchanged "$db"

title "a database is not made for a folder with mistakes"
expect 3 waymark build "$source" -o "$work/new.db"
[ ! -e "$work/new.db" ] || fail "a database was made"

title "what is said of a record does not steer a terminal"
fresh
service 's/"colour"//; s/"status": "active",/"status": "active", "\\u001b[31mred": 1,/'
expect 3 waymark build "$source" -o "$db"
! grep -q "$(printf '\033')" "$err" || fail "an escape sequence was printed"
finish
