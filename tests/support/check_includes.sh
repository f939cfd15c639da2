#!/bin/sh
# check_includes.sh SOURCE_DIR: a row includes only rows above it (the list is the house plan).
# A room's file may include: public headers, its own room, and internal headers of rooms above, as "room/header.h".
set -eu
cd "$1"
bad=0

complain() {
    echo "$1" >&2
    bad=1
}

# check LIBRARY ROOM ...: rooms from the top row down
check() {
    library=$1
    shift
    above=""
    for room in "$@"; do
        for file in $(find "$library/src/$room" -name '*.[ch]' 2>/dev/null); do
            for name in $(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file"); do
                case $name in
                */*) target=${name%%/*} ;;
                *) [ -f "$library/src/$room/$name" ] || complain "$file includes \"$name\", which is not in its room"
                   continue ;;
                esac
                case " $above $room " in
                *" $target "*) ;;
                *) complain "$file includes \"$name\": $room may include only: $above" ;;
                esac
            done
        done
        above="$above $room"
    done
}

check core base json model vocab edition rules store history ask interchange train facade
check sync bytes library trust pack transport client publish harvest serve

# only FILES... may include <HEADER>
only() {
    header=$1
    room=$2
    for file in $(grep -rlE "#include [<\"]$header[>\"]" core sync cli 2>/dev/null || true); do
        case $file in
        $room/*) ;;
        *) complain "$file includes $header: only $room may" ;;
        esac
    done
}
only sqlite3.h core/src/store
only cjson/cJSON.h core/src/json
only cJSON.h core/src/json
only curl/curl.h sync/src/transport
only dlfcn.h sync/src/library
only zstd.h sync/src/pack

for file in $(grep -rlE '#include "(\.\./|.*core/src|.*sync/src)' core sync cli 2>/dev/null || true); do
    complain "$file includes by a relative path out of its room"
done
for file in $(find cli sync/src -name '*.[ch]'); do
    for name in $(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$file"); do
        case $name in
        base|json|model|vocab|edition|rules|store|history|ask|interchange|train|facade)
            complain "$file includes core's $name: only core's public headers may be used" ;;
        esac
    done
done
exit $bad
