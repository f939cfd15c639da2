#!/bin/sh
# keys, publish, sync, status, verify: from an author's release to a client without a network.
. "$(dirname "$0")/lib.sh"
small_database "$work/a.db"
public_root=$work/keys/public/root.json
professional_root=$work/keys/professional/root.json

title "keys are made once, and only their owner can read them"
expect 0 waymark keys init "$work/keys" --json
err_empty
snapshot keys.json
find "$work/keys" -name '*.key' | while read -r key; do
    case $(ls -l "$key") in
    -rw-------*) ;;
    *) echo "$key" ;;
    esac
done >"$work/readable"
[ ! -s "$work/readable" ] || fail "others can read $(cat "$work/readable")"
cp "$public_root" "$work/root.before"
expect 1 waymark keys init "$work/keys"
err_has "keys"
cmp -s "$public_root" "$work/root.before" || fail "the root was replaced"

title "publish writes packs and metadata of both editions"
expect 0 waymark publish "$work/a.db" --feed "$work/feed" --keys "$work/keys" --json
err_empty
shape publish.shape
is "$(value .release)" 1 "release"
is "$(value '.files[].kind' | sort -u | tr '\n' ' ')" "metadata snapshot target " "kinds of file"
is "$(value '.files[].edition' | sort -u | tr '\n' ' ')" "professional public " "editions"
value '.files[].path' | while read -r path; do
    [ -f "$work/feed/$path" ] || echo "$path"
done >"$work/lacking"
[ ! -s "$work/lacking" ] || fail "publish named files that are not there: $(cat "$work/lacking")"
is "$(cd "$work/feed" && find . -type f | sed 's|^\./||' | sort)" "$(value '.files[].path' | sort)" "the files of the feed"
value '.files[].path' >"$work/paths"
value '.files[].bytes' >"$work/bytes"
paste "$work/paths" "$work/bytes" | while read -r path bytes; do
    [ "$(wc -c <"$work/feed/$path")" -eq "$bytes" ] || echo "$path"
done >"$work/lacking"
[ ! -s "$work/lacking" ] || fail "publish told other sizes than $(cat "$work/lacking")"
is "$(tail -n 1 "$work/paths" | sed 's|.*/||')" timestamp.json "the last file written"

title "publish again has nothing to do, and changes no byte"
cp -R "$work/feed" "$work/feed.before"
expect 0 waymark publish "$work/a.db" --feed "$work/feed" --keys "$work/keys"
out_has "release 1: 0 files"
diff -r "$work/feed.before" "$work/feed" >/dev/null || fail "the feed was changed"

title "the same keys, release and day give the same feed"
expect 0 waymark publish "$work/a.db" --feed "$work/feed.again" --keys "$work/keys"
diff -r "$work/feed" "$work/feed.again" >/dev/null || fail "the second feed has other bytes"

title "sync needs a root and a feed, once"
expect 2 waymark sync "$work/p.db"
err_has "--feed"
expect 2 waymark sync "$work/p.db" --feed "$work/feed"
err_has "root"
[ ! -e "$work/p.db" ] || fail "half a command made a replica"

title "a replica whose first sync failed is empty, and says so"
expect 6 waymark sync "$work/p.db" --feed "$work/no-feed" --root "$public_root"
expect 3 waymark find "$work/p.db" --need mood
expect 0 waymark status "$work/p.db" --json
shape status-empty.shape
expect 0 waymark status "$work/p.db"
out_has "an empty replica: sync it first"
expect 3 waymark verify "$work/p.db"
err_has "the replica is empty: sync it first"

title "sync from a folder"
expect 0 waymark sync "$work/p.db" --feed "$work/feed" --root "$public_root" --edition public --json
err_empty
shape sync.shape
is "$(value .from),$(value .to)" 0,1 "from and to"
is "$(value .requests)" $(($(value '.files[].path' | grep -c .) + 1)) "requests: what came, and a next root that is not there"
grep -q '"lagging"' "$out" && fail "sync says that the feed lags"

title "nothing new is two requests and no pack"
remember "$work/p.db"
expect 0 waymark sync "$work/p.db" --json
is "$(value .from),$(value .to),$(value .requests),$(value .bytes.packs)" 1,1,2,0 "from, to, requests and bytes of packs"
unchanged "$work/p.db"
expect 0 waymark sync "$work/p.db"
out_has "nothing new: release 1 (2 requests"

title "the replica is what was published"
waymark export dump "$work/a.db" --edition public >"$work/published"
waymark export dump "$work/p.db" >"$work/held"
same_text "$work/published" "$work/held" "the dump of the replica"
expect 0 waymark sync "$work/c.db" --feed "$work/feed" --root "$professional_root" --edition professional
waymark export dump "$work/a.db" --edition professional >"$work/published"
waymark export dump "$work/c.db" >"$work/held"
same_text "$work/published" "$work/held" "the dump of the professional replica"
expect 2 waymark export dump "$work/p.db" --edition professional
err_has "--edition: expected public, which this replica holds"
expect 2 waymark sync "$work/p.db" --edition professional
expect 0 waymark verify "$work/p.db"
out_is <<'TEXT'
ok
TEXT
expect 0 waymark verify "$work/p.db" --json
out_is <<'JSON'
{"ok":true,"differ":[]}
JSON
waymark release "$work/a.db" --json >"$out"
published=$(value .digests.public.all)
expect 0 waymark status "$work/p.db" --json
shape status.shape
is "$(value .edition),$(value .release),$(value .released_on),$(value '.subscriptions[]')" public,1,2026-01-31,all \
    "edition, release, day and subscriptions"
is "$(value .digests.all)" "$published" "the digest"

title "each edition gives its own answer"
expect 0 waymark find "$work/p.db" --need mood.low --at NE1 --age 30 --as-of 2026-02-01
out_has "public edition"
out_lacks "Duty clinician"
expect 0 waymark find "$work/c.db" --need mood.low --at NE1 --age 30 --as-of 2026-02-01
out_has "professional edition"
out_has "Duty clinician"
expect 0 waymark find "$work/c.db" --need crisis --at NE1 --as-of 2026-02-01
out_has "Duty Desk of the North"
expect 0 waymark find "$work/p.db" --need crisis --at NE1 --as-of 2026-02-01
out_lacks "Duty Desk"
expect 3 waymark explain "$work/p.db" duty-desk
expect 1 waymark show "$work/p.db" duty-desk

title "a client may take only some localities"
expect 0 waymark sync "$work/t.db" --feed "$work/feed" --root "$public_root" --subscribe NORTH
expect 0 waymark status "$work/t.db" --json
is "$(value '.partitions[]' | tr '\n' ' ')" "ENGLAND NORTH NORTH-TOWN " "partitions"
expect 0 waymark sync "$work/d.db" --feed "$work/feed" --root "$public_root" --subscribe NORTH-DALE,SOUTH
expect 0 waymark status "$work/d.db" --json
is "$(value '.subscriptions[]' | tr '\n' ' ')" "NORTH-DALE SOUTH " "subscriptions"
expect 1 waymark show "$work/d.db" carers-town
expect 0 waymark show "$work/d.db" talking-north
expect 0 waymark verify "$work/d.db"
expect 2 waymark sync "$work/d.db" --subscribe NORTH,,SOUTH
err_has "--subscribe: expected up to 256 codes"

title "without the feed it still answers"
mv "$work/feed" "$work/feed.away"
expect 6 waymark sync "$work/p.db"
err_has "expected a folder with a feed"
expect 6 waymark sync "$work/p.db" --json
shape usage-error.shape
expect 0 waymark find "$work/p.db" --need mood.low --at NE1 --as-of 2026-02-01
out_has "Talking North"
mv "$work/feed.away" "$work/feed"

title "over HTTP: a replica from nothing"
start_server "$work/feed"
expect 0 waymark sync "$work/h.db" --feed "$feed" --root "$public_root" --json
is "$(value .from),$(value .to)" 0,1 "from and to"
is "$(value .requests)" "$(grep -c . "$requests")" "requests told, and made"
waymark export dump "$work/a.db" --edition public >"$work/published"
waymark export dump "$work/h.db" >"$work/held"
same_text "$work/published" "$work/held" "the dump of the replica"

title "over HTTP: nothing new is two small requests"
: >"$requests"
expect 0 waymark sync "$work/h.db" --json
is "$(value .requests)" 2 "requests"
is "$(cat "$requests")" "GET /public/2.root.json - 404
GET /public/timestamp.json - 304" "the requests"
is "$(value .bytes.packs),$(value .bytes.metadata)" 0,0 "bytes"
expect 2 waymark sync "$work/h.db" --offline
err_has "--offline: expected --feed to be a folder, found an address"
: >"$requests"
expect 2 waymark sync "$work/h.db" --offline --feed "$(echo "$feed" | sed 's/^http/HTTP/')"
err_has "--offline: expected --feed to be a folder, found an address"
expect 2 waymark verify "$work/h.db" --repair --offline --feed "$(echo "$feed" | sed 's/^http/HTTP/')"
err_has "--offline: expected --feed to be a folder, found an address"
[ ! -s "$requests" ] || fail "--offline opened a connection"

title "a second release comes as a delta"
second_release
expect 0 publish --json
is "$(value '.files[].kind' | grep -c delta)" "$(value '.files[].kind' | grep -Ec 'delta|snapshot')" "deltas among the packs"
shape publish-delta.shape
: >"$requests"
expect 0 waymark sync "$work/h.db" --json
is "$(value .from),$(value .to)" 1,2 "from and to"
is "$(value '.files[].path' | grep -c '\.1-2\.pack$')" 1 "deltas fetched"
is "$(value '.files[].path' | grep -c '\.0-')" 0 "snapshots fetched"
delta=$(value .bytes.packs)
waymark export dump "$work/a.db" --edition public >"$work/published"
waymark export dump "$work/h.db" >"$work/held"
same_text "$work/published" "$work/held" "the dump of the replica"
expect 0 waymark verify "$work/h.db"
expect 0 waymark sync "$work/n.db" --feed "$feed" --root "$public_root" --json
is "$(value .from),$(value .to)" 0,2 "from and to of a new client"
waymark export dump "$work/n.db" >"$work/held"
same_text "$work/published" "$work/held" "the dump of the new client"
snapshot_bytes=$(find "$work/feed/public/targets/p/all" -name '*.0-1.pack' -exec wc -c {} + | awk 'NR == 1 { print $1 }')
[ "$delta" -lt "$snapshot_bytes" ] || fail "the delta of $delta bytes is no smaller than the snapshot of $snapshot_bytes"

title "subscribed localities catch up, too"
for name in t d c; do
    expect 0 waymark sync "$work/$name.db" --feed "$work/feed" --json
    is "$(value .from),$(value .to)" 1,2 "from and to of $name"
    expect 0 waymark verify "$work/$name.db"
done

title "the answers are the new ones"
expect 0 waymark explain "$work/h.db" talking-north --age 17 --at NE1 --as-of 2026-03-01 --json
is "$(value .release),$(value .verdict)" 2,UNKNOWN "release and verdict"
expect 0 waymark explain "$work/p.db" talking-north --age 17 --at NE1 --as-of 2026-03-01 --json
is "$(value .release),$(value .verdict)" 1,NOT_ELIGIBLE "release and verdict of the client that has not caught up"
stop_server

title "a server that is gone is exit 5, and the replica answers"
remember "$work/h.db"
expect 5 waymark sync "$work/h.db"
unchanged "$work/h.db"
expect 0 waymark find "$work/h.db" --need mood --at NE1 --as-of 2026-03-01
out_has "release 2 of 2026-02-28, public edition"
expect 5 waymark sync "$work/h.db" --feed https://no-such-host.invalid/feed
expect 2 waymark sync "$work/h.db" --feed http://no-such-host.invalid/feed
err_has "plain http is only for this one"
expect 2 waymark sync "$work/h.db" --feed gopher://host/feed

title "an allowance of bytes is kept"
remember "$work/p.db"
expect 1 waymark sync "$work/p.db" --max-bytes 10
err_has "and 10 are allowed"
unchanged "$work/p.db"
expect 0 waymark sync "$work/p.db"

title "verify finds a byte that was changed in the file"
for offset in $(grep -abo '"Somebody to talk to, day' "$work/p.db" | cut -d : -f 1); do
    cp "$work/p.db" "$work/bent.db"
    bend "$work/bent.db" $((offset + 1))
    expect 1 waymark verify "$work/bent.db" --json
    is "$(value .ok)" false "ok"
    shape verify-damaged.shape
    expect 1 waymark verify "$work/bent.db"
done

title "verify finds a byte that was changed in what a card shows, and find does not show it"
for offset in $(grep -abo '[^"]Somebody to talk to, day' "$work/p.db" | cut -d : -f 1); do
    cp "$work/p.db" "$work/bent.db"
    bend "$work/bent.db" $((offset + 1))
    expect 1 waymark verify "$work/bent.db"
    out_has "the index of revision"
    expect 6 waymark find "$work/bent.db" --need mood --at NE1 --as-of 2026-02-01
done

title "verify finds what would change an answer without changing a record"
if command -v sqlite3 >/dev/null; then
    cp "$work/p.db" "$work/bent.db"
    sqlite3 "$work/bent.db" "UPDATE service SET program = (SELECT max(program) FROM service)"
    expect 1 waymark verify "$work/bent.db"
    out_has "the index of revision"
fi

title "a byte changed anywhere does not bring down the program"
size=$(wc -c <"$work/p.db")
offset=100
bent=0
while [ "$offset" -lt "$size" ]; do
    cp "$work/p.db" "$work/bent.db"
    rm -f "$work/bent.db-wal" "$work/bent.db-shm"
    bend "$work/bent.db" "$offset"
    waymark verify "$work/bent.db" >"$out" 2>"$err"
    code=$?
    case $code in
    0 | 1 | 3 | 6) ;;
    *) fail "verify ended with $code after byte $offset was changed" ;;
    esac
    [ $code -eq 0 ] || bent=$((bent + 1))
    waymark find "$work/bent.db" --need mood --at NE1 --as-of 2026-02-01 >"$out" 2>"$err"
    case $? in
    0 | 3 | 6) grep -q '^999' "$out" || fail "no emergency line after byte $offset was changed" ;;
    *) fail "find ended with $? after byte $offset was changed" ;;
    esac
    offset=$((offset + 2741))
done
[ $bent -ge 3 ] || fail "verify found only $bent damaged files"
finish
