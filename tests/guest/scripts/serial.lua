-- Waits for TEXT on the serial port.
vm:wait_serial(os.getenv("TEXT"), tonumber(os.getenv("SECONDS") or "60"))
