#!/bin/sh
# loader.sh: boots multiboot.asm by --kernel with two modules, on several CPU models and firmwares, and looks at what it was told.
# The last line counts passed and failed.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
command -v nasm >/dev/null || { echo "nasm is missing: run 'make deps'"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
seabios=/usr/share/seabios/bios-256k.bin
sea_vga=/usr/share/seabios/vgabios-stdvga.bin
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0 skipped=0
nasm -f bin -o "$dir/kernel" tests/guest/multiboot.asm || exit 1
printf 'first module' >"$dir/m1"
head -c 4097 /dev/zero | tr '\0' z >"$dir/m2"

try() { # NAME ARGUMENT...
    name=$1
    shift
    "$BUILD/ochenta" --headless --serial none -m 32M --kernel "$dir/kernel" --append 'alpha  beta' --initrd "$dir/m1 arg one,$dir/m2" \
        --exit-port 0xF4,raw --debugcon "file:$dir/out" --timeout 60 "$@" 2>"$dir/err" </dev/null
    status=$?
    problem=
    [ $status = 0 ] || problem="exit status $status"
    for line in 'flags 0000024f' 'lower 0000027f' 'kernel alpha  beta$' '^ochenta$' '^module 0000000c .*/m1 arg one:first module$' \
        '^module 00001001 .*/m2:zz*$' '^range 00000000 0009fc00 00000001' '^range 00100000 0[0-9a-f]* 00000001' '^done$'; do
        grep -q "$line" "$dir/out" || problem="$problem, no \"$line\""
    done
    if [ -z "$problem" ]; then
        passed=$((passed + 1))
        echo "ok   multiboot on $name"
    else
        failed=$((failed + 1))
        echo "FAIL multiboot on $name: $problem"
        cut -c 1-100 "$dir/out" "$dir/err"
    fi
}

for model in 386 486 pentium; do try "$model" --cpu "$model"; done
if [ -e "$seabios" ] && [ -e "$sea_vga" ]; then
    try SeaBIOS --bios "$seabios" --vga-bios "$sea_vga"
else
    skipped=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
