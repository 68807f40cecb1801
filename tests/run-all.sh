#!/bin/sh
# run-all.sh short|long: runs every test there is and ends with one total line.
#
# A runner ends with a line "N passed, N failed, N skipped" (without one it counts as a single test by its exit status). An
# executable tests/NAME/run is called with "short" or "long" and finds the program in $BUILD.
set -u
cd "$(dirname "$0")/.." || exit 1
mode=${1:-short}
export BUILD="${BUILD:-build}"
passed=0 failed=0 skipped=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

count() { # NAME PASSED FAILED SKIPPED
    passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
}

# Shows the output of a runner and adds up its last line; a runner that says no count is one test.
run() { # NAME COMMAND...
    name=$1
    shift
    echo "== $name"
    { "$@"; echo "exit status $?" >>"$out.status"; } 2>&1 | tee "$out"
    status=$(sed -n 's/^exit status //p' "$out.status")
    rm -f "$out.status"
    line=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$out" | tail -n 1)
    if [ -z "$line" ]; then
        if [ "$status" = 0 ]; then line="1 0 0"; else line="0 1 0"; fi
    elif [ "$status" != 0 ]; then # it failed without counting a failure
        case $line in *" 0 "*) line="${line%% *} 1 ${line##* }" ;; esac
    fi
    # shellcheck disable=SC2086
    count "$name" $line
}

run floors tests/check-floors.sh "$BUILD"
run unit "$BUILD/unit-tests"
for runner in tests/cli/run tests/insn/run tests/explain/run tests/guest/run tests/fuzz/run tests/lockstep/run; do
    if [ -x "$runner" ]; then run "${runner%/run}" "$runner" "$mode"; fi
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
