-- FreeDOS, typed to at fixed times; says the hash of the machine's state at the end. SAVE_AT: saves then and ends; a run from that
-- state goes on where it was.
local steps = {
    {1.0, "ver"}, {1.5, "dir"}, {2.0, "echo one > b.txt"}, {3.5, "copy b.txt c.txt"}, {5.0, "del b.txt"}, {6.0, "dir"}, {7.0, ""},
}
local save_at = tonumber(os.getenv("SAVE_AT") or "")

local function go(time)
    if save_at and vm:time() <= save_at and save_at <= time then
        vm:wait(save_at - vm:time())
        vm:save("scenario.state")
        vm:quit(0)
    end
    if time > vm:time() then vm:wait(time - vm:time()) end
end

for _, step in ipairs(steps) do
    local time, text = step[1], step[2]
    if vm:time() <= time then -- what came before is in the state
        go(time)
        for letter in (text .. "\n"):gmatch(".") do vm:type(letter) end
    end
end
assert(vm:screen_text():find("C%s+TXT"), "the file is not there")
print(vm:state_hash() .. " " .. vm:instructions())
