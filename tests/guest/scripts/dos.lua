-- FreeDOS: the commands of the first minute, and Ctrl-Alt-Del. OFFSET: a line that the start shows before, if any.
local function prompt(seconds) vm:wait_text("A:\\>%s*$", seconds or 10) end

local function command(text, pattern)
    vm:type("cls\n")
    prompt()
    vm:type(text .. "\n")
    vm:wait_text(pattern, 10)
    prompt()
end

prompt(30)
command("ver", "FreeCom version")
command("dir", "KERNEL%s+SYS.*%d+ file%(s%)")
command("echo hi > a.txt", "A:\\>%s*$")
command("type a.txt", "\nhi\n")
vm:key("ctrl-alt-del")
vm:wait_text("FreeDOS", 20)
vm:wait(0.5)
prompt(30)
command("type a.txt", "\nhi\n")
