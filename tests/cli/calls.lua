-- calls.lua: every call of a script, on echo.asm. Any failure is an error, and so an exit status of 1.
local function equal(got, want, what)
    if got ~= want then error(what .. ": " .. tostring(got) .. ", not " .. tostring(want), 2) end
end

-- waiting, screen, keys
assert(vm:wait_text("ready", 5))
equal(vm:wait_text("(re)ady"), "re", "capture")
vm:type("Hello 123")
vm:wait_text("Hello 123", 5)
vm:key("shift-a")
vm:wait_text("123A", 5)
local ok, message = pcall(vm.wait_text, vm, "never", 0.5)
equal(ok, false, "a wait whose time is up fails")
assert(message:find("never", 1, true) and message:find("Hello 123", 1, true), message)

-- time
local before, executed = vm:time(), vm:instructions()
vm:wait(0.25)
assert(math.abs(vm:time() - before - 0.25) < 0.001, "wait(0.25) took " .. vm:time() - before)
assert(vm:instructions() > executed, "instructions are counted")

-- serial
vm:wait_serial("ready\r\n")
vm:send_serial("bus")
equal(vm:wait_serial("b?u(s)", 5), "s", "serial capture")
equal(pcall(vm.wait_serial, vm, "ready", 0.1), false, "what was matched is gone")

-- registers and memory
equal(vm:read(0x7dfe, 2), "\x55\xaa", "the boot sector's signature")
vm:write(0x600, "abc")
equal(vm:read(0x600, 3), "abc", "memory written")
local first = string.unpack("<I4", vm:read(0x500, 4))
vm:wait(1)
assert(string.unpack("<I4", vm:read(0x500, 4)) > first, "the counter runs")
equal(vm:reg("esi", 0x12345678), 0x12345678, "register set")
equal(vm:reg("si"), 0x5678, "half of it")
equal(vm:regs().esi, 0x12345678, "all registers")
equal(vm:mode(), "real", "mode")
equal(pcall(vm.reg, vm, "nonsense"), false, "no such register")
equal(pcall(vm.key, vm, "nonsense"), false, "no such key")
equal(type(vm:stats()), "table", "stats")

-- state: what comes after is the same again
vm:save("calls.state")
local function go()
    vm:type("anew")
    vm:wait_text("anew", 5)
    vm:wait(0.5)
    return vm:state_hash()
end
local once = go()
equal(#once, 18, "a hash is 0x and 16 digits")
equal(string.format("0x%016x", once), once, "and a number")
vm:load("calls.state")
equal(go(), once, "the same from the same state")
os.remove("calls.state")
equal(pcall(vm.load, vm, "calls.state"), false, "no such state")
equal(go() ~= once, true, "the failed load changed nothing, time has gone on")

-- picture
local text_hash = vm:screen_hash()
vm:type("g")
vm:wait(0.2)
equal(vm:screen_text(), "", "no text in a graphics mode")
equal(vm:screen_hash() ~= text_hash, true, "another picture")
vm:screenshot("calls.png")
local png = assert(io.open("calls.png", "rb"))
equal(png:read(8), "\x89PNG\r\n\x1a\n", "a PNG file")
png:close()
os.remove("calls.png")
equal(pcall(vm.screenshot, vm, "/nowhere/x.png"), false, "a folder that is not there")

-- media, mouse, reset
vm:eject("a")
vm:insert("a", "echo.img,ro")
equal(pcall(vm.insert, vm, "a", "none.img"), false, "no such image")
equal(pcall(vm.insert, vm, "c", "echo.img"), false, "no such drive")
vm:mouse(5, -5, 1)
vm:mouse(0, 0)
vm:reset()
vm:wait_text("ready", 5)

-- the end
vm:type("h")
equal(vm:wait_exit(5), "halted", "halt")
vm:wait(10)
equal(pcall(vm.wait_text, vm, "never"), false, "nothing more comes")
vm:reset()
vm:wait_text("ready", 5)
vm:type("p")
equal(vm:wait_exit(5), "poweroff", "power-off")
vm:log("all calls work")
