#!/bin/sh
# check_banned.sh SOURCE_DIR: functions that this code does not use, and why.
cd "$1" || exit 1
bad=0
# ban PATTERN REASON
ban() {
    found=$(grep -rnE "(^|[^A-Za-z0-9_])($1)[[:space:]]*\(" core/src sync/src cli --include='*.[ch]' | grep -v '^[^:]*:[0-9]*: *\*' | grep -v '/\*')
    if [ -n "$found" ]; then
        echo "$found" >&2
        echo "banned: $2" >&2
        bad=1
    fi
}
ban 'strcpy|strcat|sprintf|vsprintf|gets|strtok|strncpy|strncat' "copies without a bound or without an end: use wm_buf or snprintf"
ban 'atoi|atol|atof|strtol|strtoul|scanf|sscanf|fscanf' "numbers that do not say when they are wrong"
ban 'setlocale|localtime|gmtime|ctime|mktime' "the result depends on the host: times and dates are given"
ban 'system|popen|alloca|setjmp|longjmp|rand|srand|tmpnam|mktemp' "not in a library"
room_bans='malloc|calloc|realloc|free|time|getenv|exit|abort|printf|puts'
found=$(grep -rnE "(^|[^A-Za-z0-9_>.])($room_bans)[[:space:]]*\(" core/src sync/src --include='*.[ch]' | grep -v 'core/src/base/env.c' | grep -v '^[^:]*:[0-9]*: *\*' | grep -v '/\*')
if [ -n "$found" ]; then
    echo "$found" >&2
    echo "banned in libraries: memory, time and environment come through wm_env; a library does not print or exit" >&2
    bad=1
fi
exit $bad
