#!/bin/sh
# import oruk of a URL: the pages and documents of an API on this machine, and a file on a server.
. "$(dirname "$0")/lib.sh"
db=$work/a.db
log=$work/.api
api=
background=
stop_api() {
    # shellcheck disable=SC2086
    [ -z "$background" ] || { kill $background; wait $background; } 2>/dev/null
    background=
}
trap 'stop_api; clean_up' EXIT

# start_api FILE [OPTION]...: $api is its address, $log its requests
start_api() {
    stop_api
    : >"$log"
    rm -f "$work/.api.port"
    "$WAYMARK_TOOLS/oruk_api" "$@" --base /api --seconds 300 --log "$log" >"$work/.api.port" &
    background=$!
    wait_for "port" test -s "$work/.api.port"
    api=127.0.0.1:$(cat "$work/.api.port")/api
}

# services FROM TO [MEMBERS]
services() {
    n=$1
    while [ "$n" -le "$2" ]; do
        printf '{"id":"00000000-0000-4000-8000-%012d","name":"Service %d","status":"active","description":"About %d.",' "$n" "$n" "$n"
        printf '"organization":{"id":"00000000-0000-4000-9000-000000000001","name":"Helpers"},"minimum_age":18,'
        printf '"service_at_locations":[{"id":"l","location":{"id":"00000000-0000-4000-a000-%012d",' "$n"
        printf '"name":"Hall %d","latitude":51.12345,"longitude":-1.5}}]%s}\n' "$n" "${3:-}"
        n=$((n + 1))
    done
}
services 1 25 >"$work/feed.ndjson"
third=00000000-0000-4000-8000-000000000003

asked() {
    grep -c -e "$1" "$log"
}

title "all pages, and the document of each service: the same records as from the file"
start_api "$work/feed.ndjson" --most 10
expect 0 waymark import oruk "$work/feed.ndjson" -o "$work/b.db" --source feed
expect 0 waymark import oruk "http://$api/services" -o "$db" --source feed --json
err_empty
shape import_url.shape
is "$(value .records.service),$(value .feed.pages),$(value .feed.requests),$(value .feed.listed),$(value .feed.passes)" \
    25,3,28,25,1 "services, pages, requests, listed, passes"
waymark export dump "$db" --working >"$work/one"
waymark export dump "$work/b.db" --working >"$work/two"
same_text "$work/two" "$work/one" "what came by the API"
is "$(asked '^/api/services/')" 25 "documents asked for"
is "$(head -1 "$log")" "/api/services?page=1&per_page=100&full=true 200" "the first request"

title "from the API's base, with a slash or without; it is the same source"
rm -f "$db"*
expect 0 waymark import oruk "http://$api/services" -o "$db"
out_has "3 pages, 28 requests, "
remember "$db"
for url in "http://$api" "http://$api/"; do
    expect 0 waymark import oruk "$url" -o "$db" --json
    is "$(value .changed)" 0 "changed from $url"
done
unchanged "$db"
is "$(asked '^/api 200')" 1 "looks at the address itself"
services 1 13 >"$work/less.ndjson"
start_api "$work/less.ndjson"
expect 0 waymark import oruk "http://$api/" -o "$db" --source other --json
expect 0 waymark import oruk "http://$api/" -o "$db" --source other --json
is "$(value .changed)" 0 "changed"

title "lists with whole services need one document a page"
start_api "$work/feed.ndjson" --most 10 --whole
expect 0 waymark import oruk "http://$api/" -o "$work/w.db" --source feed --json
is "$(value .records.service),$(value .feed.requests)" 25,6 "services, requests"
waymark export dump "$work/w.db" --working >"$work/one"
same_text "$work/two" "$work/one" "what came in lists"
start_api "$work/feed.ndjson" --most 10 --full
expect 0 waymark import oruk "http://$api/" -o "$work/w.db" --source feed --json
is "$(value .changed),$(value .feed.requests)" 0,6 "changed, requests"

title "a server that bears no word that it does not know"
start_api "$work/feed.ndjson" --plain
expect 0 waymark import oruk "http://$api/" -o "$work/w.db" --source feed --json
is "$(value .changed),$(value .feed.requests)" 0,27 "changed, requests"
is "$(sed -n 2p "$log")" "/api/services?page=1&per_page=100 200" "the second request"

title "what breaks off is tried again"
start_api "$work/less.ndjson" --busy
expect 0 waymark import oruk "http://$api/" -o "$work/z.db" --json
is "$(value .records.service)" 13 "services"
[ "$(asked ' 503$')" -gt 0 ] || fail "nothing was busy"

title "one document that cannot be had is rejected, and what is here of it stays"
expect 0 waymark import oruk "$work/feed.ndjson" -o "$work/k.db" --source feed
services 1 25 ',"email":"moved@example.org"' >"$work/moved.ndjson"
start_api "$work/moved.ndjson" --lose $third
expect 3 waymark import oruk "http://$api/" -o "$work/k.db" --source feed --json
is "$(value '.rejected[].line'):$(value '.rejected[].text')" \
    "3:services/$third: expected a document of this service, found none there (404)" "what was rejected"
is "$(value .records.service),$(value .replaced),$(value .withdrawn)" 25,24,0 "services, replaced, withdrawn"
expect 0 waymark show "$work/k.db" service/$third --working --json
out_lacks moved
remember "$work/k.db"
start_api "$work/feed.ndjson" --break $third
expect 3 waymark import oruk "http://$api/" -o "$work/k.db" --source feed --strict --tries 1
err_has "services/$third: 127.0.0.1:"
err_has "/api/services/$third: the server answers 500"
err_has "nothing was changed"
unchanged "$work/k.db"

title "a wrong service is rejected by its id"
{ cat "$work/less.ndjson"; services 14 14 | sed 's/"active"/"open"/'; } >"$work/wrong.ndjson"
start_api "$work/wrong.ndjson"
expect 3 waymark import oruk "http://$api/" -o "$work/x.db"
err_has "$api:14: services/00000000-0000-4000-8000-000000000014: status: expected active"

title "a token and a key open the door, and are told to nobody"
printf 'c4n4rytoken\n' >"$work/token"
start_api "$work/less.ndjson" --token c4n4rytoken --key c4n4rykey
expect 0 waymark import oruk "http://$api/services?key=c4n4rykey" -o "$work/t.db" --token-file "$work/token"
! grep -q c4n4ry "$out" "$err" || fail "a secret is told"
! grep -aq c4n4ry "$work"/t.db* || fail "a secret is in the database"
expect 1 waymark import oruk "http://$api/services?key=c4n4rywrong" -o "$work/t2.db" --token-file "$work/token" --json
err_has "$api/services: access refused (the server answers 403)"
! grep -q c4n4ry "$out" "$err" || fail "a secret is told"
expect 1 waymark import oruk "http://$api/services?key=c4n4rykey" -o "$work/t2.db"
err_has "access refused (the server answers 401, and was shown no token"
[ ! -e "$work/t2.db" ] || fail "a database was made of nothing"

title "what is no API, and what cannot be asked"
start_api "$work/less.ndjson"
expect 3 waymark import oruk "http://${api%/api}/other" -o "$work/n.db"
err_has "${api%/api}/other/services, page 1: expected a list of services, found none there (404)"
expect 2 waymark import oruk "http://feed.example/services" -o "$work/n.db"
err_has "another machine needs https"
expect 2 waymark import oruk "http://$api/services?page=2" -o "$work/n.db"
expect 2 waymark import oruk "http://me:c4n4ry@$api" -o "$work/n.db"
! grep -q c4n4ry "$err" || fail "a password is told"
stop_api
expect 5 waymark import oruk "http://$api/" -o "$work/n.db" --tries 1
err_has "page 1: $api/services: no connection"
expect 5 waymark import oruk "http://$api" -o "$work/n.db" --tries 1
[ ! -e "$work/n.db" ] || fail "a database was made of nothing"

title "far fewer than last time is refused"
services 1 5 >"$work/few.ndjson"
start_api "$work/few.ndjson"
remember "$db"
expect 1 waymark import oruk "http://$api/" -o "$db" --source other
err_has "expected about 13 services"
unchanged "$db"

title "a file on a server is taken as a file"
mkdir -p "$work/www/data"
cp "$work/feed.ndjson" "$work/www/data/feed.ndjson"
{ printf '[\n'; sed '$!s/$/,/' "$work/feed.ndjson"; printf ']\n'; } >"$work/www/data/list"
{ printf '{"total_items":99,"contents":[\n'; sed '$!s/$/,/' "$work/feed.ndjson"; printf ']}\n'; } >"$work/www/data/part.json"
head -c 1500 "$work/www/data/list" >"$work/www/data/cut.json"
start_server "$work/www"
host=${feed#http://}
for name in feed.ndjson list; do
    expect 0 waymark import oruk "$feed/data/$name" -o "$work/f.db" --source feed --json
    is "$(value .records.service)" 25 "services of $name"
    waymark export dump "$work/f.db" --working >"$work/one"
    same_text "$work/two" "$work/one" "what came in $name"
done
remember "$work/f.db"
expect 1 waymark import oruk "$feed/data/part.json" -o "$work/f.db" --source feed
err_has "$host/data/part.json: expected 99 services, as its pages say, found 25"
expect 3 waymark import oruk "$feed/data/cut.json" -o "$work/f.db" --source feed
err_has "found the end of the file"
expect 1 waymark import oruk "$feed/data/none.json" -o "$work/f.db" --source feed
err_has "$host/data/none.json: expected services, found nothing there (404)"
unchanged "$work/f.db"
stop_server

title "others may write while an API is walked"
start_api "$work/moved.ndjson" --most 5 --delay 400
services 101 102 >"$work/others.ndjson"
"$WAYMARK" import oruk "http://$api/" -o "$work/f.db" --source feed --json >"$work/walk" 2>&1 &
running=$!
wait_for "second page" grep -q 'page=2' "$log"
expect 0 waymark import oruk "$work/others.ndjson" -o "$work/f.db" --source others --json
is "$(value .added)" 4 "added meanwhile"
kill -0 $running || fail "the walk was over before"
wait $running || fail "the walk: $(cat "$work/walk")"
expect 0 waymark show "$work/f.db" service/00000000-0000-4000-8000-000000000102 --working --json
expect 0 waymark show "$work/f.db" service/$third --working --json
out_has moved
expect 0 waymark import oruk "$work/feed.ndjson" -o "$work/f.db" --source feed

title "stopped by Ctrl-C it has changed nothing"
if env --default-signal=INT true 2>/dev/null; then
    start_api "$work/moved.ndjson" --most 5 --delay 50
    remember "$work/f.db"
    command_run="waymark import (stopped)"
    env --default-signal=INT "$WAYMARK" import oruk "http://$api/" -o "$work/f.db" --source feed >"$out" 2>"$err" &
    running=$!
    wait_for "second page" grep -q 'page=2' "$log"
    kill -INT $running
    wait $running
    is $? 130 "the exit code of who is stopped by Ctrl-C"
    err_is <<END
waymark: stopped; nothing was changed
END
    out_empty
    unchanged "$work/f.db"
    start_api "$work/moved.ndjson" --most 5 --delay 400
    expect 5 waymark import oruk "http://$api/" -o "$work/f.db" --source feed --max-time 1
    err_has "not done within the time allowed (--max-time 1)"
    unchanged "$work/f.db"
fi

title "a person sees how far it has come"
if script -qec true /dev/null >/dev/null 2>&1 </dev/null; then # there is a terminal to be had
    start_api "$work/feed.ndjson" --most 5 --delay 120
    script -qec "'$WAYMARK' import oruk 'http://$api/' -o '$work/p.db'" /dev/null >"$out" 2>&1 </dev/null
    tr '\r' '\n' <"$out" >"$work/.lines"
    grep -q ' pages, [0-9]* of 25 services, [0-9]* a second' "$work/.lines" || fail "no progress: $(cat "$work/.lines")"
fi
finish
