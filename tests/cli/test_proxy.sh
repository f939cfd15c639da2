#!/bin/sh
# A proxy, and TLS that is too old: who is told what, on this machine alone.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin:/sbin
for program in nginx openssl base64; do
    command -v $program >/dev/null || skip "there is no $program"
done
unset https_proxy http_proxy all_proxy no_proxy HTTPS_PROXY ALL_PROXY NO_PROXY
token=c4n4ry5f2c91
login=reader:c4n4ryproxy
background=
stop_all() {
    # shellcheck disable=SC2086
    [ -z "$background" ] || { kill $background; wait $background; } 2>/dev/null
    background=
}
trap 'stop_all; clean_up' EXIT

certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout "$work/tls.key" -out "$work/tls.pem" \
        -subj /CN=feeds.example -addext subjectAltName=DNS:feeds.example,DNS:localhost 2>/dev/null || fail "openssl makes no certificate"
}

# The professional edition at https://feeds.example, on a free port; its log says what it was shown.
start_origin() {
    mkdir -p "$work/nginx"
    tries=0
    origin=
    while [ -z "$origin" ] && [ $tries -lt 20 ]; do
        tries=$((tries + 1))
        port=$((20000 + ($$ + tries * 7) % 20000))
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
    log_format shown '\$request_uri \$status bearer=\$http_authorization proxy=\$http_proxy_authorization';
    access_log $work/nginx/shown.log shown;
    server {
        listen 127.0.0.1:$port ssl;
        ssl_certificate $work/tls.pem;
        ssl_certificate_key $work/tls.key;
        root $work/feed;
    }
}
CONF
        nginx -e "$work/nginx/start.log" -c "$work/nginx.conf" -p "$work/nginx" >"$work/nginx/start.out" 2>&1 &
        origin=$!
        sleep 0.5
        kill -0 $origin 2>/dev/null || origin=
    done
    [ -n "$origin" ] || { cat "$work/nginx/start.log"; fail "nginx does not start"; finish; }
    background="$background $origin"
}

# start_proxy [OPTION]...: $proxy is its port, $heads the requests that it saw
start_proxy() {
    heads=$work/heads
    : >"$heads"
    rm -f "$work/proxy.port"
    "$WAYMARK_TOOLS/proxy" --to "$port" --log "$heads" "$@" >"$work/proxy.port" &
    background="$background $!"
    wait_for "proxy" test -s "$work/proxy.port"
    proxy=$(cat "$work/proxy.port")
}

small_feed
certificate
printf '%s\n' "$token" >"$work/token"
start_origin
start_proxy
synchronise() {
    rm -f "$work"/c.db*
    waymark sync "$work/c.db" --feed https://feeds.example --root "$work/keys/professional/root.json" --edition professional \
        --authorities "$work/tls.pem" --token-file "$work/token" --tries 1 "$@"
}

title "a feed behind a proxy: a tunnel, and nothing else is said to the proxy"
expect 0 synchronise --proxy "http://127.0.0.1:$proxy"
[ "$(grep -c '^CONNECT feeds.example:443 HTTP/1.1' "$heads")" -gt 0 ] || fail "no tunnel was asked for: $(cat "$heads")"
is "$(grep -c '^[A-Z]* .* HTTP/1' "$heads")" "$(grep -c '^CONNECT' "$heads")" "requests that are no tunnels"
! grep -qi -e bearer -e "$token" -e ' /professional' "$heads" || fail "the proxy was told too much"
grep -q "/professional/timestamp.json 200 bearer=Bearer $token proxy=-" "$work/nginx/shown.log" || fail "the origin: $(cat "$work/nginx/shown.log")"

title "who the proxy knows is nothing to the origin, nor to anybody else"
stop_all
start_origin
start_proxy --login "$(printf %s "$login" | base64)"
: >"$work/nginx/shown.log"
expect 5 synchronise --proxy "http://127.0.0.1:$proxy"
err_has "the proxy wants a name and a password"
https_proxy=http://$login@127.0.0.1:$proxy
export https_proxy
expect 0 synchronise
unset https_proxy
grep -q '^Proxy-Authorization: Basic ' "$heads" || fail "the proxy was not told who asks"
! grep -qi -e bearer -e "$token" "$heads" || fail "the proxy was told too much"
[ -s "$work/nginx/shown.log" ] || fail "nothing came to the origin"
! grep -v ' proxy=-$' "$work/nginx/shown.log" || fail "the origin was told who the proxy knows"
https_proxy=http://reader:c4n4rywrong@127.0.0.1:$proxy
export https_proxy
expect 5 synchronise
expect 5 synchronise --json
unset https_proxy
! grep -q -e c4n4ry -e "$token" "$out" "$err" || fail "a secret is told"
! grep -aq -e c4n4ryproxy -e "$token" "$work"/c.db* || fail "a secret is in the replica"

title "plain http takes no token to a proxy"
: >"$heads"
http_proxy=http://127.0.0.1:$proxy
all_proxy=$http_proxy
export http_proxy all_proxy
start_server "$work/feed" --token "$token"
expect 0 waymark sync "$work/plain.db" --feed "$feed" --root "$work/keys/public/root.json" --token-file "$work/token"
expect 0 waymark sync "$work/plain2.db" --feed "$feed" --root "$work/keys/public/root.json" --token-file "$work/token" --proxy "$http_proxy"
expect 2 waymark sync "$work/away.db" --feed http://feeds.example --root "$work/keys/public/root.json" --token-file "$work/token"
unset http_proxy all_proxy
stop_server
is "$(cat "$heads")" "" "what the proxy saw"

# old_server OPTION: one version of TLS alone
old_server() {
    rm -f "$work/old.out"
    openssl s_server -accept 127.0.0.1:0 -cert "$work/tls.pem" -key "$work/tls.key" "$1" -WWW >"$work/old.out" 2>&1 &
    background="$background $!"
    wait_for "server of $1" grep -q '^ACCEPT 127' "$work/old.out"
    old=$(sed -n 's/^ACCEPT 127.0.0.1://p' "$work/old.out" | head -1)
}

title "a certificate that is not for this host, or of no authority, is refused at once"
old_server -tls1_2
for wrong in "https://127.0.0.1:$old --authorities $work/tls.pem" "https://localhost:$old"; do
    # shellcheck disable=SC2086
    expect 5 timeout 20 "$WAYMARK" sync "$work/old.db" --feed $wrong --root "$work/keys/public/root.json" --tries 1000
    err_has "certificate"
done

title "TLS 1.1 is refused"
# The rules of the system, if it has any, are laid aside: who says no must be the program.
cat >"$work/lax.conf" <<END
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = any
[any]
MinProtocol = TLSv1
CipherString = ALL:@SECLEVEL=0
END
OPENSSL_CONF=$work/lax.conf
export OPENSSL_CONF

takes() {
    openssl s_client -connect "127.0.0.1:$old" "$1" </dev/null >"$work/takes.out" 2>&1
}
old_server -tls1_1
if takes -tls1_1; then
    expect 5 timeout 20 "$WAYMARK" sync "$work/old.db" --feed "https://localhost:$old" --root "$work/keys/public/root.json" --authorities "$work/tls.pem" --tries 1000
    err_has "no secure connection came about ("
    old_server -tls1_2
    waymark sync "$work/old.db" --feed "https://localhost:$old" --root "$work/keys/public/root.json" --authorities "$work/tls.pem" --tries 1 >"$out" 2>"$err"
    [ $? -ne 5 ] || fail "TLS 1.2 is refused as well: $(cat "$err")"
else
    echo "TLS 1.1: skipped, this openssl has none"
fi
finish
