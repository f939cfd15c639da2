#!/bin/sh
# Databases that are not what they should be, and disks that are full: declared, and nothing is changed.
. "$(dirname "$0")/lib.sh"
small_feed
db=$work/a.db
remember "$db"

# every_command DATABASE CODE TEXT: each command that opens one refuses it
every_command() {
    for command in "release $1" "log $1" "diff $1 1 2" "show $1 mood" "export dump $1" "find $1 --need mood" "explain $1 night-line" \
        "status $1" "verify $1" "check $1" "build $directory -o $1" "publish $1 --feed $work/new-feed --keys $work/keys" \
        "sync $1 --feed $work/feed --root $work/keys/public/root.json" "eval --dir $1"; do
        [ ! -f "$1" ] || cp "$1" "$work/.copy"
        # shellcheck disable=SC2086
        expect "$2" waymark $command
        err_has "$3"
        [ ! -f "$1" ] || cmp -s "$1" "$work/.copy" || fail "the file was changed"
        case $command in
        find* | explain*) out_has 999 ;;
        *) out_empty ;;
        esac
    done
    [ ! -e "$work/new-feed" ] || fail "a feed was made"
}

title "a database of a newer version"
cp "$db" "$work/newer.db"
printf '\000\000\003\347' | dd of="$work/newer.db" bs=1 seek=60 conv=notrunc 2>/dev/null
every_command "$work/newer.db" 6 "newer"

title "a file that is no database"
echo "these are notes, not a database, and they are long enough to be read as a header of one, we hope: 0123456789" >"$work/notes.db"
every_command "$work/notes.db" 3 "notes.db"
head -c 5000 /dev/urandom >"$work/noise.db"
every_command "$work/noise.db" 3 "noise.db"

title "somebody else's database"
if command -v sqlite3 >/dev/null; then
    sqlite3 "$work/foreign.db" "CREATE TABLE t (a); INSERT INTO t VALUES (1);"
else
    cp "$db" "$work/foreign.db"
    printf '\001\002\003\004' | dd of="$work/foreign.db" bs=1 seek=68 conv=notrunc 2>/dev/null
fi
every_command "$work/foreign.db" 3 "foreign.db"

title "a folder"
mkdir "$work/folder.db"
for command in "log $work/folder.db" "find $work/folder.db" "build $directory -o $work/folder.db" "release $work/folder.db"; do
    # shellcheck disable=SC2086
    expect 3 waymark $command
    err_has "folder.db: expected a Waymark database, found a folder"
done

title "nothing at all"
for command in "log $work/none.db" "find $work/none.db" "release $work/none.db" "status $work/none.db" "verify $work/none.db" \
    "check $work/none.db" "eval --dir $work/none.db" "publish $work/none.db --feed $work/new-feed --keys $work/keys"; do
    # shellcheck disable=SC2086
    expect 6 waymark $command
    err_has "WORK/none.db: no such file"
    [ ! -e "$work/none.db" ] || fail "$command made a database"
done
expect 6 waymark build "$directory" -o "$work/none/a.db"
err_has "none/a.db"

title "a truncated database"
size=$(wc -c <"$db")
for part in 50 100 4096 20000 $((size / 2)) $((size - 4096)); do
    head -c "$part" "$db" >"$work/part.db"
    for command in "verify $work/part.db" "find $work/part.db --need mood" "export dump $work/part.db" "release $work/part.db"; do
        # shellcheck disable=SC2086
        waymark $command >"$out" 2>"$err" </dev/null
        code=$?
        command_run="waymark $command ($part bytes)"
        case $code in
        1 | 3 | 6) [ -s "$err" ] || [ -s "$out" ] || fail "nothing was said" ;;
        0) case $command in verify*) fail "a truncated database is taken for whole" ;; esac ;;
        *) fail "exit $code" ;;
        esac
    done
done

title "a replica is no author's database, and the reverse"
expect 0 waymark sync "$work/p.db" --feed "$work/feed" --root "$work/keys/public/root.json"
cp "$work/p.db" "$work/p.copy"
for command in "build $directory -o $work/p.db" "release $work/p.db" "publish $work/p.db --feed $work/new-feed --keys $work/keys"; do
    # shellcheck disable=SC2086
    expect 3 waymark $command
    err_has "expected an authoring database, found a replica"
done
cmp -s "$work/p.db" "$work/p.copy" || fail "the replica was changed"
expect 3 waymark sync "$db" --feed "$work/feed" --root "$work/keys/public/root.json"
err_has "expected a replica, found an authoring database"
unchanged "$db"

title "standard output that is full is exit 6"
if [ -w /dev/full ]; then
    for command in "log $db" "find $db --need mood" "find $db --need mood --json" "export dump $db" "show $db mood" "diff $db 1 1" "check $directory" \
        "status $db" "verify $db" "--help" "help --man" "find --help" "explain $db night-line" "explain $db night-line --json"; do
        command_run="waymark $command"
        # shellcheck disable=SC2086
        waymark $command >/dev/full 2>"$err" </dev/null
        code=$?
        [ $code -eq 6 ] || fail "expected exit 6, found $code"
        err_has "writing"
    done
    printf '{"service":{},"facts":{"as_of":"2026-01-01"}}\n' | waymark eval >/dev/full 2>"$err"
    code=$?
    [ $code -eq 6 ] || fail "eval: expected exit 6, found $code"
fi

title "a reader that goes away does no harm"
waymark export dump "$db" 2>"$err" | head -n 1 >/dev/null
[ ! -s "$err" ] || err_has "writing"

# full COMMAND...: with files of at most 64 blocks of 512 bytes the command ends with 6, and nothing was changed
full() {
    command_run="(with small files) $*"
    (
        ulimit -f 64
        "$@"
    ) >"$out" 2>"$err" </dev/null
    code=$?
    [ $code -eq 6 ] || fail "expected exit 6, found $code: $(cat "$err")"
}

title "a quota that is reached is exit 6, not a death by signal"
remember "$db"
cp -R "$directory" "$work/source"
awk 'BEGIN { for (i = 0; i < 400; i++) printf "{\"id\": \"P%d\", \"kind\": \"town\", \"name\": \"Town %d\", \"shares\": [{\"code\": \"NORTH\", \"share\": 1000}]}\n", i, i }' \
    >"$work/source/places/more.jsonl"
full waymark build "$work/source" -o "$db"
unchanged "$db"
expect 0 waymark build "$work/source" -o "$db"
remember "$db"
full waymark release "$db"
unchanged "$db"
full waymark export dump "$db" --working -o "$work/dump"
[ ! -e "$work/dump" ] || fail "half a dump was left behind"
expect 0 waymark release "$db" --date 2026-02-28
full waymark sync "$work/new.db" --feed "$work/feed" --root "$work/keys/public/root.json"
expect 0 waymark verify "$work/p.db"

title "a full disk"
mkdir "$work/disk"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=2m none "$work/disk" 2>/dev/null; then
    cp "$work/p.db" "$work/disk/p.db"
    publish >/dev/null || fail "publish"
    head -c 3000000 /dev/zero >"$work/disk/filler" 2>/dev/null
    remember "$work/disk/p.db"
    for command in "sync $work/disk/p.db" "build $directory -o $work/disk/new.db" "keys init $work/disk/keys" \
        "publish $db --feed $work/disk/feed --keys $work/keys" "export dump $db -o $work/disk/dump"; do
        # shellcheck disable=SC2086
        expect 6 waymark $command
        unchanged "$work/disk/p.db"
    done
    expect 0 waymark find "$work/disk/p.db" --need mood --as-of 2026-02-01
    expect 0 waymark verify "$work/disk/p.db"
    rm "$work/disk/filler"
    expect 0 waymark sync "$work/disk/p.db"
    expect 0 waymark verify "$work/disk/p.db"
    waymark find "$work/disk/p.db" --need mood --as-of 2026-02-01 --json >"$work/answer"

    title "a replica on a medium that cannot be written answers the same"
    cp "$work/disk/p.db" "$work/disk/50% #1?.db"
    rm -f "$work"/disk/p.db-*
    if mount -o remount,ro "$work/disk" 2>/dev/null; then
        for name in p.db "50% #1?.db"; do
            expect 0 waymark find "$work/disk/$name" --need mood --as-of 2026-02-01 --json
            cmp -s "$work/answer" "$out" || fail "another answer"
            expect 0 waymark status "$work/disk/$name"
            expect 0 waymark verify "$work/disk/$name"
            expect 6 waymark sync "$work/disk/$name"
        done
    fi
    umount "$work/disk"
fi
finish
