#!/bin/sh
# run.sh [--long]: builds and runs every test. With --long also the fuzzers (clang) and the longer sweeps.
#
# Steps: dev build with warnings as errors and all tests; the same under the address and undefined-behaviour sanitizers;
# a program built against the installed library both ways. Exit 0 only if all passed.
set -eu
cd "$(dirname "$0")/.."
. cli/dependencies.sh
long=no
for argument in "$@"; do
    case $argument in
    --long) long=yes ;;
    *) echo "usage: sh tests/run.sh [--long]" >&2; exit 2 ;;
    esac
done
# shellcheck disable=SC2086
need_packages $build_packages libcmocka-dev sqlite3 openssl # nginx is not installed: it would start to serve
if [ $long = yes ]; then
    need_packages clang libclang-rt-dev
    WAYMARK_LONG=1
    export WAYMARK_LONG
fi
jobs=$(nproc 2>/dev/null || echo 2)
if command -v ninja >/dev/null 2>&1; then # less to do than for make; a folder that make has built in stays make's
    CMAKE_GENERATOR=Ninja
    export CMAKE_GENERATOR
fi

step() {
    echo "== $1"
    shift
    "$@"
}

# with_log NAME COMMAND...: quiet unless it fails
with_log() {
    log=build/$1.log
    shift
    mkdir -p build
    "$@" >"$log" 2>&1 || { cat "$log"; return 1; }
}

step "configure (dev)" with_log configure-dev cmake --preset dev
step "build (dev)" with_log build-dev cmake --build --preset dev -j "$jobs"
step "tests (dev)" ctest --test-dir build/dev -j "$jobs" --output-on-failure
step "configure (asan)" with_log configure-asan cmake --preset asan
step "build (asan)" with_log build-asan cmake --build --preset asan -j "$jobs"
step "tests (asan)" ctest --test-dir build/asan -j "$jobs" --output-on-failure -E '^house\.'
step "install and consume" sh tests/consume/run.sh "$jobs"
if [ $long = yes ]; then
    step "configure (fuzz)" with_log configure-fuzz cmake --preset fuzz
    step "build (fuzz)" with_log build-fuzz cmake --build --preset fuzz -j "$jobs"
    for target in build/fuzz/tests/fuzz_*; do
        [ -x "$target" ] && [ -f "$target" ] || continue
        name=$(basename "$target")
        found=build/fuzz/found/$name
        mkdir -p "$found"
        step "fuzz ($name, ${WAYMARK_FUZZ_SECONDS:-120} s)" with_log "$name" "$target" -max_total_time="${WAYMARK_FUZZ_SECONDS:-120}" \
            -max_len=65536 "$found" "tests/fuzz/corpus/${name#fuzz_}"
    done
fi
echo "== all passed"
