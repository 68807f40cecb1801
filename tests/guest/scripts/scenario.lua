-- FreeDOS, typed to at fixed times; says the hash of the machine's state at the end. SAVE_AT: saves then,
-- or when the keys of that moment are typed, and ends; a run from that state goes on where it was.
local steps = {
    {1.0, "ver"}, {1.5, "dir"}, {2.0, "echo one > b.txt"}, {3.5, "copy b.txt c.txt"}, {5.0, "del b.txt"}, {6.0, "dir"}, {7.0, ""},
}
local save_at = tonumber(os.getenv("SAVE_AT") or "")

local function save_and_end()
    vm:save("scenario.state")
    vm:quit(0)
end

local function wait_until(time)
    if time > vm:time() then vm:wait(time - vm:time()) end
end

for _, step in ipairs(steps) do
    local time, text = step[1], step[2]
    if vm:time() <= time + 0.001 then -- what came before is in the state
        if save_at and save_at <= time then
            wait_until(save_at) -- or at once, if it came while keys were typed
            save_and_end()
        end
        wait_until(time)
        for letter in (text .. "\n"):gmatch(".") do vm:type(letter) end
    end
end
assert(vm:screen_text():find("C%s+TXT"), "the file is not there")
print(vm:state_hash() .. " " .. vm:instructions())
