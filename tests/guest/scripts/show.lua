-- Waits for TEXT on the screen.
vm:wait_text(os.getenv("TEXT"), tonumber(os.getenv("SECONDS") or "60"))
