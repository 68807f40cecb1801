-- memtest86+: PASSES whole passes (0: until the tests run), no error.
local passes = tonumber(os.getenv("PASSES") or "0")
vm:wait_text("Memtest86%+ v6", 30)
if passes > 0 then
    vm:wait_text("Pass: +" .. passes .. " ", 3000)
else
    vm:wait_text("Test #[1-9]", 60)
end
vm:wait_text("Errors: 0%s", 1)
