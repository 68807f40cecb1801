#!/bin/sh
# demo.sh: walks through the demo disk by keyboard and compares what it reports on the debug port; then powers off by its menu.
# On the 8086 and 286 only its real mode page can be seen. The last line counts models passed and failed.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

cat >"$dir/tour.lua" <<'LUA'
vm:wait_text("A tour of the PC", 20)
vm:key("right")
vm:wait_text("Interrupt vectors", 10) vm:wait(1) vm:key("right")
vm:wait_text("Global descriptor table", 10) vm:wait(2.5) vm:key("right")
vm:wait_text("beyond the limit", 10)
vm:wait_text("MOV GS, 0050", 10) vm:wait(0.5) vm:key("right")
vm:wait_text("Page directory", 10) vm:wait(5) vm:key("right")
vm:wait_text("Eight pages", 10) vm:wait(7.5) vm:key("right")
vm:wait_text("The two 8259A", 10) vm:wait(4) vm:key("right")
for page = 1, 4 do vm:wait(8) vm:key("right") end
vm:wait_text("Where to", 20)
vm:key("p")
if vm:wait_exit(10) ~= "poweroff" then error("the demo did not power off") end
LUA
cat >"$dir/old.lua" <<'LUA'
vm:wait_text("Interrupt vectors", 20)
vm:wait_text("This processor ends here", 5)
vm:wait(1)
vm:quit(0)
LUA
cat >"$dir/tour" <<'REPORTS'
demo: started
demo: real mode ok
demo: protected mode ok
demo: segment limit ok
demo: gp fault ok
demo: paging ok
demo: page fault ok
demo: interrupts ok
demo: mode 13h ok
demo: mode x ok
demo: planes ok
demo: vbe ok
demo: menu
demo: power off
REPORTS
cat >"$dir/old" <<'REPORTS'
demo: started
demo: this processor is older than a 386, showing real mode only
demo: real mode ok
REPORTS

for model in ${*:-8086 286 386 486 pentium}; do
    kind=tour
    case $model in 8086 | 286) kind=old ;; esac
    "$BUILD/ochenta" --headless --cpu "$model" --floppy roms/demo.img,snapshot --script "$dir/$kind.lua" \
        --debugcon "file:$dir/out" --serial "file:$dir/serial" --timeout 200 2>"$dir/err" </dev/null
    status=$?
    if [ $status = 0 ] && cmp -s "$dir/$kind" "$dir/out" && cmp -s "$dir/$kind" "$dir/serial"; then
        passed=$((passed + 1))
        echo "ok   demo on $model"
    else
        failed=$((failed + 1))
        echo "FAIL demo on $model (exit status $status)"
        diff "$dir/$kind" "$dir/out"
        diff "$dir/$kind" "$dir/serial"
        cat "$dir/err"
    fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
