-- GRUB 2's rescue disk: the menu, then the shell and commands that read the disk and show the machine.
vm:wait_text("GNU GRUB +version 2", 60)
vm:wait_text("Memtest86", 10)
vm:type("c")
vm:wait_text("grub> *%s*$", 10)
vm:type("ls\n")
vm:wait_text((os.getenv("DEVICE") or "%(fd0%)") .. ".*grub> *%s*$", 200) -- it looks into empty drives too
vm:type("ls /boot/grub\n")
vm:wait_text("grub%.cfg", 30)
vm:type("clear\n")
vm:type("cat /boot/grub/grub.cfg --set=x\n")
vm:type("clear\n")
vm:type("cat /boot/grub/grub.cfg\n")
vm:wait_text("menuentry", 30)
