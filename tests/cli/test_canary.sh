#!/bin/sh
# What is for professionals appears nowhere in the public feed: not in a file, not in a pack when it is unpacked, not in a
# replica. The professional one has it, so that we know that the search would find it.
. "$(dirname "$0")/lib.sh"
packs=$WAYMARK_TOOLS/packs

# search FOLDER TEXT: where the text is, in any file or unpacked pack of the folder
search() {
    grep -rlaF -e "$2" "$1"
    case $1 in
    "$work/feed/"*) ! grep -qaF -e "$2" "$work/unpacked.${1##*/}" || echo "an unpacked pack" ;;
    esac
}

# unpack FOLDER: what its packs say
unpack() {
    find "$1" -name '*.pack' -exec dirname {} + | sort -u | while read -r folder; do
        "$packs" unpack "$folder"/*.pack || fail "$folder cannot be unpacked"
    done
}

# absent EDITION FOLDER|FILE TEXT, present ...: spaces may be left out of a number by whoever stores it
absent() {
    for form in "$3" "$(printf %s "$3" | tr -d ' ')"; do
        found=$(search "$2" "$form")
        [ -z "$found" ] || fail "\"$form\" is in the $1: $found"
    done
}

present() {
    [ -n "$(search "$2" "$3")" ] || fail "\"$3\" is not in the $1: the search is blind"
}

check_canary() {
    present "professional feed" "$work/feed/professional" "$1"
    present "professional replica" "$work/c.db" "$1"
    absent "public feed" "$work/feed/public" "$1"
    absent "public replica" "$work/p.db" "$1"
}

sync_both() {
    unpack "$work/feed/public" >"$work/unpacked.public"
    unpack "$work/feed/professional" >"$work/unpacked.professional"
    expect 0 waymark sync "$work/p.db" --feed "$work/feed" --root "$work/keys/public/root.json" --edition public
    expect 0 waymark sync "$work/c.db" --feed "$work/feed" --root "$work/keys/professional/root.json" --edition professional
}

title "what is professional in the first release"
small_feed
sync_both
canaries="01632 960199;Duty clinician;01632 960198;01632 960177;Duty Desk of the North;duty-desk;the worker who knows the person"
IFS=';'
for canary in $canaries; do
    check_canary "$canary"
done
unset IFS
present "public feed" "$work/feed/public" "01632 960111"
present "public replica" "$work/p.db" "01632 960111"

title "and in a delta"
cp -R "$directory" "$work/source"
sed -i 's/01632 960199/01632 960188/; s/what has helped before/the second canary/; s/Talking therapy for low/Talking, for a low/' \
    "$work/source/services/talking-north.json"
waymark build "$work/source" -o "$work/a.db" >/dev/null || fail "build"
waymark release "$work/a.db" --date 2026-02-28 >/dev/null || fail "release"
expect 0 publish
sync_both
check_canary "01632 960188"
check_canary "the second canary"
find "$work/feed/public" -name '*.1-2.pack' | grep -q . || fail "there is no delta"

title "and where a public service becomes professional, only what was public once is left"
sed -i 's/"status": "active"/"status": "active", "audience": "professional"/; s/01632 960122/01632 960144/' \
    "$work/source/services/young-north.json"
waymark build "$work/source" -o "$work/a.db" >/dev/null || fail "build"
waymark release "$work/a.db" --date 2026-03-31 >/dev/null || fail "release"
expect 0 publish
sync_both
check_canary "01632 960144"
expect 1 waymark show "$work/p.db" young-north

title "no professional contact of the real directory is in its public feed"
expect 0 waymark build "$WAYMARK_SOURCE/directory-data" -o "$work/real.db"
expect 0 waymark release "$work/real.db"
expect 0 waymark publish "$work/real.db" --feed "$work/real" --keys "$work/keys"
expect 0 waymark sync "$work/real-public.db" --feed "$work/real" --root "$work/keys/public/root.json"
waymark export dump "$work/real.db" --edition professional |
    grep -o '{"audience":"professional"[^}]*"value":"[^"]*"' | sed 's/.*"value":"//; s/"$//' | sort -u >"$work/professional"
waymark export dump "$work/real.db" --edition public | grep -o '"value":"[^"]*"' | sed 's/.*"value":"//; s/"$//' | sort -u >"$work/public"
comm -23 "$work/professional" "$work/public" >"$work/canaries"
[ "$(grep -c . "$work/canaries")" -gt 20 ] || fail "there are only $(grep -c . "$work/canaries") professional contacts"
unpack "$work/real/public" >"$work/bodies"
for place in "$work/bodies" "$work/real-public.db"; do
    found=$(grep -aoF -f "$work/canaries" "$place" | sort -u | head -5)
    [ -z "$found" ] || fail "in $place: $found"
done
found=$(grep -rlaF -f "$work/canaries" "$work/real/public")
[ -z "$found" ] || fail "in the public feed: $found"
unpack "$work/real/professional" >"$work/bodies"
grep -qaF -f "$work/canaries" "$work/bodies" || fail "the search is blind"
finish
