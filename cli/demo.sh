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
    if [ "${WAYMARK_DEMO_KEEP:-}" = 1 ]; then
        echo "Kept: $work" >&2
    else
        rm -rf "$work"
    fi
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

title() {
    printf '\n=== %s\n' "$1"
}

quiet() {
    "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

# The command as it would be typed, and what it does.
waymark() {
    printf '\n$ waymark'
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./:=,-]*) printf " '%s'" "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    "$program" "$@"
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

title "Building the program (about a minute)"
quiet cmake -S . -B build/demo -DCMAKE_BUILD_TYPE=Release -DWAYMARK_WITH_TESTS=ON
quiet cmake --build build/demo -j "$(nproc 2>/dev/null || echo 2)" --target waymark httpd
program=$PWD/build/demo/cli/waymark
tools=$PWD/build/demo/tests
cp -r directory-data "$work/directory-data"
cd "$work"

title "A publisher builds the directory from its source folder, and makes the first release"
waymark build directory-data -o directory.db
waymark release directory.db --note "first release"

title "Keys, and a signed feed of static files"
waymark keys init keys
waymark publish directory.db --feed feed --keys keys

title "Two new clients catch up over HTTP: a public app, and a clinic"
start_server
waymark sync public.db --feed "$feed" --root keys/public/root.json --edition public
waymark sync clinic.db --feed "$feed" --root keys/professional/root.json --edition professional
waymark sync public.db
stop_server
echo
echo "The server is gone. From here on there is no network."

title "Ten past three at night. Somebody of 15 in Swindon types six words, with no network"
waymark find public.db --text "i want to kill myself" --age 15 --at Swindon --now 2026-11-22T03:10 --limit 2

title "Micah is 7 and goes to school in Birmingham. His school is worried about him"
waymark find clinic.db --actor school --about child --age 7 --at "Alum Rock" --need cyp.worry \
    --fact school_area=E08000025 --fact school_covered=true --limit 3

title "His mother asks for herself: she is low, had to leave a partner who hurt her, and worries about money and the flat"
waymark find public.db --actor self --age 31 --at "Alum Rock" --need mood.low --need pract.money --need pract.housing \
    --fact is_parent=true --fact struggling=true --fact domestic_abuse=true --limit 4

title "Kamlesh is 22. He hears voices. His mother asks; he is at home, and it is no emergency"
waymark find public.db --actor family --age 22 --at B13 --need psych.voices --fact unusual_experiences=true \
    --fact in_crisis=false --fact would_be_admitted=false --fact needs_hospital_care=false --fact in_hospital=false \
    --fact in_emergency_department=false --fact ready_to_leave_hospital=false --limit 5

title "A carer in Swindon looks after her husband, who has dementia"
waymark find public.db --actor self --age 68 --at Swindon --need carer.adult --need carer.respite --fact carer=true \
    --fact 'cared_for={"people":[{"conditions":{"has":["dementia"]},"residence_area":"E06000030"}],"complete":true}' --limit 3

title "Why the early intervention team is for Kamlesh, step by step"
waymark explain public.db early-intervention-in-psychosis-bsol --actor family --age 22 --at B13 --fact unusual_experiences=true

title "His GP introduces him, with his agreement: he tells his story once"
waymark handover clinic.db early-intervention-in-psychosis-bsol --actor gp --age 22 --at B13 --need psych.voices \
    --fact unusual_experiences=true --consent given

title "A nurse between two patients: an interview, here with what she types"
printf '%s\n' 'panic attacks' 6 Swindon 34 skip quit | waymark ask clinic.db

title "What no open service covers in Swindon, for those who plan"
waymark gaps clinic.db --at Swindon

title "A second release: one service closes, one changes its ages"
today=$(date -u +%Y-%m-%d)
sed -i "s/^  \"status\": \"active\",/  \"status\": \"closed\",\n  \"closes_on\": \"$today\",\n  \"closed_reason\": \"Its room was needed.\",\n  \"successors\": [\"carers-hub-birmingham\"],/" \
    directory-data/services/carers-evening-group-handsworth-smethwick.json
sed -i '0,/"max": 65/s//"max": 35/' directory-data/services/early-intervention-in-psychosis-bsol.json
waymark build directory-data -o directory.db
waymark release directory.db --note "second release"
waymark diff directory.db 1 2
waymark publish directory.db --feed feed --keys keys
start_server
waymark sync public.db --feed "$feed"
stop_server
waymark verify public.db
bytes_of() {
    find feed/public/targets/p/all -name "*.$1.pack" -exec cat {} + | wc -c
}
echo
echo "The delta of the whole public edition is $(bytes_of 1-2) bytes; its snapshot is $(bytes_of 0-1) bytes."

title "The change is in the answers: Harriet, 40, asks about the early intervention team"
waymark explain public.db early-intervention-in-psychosis-bsol --actor self --age 40 --at B13 --fact unusual_experiences=true

title "And a carer in Handsworth is led to what took over from the group that closed"
waymark find public.db --actor self --age 50 --at Handsworth --need carer.adult --fact carer=true --limit 2

title "Done. To ask yourself: WAYMARK_DEMO_KEEP=1 sh cli/demo.sh keeps what it made"
echo "The program is $program"
