#!/bin/sh
# verify --repair: what is not as signed is found, fetched again, and nothing else.
. "$(dirname "$0")/lib.sh"
command -v sqlite3 >/dev/null || skip "no sqlite3"
small_feed
root=$work/keys/public/root.json
start_server "$work/feed"
expect 0 waymark sync "$work/p.db" --feed "$feed" --root "$root" --subscribe NORTH-TOWN
sqlite3 "$work/p.db" "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null; cp "$work/p.db" "$work/whole.db"
service="UPDATE revision SET record = replace(record, '\"status\":\"active\"', '\"status\":\"closed\"') WHERE id = 'talking-north'"

again() {
    rm -f "$work/p.db" "$work/p.db-wal" "$work/p.db-shm"
    cp "$work/whole.db" "$work/p.db"
    sqlite3 "$work/p.db" "$1"
    : >"$requests"
}

title "a whole replica needs nothing"
expect 0 waymark verify "$work/p.db" --repair
out_is <<END
ok
END
expect 0 waymark verify "$work/p.db" --root "$root"
out_has "ok"
expect 1 waymark verify "$work/p.db" --root "$work/keys/professional/root.json"
out_has "signed metadata: the replica is not of the feed of the root that was given: root.json version 1"
expect 2 waymark verify "$work/p.db" --repair --offline --feed "$feed"
err_has "--offline"

title "a changed record is found, and fetched again"
again "$service; DELETE FROM blob WHERE name LIKE 'sync/pack/%'"
expect 1 waymark verify "$work/p.db"
out_has "differs: "
expect 2 waymark verify "$work/p.db" --repair --offline
err_has "--feed"
expect 0 waymark verify "$work/p.db" --repair --json
err_empty
shape verify-repaired.shape
is "$(value .ok)" true "ok"
is "$(value '.repaired[]' | wc -l)" 1 "one partition"
is "$(value .renewed)" false "renewed"
partition=$(value '.repaired[]')
fetched=$(grep -c 'targets/p/' "$requests")
ours=$(grep -c "targets/p/$partition/" "$requests")
is "$fetched" "$ours" "packs of this partition alone"
[ "$ours" -gt 0 ] || fail "nothing was fetched"
expect 0 waymark verify "$work/p.db"
expect 0 waymark find "$work/p.db" --need mood --at NE1 --as-of 2026-02-01
out_has "Talking"

title "a pack that was kept is not fetched again"
again "$service"
expect 0 waymark verify "$work/p.db" --repair
out_has "mended: ok"
! grep -q 'targets/p/' "$requests" || fail "a pack was fetched"

title "what is derived from the records is mended without a feed"
again "DELETE FROM posting; UPDATE state SET digest = zeroblob(32)"
stop_server
expect 1 waymark verify "$work/p.db"
expect 0 waymark verify "$work/p.db" --repair --offline
out_has "mended: ok"
expect 0 waymark verify "$work/p.db"
[ ! -s "$requests" ] || fail "the feed was asked"

title "no feed, no repair, and all is as it was"
again "$service; DELETE FROM blob WHERE name LIKE 'sync/pack/%'"
expect 5 waymark verify "$work/p.db" --repair --feed http://127.0.0.1:9/feed --tries 1
expect 1 waymark verify "$work/p.db"
expect 0 waymark find "$work/p.db" --need mood --at NE1 --as-of 2026-02-01

title "another feed of the same can be named"
expect 0 waymark verify "$work/p.db" --repair --feed "$work/feed" --offline
expect 0 waymark verify "$work/p.db"

title "metadata that is not as signed: the replica is made anew, with what it was"
again "UPDATE blob SET bytes = zeroblob(9) WHERE name LIKE 'sync/at/p.%'"
expect 1 waymark verify "$work/p.db"
out_has "signed metadata"
expect 0 waymark verify "$work/p.db" --repair --feed "$work/feed" --json
is "$(value .renewed)" true "renewed"
expect 0 waymark verify "$work/p.db"
expect 0 waymark status "$work/p.db" --json
is "$(value '.subscriptions[]')" NORTH-TOWN "subscription"
[ ! -e "$work/p.db.new" ] || fail "p.db.new was left"

title "without its root it is made anew only with one from a safe channel"
again "UPDATE blob SET bytes = zeroblob(9) WHERE name LIKE 'sync/at/%' OR name = 'sync/root.json'"
expect 2 waymark verify "$work/p.db" --repair --feed "$work/feed"
err_has "--root"
expect 0 waymark verify "$work/p.db" --repair --feed "$work/feed" --root "$root"
expect 0 waymark verify "$work/p.db"

title "a file that cannot be read is no place to look for a root"
again "SELECT 1"
dd if=/dev/zero of="$work/p.db" bs=1024 seek=1 count=60 conv=notrunc 2>/dev/null
waymark verify "$work/p.db" --repair --feed "$work/feed" >"$out" 2>"$err"
case $? in
0) ;; # made anew
2 | 6) err_has "waymark sync" ;;
*) fail "verify ended with $?" ;;
esac

title "a replica is not made anew from an older copy of the feed"
cp -R "$work/feed" "$work/feed.old"
second_release
expect 0 waymark publish "$work/a.db" --feed "$work/feed" --keys "$work/keys"
again "SELECT 1"
expect 0 waymark sync "$work/p.db" --feed "$work/feed"
sqlite3 "$work/p.db" "UPDATE blob SET bytes = zeroblob(9) WHERE name LIKE 'sync/at/p.%'"
expect 4 waymark verify "$work/p.db" --repair --feed "$work/feed.old"
err_has "rolled back"
[ ! -e "$work/p.db.new" ] || fail "p.db.new was left"
sqlite3 "$work/p.db" "UPDATE blob SET bytes = zeroblob(9) WHERE name LIKE '%timestamp%' OR name LIKE '%snapshot%'"
expect 4 waymark verify "$work/p.db" --repair --feed "$work/feed.old"
err_has "an older copy"
[ ! -e "$work/p.db.new" ] || fail "p.db.new was left"
expect 0 waymark verify "$work/p.db" --repair --feed "$work/feed"
expect 0 waymark status "$work/p.db" --json
is "$(value .release)" 2 "release"

title "an authoring database is not mended from a feed"
expect 3 waymark verify "$work/a.db" --repair --feed "$work/feed"
err_has "expected a replica"
expect 0 waymark verify "$work/a.db"
finish
