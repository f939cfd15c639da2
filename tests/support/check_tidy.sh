#!/bin/sh
# check_tidy.sh SOURCE_DIR: clang-tidy 14 finds nothing (see .clang-tidy). Skipped where there is none.
cd "$1" || exit 1
tidy=""
for name in clang-tidy-14 clang-tidy; do
    if command -v $name >/dev/null 2>&1 && $name --version | grep -q 'version 14'; then
        tidy=$name
        break
    fi
done
if [ -z "$tidy" ] || [ ! -f build/dev/compile_commands.json ]; then
    echo "skipped: no clang-tidy 14, or no build/dev/compile_commands.json"
    exit 77
fi
# the largest first, one at a time, so that no processor is left with a long one at the end
find core sync cli -name '*.c' -printf '%s %p\n' | sort -rn | cut -d ' ' -f 2 |
    xargs -P "$(nproc 2>/dev/null || echo 2)" -n 1 $tidy -p build/dev --quiet
