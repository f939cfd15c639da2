#!/bin/sh
# run.sh [JOBS]: install the libraries to an empty prefix, and build programs against them with CMake and with pkg-config:
# all of it static, all of it shared, and the core alone. The installed program runs, too.
set -eu
jobs=${1:-2}
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
quiet() {
    "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

# build_one NAME CMAKE_OPTIONS... Installs to another place than the one configured for: packagers do.
build_one() {
    name=$1
    shift
    quiet cmake -S "$source" -B "$work/$name-build" -DCMAKE_BUILD_TYPE=Release -DWAYMARK_WERROR=ON "$@"
    quiet cmake --build "$work/$name-build" -j "$jobs"
    quiet cmake --install "$work/$name-build" --prefix "$work/$name"
}

# with_pkg_config NAME PROGRAM PACKAGE
with_pkg_config() {
    # shellcheck disable=SC2046
    quiet cc -std=c11 -o "$work/$1-$2" "$here/$2.c" $(pkg-config --cflags --libs "$3")
    LD_LIBRARY_PATH=$libraries "$work/$1-$2"
}

consume() {
    name=$1
    prefix=$work/$name
    libraries=$(dirname "$(find "$prefix" -name pkgconfig)")
    PKG_CONFIG_PATH=$libraries/pkgconfig
    export PKG_CONFIG_PATH
    quiet cmake -S "$here" -B "$work/$name-cmake" -DCMAKE_PREFIX_PATH="$prefix"
    quiet cmake --build "$work/$name-cmake"
    LD_LIBRARY_PATH=$libraries "$work/$name-cmake/consume"
    with_pkg_config "$name" consume waymark
    if [ "$name" != core ]; then
        LD_LIBRARY_PATH=$libraries "$work/$name-cmake/consume_sync"
        with_pkg_config "$name" consume_sync waymark-sync
        "$prefix/bin/waymark" --version
        [ -s "$prefix/share/man/man1/waymark.1" ]
        [ -s "$prefix/share/bash-completion/completions/waymark" ]
    fi
}

build_one static
build_one shared -DBUILD_SHARED_LIBS=ON
build_one core -DBUILD_SHARED_LIBS=ON -DWAYMARK_WITH_SYNC=OFF
for name in static shared core; do
    consume $name
done

# Every installed header stands alone, as C and as C++ where there is a C++ compiler.
for header in $(cd "$work/static/include" && find . -name '*.h' | sed 's|^\./||'); do
    printf "#include <%s>\nextern int header_stands_alone;\n" "$header" >"$work/header.c"
    quiet cc -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$work/static/include" -fsyntax-only "$work/header.c"
    if command -v c++ >/dev/null 2>&1; then
        cp "$work/header.c" "$work/header.cc"
        quiet c++ -std=c++17 -Wall -Wextra -Werror -I"$work/static/include" -fsyntax-only "$work/header.cc"
    fi
done
echo "consume: static, shared and core alone, CMake and pkg-config: ok"
