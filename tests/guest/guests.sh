# guests.sh: the list of guests and of what each must show. Sourced by run.

dos=$(guest freedos-1440k.img)
dos360=$(guest freedos-360k.img)
seabios=$(package seabios /usr/share/seabios/bios-256k.bin)
seabios_128k=$(package seabios /usr/share/seabios/bios.bin)
sea_vga=$(package seabios /usr/share/seabios/vgabios-stdvga.bin)

# Fewer instructions a virtual second where a guest only waits: the same test in less time.
slow="--speed 20"

# --- FreeDOS ------------------------------------------------------------------------------------------------------------------

# The whole session on a copy that is written to: afterwards the file system on the host has the file.
dos_written() { # LEVEL NAME IMAGE ARGUMENT...
    wanted "$1" "$2" || return
    name=$2 image=$3
    shift 3
    have "$name" "its floppy image or firmware" "$image" "$@" || return
    cp "$image" "$work/floppy.img" && chmod u+w "$work/floppy.img"
    boot "$name" dos.lua floppy.img $slow "$@"
    if command -v mtype >/dev/null; then
        case $(mtype -i "$work/floppy.img" ::/a.txt 2>/dev/null) in
        hi*) good "$name-file" ;;
        *) bad "$name-file" "the file is not on the image" ;;
        esac
    fi
    if cmp -s "$image" "$work/floppy.img"; then bad "$name-written" "the image has not changed"; fi
}

# The same with ,snapshot: the image stays as it was.
dos_snapshot() { # LEVEL NAME IMAGE ARGUMENT...
    wanted "$1" "$2" || return
    name=$2 image=$3
    shift 3
    have "$name" "its floppy image" "$image" || return
    cp "$image" "$work/floppy.img" && chmod u+w "$work/floppy.img"
    boot "$name" dos.lua floppy.img,snapshot $slow "$@"
    cmp -s "$image" "$work/floppy.img" || bad "$name-unchanged" "the image has changed"
}

dos_written short freedos-1440k "$dos"
dos_written short freedos-360k "$dos360"
dos_snapshot short freedos-snapshot "$dos"
dos_written short freedos-seabios "$dos" --bios "$seabios" --vga-bios "$sea_vga"
dos_written long freedos-360k-seabios "$dos360" --bios "$seabios" --vga-bios "$sea_vga"
dos_written long freedos-seabios-128k "$dos" --bios "$seabios_128k" --vga-bios "$sea_vga"
for model in 8086 286 386 486 pentium pentium4; do
    dos_snapshot short "freedos-$model" "$dos" --cpu $model
    dos_snapshot long "freedos-360k-$model" "$dos360" --cpu $model
done

# Memory from little to much.
for size in 512K 640K 1M 2M 16M 512M 3G; do
    dos_snapshot long "freedos-$size" "$dos" -m $size
done

firmware() { # LEVEL NAME BIOS VGA-BIOS
    wanted "$1" "$2" && have "$2" "firmware or floppy image" "$dos" "$3" "$4" || return
    boot "$2" prompt.lua --floppy "$dos,snapshot" --bios "$3" --vga-bios "$4"
}

lgpl_vga=$(package vgabios /usr/share/vgabios/vgabios.bin)
if wanted long firmware-seabios-lgpl-vga; then firmware long firmware-seabios-lgpl-vga "$seabios" "$lgpl_vga"; fi
if wanted long firmware-bochs; then
    firmware long firmware-bochs "$(package bochsbios /usr/share/bochs/BIOS-bochs-latest)" "$lgpl_vga"
fi
if wanted short firmware-lgpl-vga && have firmware-lgpl-vga "firmware or floppy image" "$dos" "$lgpl_vga"; then
    boot firmware-lgpl-vga prompt.lua --floppy "$dos,snapshot" --vga-bios "$lgpl_vga"
fi

# --- determinism and state ----------------------------------------------------------------------------------------------------

scenario() { # ARGUMENT...: the last line of the script
    (cd "$work" && timeout 120 "$ochenta" --headless ${ENGINE:+--engine "$ENGINE"} --script "$scripts/scenario.lua" $slow "$@" 2>err </dev/null | tail -n 1)
}

same_hash() { # LEVEL NAME ARGUMENT...
    wanted "$1" "$2" && have "$2" "its floppy image" "$dos" || return
    name=$2
    shift 2
    cp "$dos" "$work/s.img" && chmod u+w "$work/s.img"
    once=$(scenario "$@" s.img,snapshot)
    case $once in
    *" "*) ;;
    *) bad "$name" "no hash" "$work/err" && return ;;
    esac
    again=$(scenario "$@" s.img,snapshot)
    if [ "$again" = "$once" ]; then good "$name-twice"; else bad "$name-twice" "$once, then $again"; fi
    for time in $save_times; do
        rm -f "$work/scenario.state"
        SAVE_AT=$time scenario "$@" s.img,snapshot >/dev/null
        loaded=$(scenario "$@" s.img,snapshot --load-state scenario.state)
        if [ "$loaded" = "$once" ]; then good "$name-saved-at-$time"; else bad "$name-saved-at-$time" "${loaded:-no hash}, not $once" "$work/err"; fi
    done
}

save_times="0.05 0.4"
same_hash short state
save_times="0.0 0.01 0.1 0.2 0.3 0.5 1.0 1.64 1.7 2.58 2.6 2.7 3.0 4.08 4.1 4.2 4.4 5.38 5.4 5.5 6.0 6.2 7.0"
same_hash long state-many
save_times="0.1 1 2.6 4.2"
same_hash long state-386 --cpu 386 -m 4M
same_hash long state-8086 --cpu 8086 -m 640K
if [ -n "$seabios" ] && [ -n "$sea_vga" ]; then same_hash long state-seabios --bios "$seabios" --vga-bios "$sea_vga"; fi

# --- boot loaders -------------------------------------------------------------------------------------------------------------

wanted_any() { # LEVEL NAME...: one of them, or its test with SeaBIOS
    level=$1
    shift
    for name in "$@"; do
        if wanted "$level" "$name" || wanted long "$name-seabios"; then return 0; fi
    done
    return 1
}

with_both() { # LEVEL NAME SCRIPT ARGUMENT...: with our firmware at LEVEL, with SeaBIOS in the long list
    level=$1 name=$2 script=$3
    shift 3
    if wanted "$level" "$name"; then boot "$name" "$script" "$@"; fi
    if wanted long "$name-seabios" && have "$name-seabios" SeaBIOS "$seabios" "$sea_vga"; then
        boot "$name-seabios" "$script" --bios "$seabios" --vga-bios "$sea_vga" "$@"
    fi
}

both() { # LEVEL NAME SCRIPT PACKAGE PATH OPTION [ARGUMENT...]: a guest that is one file of a package
    wanted_any "$1" "$2" || return
    level=$1 name=$2 script=$3 what=$4 path=$5 option=$6
    shift 6
    file=$(package "$what" "$path")
    if [ "$option" = --floppy ] && [ -n "$file" ]; then file=$file,ro; fi
    have "$name" "$path (package $what)" "$file" && with_both "$level" "$name" "$script" "$option" "$file" "$@"
}

both short grub2-floppy grub2.lua grub-rescue-pc /usr/lib/grub-rescue/grub-rescue-floppy.img --floppy $slow
DEVICE="%(cd" both short grub2-cd grub2.lua grub-rescue-pc /usr/lib/grub-rescue/grub-rescue-cdrom.iso --cdrom $slow --boot d ${dos:+--floppy "$dos,snapshot"}

# GRUB legacy is compiled for processors with CMOV, which the default model has.
if wanted short grub-legacy || wanted long grub-legacy-seabios; then
    stage1=$(package grub-legacy '/usr/lib/grub/*-pc/stage1')
    stage2=$(package grub-legacy '/usr/lib/grub/*-pc/stage2')
    if have grub-legacy "package grub-legacy" "$stage1" "$stage2"; then
        cat "$stage1" "$stage2" >"$work/legacy.img"
        truncate -s 1474560 "$work/legacy.img"
        with_both short grub-legacy grub1.lua legacy.img,ro $slow
    fi
fi

# --- programs without an operating system -------------------------------------------------------------------------------------

both short memtest-iso memtest.lua memtest86+ /usr/lib/memtest86+/memtest86+ia32.iso --cdrom -m 8M
both short memtest-kernel memtest.lua memtest86+ /boot/memtest86+ia32.bin --kernel -m 8M
PASSES=1 both long memtest-pass memtest.lua memtest86+ /boot/memtest86+ia32.bin --kernel -m 8M
both short invaders invaders.lua grub-invaders /boot/invaders.exec --kernel $slow
TEXT='iPXE' both long ipxe show.lua ipxe /usr/lib/ipxe/ipxe.iso --cdrom
TEXT='iPXE' both long ipxe-kernel show.lua ipxe /boot/ipxe.lkrn --kernel
if wanted long u-boot; then
    rom=$(package u-boot-qemu /usr/lib/u-boot/qemu-x86/u-boot.rom)
    have u-boot "package u-boot-qemu" "$rom" && TEXT='U%-Boot 20' boot u-boot serial.lua --bios "$rom" --floppy "$dos,snapshot"
fi

# --- a CD with isolinux -------------------------------------------------------------------------------------------------------

make_cd() { # prints the file, or nothing
    bin=$(package isolinux /usr/lib/ISOLINUX/isolinux.bin)
    modules=$(package syslinux-common /usr/lib/syslinux/modules/bios/ldlinux.c32)
    memdisk=$(package syslinux-common /usr/lib/syslinux/memdisk)
    for file in "$bin" "$modules" "$memdisk" "$dos"; do [ -n "$file" ] || return; done
    mkdir -p "$work/cd/isolinux"
    cp "$bin" "${modules%/*}"/ldlinux.c32 "${modules%/*}"/lib*.c32 "${modules%/*}"/hdt.c32 "${modules%/*}"/meminfo.c32 \
        "${modules%/*}"/poweroff.c32 "$work/cd/isolinux"
    cp "$memdisk" "$dos" "$work/cd"
    cat >"$work/cd/isolinux/isolinux.cfg" <<'CFG'
prompt 1
timeout 0
label dos
 kernel /memdisk
 initrd /freedos-1440k.img
label hdt
 kernel hdt.c32
label mem
 kernel meminfo.c32
label off
 kernel poweroff.c32
CFG
    xorriso -as mkisofs -quiet -o "$work/cd.iso" -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 \
        -boot-info-table "$work/cd" >/dev/null 2>&1 && echo "$work/cd.iso"
}

if wanted_any short isolinux memdisk hdt apm-poweroff && tool isolinux xorriso; then
    cd_image=$(make_cd)
    if have isolinux "isolinux, syslinux-common or the FreeDOS floppy" "$cd_image"; then
        LABEL=mem TEXT='0000000000100000.*usable' with_both short isolinux isolinux.lua --cdrom "$cd_image" $slow
        LABEL=dos TEXT='A:\>' with_both short memdisk isolinux.lua --cdrom "$cd_image" $slow
        LABEL=hdt TEXT='Hardware Detection Tool' with_both long hdt isolinux.lua --cdrom "$cd_image" $slow
        with_both long apm-poweroff poweroff.lua --cdrom "$cd_image"
    fi
fi

# --- a hard disk with syslinux and FreeDOS --------------------------------------------------------------------------------------

make_disk() { # prints the file, or nothing
    installer=$(package syslinux /usr/bin/syslinux)
    modules=$(package syslinux-common /usr/lib/syslinux/modules/bios/ldlinux.c32)
    mbr=$(package syslinux-common /usr/lib/syslinux/mbr/mbr.bin)
    for file in "$installer" "$modules" "$mbr" "$dos"; do [ -n "$file" ] || return; done
    disk=$work/disk.img
    truncate -s $((32 * 63 * 16 * 512)) "$disk" # 32 cylinders, 16 heads, 63 sectors
    dd if="$mbr" of="$disk" conv=notrunc status=none
    # one active partition, type 06h, from sector 63 to the end
    printf '\200\001\001\000\006\017\077\037\077\000\000\000\301\175\000\000' | dd of="$disk" bs=1 seek=446 conv=notrunc status=none
    printf '\125\252' | dd of="$disk" bs=1 seek=510 conv=notrunc status=none
    part=$disk@@$((63 * 512))
    mformat -i "$part" -h 16 -s 63 -H 63 -T 32193 :: || return
    mkdir "$work/dosfiles"
    mcopy -i "$dos" ::/KERNEL.SYS ::/COMMAND.COM "$work/dosfiles" || return
    printf 'prompt 1\ntimeout 0\nlabel dos\n com32 chain.c32\n append boot freedos=/kernel.sys\n' >"$work/syslinux.cfg"
    printf '@prompt $p$g\r\n' >"$work/dosfiles/AUTOEXEC.BAT"
    mcopy -i "$part" "$work/syslinux.cfg" "$work"/dosfiles/* "${modules%/*}/chain.c32" "${modules%/*}/libcom32.c32" "${modules%/*}/libutil.c32" :: || return
    "$installer" -i --offset $((63 * 512)) "$disk" >/dev/null || return
    echo "$disk"
}

if wanted_any short harddisk && tool harddisk mformat mcopy; then
    disk_image=$(make_disk 2>"$work/err")
    if have harddisk "syslinux, or the FreeDOS floppy" "$disk_image"; then
        with_both short harddisk disk.lua --disk "$disk_image,snapshot" $slow
    fi
fi
