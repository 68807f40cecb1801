; post.asm - power-on: from the reset vector to the boot loader. Nothing here
; waits for hardware longer than the hardware needs.

POST_STACK      equ 7C00h
SCRATCH         equ 1000h               ; POST work buffer at 0:1000h

post:
        cli
        cld
        mov al, CM_SHUTDOWN             ; was this reset a return from
        out CMOS, al                    ; protected mode? (AT BIOS, TEST 1)
        jmp short $+2
        in al, CMOS+1
        mov bl, al
        mov al, CM_SHUTDOWN
        out CMOS, al
        mov al, 0
        out CMOS+1, al
        mov ax, BDA
        mov ds, ax
        cmp bl, 5
        je .jump_eoi
        cmp bl, 9
        jne .not9
        jmp block_move_return
.not9:  cmp bl, 0Ah
        je .jump
        jmp cold

.jump_eoi:
        mov al, EOI
        out PIC2, al
        out PIC1, al
.jump:  jmp far [B_JUMP]

cold:
        xor ax, ax
        mov ss, ax
        mov sp, POST_STACK
        mov dx, FDC_DOR                 ; floppy controller in reset, motors off
        mov al, 0
        out dx, al
        call cpu_detect                 ; BH = level
        cmp bh, 2
        jb .no_a20
        in al, PORT92
        or al, 2
        and al, 0FEh
        out PORT92, al
.no_a20:
        call chips_init
        call memory_init                ; ES = EBDA from here on
        mov [es:E_CPU], bh
        call vectors_init
        call bda_init
        cmp byte [es:E_CPU], 3
        jb .no_pci
        call cache_enable
        call lapic_init
        call pci_init
        call shadow_bios
.no_pci:
        call vga_init
        call keyboard_init
        call ports_detect
        call equipment_init
        call rtc_init
        call oprom_scan
        call banner
        call disks_init
        call banner_drives
        cmp byte [es:E_CPU], 3
        jb .no_tables
        call smbios_patch
        call shadow_lock
.no_tables:
        sti
        call first_tick
        call late_keys
        int 19h
.stop:  hlt
        jmp .stop

; cpu_detect: BH = 0 8086, 2 286, 3 386 and later. FLAGS bits 12-15 are all
; ones on an 8086 and all zeros on a 286 in real mode (SDM vol. 1, 19.1.1).
cpu_detect:
        pushf
        pop ax
        and ah, 0Fh
        push ax
        popf
        pushf
        pop ax
        mov bh, 0
        and ah, 0F0h
        cmp ah, 0F0h
        je .done
        mov bh, 2
        mov ax, 0F002h
        push ax
        popf
        pushf
        pop ax
        test ah, 0F0h
        jz .clean
        mov bh, 3
.clean: mov ax, 2
        push ax
        popf
.done:  ret

; ---- interrupt controllers, timer, DMA, clock ----
chips_init:
        mov al, 11h                     ; 8259A ICW1: edge, cascade, ICW4
        out PIC1, al
        out PIC2, al
        mov al, 8                       ; ICW2
        out PIC1+1, al
        mov al, 70h
        out PIC2+1, al
        mov al, 4                       ; ICW3
        out PIC1+1, al
        mov al, 2
        out PIC2+1, al
        mov al, 1                       ; ICW4: 8086 mode
        out PIC1+1, al
        out PIC2+1, al
        mov al, 0B8h                    ; open: IRQ 0 1 2 6
        out PIC1+1, al
        mov al, 0Fh                     ; open: IRQ 12-15; 8 when needed
        out PIC2+1, al

        mov al, 36h                     ; 8254 counter 0, mode 3, 65536
        out PITCTL, al
        mov al, 0
        out PIT0, al
        out PIT0, al
        mov al, 54h                     ; counter 1, mode 2: refresh
        out PITCTL, al
        mov al, 12h
        out PIT0+1, al
        mov al, 0B6h                    ; counter 2, mode 3: speaker tone
        out PITCTL, al
        mov al, 33h
        out PIT0+2, al
        mov al, 5
        out PIT0+2, al
        in al, PORTB
        and al, 0FCh                    ; speaker off
        or al, 0Ch                      ; NMI sources off until asked for
        out PORTB, al

        mov al, 0                       ; 8237A master clear
        out 0Dh, al
        out 0DAh, al
        out 08h, al                     ; enable both
        out 0D0h, al
        mov al, 0C0h                    ; channel 4: cascade
        out 0D6h, al
        mov al, 0
        out 0D4h, al                    ; unmask it

        mov ax, 2600h + CM_REGA         ; MC146818: 32.768 kHz, 1024 Hz
        call cmos_write
        mov ax, 0200h + CM_REGB         ; BCD, 24 hours, no interrupts
        call cmos_write
        mov al, CM_REGC
        call cmos_read
        mov al, 0
        out 0F0h, al                    ; coprocessor busy latch
        ret

; ---- memory size, extended BIOS data area, BDA cleared ----
memory_init:
        mov ax, BDA
        mov es, ax
        mov si, [es:B_WARM]
        xor di, di
        mov cx, 80h
        xor ax, ax
        rep stosw
        mov [es:B_PRTSC], al
        mov [es:B_WARM], si
        mov al, CM_BASELO
        call cmos_read16
        cmp ax, 640
        jbe .sane
        mov ax, 640
.sane:  cmp ax, 64
        jae .base
        mov ax, 640
.base:  sub ax, EBDA_KB
        mov [es:B_MEMKB], ax
        mov cl, 6
        shl ax, cl
        mov [es:B_EBDA], ax
        mov es, ax
        xor di, di
        mov cx, EBDA_KB * 512
        xor ax, ax
        rep stosw
        mov byte [es:E_SIZE], EBDA_KB
        mov word [es:E_VGADEV], 0FFFFh
        or bh, bh
        jz .done                        ; an 8086 reaches 1 MB
        mov al, CM_EXT16LO              ; 64 KB units above 16 MB
        call cmos_read16
        or ax, ax
        jz .small
        xor dx, dx
        mov cx, 64
        mul cx
        add ax, 15 * 1024
        adc dx, 0
        jmp .set
.small: mov al, CM_EXTLO
        call cmos_read16
        xor dx, dx
.set:   mov [es:E_EXTKB], ax
        mov [es:E_EXTKB+2], dx
.done:  ret

; ---- interrupt vectors ----
vectors_init:
        push ds
        push es
        xor ax, ax
        mov es, ax
        xor di, di
        mov cx, 78h                     ; all up to 77h: IRET
.fill:  mov ax, dummy_iret
        stosw
        mov ax, ROM
        stosw
        loop .fill
        mov cx, 88h * 2                 ; 78h-FFh: unused
        xor ax, ax
        rep stosw
        mov di, 60h * 4                 ; 60h-67h belong to users
        mov cx, 16
        rep stosw
        push cs
        pop ds
        mov si, vector_table
.next:  lodsb
        cmp al, 0FFh
        je .done
        mov ah, 0
        shl ax, 1
        shl ax, 1
        mov di, ax
        movsw
        jmp .next
.done:  pop es
        pop ds
        xor ax, ax
        push ds
        mov ds, ax
        mov [41h*4+2], es               ; disk parameter tables
        mov word [41h*4], E_FDPT0
        mov [46h*4+2], es
        mov word [46h*4], E_FDPT1
        mov word [1Fh*4], 0             ; upper half of the font: the VGA BIOS
        mov word [1Fh*4+2], 0           ; sets it
        pop ds
        ret

%macro VECTOR 2
        db %1
        dw %2
%endmacro
vector_table:
        VECTOR 02h, nmi_entry
        VECTOR 05h, prtsc_entry
        VECTOR 08h, timer_entry
        VECTOR 09h, kbd_entry
        VECTOR 0Ah, irq_master
        VECTOR 0Bh, irq_master
        VECTOR 0Ch, irq_master
        VECTOR 0Dh, irq_master
        VECTOR 0Eh, fdirq_entry
        VECTOR 0Fh, irq_spurious7
        VECTOR 10h, video_entry
        VECTOR 11h, equip_entry
        VECTOR 12h, memsize_entry
        VECTOR 13h, disk_entry
        VECTOR 14h, serial_entry
        VECTOR 15h, system_entry
        VECTOR 16h, kbdsvc_entry
        VECTOR 17h, printer_entry
        VECTOR 18h, int18
        VECTOR 19h, boot_entry
        VECTOR 1Ah, time_entry
        VECTOR 1Dh, video_params
        VECTOR 1Eh, diskette_params
        VECTOR 40h, floppy_entry
        VECTOR 70h, int70
        VECTOR 71h, irq_redirect
        VECTOR 72h, irq_slave
        VECTOR 73h, irq_slave
        VECTOR 74h, int74
        VECTOR 75h, int75
        VECTOR 76h, int76
        VECTOR 77h, irq_slave
        db 0FFh

; ---- default interrupt handlers ----
irq_slave:
        push ax
        mov al, EOI
        out PIC2, al
        out PIC1, al
        pop ax
        iret

irq_master:
        push ax
        mov al, EOI
        out PIC1, al
        pop ax
        iret

; IRQ 7 and a spurious one look alike; only a real one is in service (8259A).
irq_spurious7:
        push ax
        mov al, 0Bh
        out PIC1, al
        jmp short $+2
        in al, PIC1
        test al, 80h
        jz .none
        mov al, EOI
        out PIC1, al
.none:  pop ax
        iret

irq_redirect:                           ; IRQ 9 stands in for IRQ 2
        push ax
        mov al, EOI
        out PIC2, al
        pop ax
        int 0Ah
        iret

int75:                                  ; coprocessor error: to INT 02h
        push ax
        mov al, 0
        out 0F0h, al
        mov al, EOI
        out PIC2, al
        out PIC1, al
        pop ax
        int 02h
        iret

nmi:                                    ; nothing to report: go on
        iret

; ---- BIOS data area ----
bda_init:
        push ds
        mov ax, BDA
        mov ds, ax
        mov word [B_KBHEAD], B_KBBUF
        mov word [B_KBTAIL], B_KBBUF
        mov word [B_KBSTART], B_KBBUF
        mov word [B_KBEND], B_KBBUF + 32
        mov word [B_LPTTMO], 1414h
        mov byte [B_LPTTMO+2], 14h
        mov word [B_COMTMO], 0101h
        mov word [B_COMTMO+2], 0101h
        mov byte [B_KBF3], 10h          ; 101/102-key keyboard
        pop ds
        ret
