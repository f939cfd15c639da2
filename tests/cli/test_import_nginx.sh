#!/bin/sh
# What export oruk --api writes, served by a real nginx over TLS and HTTP/2, comes back by import oruk URL.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin:/sbin
for program in nginx openssl; do
    command -v $program >/dev/null || skip "there is no $program"
done
nginx -V 2>&1 | grep -q http_v2_module || skip "this nginx has no HTTP/2"
unset https_proxy http_proxy all_proxy HTTPS_PROXY ALL_PROXY
nginx_pid=
stop_nginx() {
    [ -z "$nginx_pid" ] || { kill "$nginx_pid"; wait "$nginx_pid"; } 2>/dev/null
    nginx_pid=
}
trap 'stop_nginx; clean_up' EXIT

# The folder $work/api at $api
start_nginx() {
    mkdir -p "$work/nginx"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout "$work/tls.key" -out "$work/tls.pem" \
        -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null || fail "openssl makes no certificate"
    tries=0
    while [ -z "$nginx_pid" ] && [ $tries -lt 20 ]; do
        tries=$((tries + 1))
        port=$((20000 + ($(od -An -tu2 -N 2 /dev/urandom) % 20000)))
        cat >"$work/nginx.conf" <<CONF
daemon off;
master_process off;
pid $work/nginx/pid;
error_log $work/nginx/error.log crit;
events { }
http {
    client_body_temp_path $work/nginx/body;
    proxy_temp_path $work/nginx/proxy;
    fastcgi_temp_path $work/nginx/fastcgi;
    scgi_temp_path $work/nginx/scgi;
    uwsgi_temp_path $work/nginx/uwsgi;
    log_format asked '\$server_protocol \$request_uri \$status';
    access_log $work/nginx/asked.log asked;
    gzip on;
    gzip_types application/json;
    server {
        listen 127.0.0.1:$port ssl http2;
        server_name localhost;
        ssl_certificate $work/tls.pem;
        ssl_certificate_key $work/tls.key;
        root $work/api;
        default_type application/json;
        location = / { try_files /index.json =404; }
        location = /services { try_files /services/pages/\$arg_page.json =404; }
        location / { try_files \$uri.json =404; }
    }
}
CONF
        rm -f "$work/nginx/pid"
        nginx -e "$work/nginx/start.log" -c "$work/nginx.conf" -p "$work/nginx" >"$work/nginx/start.out" 2>&1 &
        nginx_pid=$!
        waited=0 # until it has its port, or has given up
        while [ ! -s "$work/nginx/pid" ] && kill -0 $nginx_pid 2>/dev/null && [ $waited -lt 100 ]; do
            waited=$((waited + 1))
            sleep 0.1
        done
        [ -s "$work/nginx/pid" ] || stop_nginx
    done
    [ -n "$nginx_pid" ] || { cat "$work/nginx/start.out" "$work/nginx/start.log"; fail "nginx does not start"; finish; }
    api=https://localhost:$port
}

title "the real directory, as an API"
waymark build "$WAYMARK_SOURCE/directory-data" -o "$work/d.db" >/dev/null || fail "the directory cannot be built"
expect 0 waymark export oruk "$work/d.db" --working -o "$work/d.ndjson"
expect 0 waymark export oruk "$work/d.db" --working --api -o "$work/api"
services=$(grep -c . "$work/d.ndjson")
start_nginx

title "it comes back as the lines do"
cp "$work/d.db" "$work/lines.db"
cp "$work/d.db" "$work/url.db"
expect 0 waymark import oruk "$work/d.ndjson" -o "$work/lines.db" --source back --json
expect 0 waymark import oruk "$api/services" -o "$work/url.db" --source back --authorities "$work/tls.pem" --json
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
