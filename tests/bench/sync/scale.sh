#!/bin/sh
# scale.sh: what import, release, publish and sync cost: processor time, time, memory; the same of a release that changes 1 %;
# and the snapshot beside zstd.
#
#   sh tests/bench/sync/scale.sh GENERATOR [SERVICES [WAYMARK]]
#
# GENERATOR is gen_directory.py, the generator of the benchmark directory; without it there is nothing to measure (exit 77).
# A million services need 16 GB of disk, and the dump's zstd -19 --long=27 takes longer than all the rest: PEER=no leaves it out.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
generator=${1:-}
services=${2:-100000}
waymark=${3:-$here/../../../build/bench/cli/waymark}
command -v python3 >/dev/null 2>&1 && [ -f "$generator" ] || { echo "skipped: no generator of the benchmark directory" >&2; exit 77; }
[ -x "$waymark" ] || { echo "skipped: $waymark is not built" >&2; exit 77; }
[ -x /usr/bin/time ] || { echo "skipped: no /usr/bin/time" >&2; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# cost NAME EXIT COMMAND...: what it took
cost() {
    name=$1
    wanted=$2
    shift 2
    code=0
    /usr/bin/time -o "$work/time" -f "%U %S %e %M" "$@" >/dev/null 2>"$work/talk" || code=$?
    [ "$code" -eq "$wanted" ] || { cat "$work/talk" >&2; exit 1; }
    tail -n 1 "$work/time" | awk -v name="$name" \
        '{ printf "%-10s %9.1f s of processors, %9.1f s, %6.0f MB\n", name, $1 + $2, $3, $4 / 1000 }'
}

python3 "$generator" localities >"$work/localities.csv"
python3 "$generator" base --services "$services" --seed 7 >"$work/services.ndjson"
"$waymark" keys init "$work/keys" >/dev/null
cost import 0 "$waymark" import oruk "$work/services.ndjson" -o "$work/a.db" --localities "$work/localities.csv"
cost release 0 "$waymark" release "$work/a.db" --date 2026-01-05
cost publish 0 "$waymark" publish "$work/a.db" --feed "$work/feed" --keys "$work/keys" --date 2026-01-05
cost sync 0 "$waymark" sync "$work/r.db" --feed "$work/feed" --root "$work/keys/public/root.json" --subscribe all --now 2026-01-05T00:00:00Z
pack=$(find "$work/feed/public/targets/p/all" -name '*.0-1.pack' -exec wc -c {} + | awk '{ print $1 }')
echo "snapshot   $pack bytes"
[ "${PEER:-yes}" = no ] || "$waymark" export dump "$work/a.db" --edition public -o "$work/dump"
python3 "$generator" evolve --seed 8 --rate 0.01 "$work/services.ndjson" >"$work/next.ndjson" 2>/dev/null
echo "1 % changed:"
cost import 0 "$waymark" import oruk "$work/next.ndjson" -o "$work/a.db" --localities "$work/localities.csv"
cost release 0 "$waymark" release "$work/a.db" --date 2026-01-06
cost publish 0 "$waymark" publish "$work/a.db" --feed "$work/feed" --keys "$work/keys" --date 2026-01-06
cost sync 0 "$waymark" sync "$work/r.db" --feed "$work/feed" --root "$work/keys/public/root.json" --subscribe all --now 2026-01-06T00:00:00Z
delta=$(find "$work/feed/public/targets/p/all" -name '*.1-2.pack' -exec wc -c {} + | awk '{ print $1 }')
echo "delta      $delta bytes"
[ "${PEER:-yes}" = no ] && exit 0
peer=$(zstd -q -19 --long=27 -c "$work/dump" | wc -c)
awk -v ours="$pack" -v peer="$peer" 'BEGIN { printf "zstd -19   %d bytes: ratio %.3f\n", peer, ours / peer }'
