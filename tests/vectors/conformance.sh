#!/bin/sh
# conformance.sh: runs every suite of docs/CONFORMANCE.md and writes its table anew, between the two marker lines.
# BUILD names the build directory; $OCHENTA_VECTORS, or ../shared/vectors, has the vectors.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
vectors=${OCHENTA_VECTORS:-../shared/vectors}
doc=docs/CONFORMANCE.md
table=$(mktemp)
log=$(mktemp)
trap 'rm -f "$table" "$log"' EXIT

row() { printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$engine" "$@" >>"$table"; }

# Sums the group lines of $log whose first word matches the awk condition $3 (on group number or name g).
sum() { # SUITE MODEL CONDITION
    # shellcheck disable=SC2046
    set -- "$1" "$2" $(awk "/ passed .* failed /{g=\$1+0; if ($3) for (n=2;n<NF;n++) {
        if (\$(n+1)==\"passed\") p+=\$n; if (\$(n+1)==\"failed\") f+=\$n; if (\$(n+1)==\"skipped\") s+=\$n}}
        END {print p+f+s, p+0, f+0, s+0}" "$log")
    row "$1" "$2" "$3" "$4" "$5" "$6"
}

vector_file() { # FILE
    [ -e "$vectors/$1" ] || { echo "$vectors/$1 is missing; set OCHENTA_VECTORS" >&2; exit 1; }
    "$build/vectors" --engine "$engine" "$vectors/$1" >"$log" || true
}

# Every suite on one engine.
all_suites() {
    vector_file 8086/tests.sst
    sum 'Intel P80C86A-2, `8086/tests.sst`' 8086 1
    vector_file 80286/tests.sst
    sum 'Harris N80C286-12, `80286/tests.sst`' 286 1
    vector_file hostdiff/cases.bin.gz
    sum 'host, integer, groups 1-40 of `cases.bin`' pentium4 'g <= 40'
    sum 'host, x87, groups 61-78' pentium4 'g > 40 && g < 100'
    sum 'host, MMX, group 100' pentium4 'g == 100'
    sum 'host, SSE and SSE2, groups 101-104' pentium4 'g > 100'
    if "$build/vectors" --native 1 >/dev/null 2>&1; then
        "$build/vectors" --engine "$engine" --native 200000 --seed 1 >"$log" || true
        reached=$(sed -n 's/^\([0-9]* opcodes of [0-9]*\) tested, .*/\1/p' "$log")
        sum "random on this host, integer, groups 1-14 ($reached in all)" pentium4 'g <= 14'
        sum 'random on this host, system, limits, 16-bit code, groups 15-23' pentium4 'g >= 15 && g <= 23'
        sum 'random on this host, x87, groups 61-77' pentium4 'g >= 61 && g <= 78'
        sum 'random on this host, MMX, SSE and SSE2, groups 101-104' pentium4 'g >= 100 && g <= 104'
    else
        row 'random on this host (needs an x86-64 Linux)' pentium4 0 0 0 1
    fi
    "$build/insn-tests" --engine "$engine" "$build"/tests/insn/*.bin >"$log" || true
    sed -n 's/^model \([^ ]*\) .*/\1/p' "$log" | while read -r model; do
        set -- $(sed -n "s/^model $model  *\([0-9]*\) passed  *\([0-9]*\) failed/\1 \2/p" "$log")
        row 'own tests, `tests/insn`' "$model" $(($1 + $2)) "$1" "$2" 0
    done

    ENGINE=$engine tests/insn/kernels/run short >"$log" 2>&1 || true
    # shellcheck disable=SC2046
    set -- $(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$log")
    row 'test kernels, `tests/insn/kernels`' 'all that they are for' $(($1 + $2 + $3)) "$1" "$2" "$3"
}

engine=engine
row suite model cases passed failed skipped
engine=---
row --- --- ---: ---: ---: ---:
for engine in interp jit; do
    if [ $engine = interp ] || "$build/insn-tests" --engine $engine >/dev/null 2>&1 || [ $? != 2 ]; then all_suites; fi
done

awk -v table="$table" '/^<!-- table -->/ {print; while ((getline line < table) > 0) print line; skip = 1; next}
    /^<!-- end -->/ {skip = 0} !skip' "$doc" >"$log"
cat "$log" >"$doc"
sed -n '/^<!-- table -->/,/^<!-- end -->/p' "$doc"
