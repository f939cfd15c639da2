# dependencies.sh: sourced by cli/demo.sh and tests/run.sh: make sure that what the build needs is there.
# need_packages PACKAGE...: installs those of the Debian packages that are missing; needs root only if some are.

build_packages="gcc libc6-dev make cmake pkg-config libsqlite3-dev libcjson-dev libsodium-dev libcurl4-openssl-dev libzstd-dev
 libssl-dev libmicrohttpd-dev"

need_packages() {
    missing=""
    for package in "$@"; do
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
        "install ok installed") ;;
        *) missing="$missing $package" ;;
        esac
    done
    if [ -z "$missing" ]; then
        return 0
    fi
    if [ "$(id -u)" != 0 ]; then
        echo "These Debian packages are missing:$missing" >&2
        echo "Install them (apt-get install$missing) or run this as root." >&2
        return 2
    fi
    echo "Installing:$missing" >&2
    apt-get update -qq >&2
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
