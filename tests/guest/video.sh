#!/bin/sh
# video.sh: boots video.asm on each CPU model with our firmware; every group of video services must say "ok". The last line
# counts models passed and failed.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
command -v nasm >/dev/null || { echo "nasm is missing: run 'make deps'"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0
nasm -f bin -o "$dir/floppy.img" tests/guest/video.asm || exit 1
truncate -s 1474560 "$dir/floppy.img"
for model in ${*:-8086 286 386 486 pentium}; do
    "$BUILD/ochenta" --headless --cpu "$model" --floppy "$dir/floppy.img,snapshot" --boot a --exit-port 0xF4,raw \
        --debugcon "file:$dir/out" --timeout 120 2>"$dir/err" </dev/null
    status=$?
    if [ $status = 0 ] && grep -q '^done' "$dir/out" && ! grep -q FAIL "$dir/out"; then
        passed=$((passed + 1))
        echo "ok   video services on $model"
    else
        failed=$((failed + 1))
        echo "FAIL video services on $model (exit status $status)"
        grep -v ' ok' "$dir/out"
        cat "$dir/err"
    fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
