#!/bin/sh
# apply.sh: what it costs a replica to take in an update, beside SQLite writing the same rows; and how much memory.
#
#   sh tests/bench/sync/apply.sh GENERATOR [SERVICES [BUILD]]
#
# GENERATOR is gen_directory.py, the generator of the benchmark directory; without it there is nothing to measure (exit 77).
# SERVICES: "10000 100000" if left out. BUILD: a folder built with CMAKE_BUILD_TYPE=Release and WAYMARK_WITH_TESTS=ON.
# One release changes 1 % of the services. bench_sync_apply.c says what is compared, and how. Memory is the most that a whole
# `waymark sync` had resident: of one release, of seven, and of a first sync.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
generator=${1:-}
sizes=${2:-10000 100000}
build=${3:-$here/../../../build/bench}
waymark=$build/cli/waymark
command -v python3 >/dev/null 2>&1 && [ -f "$generator" ] || { echo "skipped: no generator of the benchmark directory" >&2; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! { cmake -S "$here/../../.." -B "$build" -DCMAKE_BUILD_TYPE=Release -DWAYMARK_WITH_TESTS=ON &&
    cmake --build "$build" -j "$(nproc)" --target waymark bench_sync_apply; } >"$work/log" 2>&1; then
    cat "$work/log" >&2
    exit 1
fi

# make_release NUMBER: build, release and publish what stands in now.ndjson
make_release() {
    python3 "$here/source.py" "$work/localities.csv" "$work/now.ndjson" "$work/source"
    "$waymark" build "$work/source" -o "$work/author.db" >/dev/null
    "$waymark" release "$work/author.db" --date "2026-01-0$1" >/dev/null
    "$waymark" publish "$work/author.db" --feed "$work/feed" --keys "$work/keys" --date "2026-01-0$1" >/dev/null
}

# subscription NAME: what it asks for
subscription() {
    case $1 in
    three) echo E06000001,E06000100,E06000200 ;;
    *) echo all ;;
    esac
}

# memory WHAT RELEASE REPLICA [OPTION...]: the most that a sync on the day of the release has resident
memory() {
    what=$1
    day=2026-01-0$2
    replica=$3
    shift 3
    printf '%-44s ' "$what"
    python3 "$here/memory.py" "$waymark" sync "$replica" --feed "$work/feed" --now "${day}T00:00:00Z" "$@"
}

measure() {
    rm -rf "$work"/*
    python3 "$generator" localities >"$work/localities.csv"
    python3 "$generator" base --services "$1" --seed 7 >"$work/now.ndjson"
    "$waymark" keys init "$work/keys" >/dev/null
    make_release 1
    for name in all three; do
        memory "$name: first sync" 1 "$work/$name.db" --root "$work/keys/public/root.json" --subscribe "$(subscription "$name")"
        cp "$work/$name.db" "$work/$name.7.db"
    done
    for release in 2 3 4 5 6 7 8; do
        python3 "$generator" evolve --seed $((release + 6)) --rate 0.01 "$work/now.ndjson" >"$work/next.ndjson" 2>/dev/null
        mv "$work/next.ndjson" "$work/now.ndjson"
        make_release "$release"
        [ "$release" -eq 2 ] || continue
        for name in all three; do
            echo "$name: from release 1 to 2"
            "$build/tests/bench_sync_apply" "$work/$name.db" "$work/feed" "$(date -u -d 2026-01-02 +%s)"
            memory "$name: 1 release" 2 "$work/$name.db"
        done
    done
    for name in all three; do
        memory "$name: 7 releases" 8 "$work/$name.7.db"
    done
}

for services in $sizes; do
    echo "$services services; load $(cut -d ' ' -f 1-3 /proc/loadavg) on $(nproc) cores"
    measure "$services"
done
