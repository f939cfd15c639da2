#!/bin/sh
# The examples of the documents do what they say: the blocks marked "sh example" of each document run one after the other, in a
# folder that looks like the sources, with waymark on the path. A command that fails fails the document.
. "$(dirname "$0")/lib.sh"

# The blocks of a document, as one script.
examples() {
    awk '/^```sh example$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$1"
}

mkdir "$work/bin"
ln -s "$WAYMARK" "$work/bin/waymark"
PATH=$work/bin:$PATH
export PATH
for document in README.md core/README.md sync/README.md directory-data/README.md; do
    [ -f "$WAYMARK_SOURCE/$document" ] || continue
    title "the examples of $document"
    examples "$WAYMARK_SOURCE/$document" >"$work/example.sh"
    [ -s "$work/example.sh" ] || continue
    rm -rf "$work/here"
    mkdir "$work/here"
    for folder in core sync directory-data cli tests; do
        ln -s "$WAYMARK_SOURCE/$folder" "$work/here/$folder"
    done
    command_run="the blocks of $document"
    if ! (cd "$work/here" && sh -eu "$work/example.sh") >"$out" 2>"$err" </dev/null; then
        fail "an example failed"
        sed 's/^/  | /' "$out" "$err" | tail -20
    fi
done

title "directory-data has as many warnings as its README tells"
expect 0 waymark check "$WAYMARK_SOURCE/directory-data" --json
told=$WAYMARK_SOURCE/directory-data/README.md
is "$(value '.warnings[].code' | wc -l | tr -d ' ')" "$(sed -n 's/.*Its \([0-9]*\) warnings.*/\1/p' "$told")" "all"
value '.warnings[].code' | sort | uniq -c | awk '{ print $2, $1 }' >"$work/found"
sed -n 's/^| `\([a-z_]*\)`[^|]*| \([0-9][0-9]*\) |.*/\1 \2/p' "$told" |
    awk '{ count[$1] += $2 } END { for (code in count) print code, count[code] }' | sort >"$work/told"
same_text "$work/found" "$work/told" "of each kind"
finish
