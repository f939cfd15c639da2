#!/bin/sh
# check_safety.sh SOURCE_DIR: every test that core/SAFETY.md names is there, and runs.
cd "$1" || exit 1
bad=0
for name in $(grep '^| [0-9]' core/SAFETY.md | grep -o '`[^`]*`' | tr -d '`'); do
    case $name in
    tests/*) [ -e "$name" ] && continue ;;
    *_*_*) grep -rqE "(cmocka_unit_test[a-z_]*|TEST)\( *$name[,)]" tests --include='test_*.c' && continue
           grep -rq "^ *$name)" tests --include='test_*.c' && continue ;;
    *) continue ;; # a word of the text
    esac
    echo "core/SAFETY.md names $name, which is not there" >&2
    bad=1
done
exit $bad
