# lib.sh: what the tests of the program share. Sourced first by every test_*.sh; `finish` comes last.
#
#   title TEXT                   what the next checks are about
#   expect CODE COMMAND...       runs it; its exit code must be CODE. Standard output and error are then in $out and $err
#   out_is, err_is               the whole text, from a here-document
#   out_has, err_has, out_lacks TEXT
#   out_empty, err_empty
#   snapshot NAME                standard output is the file expected/NAME (WAYMARK_TESTS_ACCEPT=1 writes it)
#   shape NAME                   the same for the paths and types of a JSON output
#   value PATH                   prints the values at a path of the JSON output, like .files[].path
#   is FOUND WANTED WHAT         two texts are equal
#   remember DB, unchanged DB    the whole contents are the same as they were
#   start_server FOLDER [OPTION]..., stop_server        $feed is its address, $requests its log
#
# Before comparing, the test's own folder becomes WORK and digests become DIGEST. A failed check says so and the test goes on.
set -u
: "${WAYMARK:?the program to test}" "${WAYMARK_SOURCE:?the root of the sources}" "${WAYMARK_TOOLS:?the folder of helper programs}"
LC_ALL=C
TZ=UTC
# A sanitizer's own exit code must not look like one of ours.
ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99"
UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}exitcode=99:print_stacktrace=1"
export LC_ALL TZ ASAN_OPTIONS UBSAN_OPTIONS

tests=$WAYMARK_SOURCE/tests/cli
directory=$tests/directory
# Commands are split at spaces: neither folder has one in its name, whatever that of the sources has.
case ${TMPDIR:-/tmp} in
*[[:space:]]*) TMPDIR=/tmp ;;
esac
work=$(mktemp -d "${TMPDIR:-/tmp}/waymark-cli-XXXXXX") || exit 1
work=$(cd "$work" && pwd -P)
case $directory in
*[[:space:]]*)
    cp -R "$directory" "$work/.directory"
    directory=$work/.directory
    ;;
esac
out=$work/.out
err=$work/.err
requests=$work/.requests
failures=0
current=
command_run=
server=

waymark() {
    "$WAYMARK" "$@"
}

clean_up() {
    stop_server
    umount "$work/disk" 2>/dev/null
    chmod -R u+rwx "$work" 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

title() {
    current=$1
}

fail() {
    failures=$((failures + 1))
    printf 'FAILED: %s\n  %s\n' "$current" "$1"
    [ -z "$command_run" ] || printf '  after: %s\n' "$command_run"
}

finish() {
    [ "$failures" -eq 0 ] || echo "$failures checks failed"
    [ "$failures" -eq 0 ]
    exit
}

skip() {
    echo "skipped: $1"
    exit 77
}

plain() {
    sed -e "s|$work|WORK|g" -e "s|$WAYMARK_SOURCE|SOURCE|g" -e 's/[0-9a-f]\{64\}/DIGEST/g' -e 's/question [0-9a-f]\{12\}$/question DIGEST/' "$1"
}

expect() {
    expected_code=$1
    shift
    command_run=$*
    "$@" >"$out" 2>"$err" </dev/null
    found_code=$?
    told_code
}

# expect_input CODE FILE COMMAND...: the same with a file as standard input
expect_input() {
    expected_code=$1
    input=$2
    shift 2
    command_run="$* < $input"
    "$@" >"$out" 2>"$err" <"$input"
    found_code=$?
    told_code
}

told_code() {
    if [ "$found_code" -ne "$expected_code" ]; then
        fail "expected exit $expected_code, found $found_code"
        sed 's/^/  | /' "$err" | head -20
    fi
}

same_text() {
    if ! diff -u "$1" "$2" >"$work/.diff"; then
        fail "$3 is not as expected"
        sed -e 's/^/  /' -e 1,2d "$work/.diff" | head -60
    fi
}

is() {
    [ "$1" = "$2" ] || fail "$3: expected \"$2\", found \"$1\""
}

out_is() {
    cat >"$work/.expected"
    plain "$out" >"$work/.found"
    same_text "$work/.expected" "$work/.found" "standard output"
}

err_is() {
    cat >"$work/.expected"
    plain "$err" >"$work/.found"
    same_text "$work/.expected" "$work/.found" "standard error"
}

has() {
    plain "$1" >"$work/.found"
    if ! grep -qF -e "$2" "$work/.found"; then
        fail "expected \"$2\", found:"
        sed 's/^/  | /' "$work/.found" | head -20
    fi
}

out_has() {
    has "$out" "$1"
}

err_has() {
    has "$err" "$1"
}

out_lacks() {
    ! grep -qaF -e "$1" "$out" || fail "expected no \"$1\" on standard output"
}

out_empty() {
    out_is </dev/null
}

err_empty() {
    err_is </dev/null
}

compare_with() {
    if [ "${WAYMARK_TESTS_ACCEPT:-}" = 1 ]; then
        mkdir -p "$tests/expected"
        cp "$1" "$tests/expected/$2"
    elif [ ! -f "$tests/expected/$2" ]; then
        fail "there is no expected/$2"
    else
        same_text "$tests/expected/$2" "$1" "expected/$2"
    fi
}

snapshot() {
    plain "$out" >"$work/.found"
    compare_with "$work/.found" "$1"
}

leaves() {
    awk -f "$tests/json.awk" "${1:-$out}" || fail "this is no JSON"
}

shape() {
    leaves | cut -f 1,2 | sort -u >"$work/.found"
    compare_with "$work/.found" "$1"
}

value() {
    leaves | awk -F '\t' -v path="$1" '$1 == path { print $3 }'
}

contents() {
    "$WAYMARK" log "$1" --json
    "$WAYMARK" export dump "$1" --working || "$WAYMARK" export dump "$1"
}

remember() {
    contents "$1" >"$work/.before" 2>/dev/null
    [ -s "$work/.before" ] || fail "nothing to remember in $1"
}

unchanged() {
    contents "$1" >"$work/.after" 2>/dev/null
    cmp -s "$work/.before" "$work/.after" || fail "$1 was changed"
}

# wait_for WHAT COMMAND...: at most 10 seconds
wait_for() {
    what=$1
    shift
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || { fail "no $what after 10 seconds"; return 1; }
        sleep 0.1
    done
}

start_server() {
    : >"$requests"
    rm -f "$work/.port"
    "$WAYMARK_TOOLS/httpd" "$@" --seconds 300 --log "$requests" >"$work/.port" 2>"$work/.server" &
    server=$!
    wait_for "port" test -s "$work/.port"
    feed=http://127.0.0.1:$(cat "$work/.port")
}

stop_server() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null
        wait "$server" 2>/dev/null
        server=
    fi
    return 0
}

# A released database of the small directory, at $1.
small_database() {
    waymark build "$directory" -o "$1" >/dev/null &&
        waymark release "$1" --date 2026-01-31 --note "the first" >/dev/null || fail "the small directory cannot be built"
}

# bend FILE OFFSET: changes the lowest bit of one byte
bend() {
    byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
    # shellcheck disable=SC2059
    printf "\\$(printf %03o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# A feed of the small directory at $work/feed, its author at $work/a.db, its keys at $work/keys. Days are today's: keys and
# signatures expire.
small_feed() {
    small_database "$work/a.db"
    if ! waymark keys init "$work/keys" >/dev/null ||
        ! waymark publish "$work/a.db" --feed "$work/feed" --keys "$work/keys" >/dev/null; then
        fail "the small feed cannot be made"
    fi
}

# second_release: services close, open and change; $work/source is its source folder
second_release() {
    rm -rf "$work/source"
    cp -R "$directory" "$work/source"
    sed -i 's/"min": 18/"min": 17/' "$work/source/services/talking-north.json"
    sed -i 's/"status": "active"/"status": "closed", "closes_on": "2026-02-27", "successors": ["talking-north"]/' \
        "$work/source/services/young-north.json"
    rm "$work/source/services/old-group.json"
    if ! waymark build "$work/source" -o "$work/a.db" >/dev/null ||
        ! waymark release "$work/a.db" --date 2026-02-28 --note "the second" >/dev/null; then
        fail "the second release cannot be made"
    fi
}

publish() {
    waymark publish "$work/a.db" --feed "$work/feed" --keys "$work/keys" "$@"
}
