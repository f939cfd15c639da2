#!/bin/sh
# waymark-tuf: our feeds are TUF repositories, and any TUF repository is safe to fetch from.
. "$(dirname "$0")/lib.sh"
tuf=$(dirname "$WAYMARK")/waymark-tuf
[ -x "$tuf" ] || fail "there is no waymark-tuf beside the program"
small_feed
root=$work/keys/public/root.json

tuf() {
    "$tuf" "$@"
}

# start_over: nothing is trusted or downloaded yet
start_over() {
    rm -rf "$work/metadata" "$work/targets"
    mkdir "$work/targets"
    expect 0 tuf --metadata-dir "$work/metadata" init "$root"
}

# refresh, download NAME...: from the feed at $at
refresh() {
    tuf --metadata-url "$at" --metadata-dir "$work/metadata" refresh
}

download() {
    tuf --metadata-url "$at" --metadata-dir "$work/metadata" --target-base-url "$at/targets" --target-dir "$work/targets" \
        --target-name "$1" ${2:+--target-name} ${2:+"$2"} download
}

trusted() {
    (cd "$work/metadata" && find . -name '*.json' | sed 's|^\./||' | LC_ALL=C sort | tr '\n' ' ')
}

check_feed() {
    start_over
    is "$(trusted)" "root.json " "what is trusted at first"
    expect 0 refresh
    is "$(trusted)" "root.json snapshot.json targets.json timestamp.json " "what is trusted after a refresh"
    cmp -s "$work/metadata/timestamp.json" "$work/feed/public/timestamp.json" || fail "timestamp.json is not as served"
    pack=$(cd "$work/feed/public/targets" && find p/all -name '*.0-1.pack')
    expect 0 download release.json p/all/0-1.pack
    cmp -s "$work/targets/p%2Fall%2F0-1.pack" "$work/feed/public/targets/$pack" || fail "the pack is not the one of the feed"
    grep -q '"release"' "$work/targets/release.json" || fail "release.json was not downloaded"
    expect 1 download p/all/7-9.pack
    err_has "no role lists it"
}

title "a feed in a folder"
at=$work/feed/public
check_feed
expect 1 tuf --metadata-dir "$work/metadata" init "$root"
err_has "has a root already"

title "a feed at an address; what is held is not fetched again"
start_server "$work/feed"
at=$feed/public
check_feed
: >"$requests"
expect 0 download p/all/0-1.pack
is "$(sed -n 's|^GET \([^ ]*\) .*|\1|p' "$requests" | tr '\n' ' ')" "/public/2.root.json /public/timestamp.json " "requests"
stop_server

title "an altered pack, and one that was damaged here"
at=$work/feed/public
for file in $(find "$work/feed/public/targets/p/all" -name '*.0-1.pack'); do
    cp "$file" "$work/pack"
    bend "$file" 100
    expect 0 download p/all/0-1.pack
    bend "$work/targets/p%2Fall%2F0-1.pack" 50
    expect 1 download p/all/0-1.pack
    err_has "its SHA-256 is not the signed one"
    cp "$work/pack" "$file"
    expect 0 download p/all/0-1.pack
    cmp -s "$work/pack" "$work/targets/p%2Fall%2F0-1.pack" || fail "the pack was not fetched again"
done

title "a feed that goes back, and a run that ended half-way"
cp -R "$work/feed" "$work/first"
second_release
publish >/dev/null
mv "$work/feed/public/2.snapshot.json" "$work/aside"
expect 1 refresh
cp -R "$work/first/." "$work/older"
at=$work/older/public
expect 1 refresh
err_has "rolled back from version 2 to 1"
at=$work/feed/public
mv "$work/aside" "$work/feed/public/2.snapshot.json"
expect 0 refresh

title "names that mean harm stay in their folders"
"$WAYMARK_TOOLS/tuf_repository" "$work/evil" || fail "tuf_repository"
rm -rf "$work/box"
mkdir -p "$work/box/targets"
evil() {
    tuf --metadata-url "$work/evil/metadata" --metadata-dir "$work/box/metadata" --target-base-url "$work/evil/targets" \
        --target-dir "$work/box/targets" --target-name "$1" download
}
expect 0 tuf --metadata-dir "$work/box/metadata" init "$work/evil/root.json"
for name in ../outside /outside a/../../outside a//b; do
    expect 1 evil "$name"
    err_has "not a path of a feed"
done
for name in . .. ... 'a\..\b' %2e%2e%2foutside a.new folder/file; do
    expect 0 evil "$name"
done
"$tuf" --metadata-url "$work/evil/metadata" --metadata-dir "$work/box/metadata" --target-base-url "$work/evil/targets" \
    --target-dir "$work/box/targets" --target-name 'café ?' download || fail "a name of other bytes"
is "$(cd "$work/box" && find . -type d | LC_ALL=C sort | tr '\n' ' ')" ". ./metadata ./targets " "folders"
is "$(cd "$work/box/metadata" && find . -type f | LC_ALL=C sort | tr '\n' ' ')" \
    "./..%2Frole.json ./root.json ./snapshot.json ./targets.json ./timestamp.json " "metadata"
is "$(find "$work/box/targets" -type f | wc -l | tr -d ' ')" 8 "targets"
for file in "$work/box/targets"/*; do
    is "$(cat "$file")" x "$file"
done

title "a command line that is wrong"
expect 1 tuf
expect 1 tuf --metadata-dir "$work/metadata" refresh
err_has "--metadata-url is missing"
expect 1 tuf --metadata-dir "$work/metadata" fetch
expect 1 tuf --metadata-dir "$work/nothing" --metadata-url "$at" refresh
err_has "root.json"
expect 1 tuf --metadata-dir "$work/new" init "$work/no-such-root.json"
printf '{}' >"$work/bad.json"
expect 1 tuf --metadata-dir "$work/new" init "$work/bad.json"
finish
