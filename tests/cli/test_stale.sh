#!/bin/sh
# A replica that is long offline answers, and every answer says how old it is.
. "$(dirname "$0")/lib.sh"
small_feed
root=$work/keys/public/root.json
expect 0 waymark sync "$work/p.db" --feed "$work/feed" --root "$root"
expect 0 waymark status "$work/p.db" --json
since=$(value .stale_since)
before=$(date -u -d "$since - 1 day" +%Y-%m-%d)
later=$(date -u -d "$since + 400 days" +%Y-%m-%d)

title "until then nothing is said"
for command in "find $work/p.db --need mood --at NE1" "explain $work/p.db talking-north --at NE1" \
    "handover $work/p.db talking-north --at NE1" "gaps $work/p.db"; do
    expect 0 waymark $command --as-of "$before"
    out_lacks "ut of date since"
    out_has "release 1 of 2026-01-31"
    expect 0 waymark $command --as-of "$before" --json
    is "$(value .stale_since)" "" "stale_since of $command"
    is "$(value .released_on)" 2026-01-31 "released_on of $command"
done

title "from then on every answer says so, in text and JSON"
for day in "$since" "$later"; do
    for command in "find $work/p.db --need mood --at NE1" "explain $work/p.db talking-north --at NE1" \
        "handover $work/p.db talking-north --at NE1" "gaps $work/p.db"; do
        expect 0 waymark $command --as-of "$day"
        out_has "ut of date since $since"
        expect 0 waymark $command --as-of "$day" --json
        is "$(value .stale_since)" "$since" "stale_since of $command"
    done
done
expect 0 waymark find "$work/p.db" --need mood --at NE1 --as-of "$later" --json
value '.notes[].code' | grep -q '^stale$' || fail "there is no note that the copy is old"
printf 'low mood\n1\nNE1\n\n30\n' >"$work/said"
expect_input 0 "$work/said" waymark ask "$work/p.db" --as-of "$later"
out_has "$since"

title "what expired stops updates, not answers; and an earlier clock does not bring it back"
expect 4 waymark sync "$work/p.db" --now "$later"
err_has "expired"
expect 0 waymark find "$work/p.db" --need mood --at NE1 --as-of "$later"
expect 0 waymark verify "$work/p.db"
expect 0 waymark sync "$work/p.db" --now 2020-01-01
out_has "nothing new"

title "a number that is to be checked again after a day says so from then on, wherever it is shown"
rm -rf "$work/source"
cp -R "$directory" "$work/source"
sed -i 's/"kind": "phone",/"kind": "phone", "recheck_after": "2026-06-01",/' "$work/source/services/"*.json
waymark build "$work/source" -o "$work/r.db" >/dev/null && waymark release "$work/r.db" --date 2026-02-28 >/dev/null ||
    fail "the directory cannot be built"
warning="This may have changed. Check it before you use it."
for command in "find $work/r.db --need mood --at NE1" "explain $work/r.db talking-north --at NE1" \
    "handover $work/r.db talking-north --at NE1"; do
    expect 0 waymark $command --as-of 2026-06-01
    out_lacks "$warning"
    expect 0 waymark $command --as-of 2026-06-02
    out_has "$warning"
    expect 0 waymark $command --as-of 2026-06-02 --json
    out_has "$warning"
done

title "offline is a folder or nothing"
expect 2 waymark sync "$work/p.db" --feed https://feed.example/ --offline
err_has "--offline"
expect 0 waymark sync "$work/p.db" --feed "$work/feed" --offline
expect 2 waymark sync "$work/p.db" --now yesterday
err_has "--now"
finish
