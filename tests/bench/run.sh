#!/bin/sh
# run.sh: measures, never judges. Prints sizes as ratios against a peer in the same run, and times as they are on this machine.
#
#   sh tests/bench/run.sh [DIRECTORY]      DIRECTORY: a source folder; directory-data if left out
#
# Peers: zstd -19 --long=27 of the same dump for the snapshot, zstd -19 --patch-from for the delta (both from the zstd program).
# The change between the two releases: every service of one organization is verified on another day.
set -eu
cd "$(dirname "$0")/../.."
directory=${1:-directory-data}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v zstd >/dev/null 2>&1 || { echo "needs the zstd program (apt-get install zstd)" >&2; exit 77; }
cmake -S . -B build/bench -DCMAKE_BUILD_TYPE=Release >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --build build/bench -j "$(nproc)" --target waymark >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
waymark=build/bench/cli/waymark

bytes() {
    wc -c <"$1" | tr -d ' '
}

# ratio NAME OURS PEER
ratio() {
    awk -v name="$1" -v ours="$2" -v peer="$3" 'BEGIN { printf "%-28s %10d bytes, peer %10d, ratio %.3f\n", name, ours, peer, ours / peer }'
}

# seconds NAME COMMAND...: wall time of one run
seconds() {
    name=$1
    shift
    start=$(date +%s.%N)
    "$@" >/dev/null
    end=$(date +%s.%N)
    awk -v name="$name" -v a="$start" -v b="$end" 'BEGIN { printf "%-28s %10.3f s\n", name, b - a }'
}

cp -r "$directory" "$work/source"
seconds "build" "$waymark" build "$work/source" -o "$work/a.db"
seconds "release" "$waymark" release "$work/a.db" --date 2026-01-05
"$waymark" keys init "$work/keys" >/dev/null
seconds "publish, first release" "$waymark" publish "$work/a.db" --feed "$work/feed" --keys "$work/keys"
"$waymark" export dump "$work/a.db" --edition public -o "$work/1.dump"
grep -l '"organization": "bsmhft"' "$work"/source/services/*.json | while read -r file; do
    sed -i 's/"assurance": {/"assurance": {"verified_on": "2026-01-10",/' "$file"
done
"$waymark" build "$work/source" -o "$work/a.db" >/dev/null
"$waymark" release "$work/a.db" --date 2026-01-12 >/dev/null
seconds "sync, snapshot" "$waymark" sync "$work/r.db" --feed "$work/feed" --root "$work/keys/public/root.json" --edition public
seconds "publish, second release" "$waymark" publish "$work/a.db" --feed "$work/feed" --keys "$work/keys"
seconds "sync, delta" "$waymark" sync "$work/r.db"
"$waymark" export dump "$work/a.db" --edition public -o "$work/2.dump"
zstd -q -19 --long=27 "$work/1.dump" -o "$work/1.zst"
zstd -q -19 --long=27 --patch-from="$work/1.dump" "$work/2.dump" -o "$work/patch.zst"
ratio "snapshot / zstd -19" "$(bytes "$(find "$work/feed/public/targets/p/all" -name '*.0-1.pack')")" "$(bytes "$work/1.zst")"
ratio "delta / zstd --patch-from" "$(bytes "$(find "$work/feed/public/targets/p/all" -name '*.1-2.pack')")" "$(bytes "$work/patch.zst")"

i=0
while [ $i -lt 200 ]; do
    i=$((i + 1))
    need=$(sed -n "$((i % 140 + 1))s/.*\"id\": *\"\([^\"]*\)\".*/\1/p" "$directory/needs/needs.jsonl")
    echo "{\"needs\":[\"$need\"],\"facts\":{\"age\":{\"years\":$((i * 7 % 90))}},\"at\":\"SN1\",\"as_of\":\"2026-01-12\"}"
done >"$work/queries"
"$waymark" find "$work/r.db" --query "$work/queries" --json --timing | sed 's/.*"elapsed_us":\([0-9]*\)}$/\1/' | sort -n |
    awk '{ t[NR] = $1 } END { printf "%-28s %10d us p50, %d us p99, of %d whole answers\n", "find", t[int((NR + 1) / 2)], t[int(NR * 0.99)], NR }'
seconds "a new process answers" "$waymark" find "$work/r.db" --need anx.panic --age 30 --at SN1 --as-of 2026-01-12 --json

# Rules, order and explanation for 500 candidates, beside plain criteria; needs what the tests need.
if cmake -S . -B build/bench -DCMAKE_BUILD_TYPE=Release -DWAYMARK_WITH_TESTS=ON >"$work/log" 2>&1 &&
    cmake --build build/bench -j "$(nproc)" --target bench_signpost >"$work/log" 2>&1; then
    build/bench/tests/bench_signpost
else
    echo "signposting: skipped, the tests do not build here (libcmocka-dev, libmicrohttpd-dev)"
fi
