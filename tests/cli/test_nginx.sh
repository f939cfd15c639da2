#!/bin/sh
# A real nginx with the configuration of sync/README.md: TLS, HTTP/2, both editions, 304, a cut, and what its logs say.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/nginx.sh"
token=c4n4ry5f2c91
public_root=$work/keys/public/root.json
professional_root=$work/keys/professional/root.json
log=$work/nginx/waymark.log

# start_feed [SERVER-LINE]: the README's configuration, with one more line in its server
start_feed() {
    {
        echo "access_log off;"
        awk '/^```nginx$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$WAYMARK_SOURCE/sync/README.md"
    } | sed -e "s|listen 443|listen 127.0.0.1:PORT|" -e "s|/srv/waymark/feed|$work/feed|" -e "s|/etc/nginx/feeds.example|$work/localhost|" \
        -e "s|/etc/nginx/waymark-tokens|$work/tokens|" -e "s|/etc/nginx/waymark-readers.pem|$work/reader.pem|" \
        -e "s|/var/log/nginx/waymark|$work/nginx/waymark|" -e "s|server_name feeds.example;|server_name localhost;${1:-}|" >"$work/waymark.conf"
    start_nginx "$work/waymark.conf"
    feed=https://localhost:$port
}

# forget_log: nginx appends, so it is only emptied
forget_log() {
    : >"$log"
}

small_feed
certificate localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1
certificate reader
certificate stranger
printf '"Bearer %s" good;\n' "$token" >"$work/tokens"
printf '%s\n' "$token" >"$work/token"
printf 'c4n4rywrong\n' >"$work/wrong-token"
start_feed

title "a public feed over TLS and HTTP/2"
expect 0 waymark sync "$work/p.db" --feed "$feed" --root "$public_root" --authorities "$work/localhost.pem" --json
is "$(value .from),$(value .to)" 0,1 "from and to"
is "$(value .requests)" "$(grep -c . "$log")" "requests told, and logged"
grep -q 'GET /public/timestamp.json HTTP/2.0 200' "$log" || fail "not over HTTP/2: $(head -1 "$log")"
waymark export dump "$work/a.db" --edition public >"$work/published"
waymark export dump "$work/p.db" >"$work/held"
same_text "$work/published" "$work/held" "the dump of the replica"

title "nothing new is a 404 and a 304"
forget_log
expect 0 waymark sync "$work/p.db" --authorities "$work/localhost.pem"
out_has "nothing new: release 1 (2 requests"
is "$(cut -d ' ' -f 3,5 "$log" | tr '\n' ' ')" "/public/2.root.json 404 /public/timestamp.json 304 " "the requests"

title "a certificate that nobody vouches for is refused"
expect 5 waymark sync "$work/p.db"
err_has "certificate"
expect 5 waymark sync "$work/p.db" --authorities "$work/stranger.pem"
err_has "localhost:$port/public/2.root.json: "

title "the professional edition is for those who may"
professional_sync() {
    waymark sync "$work/c.db" --feed "$feed" --root "$professional_root" --edition professional --authorities "$work/localhost.pem" "$@"
}
expect 1 professional_sync
err_has "localhost:$port/professional/timestamp.json: access refused (the server answers 401, and was shown no token"
expect 1 professional_sync --token-file "$work/wrong-token"
err_has "access refused (the server answers 403)"
expect 1 professional_sync --token-file "$work/wrong-token" --json
grep -rq c4n4ry "$out" "$err" && fail "the token is told"
expect 0 professional_sync --token-file "$work/token"
waymark export dump "$work/a.db" --edition professional >"$work/published"
waymark export dump "$work/c.db" >"$work/held"
same_text "$work/published" "$work/held" "the dump of the professional replica"
expect 0 waymark sync "$work/k.db" --feed "$feed" --root "$professional_root" --edition professional --authorities "$work/localhost.pem" \
    --cert "$work/reader.pem" --key "$work/reader.key"
rm -f "$work/k.db"
expect 5 waymark sync "$work/k.db" --feed "$feed" --root "$professional_root" --edition professional --authorities "$work/localhost.pem" \
    --cert "$work/stranger.pem" --key "$work/stranger.key"

title "what opens the door is in no log and in no replica"
grep -rl c4n4ry "$work/nginx" "$work/c.db" && fail "the token is told"

if command -v curl >/dev/null; then
    title "how long what may be kept"
    headers() {
        curl -s -o /dev/null -D - --cacert "$work/localhost.pem" "$@" | tr -d '\r' | grep -i '^cache-control' | cut -d ' ' -f 2-
    }
    is "$(headers "$feed/public/timestamp.json")" "public, max-age=60" "timestamp.json"
    is "$(headers "$feed/public/1.root.json")" "public, max-age=31536000, immutable" "1.root.json"
    is "$(headers "$feed/public/2.root.json")" "no-store" "a root that is not there"
    is "$(headers -H "Authorization: Bearer $token" "$feed/professional/1.root.json")" "private, max-age=31536000, immutable" "professional"
    is "$(curl -s -o /dev/null -w '%{http_code}' --cacert "$work/localhost.pem" -X POST "$feed/public/1.root.json")" 403 "POST"
    is "$(curl -s -o /dev/null -w '%{http_code}' --cacert "$work/localhost.pem" "$feed/keys/root.key")" 404 "anything else"
    is "$(curl -s -D - -o /dev/null -H 'Accept-Encoding: gzip' --cacert "$work/localhost.pem" "$feed/public/1.root.json" | grep -ci content-encoding)" 0 \
        "answers that are encoded"
fi
stop_nginx

title "a sync that is stopped goes on where it was"
start_feed ' if ($uri ~ "pack$") { set $limit_rate 500; }'
forget_log
"$WAYMARK" sync "$work/r.db" --feed "$feed" --root "$public_root" --authorities "$work/localhost.pem" >"$out" 2>"$err" &
slow=$!
wait_for "request for the last role" grep -q 'p.all.json HTTP' "$log"
sleep 2 # the pack takes seven
kill -TERM $slow
wait $slow
is $? 143 "the exit code of who is stopped"
command_run="the sync that was stopped"
err_has "stopped; what came is kept for the next time"
expect 3 waymark find "$work/r.db" --need mood
stop_nginx
start_feed
forget_log
expect 0 waymark sync "$work/r.db" --feed "$feed" --root "$public_root" --authorities "$work/localhost.pem"
out_has "bytes of packs were kept from before"
grep -q '\.pack HTTP/2.0 206' "$log" || fail "no range was asked for: $(cat "$log")"
waymark export dump "$work/a.db" --edition public >"$work/published"
waymark export dump "$work/r.db" >"$work/held"
same_text "$work/published" "$work/held" "the dump of the replica"
expect 0 waymark verify "$work/r.db"
stop_nginx

title "a server that is gone is tried again, and then named"
expect 5 waymark sync "$work/r.db" --authorities "$work/localhost.pem" --tries 2
err_has "localhost:$port/public/2.root.json: no connection"
finish
