#!/bin/sh
# import places and practices: official lists become what --at understands.
. "$(dirname "$0")/lib.sh"
db=$work/a.db
waymark build "$directory" -o "$db" >/dev/null

title "unit postcodes of a list go in, and a bad line is told"
cat >"$work/units.csv" <<'TEXT'
postcode,lat,lon,locality,lad
NT1 1AA,54.10000,-1.50000,NORTH-TOWN,
NT1 1AB,54.10100,-1.50100,NORTH-TOWN,
NT1 1C,54.10100,-1.50100,NORTH-TOWN,
NT1 1AE,54.10200,-1.50200,NORTH-DALE,
ZE1 0AA,60.1,-1.1,,S12000027
TEXT
expect 3 waymark import places "$work/units.csv" -o "$db"
out_is <<'TEXT'
3 lines taken, 1 rejected, 1 outside, 0 no longer used
1 places, 1 changed, 0 withdrawn, 0 left as they were
TEXT
err_is <<'TEXT'
units.csv:4: expected a postcode such as "BA1 1AA", found "NT1 1C"
TEXT

title "they are found to the unit, near it, and with a slip in them"
locality() {
    expect 0 waymark find "$db" --working --at "$1" --json
    is "$(value .understood.locality.precision) $(value .understood.locality.place)" "$2" "$1"
}
locality "nt1 1ab" "postcode NT1 1AB"
is "$(value .understood.locality.within_m)" 100 "within_m"
is "$(value .understood.locality.code)" NORTH-TOWN "code"
locality "NT1 1AD" "sector NT1 1"
is "$(value .understood.locality.fell_back)" true "fell_back"
is "$(value .understood.locality.code)" NORTH "code"
locality "NTl 1AE" "postcode NT1 1AE"
is "$(value .understood.locality.repaired)" true "repaired"
out_has note.place_repaired
locality "NT1" "outcode NT1"
is "$(value '.understood.locality.candidates[].name' | tr '\n' ' ')" "Northtown Northdale " "candidates"
expect 0 waymark find "$db" --working --at "NT1"
out_has "place: Northtown 67 % or Northdale 33 % (found by outcode"

title "how far a service is, is told with how sure that place is"
printf 'postcode,lat,lon,locality\nNT1 1AB,54.99100,-1.59100,NORTH-TOWN\n' >"$work/near.csv"
cp "$db" "$work/near.db"
expect 0 waymark import places "$work/near.csv" -o "$work/near.db" --allow-shrink
expect 0 waymark find "$work/near.db" --working --at "NT1 1AB" --need carer --fact carer=true
out_has "place: Northtown (found by postcode, right to within 0.1 miles)"
out_has "     about 1.7 miles away"
expect 0 waymark find "$work/near.db" --working --at "NE1" --need carer --fact carer=true
out_has "(found by outcode)"
out_lacks "miles"
printf 'practice_ods,practice_name,status,locality,lat,lon\nL81001,SURGERY,A,NORTH-TOWN,54.99100,-1.59100\n' >"$work/near-practice.csv"
expect 0 waymark import practices "$work/near-practice.csv" -o "$work/near.db"
expect 0 waymark find "$work/near.db" --working --at "NT1 1AB" --need carer --fact carer=true --json
[ -n "$(value '.sections[].cards[].distance_m')" ] || fail "no distance from home"
expect 0 waymark find "$work/near.db" --working --at L81001 --need carer --fact carer=true --json
is "$(value .understood.locality.precision),$(value '.sections[].cards[].distance_m')" "practice," "no distance from where somebody is registered"

title "the same list again changes nothing, a shorter one withdraws, one that is far shorter is refused"
expect 3 waymark import places "$work/units.csv" -o "$db" --json
is "$(value .changed),$(value .records.place),$(value .taken)" 0,1,3 "changed,places,taken"
shape import-places.shape
remember "$db"
mkdir "$work/none"
printf 'postcode,locality\n' >"$work/none/units.csv"
expect 1 waymark import places "$work/none/units.csv" -o "$db"
err_has "as many as before"
err_has "--allow-shrink"
unchanged "$db"
expect 0 waymark import places "$work/none/units.csv" -o "$db" --allow-shrink --json
is "$(value .withdrawn)" 1 "withdrawn"

title "with --strict nothing goes in if a line is bad"
remember "$db"
expect 3 waymark import places "$work/units.csv" -o "$db" --strict --json
is "$(value .rejected[].line)" 4 "line"
unchanged "$db"

title "a folder of files is one list"
mkdir "$work/folder"
printf 'postcode,locality\nNT1 1AA,NORTH-TOWN\n' >"$work/folder/nt.csv"
printf 'postcode,locality\nSP1 1AA,SOUTH-PORT\n' >"$work/folder/sp.csv"
expect 0 waymark import places "$work/folder" -o "$db" --json
is "$(value .records.place)" 2 "places"
expect 0 waymark import places "$work/folder/" -o "$db" --json
is "$(value .changed),$(value .records.place),$(value .kept)" 0,2,0 "changed, places, kept by a name with a slash"
rm "$work/folder/sp.csv"
expect 0 waymark import places "$work/folder//" -o "$db" --json
is "$(value .withdrawn)" 1 "withdrawn"

title "practices are found by code and by name, and are no home"
cat >"$work/practices.csv" <<'TEXT'
practice_ods,practice_name,postcode,status,locality
L81001,THE SURGERY AT NORTHTOWN,NT1 1AA,A,
L81002,OLD SURGERY,NT1 1AA,C,NORTH-TOWN
TEXT
expect 0 waymark import practices "$work/practices.csv" -o "$db" --json
is "$(value .records.place),$(value .terminated)" 1,1 "places,terminated"
locality "l81001" "practice The Surgery at Northtown"
locality "the surgery, at northtown" "practice The Surgery at Northtown"

title "a line that is too long, or has a byte no text has, is one line: the next ones have their own numbers"
{
    echo "postcode,lat,lon,locality,lad"
    printf 'NT1 1AA,54.1,-1.5,NORTH-TOWN,'
    head -c 200000 /dev/zero | tr '\0' x
    printf ',\nNT1 1AB,54.10100,-1.50100,NORTH-TOWN,\nNT1 1C,54.10100,-1.50100,NORTH-TOWN,\n'
    printf 'NT1 1A\0,54.10100,-1.50100,NORTH-TOWN,\n'
} >"$work/long.csv"
cp "$db" "$work/long.db"
expect 3 waymark import places "$work/long.csv" -o "$work/long.db"
out_has "1 lines taken, 3 rejected"
err_is <<'TEXT'
long.csv:2: expected a line of text in UTF-8, found ""
long.csv:4: expected a postcode such as "BA1 1AA", found "NT1 1C"
long.csv:5: expected a line of text in UTF-8, found ""
TEXT

title "what is no such list is refused, and nothing changes"
remember "$db"
expect 3 waymark import practices "$work/folder/nt.csv" -o "$db"
err_has "nt.csv: expected a first line with the columns of a list of practices"
expect 3 waymark import places "$work/nowhere.csv" -o "$db"
err_has "cannot be read"
expect 2 waymark import nothing "$work/folder/nt.csv" -o "$db"
expect 2 waymark import places "$work/folder/nt.csv"
unchanged "$db"

title "check tells nothing of what was imported"
expect 0 waymark check "$db"
out_lacks NT1
finish
