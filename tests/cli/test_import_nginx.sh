#!/bin/sh
# What export oruk --api writes, served by a real nginx over TLS and HTTP/2, comes back by import oruk URL.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/nginx.sh"

certificate localhost -addext subjectAltName=DNS:localhost
cat >"$work/api.conf" <<CONF
log_format asked '\$server_protocol \$request_uri \$status';
access_log $work/nginx/asked.log asked;
gzip on;
gzip_types application/json;
server {
    listen 127.0.0.1:PORT ssl http2;
    server_name localhost;
    ssl_certificate $work/localhost.pem;
    ssl_certificate_key $work/localhost.key;
    root $work/api;
    default_type application/json;
    location = / { try_files /index.json =404; }
    location = /services { try_files /services/pages/\$arg_page.json =404; }
    location / { try_files \$uri.json =404; }
}
CONF

title "the real directory, as an API"
waymark build "$WAYMARK_SOURCE/directory-data" -o "$work/d.db" >/dev/null || fail "the directory cannot be built"
expect 0 waymark export oruk "$work/d.db" --working -o "$work/d.ndjson"
expect 0 waymark export oruk "$work/d.db" --working --api -o "$work/api"
services=$(grep -c . "$work/d.ndjson")
start_nginx "$work/api.conf"
api=https://localhost:$port

title "it comes back as the lines do"
cp "$work/d.db" "$work/lines.db"
cp "$work/d.db" "$work/url.db"
expect 0 waymark import oruk "$work/d.ndjson" -o "$work/lines.db" --source back --json
expect 0 waymark import oruk "$api/services" -o "$work/url.db" --source back --authorities "$work/localhost.pem" --json
is "$(value .feed.listed),$(value .feed.passes),$(value .rejected)" "$services,1,[]" "listed, passes, rejected"
waymark export dump "$work/lines.db" --working >"$work/one"
waymark export dump "$work/url.db" --working >"$work/two"
same_text "$work/one" "$work/two" "what came from the server"
! grep -v '^HTTP/2.0 ' "$work/nginx/asked.log" || fail "not by HTTP/2"

title "a certificate of nobody"
expect 5 waymark import oruk "$api/services" -o "$work/n.db" --tries 1
err_has "localhost:$port/services: "
[ ! -e "$work/n.db" ] || fail "a database was made of nothing"
finish
