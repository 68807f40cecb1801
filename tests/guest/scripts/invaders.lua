-- grub-invaders: the game starts and moves by itself.
vm:wait_text("%-%*%-.*%-%*%-.*/ \\", 30)
local first = vm:screen_hash()
vm:wait(1)
vm:type(" ")
vm:wait(1)
local second = vm:screen_hash()
vm:wait(1)
assert(first ~= second and second ~= vm:screen_hash(), "nothing moves")
