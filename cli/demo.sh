#!/bin/sh
# demo.sh: the main job, end to end: build the directory, release and publish it, serve the feed on loopback, sync new clients
# over HTTP, stop the server, ask offline; then a second release reaches a client as a delta.
# Everything it makes stands in a folder of its own, which is removed at the end (WAYMARK_DEMO_KEEP=1 keeps it).
set -eu
cd "$(dirname "$0")/.."
. cli/dependencies.sh
# shellcheck disable=SC2086
need_packages $build_packages libcmocka-dev

work=$(mktemp -d "${TMPDIR:-/tmp}/waymark-demo-XXXXXX")
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ "${WAYMARK_DEMO_KEEP:-}" = 1 ] || rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

title() {
    printf '\n=== %s\n' "$1"
}

quiet() {
    "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

start_server() {
    "$tools/httpd" "$work/feed" >"$work/port" 2>"$work/server.log" &
    server=$!
    tries=0
    while [ ! -s "$work/port" ]; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || { cat "$work/server.log" >&2; exit 1; }
        sleep 0.1
    done
    feed=http://127.0.0.1:$(cat "$work/port")
}

stop_server() {
    kill "$server"
    wait "$server" 2>/dev/null || true
    server=
    rm -f "$work/port"
}

title "Building the program"
quiet cmake -S . -B build/demo -DCMAKE_BUILD_TYPE=Release -DWAYMARK_WITH_TESTS=ON
quiet cmake --build build/demo -j "$(nproc 2>/dev/null || echo 2)" --target waymark httpd
waymark=$PWD/build/demo/cli/waymark
tools=$PWD/build/demo/tests
"$waymark" --version

title "Building the directory from directory-data, and its first release"
"$waymark" build directory-data -o "$work/directory.db"
"$waymark" release "$work/directory.db" --note "first release"

title "Keys, and a signed feed of static files"
"$waymark" keys init "$work/keys" | sed "s|$work/||"
"$waymark" publish "$work/directory.db" --feed "$work/feed" --keys "$work/keys" | tail -n 1

title "Two new clients catch up over HTTP: a public app, and a clinic"
start_server
"$waymark" sync "$work/public.db" --feed "$feed" --root "$work/keys/public/root.json" --edition public
"$waymark" sync "$work/clinic.db" --feed "$feed" --root "$work/keys/professional/root.json" --edition professional
"$waymark" sync "$work/public.db"
stop_server
echo "The server is gone. From here on there is no network."

title "Micah is 7 and goes to school in Birmingham. His school is worried about him"
"$waymark" find "$work/clinic.db" --actor school --about child --age 7 --at "Alum Rock" --need cyp.worry \
    --fact school_area=E08000025 --fact school_covered=true --limit 4

title "His mother asks for herself: she is low, worried about money, and he is hard to handle"
"$waymark" find "$work/public.db" --actor self --age 31 --at "Alum Rock" --need cyp.parenting --need mood.low --need pract.money \
    --fact is_parent=true --limit 5

title "Kamlesh is 22. His sister thinks that he may be hearing voices"
"$waymark" find "$work/public.db" --actor family --age 22 --at B13 --need psych.voices \
    --fact unusual_experiences=true --limit 8

title "A carer in Swindon looks after her husband, who has dementia"
"$waymark" find "$work/public.db" --actor self --age 68 --at Swindon --need carer.adult --need carer.respite \
    --fact carer=true --fact 'cared_for={"people":[{"conditions":{"has":["dementia"]},"residence_area":"E06000030"}],"complete":true}' \
    --limit 4

title "Why is early intervention for Kamlesh, step by step"
"$waymark" explain "$work/public.db" early-intervention-in-psychosis-bsol --actor family --age 22 --at B13 \
    --fact unusual_experiences=true

title "A second release: one service closes, one changes its ages"
cp -r directory-data "$work/source"
today=$(date -u +%Y-%m-%d)
sed -i "s/^  \"status\": \"active\",/  \"status\": \"closed\",\n  \"closes_on\": \"$today\",\n  \"closed_reason\": \"Its room was needed.\",\n  \"successors\": [\"carers-hub-birmingham\"],/" \
    "$work/source/services/carers-evening-group-handsworth-smethwick.json"
sed -i '0,/"max": 65/s//"max": 35/' "$work/source/services/early-intervention-in-psychosis-bsol.json"
"$waymark" build "$work/source" -o "$work/directory.db"
"$waymark" release "$work/directory.db" --note "second release"
"$waymark" diff "$work/directory.db" 1 2
start_server
snapshot=$(find "$work/feed/public/targets/p/all" -name '*.0-1.pack' -exec wc -c {} + | awk 'NR==1{print $1}')
"$waymark" publish "$work/directory.db" --feed "$work/feed" --keys "$work/keys" | tail -n 1
"$waymark" sync "$work/public.db" --feed "$feed"
delta=$(find "$work/feed/public/targets/p/all" -name '*.1-2.pack' -exec wc -c {} + | awk 'NR==1{print $1}')
stop_server
"$waymark" verify "$work/public.db"
echo "The delta of the whole public edition is $delta bytes; its snapshot is $snapshot bytes."

title "The change is in the answers: Harriet, 40, asks for the early intervention team"
"$waymark" explain "$work/public.db" early-intervention-in-psychosis-bsol --actor self --age 40 --at B13 \
    --fact unusual_experiences=true
title "And a carer in Handsworth is led to what took over from the group that closed"
"$waymark" find "$work/public.db" --actor self --age 50 --at Handsworth --need carer.adult --fact carer=true --limit 2
title "Done"
