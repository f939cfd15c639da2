#!/bin/sh
# catchup.sh: how many requests and bytes a client needs that is 1, 7, 30, 90 or 400 releases behind.
#
#   sh tests/bench/sync/catchup.sh GENERATOR [SERVICES [RELEASES [WAYMARK]]]
#
# GENERATOR is gen_directory.py, the generator of the benchmark directory; without it there is nothing to measure (exit 77).
# One release changes 1 % of the services. Every lag is measured for a client of one place, of three, and of the whole edition
# (a place brings the partitions above it); each replica is made when the feed is at its release, and catches up at the end.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
generator=${1:-}
services=${2:-10000}
releases=${3:-401}
waymark=${4:-$here/../../../build/bench/cli/waymark}
command -v python3 >/dev/null 2>&1 && [ -f "$generator" ] || { echo "skipped: no generator of the benchmark directory" >&2; exit 77; }
[ -x "$waymark" ] || { echo "skipped: $waymark is not built" >&2; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lags="1 7 30 90 400"

# subscription NAME: what it asks for
subscription() {
    case $1 in
    one) echo E06000001 ;;
    three) echo E06000001,E06000100,E06000200 ;;
    *) echo all ;;
    esac
}

# day RELEASE: its date
day() {
    date -u -d "2026-01-04 + $1 days" +%Y-%m-%d
}

make_release() {
    python3 "$here/source.py" "$work/localities.csv" "$work/now.ndjson" "$work/source"
    "$waymark" build "$work/source" -o "$work/author.db" >/dev/null
    "$waymark" release "$work/author.db" --date "$(day "$1")" >/dev/null
    "$waymark" publish "$work/author.db" --feed "$work/feed" --keys "$work/keys" --date "$(day "$1")" >/dev/null
}

sync_new() {
    for name in one three all; do
        "$waymark" sync "$work/$name.$1.db" --feed "$work/feed" --root "$work/keys/public/root.json" \
            --subscribe "$(subscription $name)" --now "$(day "$2")T00:00:00Z" >/dev/null
    done
}

python3 "$generator" localities >"$work/localities.csv"
python3 "$generator" base --services "$services" --seed 7 >"$work/now.ndjson"
"$waymark" keys init "$work/keys" >/dev/null
release=1
while [ "$release" -le "$releases" ]; do
    if [ "$release" -gt 1 ]; then
        python3 "$generator" evolve --seed $((release + 6)) --rate 0.01 "$work/now.ndjson" >"$work/next.ndjson" 2>/dev/null
        mv "$work/next.ndjson" "$work/now.ndjson"
    fi
    make_release "$release"
    for lag in $lags; do
        [ $((release + lag)) -ne "$releases" ] || sync_new "$lag" "$release"
    done
    release=$((release + 1))
done

echo "$services services, $releases releases, 1 % changed by each; bytes as they come"
printf '%-8s %-12s %9s %12s %12s\n' behind subscription requests metadata packs
for name in one three all; do
    for lag in $lags; do
        [ -f "$work/$name.$lag.db" ] || continue
        "$waymark" sync "$work/$name.$lag.db" --json --now "$(day "$releases")T00:00:00Z" |
            sed 's/.*"requests":\([0-9]*\),"bytes":{"metadata":\([0-9]*\),"packs":\([0-9]*\)}.*/\1 \2 \3/' |
            while read -r requests metadata packs; do
                printf '%-8s %-12s %9s %12s %12s\n' "$lag" "$name" "$requests" "$metadata" "$packs"
            done
    done
    rm -f "$work/fresh.db"*
    "$waymark" sync "$work/fresh.db" --feed "$work/feed" --root "$work/keys/public/root.json" --subscribe "$(subscription $name)" \
        --now "$(day "$releases")T00:00:00Z" --json |
        sed 's/.*"requests":\([0-9]*\),"bytes":{"metadata":\([0-9]*\),"packs":\([0-9]*\)}.*/\1 \2 \3/' |
        while read -r requests metadata packs; do
            printf '%-8s %-12s %9s %12s %12s\n' new "$name" "$requests" "$metadata" "$packs"
        done
done
