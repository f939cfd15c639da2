#!/bin/sh
# load.sh [CLIENTS [AT-ONCE]]: nginx on loopback serves the catch-ups of 1,000 clients (TLS, HTTP/2), each a process of
# `waymark sync` on its own copy of a replica that is one release behind. Prints requests and bytes a client, and the time.
#
# Uses build/release if it is there, else build/dev; the feed is the small directory of the tests.
set -eu
cd "$(dirname "$0")/../../.."
clients=${1:-1000}
at_once=${2:-8}
source=$PWD
program=$source/build/release/cli/waymark
[ -x "$program" ] || program=$source/build/dev/cli/waymark
PATH=$PATH:/usr/sbin:/sbin
for needed in nginx openssl; do
    command -v $needed >/dev/null || { echo "skipped: there is no $needed"; exit 77; }
done
[ -x "$program" ] || { echo "skipped: waymark is not built"; exit 77; }
unset https_proxy http_proxy all_proxy HTTPS_PROXY ALL_PROXY
work=$(mktemp -d)
nginx_pid=
clean_up() {
    [ -z "$nginx_pid" ] || { kill "$nginx_pid" && wait "$nginx_pid"; } 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

release() {
    "$program" build "$work/source" -o "$work/a.db" >/dev/null
    "$program" release "$work/a.db" --date "$1" >/dev/null
    "$program" publish "$work/a.db" --feed "$work/feed" --keys "$work/keys" >/dev/null
}

# The feed, and a replica of its first release.
cp -R "$source/tests/cli/directory" "$work/source"
"$program" keys init "$work/keys" >/dev/null
release 2026-01-31
"$program" sync "$work/one.db" --feed "$work/feed" --root "$work/keys/public/root.json" >/dev/null
sed -i 's/"min": 18/"min": 17/' "$work/source/services/talking-north.json"
release 2026-02-28

# The configuration of sync/README.md.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout "$work/site.key" -out "$work/site.pem" \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
: >"$work/tokens"
mkdir "$work/nginx" "$work/replicas"
port=$((20000 + ($(od -An -tu2 -N 2 /dev/urandom) % 20000)))
awk '/^```nginx$/ { inside = 1; next } /^```$/ { inside = 0 } inside' sync/README.md |
    sed -e "s|listen 443|listen 127.0.0.1:$port|" -e "s|/srv/waymark/feed|$work/feed|" -e "s|/etc/nginx/feeds.example|$work/site|" \
        -e "s|/etc/nginx/waymark-tokens|$work/tokens|" -e "s|/etc/nginx/waymark-readers.pem|$work/site.pem|" \
        -e "s|/var/log/nginx/waymark|$work/nginx/waymark|" -e "s|feeds.example|localhost|" >"$work/waymark.conf"
{
    echo "daemon off; master_process off; pid $work/nginx/pid; error_log $work/nginx/error.log crit;"
    echo "events { worker_connections 1024; }"
    echo "http { access_log off;"
    for what in client_body proxy fastcgi scgi uwsgi; do
        echo "${what}_temp_path $work/nginx/$what;"
    done
    echo "include $work/waymark.conf; }"
} >"$work/nginx.conf"
nginx -e "$work/nginx/start.log" -c "$work/nginx.conf" -p "$work/nginx" &
nginx_pid=$!
sleep 0.5
kill -0 $nginx_pid

i=0
while [ $i -lt "$clients" ]; do
    cp "$work/one.db" "$work/replicas/$i.db"
    i=$((i + 1))
done
start=$(date +%s%N)
i=0
while [ $i -lt "$clients" ]; do
    echo "$work/replicas/$i.db"
    i=$((i + 1))
done | xargs -P "$at_once" -I REPLICA "$program" sync REPLICA --feed "https://localhost:$port" --authorities "$work/site.pem" --json \
    >"$work/told" || { echo "a client failed"; exit 1; }
end=$(date +%s%N)
caught_up=$(grep -c '"to":2' "$work/told" || true)
[ "$caught_up" -eq "$clients" ] || { echo "$caught_up of $clients clients caught up"; exit 1; }
awk -v clients="$clients" -v ns=$((end - start)) -v at_once="$at_once" '
    { requests++; bytes += $6; status[$5]++ }
    END {
        seconds = ns / 1e9
        printf "%d clients, %d at once: %.1f s, %.0f clients/s, %.1f ms each\n", clients, at_once, seconds, clients / seconds, 1000 * seconds * at_once / clients
        printf "requests a client %.2f, body bytes a client %.0f\n", requests / clients, bytes / clients
        for (code in status) printf "  %s: %d\n", code, status[code]
    }' "$work/nginx/waymark.log"
