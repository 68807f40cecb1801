#!/bin/sh
# check-floors.sh [BUILD]: includes go downwards only (docs/ARCHITECTURE.md), each library is used in one place, and the
# core neither prints, nor reads the host's clock, nor (with BUILD) has mutable globals.
cd "$(dirname "$0")/.." || exit 1
build=${1:-}
bad=$(mktemp)
trap 'rm -f "$bad"' EXIT

# Own headers that the files of FLOOR include, of which none but those matching ALLOWED may be.
floor() { # ALLOWED-REGEX FILE...
    allowed=$1
    shift
    for f in "$@"; do
        [ -e "$f" ] || continue
        sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$f" | while read -r h; do
            case $h in */*) ;; *) h=${f%/*}/$h ;; esac
            echo "$h" | grep -Eq "^($allowed)$" || echo "$f: may not include $h"
        done
    done >>"$bad"
}

# Library headers and calls that may only appear in files matching WHERE.
only() { # WHAT-REGEX WHERE-REGEX
    grep -nE "$1" -r util devices mem cpu storage net machine debug frontends --include='*.[ch]' 2>/dev/null |
        grep -Ev "^($2)" | sed 's/$/   <- not here/' >>"$bad"
}

contracts='devices/(bus|irq|clock|state|dma_line)\.h'
floor 'util/.*' util/*.[ch]
floor "util/.*|$contracts" devices/bus.[ch] devices/irq.h devices/clock.h devices/state.h devices/dma_line.h machine/sched.c
floor "util/.*|$contracts|mem/.*" mem/*.[ch]
floor "util/.*|$contracts|mem/.*|cpu/.*" cpu/*.[ch] cpu/x86/*.[ch] cpu/x86/jit/*.[ch]
floor 'util/.*|devices/.*|storage/block\.h|net/net\.h' devices/*.[ch]
floor 'util/.*|storage/.*' storage/*.[ch]
floor 'util/.*|net/.*' net/*.[ch]
floor '(util|devices|mem|cpu|storage|net|machine)/.*' machine/*.[ch]
floor 'util/.*|machine/machine\.h|debug/.*' debug/*.[ch]
floor 'util/.*|machine/machine\.h|debug/.*|frontends/.*|storage/probe\.h' frontends/*.[ch] frontends/*/*.[ch]

# Of the machine, only pc.c sees everything, and only machine.c and its parts (machine_*.c) see pc.h.
for f in machine/*.[ch]; do
    case $f in machine/machine.c | machine/machine_* | machine/pc.c | machine/pc_*.c | machine/pc.h) continue ;; esac
    grep -n '"machine/pc\.h"' "$f" /dev/null | sed 's/$/   <- only machine.c and machine_*.c see pc.h/' >>"$bad"
done

only '#[[:space:]]*include[[:space:]]*<SDL' 'frontends/sdl/'
only '#[[:space:]]*include[[:space:]]*<capstone' 'debug/disasm\.c'
only '#[[:space:]]*include[[:space:]]*<(lua|lauxlib|lualib)' 'frontends/script/'
only '#[[:space:]]*include[[:space:]]*<png' 'frontends/png\.c'
only '#[[:space:]]*include[[:space:]]*<zlib' 'machine/snapshot|storage/'
only '(^|[^[:alnum:]_.>])(time|gettimeofday|clock_gettime|printf|fprintf|puts|rand|random|getenv|pthread_[a-z_]*)\(' 'debug/|frontends/'

# Mutable globals of the core would be in .data or .bss.
if [ -n "$build" ] && [ -e "$build/libochenta.a" ]; then
    case $build in
    *-san) ;; # the sanitizers add their own
    *) size -A "$build/libochenta.a" | awk '/ex / { file = $1 } $1 ~ /^\.(data|bss)$/ && $2 > 0 { print file ": has mutable globals" }' >>"$bad" ;;
    esac
fi

if [ -s "$bad" ]; then
    cat "$bad" >&2
    exit 1
fi
