#!/bin/sh
# run.sh: what finding costs, beside three ways of doing it with SQLite alone. It measures, never judges; README.md says what the figures mean.
#
#   sh tests/bench/find/run.sh [--long] [--only SERVICES] [--work FOLDER]
#
# 10,000 and 100,000 services, with --long 1,000,000 too, or only as many as --only says. The generator of the benchmark's directory,
# gen_directory.py, is taken from WAYMARK_GENERATOR or from ../shared/bench beside the tree; without it nothing is measured (exit 77).
# FOLDER keeps the directories (SERVICES.db as it was made: what is asked is a copy, since a newer program brings a file up to date when it
# opens it); without it a temporary folder goes away. WAYMARK_BENCH_COUNTED: so many queries for callgrind (200; 0: none, it takes minutes).
set -eu
cd "$(dirname "$0")/../../.."
here=tests/bench/find
generator=${WAYMARK_GENERATOR:-../shared/bench/gen_directory.py}
counted=${WAYMARK_BENCH_COUNTED:-200}
work=
sizes="10000 100000"
while [ $# -gt 0 ]; do
    case $1 in
    --long) sizes="10000 100000 1000000" ;;
    --only) shift && sizes=$1 ;;
    --work) shift && work=$1 ;;
    *) echo "usage: run.sh [--long] [--only SERVICES] [--work FOLDER]" >&2 && exit 2 ;;
    esac
    shift
done
[ -f "$generator" ] || { echo "skipped: no generator of the benchmark directory" >&2; exit 77; }
command -v python3 >/dev/null || { echo "skipped: there is no python3" >&2; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
[ -n "$work" ] || work=$scratch
mkdir -p "$work"
{
    cmake -S . -B build/bench -DCMAKE_BUILD_TYPE=Release -DWAYMARK_WITH_TESTS=ON &&
        cmake --build build/bench -j "$(nproc)" --target waymark --target bench_find
} >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
waymark=build/bench/cli/waymark
bench=build/bench/tests/bench_find
queries=$work/queries.ndjson
localities=$work/localities.csv
python3 "$generator" localities >"$localities"
python3 "$generator" queries --count 2000 --seed 11 >"$queries"

# What the services stand on: our own needs, facts, rules and texts; no places, no services.
make_source() {
    mkdir "$1"
    for part in directory.json facts needs rules texts; do
        cp -R "directory-data/$part" "$1/"
    done
}

# make SERVICES: directories of that many, kept
make() {
    [ -f "$work/$1.db" ] && return
    rm -rf "$scratch/source" "$work/$1.part"*
    make_source "$scratch/source"
    "$waymark" build "$scratch/source" -o "$work/$1.part" >/dev/null
    [ -f "$work/$1.ndjson" ] || python3 "$generator" base --services "$1" --seed 7 >"$scratch/services"
    services=$work/$1.ndjson
    [ -f "$services" ] || services=$scratch/services
    "$waymark" import oruk "$services" -o "$work/$1.part" --localities "$localities" \
        --terms directory-data/interchange/terms.csv >/dev/null 2>"$scratch/rejected" || [ $? -eq 3 ] || { cat "$scratch/rejected" >&2 && exit 1; }
    echo "left out: $(wc -l <"$scratch/rejected") services that the import rejects"
    "$waymark" release "$work/$1.part" --date 2026-01-05 >/dev/null
    rm -f "$scratch/services"
    mv "$work/$1.part" "$work/$1.db"
    rm -f "$work/$1.part"*
}

# count DIRECTORY: instructions of each query, and the ten functions that take most of them
count() {
    [ "$counted" -gt 0 ] && command -v valgrind >/dev/null || { echo "instructions: not counted"; return 0; }
    mkdir "$scratch/counted"
    valgrind --tool=callgrind --toggle-collect=wm_bench_counted --dump-after=wm_bench_counted \
        --callgrind-out-file="$scratch/counted/out" "$bench" ask "$1" "$queries" 50 "$counted" >"$scratch/log" 2>&1 ||
        { cat "$scratch/log" >&2; return 1; }
    python3 $here/measure.py counted "$scratch/counted"
    rm -rf "$scratch/counted"
}

for services in $sizes; do
    echo "== $services services, $(uname -m), $(nproc) processors"
    make "$services"
    cp "$work/$services.db" "$scratch/a.db"
    # Brought up to date, and all of it in the page cache.
    "$waymark" find "$scratch/a.db" --query "$queries" --json >/dev/null
    cat "$scratch/a.db" >/dev/null
    python3 $here/measure.py find "$waymark" "$scratch/a.db" "$queries"
    "$bench" memory "$scratch/a.db" "$queries"
    python3 $here/measure.py start "$waymark" "$bench" "$scratch/a.db" "$queries"
    python3 $here/measure.py sizes "$scratch/a.db"
    "$bench" fill "$scratch/a.db" "$scratch/peers.db"
    "$bench" peers "$scratch/a.db" "$scratch/peers.db" "$queries" 300 5
    count "$scratch/a.db"
    rm -f "$scratch"/a.db* "$scratch"/peers.db*
done
