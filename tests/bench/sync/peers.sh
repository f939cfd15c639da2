#!/bin/sh
# peers.sh: the packs of one release of 1 %, beside what other tools make of the same two dumps.
#
#   sh tests/bench/sync/peers.sh GENERATOR [SERVICES [WAYMARK]]
#
# GENERATOR is gen_directory.py, the generator of the benchmark directory; without it there is nothing to measure (exit 77). Seed 7, then
# `evolve --seed 8 --rate 0.01`; the whole public edition in one pack. Nothing is kept. A peer whose program is not here is left out.
# 100,000 services need 4 GB of memory and half an hour, for the peers.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
generator=${1:-}
services=${2:-10000}
waymark=${3:-$here/../../../build/bench/cli/waymark}
command -v python3 >/dev/null 2>&1 && [ -f "$generator" ] || { echo "skipped: no generator of the benchmark directory" >&2; exit 77; }
[ -x "$waymark" ] || { echo "skipped: no $waymark (make it with -DCMAKE_BUILD_TYPE=Release)" >&2; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

bytes() {
    wc -c <"$1" | tr -d ' '
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# timed NAME COMMAND...: seconds, processor seconds and the peak of memory
timed() {
    python3 - "$@" <<'PYTHON'
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[2:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{sys.argv[1]:28s} {time.monotonic() - start:9.2f} s {used.ru_utime + used.ru_stime:9.2f} s of processor {used.ru_maxrss / 1024:9.1f} MB")
PYTHON
}

# peer NAME FILE
peer() {
    size=$(bytes "$2")
    printf '%-28s %10d bytes\n' "$1" "$size"
    [ -n "$best" ] && [ "$best" -le "$size" ] || best=$size
}

# ratio NAME OURS
ratio() {
    awk -v name="$1" -v ours="$2" -v best="$best" 'BEGIN { printf "%-28s %10d bytes, %.3f of the best\n", name, ours, ours / best }'
}

pack() {
    find "$work/feed/public/targets/p/all" -name "*.$1.pack"
}

# release FOLDER DATE DUMP
release() {
    "$waymark" build "$1" -o "$work/author.db" >/dev/null
    "$waymark" release "$work/author.db" --date "$2" >/dev/null
    "$waymark" export dump "$work/author.db" --edition public -o "$3"
}

python3 "$generator" localities >"$work/localities.csv"
python3 "$generator" base --services "$services" --seed 7 >"$work/1.ndjson"
python3 "$generator" evolve --seed 8 --rate 0.01 "$work/1.ndjson" >"$work/2.ndjson"
for n in 1 2; do
    python3 "$here/source.py" "$work/localities.csv" "$work/$n.ndjson" "$work/source.$n"
    rm "$work/$n.ndjson"
done
"$waymark" keys init "$work/keys" >/dev/null
echo "== $services services"
release "$work/source.1" 2026-01-05 "$work/old"
timed "publish, first release" "$waymark" publish "$work/author.db" --feed "$work/feed" --keys "$work/keys" --date 2026-01-05
timed "sync, snapshot" "$waymark" sync "$work/replica.db" --feed "$work/feed" --root "$work/keys/public/root.json" --now 2026-01-05T12:00:00Z
release "$work/source.2" 2026-01-12 "$work/new"
timed "publish, second release" "$waymark" publish "$work/author.db" --feed "$work/feed" --keys "$work/keys" --date 2026-01-12
timed "sync, delta" "$waymark" sync "$work/replica.db" --now 2026-01-12T12:00:00Z
rm -rf "$work"/source.* "$work"/author.db* "$work"/replica.db*

cd "$work"
best=
echo "-- snapshot (the dump has $(bytes old) bytes)"
if has zstd; then
    zstd -q -19 --long=27 old -o old.zst && peer "zstd -19 --long=27" old.zst
    ratio "waymark" "$(bytes "$(pack 0-1)")"
fi
best=
echo "-- delta"
python3 "$here/peers_patch.py" merge old new | gzip -9 >merge.gz && peer "JSON merge patches, gzip -9" merge.gz
if has sqlite3 && has zstd; then
    python3 "$here/peers_patch.py" sql old new >changes.sql
    if sqlite3 :memory: <changes.sql >/dev/null 2>&1 && [ -s changeset ]; then
        zstd -q -19 changeset -o changeset.zst && peer "SQLite changeset, zstd -19" changeset.zst
    fi
fi
! has zstd || { zstd -q -19 --long=31 --patch-from=old new -o patch.zst 2>/dev/null && peer "zstd -19 --patch-from" patch.zst; }
! has xdelta3 || { xdelta3 -9 -e -B 1000000000 -s old new patch.xdelta && peer "xdelta3 -9" patch.xdelta; }
! has bsdiff || { bsdiff old new patch.bsdiff && peer "bsdiff" patch.bsdiff; }
ratio "waymark" "$(bytes "$(pack 1-2)")"
