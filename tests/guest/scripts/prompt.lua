-- FreeDOS comes to its prompt and lists its disk.
vm:wait_text("A:\\>%s*$", 30)
vm:type("dir\n")
vm:wait_text("KERNEL%s+SYS.*%d+ file%(s%)", 10)
