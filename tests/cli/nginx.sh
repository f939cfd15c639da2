# nginx.sh: a real nginx with TLS and HTTP/2 on a free port of this machine. Sourced after lib.sh; without nginx the test is skipped.
#
#   certificate NAME [OPTION]...   self-signed, $work/NAME.pem and .key
#   start_nginx FILE               FILE is what stands in its http block, :PORT in it becomes :$port; logs belong into $work/nginx
#   stop_nginx
PATH=$PATH:/usr/sbin:/sbin
for program in nginx openssl; do
    command -v $program >/dev/null || skip "there is no $program"
done
nginx -V 2>&1 | grep -q http_v2_module || skip "this nginx has no HTTP/2"
unset https_proxy http_proxy all_proxy HTTPS_PROXY ALL_PROXY
nginx_pid=
port=

stop_nginx() {
    [ -z "$nginx_pid" ] || { kill "$nginx_pid"; wait "$nginx_pid"; } 2>/dev/null
    nginx_pid=
}
trap 'stop_nginx; clean_up' EXIT

certificate() {
    name=$1
    shift
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout "$work/$name.key" -out "$work/$name.pem" \
        -subj "/CN=$name" "$@" 2>/dev/null || fail "openssl makes no certificate"
}

start_nginx() {
    mkdir -p "$work/nginx"
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
    include $work/nginx/http.conf;
}
CONF
    tries=0
    while [ -z "$nginx_pid" ] && [ $tries -lt 20 ]; do
        tries=$((tries + 1))
        port=$((20000 + ($(od -An -tu2 -N 2 /dev/urandom) % 20000)))
        sed "s|:PORT|:$port|" "$1" >"$work/nginx/http.conf"
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
    [ -n "$nginx_pid" ] || { cat "$work/nginx/start.out" "$work/nginx/start.log"; fail "nginx does not take the configuration"; finish; }
}
