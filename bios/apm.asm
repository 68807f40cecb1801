; apm.asm - INT 15h/53xxh: Advanced Power Management 1.2 (Intel/Microsoft
; 1996): real mode, 16- and 32-bit protected mode, power-off.

APM_REAL        equ 1
APM_PM16        equ 2
APM_PM32        equ 3
AE_DISABLED     equ 01h
AE_CONNECTED    equ 02h
AE_NOTCONN      equ 03h
AE_DEVICE       equ 09h
AE_PARAM        equ 0Ah
AE_NOEVENT      equ 80h
POWER_PORT      equ 8900h               ; takes "Shutdown", byte by byte

apm_service:
        mov bl, al
        mov bh, 0
        cmp bl, 4
        jbe .connect
        ; the rest is the same from real and protected mode
        mov ax, [bp+F_AX]
        mov bx, [bp+F_BX]
        mov cx, [bp+F_CX]
        mov dx, [bp+F_DX]
        call apm16_function
        mov [bp+F_AX], ax
        mov [bp+F_BX], bx
        mov [bp+F_CX], cx
        mov [bp+F_DX], dx
        jc .set
        jmp clr_cf_exit
.set:   jmp set_cf_exit

.connect:
        mov ah, AE_DEVICE
        cmp word [bp+F_BX], 0
        jne .error
        call load_es_ebda
        shl bx, 1
        jmp [cs:bx+apm_connect_table]
.connected:
        mov ah, AE_CONNECTED
.error: mov [bp+F_AH], ah
        jmp set_cf_exit

apm_connect_table:
        dw apm_check, apm_real, apm_pm16, apm_pm32, apm_leave

; 00h: version 1.2, "PM", 16- and 32-bit interfaces.
apm_check:
        mov word [bp+F_AX], 0102h
        mov word [bp+F_BX], 'P' << 8 | 'M'
        mov cx, 1
        call cpu_level
        cmp al, 3
        jb .set
        mov cl, 3
.set:   mov [bp+F_CX], cx
        jmp clr_cf_exit

apm_real:
        mov al, APM_REAL
        call apm_join
        jmp clr_cf_exit

apm_pm16:
        mov al, APM_PM16
        call apm_join
        mov word [bp+F_AX], ROM
        mov word [bp+F_BX], apm16_entry
        mov word [bp+F_CX], ROM
        mov word [bp+F_SI], 0FFFFh
        mov word [bp+F_DI], 0FFFFh
        jmp clr_cf_exit

apm_pm32:
        call cpu_level
        cmp al, 3
        jae .can
        jmp return_cf
.can:   mov al, APM_PM32
        call apm_join
        mov word [bp+F_AX], ROM
        mov word [bp+F_CX], ROM         ; 16-bit code segment
        mov word [bp+F_DX], ROM         ; data
        mov word [bp+F_DI], 0FFFFh
        cpu 386
        mov ebx, apm32_entry
        mov [bp+F_BX], bx
        mov esi, 0FFFFFFFFh             ; lengths: 16-bit code above 32-bit
        mov [bp+F_SI], si
        cpu 8086
        jmp clr_cf_exit

; apm_join: AL = interface; errors when one is connected.
apm_join:
        cmp byte [es:E_APM], 0
        jne .taken
        mov [es:E_APM], al
        ret
.taken: pop ax
        jmp apm_service.connected

apm_leave:
        mov ah, AE_NOTCONN
        cmp byte [es:E_APM], 0
        je apm_service.error
        mov byte [es:E_APM], 0
        mov byte [bp+F_AH], 0
        jmp clr_cf_exit

; ---- the functions, once for each word size. Only registers and ports: the
; protected mode callers bring segments of their own. ----
apm16_entry:
        call apm16_function
        retf

%define APM(x)  apm16_ %+ x
%include "apmcore.inc"
%undef APM

        cpu 386
        bits 32
apm32_entry:
        call apm32_function
        retf

%define APM(x)  apm32_ %+ x
%include "apmcore.inc"
%undef APM
        bits 16
        cpu 8086
