#!/bin/sh
# Help, man page, completion and wrong use: all made from one table of commands.
. "$(dirname "$0")/lib.sh"
commands="build check import release log diff show export keys publish sync find suggest explain handover ask eval gaps status verify mirror help"

title "the program explains itself"
expect 0 waymark --help
err_empty
for command in $commands; do
    out_has "  $command "
done
out_has "999"
cp "$out" "$work/help"
expect 0 waymark help
cmp -s "$out" "$work/help" || fail "help and --help differ"
expect 0 waymark --version
grep -Eq '^waymark [0-9]+\.[0-9]+\.[0-9]+$' "$out" || fail "--version: no version"
expect 2 waymark
out_empty
err_has "usage: waymark COMMAND"

title "every command explains itself"
for command in $commands; do
    expect 0 waymark "$command" --help
    err_empty
    out_has "waymark $command"
    out_has "--json"
    snapshot "help/$command.txt"
    expect 0 waymark help "$command"
    snapshot "help/$command.txt"
    expect 0 waymark "$command" -h
done

title "the man page names every command and option, and renders without a warning"
expect 0 waymark help --man
cp "$out" "$work/waymark.1"
sed 's/\\-/-/g' "$work/waymark.1" >"$work/plain.1"
for command in $commands; do
    grep -q "^\.SS \"waymark $command" "$work/plain.1" || fail "the man page lacks $command"
    waymark "$command" --help | sed -n 's/^  \(-[a-z-]*\).*/\1/p' >"$work/options"
    while read -r option; do
        grep -q "^\.B $option\( .*\)*\$" "$work/plain.1" || fail "the man page lacks $command $option"
    done <"$work/options"
done
if command -v groff >/dev/null; then
    groff -man -ww -Tascii -P-cbou "$work/waymark.1" >"$work/page" 2>"$work/warnings"
    [ ! -s "$work/warnings" ] || fail "groff warns: $(head -3 "$work/warnings")"
    grep -q "EXIT STATUS" "$work/page" || fail "the page does not render"
elif command -v man >/dev/null; then
    MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$work/waymark.1" 2>"$work/warnings" >/dev/null
    [ ! -s "$work/warnings" ] || fail "man warns: $(head -3 "$work/warnings")"
fi

title "the completion knows every command and option"
expect 0 waymark help --completion
cp "$out" "$work/completion"
if command -v bash >/dev/null; then
    cat >"$work/complete.sh" <<'SCRIPT'
. "$1"
shift
COMP_WORDS=(waymark "$@")
COMP_CWORD=$#
_waymark
printf '%s\n' "${COMPREPLY[@]}"
SCRIPT
    bash "$work/complete.sh" "$work/completion" "" | sort >"$work/found"
    printf '%s\n' $commands | sort >"$work/wanted"
    same_text "$work/wanted" "$work/found" "the list of commands"
    bash "$work/complete.sh" "$work/completion" fin >"$work/found"
    is "$(cat "$work/found")" find "what begins with fin"
    for command in $commands; do
        bash "$work/complete.sh" "$work/completion" "$command" -- | sort >"$work/found"
        waymark "$command" --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p' | sort >"$work/wanted"
        same_text "$work/wanted" "$work/found" "the options of $command"
    done
fi

title "wrong use is exit 2, and says what was expected"
expect 2 waymark fnd
out_empty
err_is <<'TEXT'
waymark: expected a command (see waymark --help), found "fnd"
In an emergency call 999; for urgent mental health help call 111 and select the mental health option.
TEXT
expect 2 waymark find a.db --ned x
err_is <<'TEXT'
waymark find: unknown option --ned
usage: waymark find DB [OPTION]... (waymark find --help says more)
In an emergency call 999; for urgent mental health help call 111 and select the mental health option.
TEXT
expect 2 waymark find a.db --age
err_has "--age: expected N, found the end"
expect 2 waymark find a.db --json=yes
err_has '--json: expected no value, found "yes"'
expect 2 waymark find a.db --age 3 --age 4
err_has "--age: expected once, found twice"
expect 2 waymark find a.db --age x
err_has '--age: expected a number from 0 to 130, found "x"'
expect 2 waymark find a.db --limit 0
err_has '--limit: expected a number from 1 to 1000, found "0"'
expect 2 waymark find a.db b.db
err_has 'expected DB, found also "b.db"'
expect 2 waymark eval x
err_has 'expected no operand, found also "x"'
expect 2 waymark find a.db --query x --need y
err_has "expected --query or the options that make one, found both"
for command in find explain ask handover; do
    expect 2 waymark "$command" --no-such-option
    err_has "call 999"
    err_has "call 111"
done
for command in build check release log show import export keys publish sync find suggest explain ask gaps status verify mirror; do
    expect 2 waymark "$command"
    out_empty
    err_has "usage: waymark $command"
    expect 2 waymark "$command" --no-such-option
    out_empty
    err_has "unknown option --no-such-option"
done
expect 2 waymark diff a.db 1
err_has 'expected DB A B, found only "1"'
expect 2 waymark build "$directory"
err_has "expected -o DB, found none"
expect 2 waymark publish a.db --feed x
err_has "expected --feed DIR and --keys KEYDIR"
expect 2 waymark help nothing
err_has 'expected a command, found "nothing"'
expect 2 waymark keys make x
err_has 'expected init, rotate, revoke, renew, offer, sign or show, found "make"'
expect 2 waymark export xml a.db
err_has 'expected oruk or dump, found "xml"'
expect 2 waymark eval --dir a --localities b
err_has "expected --localities or --dir, found both"

title "wrong use is told as JSON, too"
expect 2 waymark find --json
shape usage-error.shape
is "$(value .error.text)" "expected DB, found nothing" "the error"

title "a lone -- ends the options"
expect 6 waymark find -- --json
out_has 999
err_is <<'TEXT'
waymark: --json: no such file
TEXT
finish
