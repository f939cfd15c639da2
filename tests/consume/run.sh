#!/bin/sh
# run.sh [JOBS]: install the library to an empty prefix, and build a program against it with CMake and with pkg-config.
set -eu
jobs=${1:-2}
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
quiet() {
    "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

# build_one NAME CMAKE_OPTIONS...
build_one() {
    name=$1
    shift
    quiet cmake -S "$source" -B "$work/$name-build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$work/$name" \
        -DCMAKE_INSTALL_LIBDIR=lib "$@"
    quiet cmake --build "$work/$name-build" -j "$jobs"
    quiet cmake --install "$work/$name-build"
}

build_one static
build_one shared -DBUILD_SHARED_LIBS=ON -DWAYMARK_WITH_SYNC=OFF

for name in static shared; do
    prefix=$work/$name
    quiet cmake -S "$here" -B "$work/$name-cmake" -DCMAKE_PREFIX_PATH="$prefix"
    quiet cmake --build "$work/$name-cmake"
    LD_LIBRARY_PATH=$prefix/lib "$work/$name-cmake/consume"
    PKG_CONFIG_PATH=$prefix/lib/pkgconfig
    export PKG_CONFIG_PATH
    static_option=--static
    [ $name = shared ] && static_option=
    # shellcheck disable=SC2046,SC2086
    quiet cc -std=c11 -o "$work/$name-pkg" "$here/consume.c" $(pkg-config --cflags --libs $static_option waymark)
    LD_LIBRARY_PATH=$prefix/lib "$work/$name-pkg"
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
echo "consume: static and shared, CMake and pkg-config: ok"
