; tables.asm - tables that systems look for in F0000h-FFFFFh: BIOS32 directory,
; PCI interrupt routing ($PIR 1.0), SMBIOS 2.4 (DMTF DSP0134). POST fills in
; sizes and checksums in the shadow copy; a 286 or 8086 has no use for them.

        align 16, db 0
bios32:
        db "_32_"
        dd 0F0000h + bios32_entry
        db 0, 1
.sum:   db 0
        times 5 db 0
bios32_end:

; ---- PCI interrupt routing: device n, pin p -> PIRQ (n + p - 1) mod 4 ----
%macro PIR_SLOT 1
        db 0, (%1) << 3
        db 60h + (((%1) + 3) & 3)
        dw 0DEF8h
        db 60h + (((%1) + 0) & 3)
        dw 0DEF8h
        db 60h + (((%1) + 1) & 3)
        dw 0DEF8h
        db 60h + (((%1) + 2) & 3)
        dw 0DEF8h
        db ((%1) > 2) * (%1), 0
%endmacro
        align 16, db 0
pir:
        db "$PIR"
        dw 0100h
        dw pir_end - pir
        db 0, PIIX_DEVFN
        dw 0
        dd 122E8086h                    ; compatible with the PIIX
        dd 0
        times 11 db 0
.sum:   db 0
pir_slots:
%assign slot 1
%rep 12
        PIR_SLOT slot
%assign slot slot + 1
%endrep
pir_slots_end:
pir_end:

; ---- SMBIOS ----
        align 16, db 0
smbios:
        db "_SM_"
.sum:   db 0
        db 1Fh, 2, 4
        dw smb_longest
        db 0
        times 5 db 0
.dmi:   db "_DMI_"
.dmisum:
        db 0
        dw smb_end - smb_tables
        dd 0F0000h + smb_tables
        dw 9
        db 24h
smbios_end:

smb_tables:
smb0:   db 0, 18h                       ; BIOS
        dw 0
        db 1, 2
        dw 0F000h
        db 3, 0                         ; 64 KB
        dd 00018890h                    ; PCI, APM, shadowing, CD boot,
        dd 0                            ; selectable boot
        db 0, 0                         ; extension bytes
        db 0, 1, 0FFh, 0FFh
        db "ochenta", 0, "0.1", 0, "11/23/2026", 0, 0
smb1:   db 1, 1Bh                       ; system
        dw 100h
        db 1, 2, 0, 0
        times 16 db 0FFh                ; UUID: not present
        db 6, 0, 0                      ; woken by the power switch
        db "ochenta", 0, "PC (i440FX, PIIX3)", 0, 0
smb3:   db 3, 11h                       ; chassis
        dw 300h
        db 1, 3, 0, 0, 0                ; desktop
        db 3, 3, 3, 3
        dd 0
        db "ochenta", 0, 0
smb4:   db 4, 23h                       ; processor
        dw 400h
        db 1, 3, 2, 2                   ; central processor, family unknown
.id:    dd 0, 0
        db 0, 0
        dw 0, 0, 0
        db 41h, 2                       ; enabled
        dw 0FFFFh, 0FFFFh, 0FFFFh       ; caches: not given
        db 0, 0, 0
        db "CPU", 0, "x86", 0, 0
smb16:  db 16, 0Fh                      ; physical memory array
        dw 1000h
        db 3, 3, 3                      ; system board, system memory, no ECC
.size:  dd 0
        dw 0FFFEh
        dw 1
        db 0, 0
smb17:  db 17, 1Bh                      ; memory device
        dw 1100h, 1000h, 0FFFEh
        dw 64, 64
.size:  dw 0
        db 9, 0, 1, 0, 7                ; DIMM, RAM
        dw 0, 0
        db 0, 0, 0, 0
        db "DIMM 0", 0, 0
smb19:  db 19, 0Fh                      ; mapped address
        dw 1300h
        dd 0
.end:   dd 0
        dw 1000h
        db 1, 0, 0
smb32:  db 32, 0Bh                      ; boot
        dw 2000h
        times 6 db 0
        db 0, 0, 0
smb127: db 127, 4
        dw 7F00h
        db 0, 0
smb_end:
smb_longest     equ smb3 - smb1

        cpu 386
; smbios_patch: memory size and processor into the tables, then checksums. ES =
; EBDA; the shadow is still writable.
smbios_patch:
        push ds
        mov eax, [es:E_EXTKB]
        add eax, 1024
        push cs
        pop ds
        mov [smb16.size], eax
        lea ecx, [eax-1]
        mov [smb19.end], ecx
        shr eax, 10
        mov [smb17.size], ax
        call cpuid_features
        mov [smb4.id], eax
        mov [smb4.id+4], edx
        mov si, bios32
        mov cx, bios32_end - bios32
        mov di, bios32.sum
        call table_sum
        mov si, pir
        mov cx, pir_end - pir
        mov di, pir.sum
        call table_sum
        mov si, smbios.dmi
        mov cx, smbios_end - smbios.dmi
        mov di, smbios.dmisum
        call table_sum
        mov si, smbios
        mov cx, smbios_end - smbios
        mov di, smbios.sum
        call table_sum
        pop ds
        ret

table_sum:                              ; CX bytes at DS:SI add up to zero
        mov byte [di], 0
        mov ah, 0
.next:  lodsb
        sub ah, al
        loop .next
        mov [di], ah
        ret
        cpu 8086
