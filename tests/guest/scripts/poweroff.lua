-- isolinux: APM power-off by poweroff.c32.
vm:wait_text("boot:", 60)
vm:type("off\n")
assert(vm:wait_exit(10) == "poweroff")
