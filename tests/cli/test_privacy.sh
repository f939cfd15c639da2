#!/bin/sh
# Questions leave no trace: what somebody asks, answers and wants passed on is in no file afterwards, neither in the
# database (an author's, a replica), beside it (-wal, -shm, -journal) nor in the folders in which the program lives; also
# where it is killed in the middle of an interview. What is on the command line is for all on the machine to see, and the
# shell keeps it: `--text -`, `--query -` and `--details -` are there for that, and so all that is asked here goes through them.
. "$(dirname "$0")/lib.sh"
unset XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR SQLITE_TMPDIR
day="--as-of 2026-02-01"
# Every value that is somebody's, none of which is in any file of the directory. A date may be kept in another form, too.
canary=qzx$$
canaries="$canary;1987-03-11;19870311;NE1 9ZQ;NE19ZQ;07700 900765"

# The program's whole world: databases, home, temporary files, where it runs. Its input and output are outside.
world=$work/world
mkdir -p "$world/data" "$world/home" "$world/tmp" "$world/here"
small_feed
waymark sync "$world/data/replica.db" --feed "$work/feed" --root "$work/keys/public/root.json" --edition public >/dev/null ||
    fail "there is no replica"
cp "$work/a.db" "$world/data/author.db"
rm -f "$world"/data/*-wal "$world"/data/*-shm

# in_world COMMAND...
in_world() {
    (cd "$world/here" && HOME=$world/home TMPDIR=$world/tmp "$@")
}

# traces: files of the world that have something of a person, as it was typed, in capitals, or as UTF-16
traces() {
    echo "$canaries" | tr ';' '\n' >"$work/.canaries"
    sed 's/./&./g; s/.$//' "$work/.canaries" >"$work/.wide" # a byte between two letters
    {
        grep -rlaiF -f "$work/.canaries" "$world"
        grep -rlai -f "$work/.wide" "$world"
        find "$world" | grep -iF -f "$work/.canaries"
    } | sort -u
}

no_trace() {
    found=$(traces)
    [ -z "$found" ] || fail "something of a person is in: $found"
}

# Neither the databases nor the list of files is another than before; a reader's log may be there, and empty.
files() {
    (cd "$world" && find . -type f ! -name '*.db-wal' ! -name '*.db-shm' -exec cksum {} + | sort)
}

untouched() {
    files >"$work/.now"
    same_text "$work/.files" "$work/.now" "the list of files"
    for log in "$world"/data/*-wal; do
        [ ! -s "$log" ] || fail "something was written to $log"
    done
    [ -z "$(find "$world/data" -name '*-journal')" ] || fail "there is a journal"
}

title "the search sees what is there, in whatever form"
no_trace
for plant in "$world/data/author.db-wal" "$world/tmp/etilqs_1" "$world/home/.waymark_history" "$world/here/core"; do
    printf 'xx\000%s\000' "$(echo "$canary" | tr a-z A-Z)" >"$plant"
    is "$(traces)" "$plant" "what the search finds"
    rm "$plant"
done
printf 'xx%s' "$canary" | sed 's/./&\x00/g' >"$world/tmp/wide"
is "$(traces)" "$world/tmp/wide" "what the search finds of two-byte letters"
rm "$world/tmp/wide"
cp "$world/data/replica.db" "$work/clean.db"
printf '07700 900765' | dd of="$world/data/replica.db" bs=1 seek=6000 conv=notrunc 2>/dev/null
is "$(traces)" "$world/data/replica.db" "what the search finds in the middle of a database"
mv "$work/clean.db" "$world/data/replica.db"
: >"$world/home/$canary.log"
is "$(traces)" "$world/home/$canary.log" "what the search finds in names of files"
rm "$world/home/$canary.log"
no_trace
files >"$work/.files"

cat >"$work/query" <<JSON
{"text": "low mood, $canary and panicking at night", "at": "NE1 9ZQ", "facts": {"age": {"dob": "1987-03-11"}, "carer": true},
 "actor": "family", "about": "partner", "actor_facts": {"age": {"years": 61}}, "as_of": "2026-02-01",
 "tried": [{"service": "old-group", "outcome": "refused"}]}
JSON
cat >"$work/bad" <<JSON
{"text": "low mood", "facts": {"$canary": true}, "as_of": "2026-02-01"}
JSON
cat >"$work/details" <<JSON
{"own_words": "I am $canary and cannot sleep.", "who_knows": "my sister $canary", "communication": "$canary by text",
 "adjustments": ["$canary"], "dialect": "$canary", "contact": {"name": "$canary", "phone": "07700 900765", "email": "$canary@x.example"},
 "safe_contact": {"how": "ring 07700 900765", "when": "1987-03-11", "not": "$canary", "text": "yes"}, "consent": "given"}
JSON
printf 'low mood and %s\n' "$canary" >"$work/words"

for db in author replica; do
    for json in "" --json; do
        title "find and explain, of $db ${json:-as text}"
        expect_input 0 "$work/query" in_world "$WAYMARK" find "$world/data/$db.db" --query - $json
        expect_input 0 "$work/words" in_world "$WAYMARK" find "$world/data/$db.db" --text - $day $json
        expect_input 0 "$work/words" in_world "$WAYMARK" explain "$world/data/$db.db" talking-north --text - $day $json
        expect_input 3 "$work/bad" in_world "$WAYMARK" find "$world/data/$db.db" --query - $json
        grep -q "$canary" "$out" "$err" || fail "the error does not name what it is about, so that this shows nothing"
        no_trace
        untouched
    done
    for format in print sms json; do
        title "a hand-over of $db as $format"
        expect_input 0 "$work/details" in_world "$WAYMARK" handover "$world/data/$db.db" talking-north --actor self --need mood.low \
            --details - --format $format $day
        expect_input 0 "$work/query" in_world "$WAYMARK" handover "$world/data/$db.db" talking-north --query - --consent given --format json
        no_trace
        untouched
    done
    title "an interview with $db"
    for json in "" --json; do
        printf 'low mood and %s\n2\n4\nNE1 9ZQ\n1987-03-11\nwhy\nback\n1987-03-11\n%s\nskip\n' "$canary" "$canary" >"$work/typed"
        expect_input 0 "$work/typed" in_world "$WAYMARK" ask "$world/data/$db.db" $day $json
        grep -qi "age" "$out" || fail "nothing was asked"
        no_trace
        untouched
    done
done

# What a running program has open for writing, by /proc: only databases and their logs, and what it was given.
open_files() {
    for link in "/proc/$1/fd"/*; do
        number=${link##*/}
        [ "$number" -gt 2 ] || continue
        case $(sed -n 's/^flags:[[:space:]]*//p' "/proc/$1/fdinfo/$number" 2>/dev/null) in
        *[12]) readlink "$link" ;;
        esac
    done
}

for db in author replica; do
    title "an interview with $db that is killed in the middle"
    command_run="waymark ask $db.db"
    mkfifo "$work/keyboard"
    (
        cd "$world/here" || exit 1
        HOME=$world/home
        TMPDIR=$world/tmp
        export HOME TMPDIR
        exec "$WAYMARK" ask "$world/data/$db.db" --as-of 2026-02-01 <"$work/keyboard" >"$work/screen" 2>&1
    ) &
    asked=$!
    exec 9>"$work/keyboard"
    printf 'low mood and %s\n1\nNE1 9ZQ\n' "$canary" >&9
    wait_for "first question" grep -q "Question 1 of" "$work/screen"
    printf '1987-03-11\n' >&9
    wait_for "second question" grep -q "Question 2 of" "$work/screen"
    no_trace
    if [ -r "/proc/$asked/fdinfo" ]; then
        open_files $$ >"$work/.inherited"
        for file in $(open_files "$asked" | grep -vxF -f "$work/.inherited"); do
            case $file in
            "$world/data/$db.db" | "$world/data/$db.db-wal" | "$world/data/$db.db-shm") ;;
            [!/]* | /dev/*) ;; # a pipe of whoever started us
            *) fail "it has $file open for writing" ;;
            esac
        done
        ! tr '\000' '\n' <"/proc/$asked/cmdline" | grep -q "$canary" || fail "words are on the command line"
    fi
    kill -9 "$asked"
    wait "$asked" 2>/dev/null
    exec 9>&-
    rm "$work/keyboard"
    no_trace
    untouched
    expect_input 0 "$work/query" in_world "$WAYMARK" find "$world/data/$db.db" --query -
    no_trace
    untouched
done

title "nor is there anything where every program may write"
found=$(find /tmp /var/tmp /dev/shm -xdev -path "$work" -prune -o -type f -newer "$work/.canaries" -user "$(id -un)" -size -64k \
    -exec grep -laiF "$canary" {} + 2>/dev/null)
[ -z "$found" ] || fail "something of a person is in: $found"
finish
