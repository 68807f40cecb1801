-- isolinux: its prompt, then LABEL of the menu, which shows TEXT.
vm:wait_text("boot:", 60)
vm:type(os.getenv("LABEL") .. "\n")
vm:wait_text(os.getenv("TEXT"), 120)
