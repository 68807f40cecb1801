; atapi.asm - CD-ROM drives: packet commands by programmed I/O.
; ATA/ATAPI-6, 9.10 (PACKET protocol); SFF-8020i / MMC for the commands.
; SI = drive record, ES = EBDA.

PK_TESTREADY    equ 00h
PK_SENSE        equ 03h
PK_STARTSTOP    equ 1Bh
PK_LOCK         equ 1Eh
PK_CAPACITY     equ 25h
PK_READ10       equ 28h
SK_NOTREADY     equ 2                   ; sense keys
SK_ATTENTION    equ 6
ASC_NOMEDIUM    equ 3Ah
CD_TRIES        equ 100                 ; times 100 ms: becoming ready

; cdb_clear: AL = operation code: an otherwise empty packet. DI = E_CDB.
cdb_clear:
        push ax
        push cx
        mov di, E_CDB
        mov ah, 0
        stosw
        xor ax, ax
        mov cx, 5
        rep stosw
        mov di, E_CDB
        pop cx
        pop ax
        ret

; packet: runs E_CDB. Data in: E_SKIP words dropped, E_TAKE words to
; E_BUFSEG:E_BUFOFF, the rest dropped. CF on error.
packet:
        push ax
        push bx
        push cx
        push dx
        push di
        push ds
        mov al, [es:si+D_DEV]
        call ata_select
        jc .end
        mov dx, [es:si+D_BASE]
        inc dx
        mov al, 0                       ; features: no DMA
        out dx, al
        add dx, AR_LBA1 - AR_ERROR
        mov al, 0FEh                    ; byte count limit
        out dx, al
        inc dx
        mov al, 0FFh
        out dx, al
        mov al, AC_PACKET
        call ata_command
        call ata_idle
        jc .end
        test al, AS_ERR
        jnz .fail
        test al, AS_DRQ
        jz .fail
        mov dx, [es:si+D_BASE]
        mov di, E_CDB
        mov cx, 6
.cdb:   mov ax, [es:di]
        out dx, ax
        inc di
        inc di
        loop .cdb
        call ata_pause
        mov ax, [es:E_BUFOFF]           ; offset below 16
        mov di, ax
        mov cl, 4
        shr ax, cl
        add ax, [es:E_BUFSEG]
        mov ds, ax
        and di, 0Fh
.phase: call ata_idle
        jc .end
        test al, AS_ERR
        jnz .fail
        test al, AS_DRQ
        jz .done
        mov dx, [es:si+D_BASE]          ; bytes in this phase
        add dx, AR_LBA1
        in al, dx
        mov ah, al
        inc dx
        in al, dx
        xchg al, ah
        inc ax
        shr ax, 1
        mov dx, [es:si+D_BASE]
        call packet_phase
        jmp .phase
.done:  clc
        jmp .end
.fail:  stc
.end:   pushf
        call ata_finish
        popf
        pop ds
        pop di
        pop dx
        pop cx
        pop bx
        pop ax
        ret

; packet_phase: AX words from port DX; DS:DI = buffer.
packet_phase:
        mov bl, [es:E_CPU]
        mov cx, [es:E_SKIP]
        cmp cx, ax
        jbe .skip
        mov cx, ax
.skip:  sub ax, cx
        sub [es:E_SKIP], cx
        call packet_drop
        mov cx, [es:E_TAKE]
        cmp cx, ax
        jbe .take
        mov cx, ax
.take:  sub ax, cx
        sub [es:E_TAKE], cx
        push ax
        push es
        push ds
        pop es
        call port_read
        pop es
        pop cx
packet_drop:
        jcxz .end
        push ax
.word:  in ax, dx
        loop .word
        pop ax
.end:   ret

; packet_sense: why the last packet failed: AL = key, AH = additional code.
packet_sense:
        push bx
        push di
        mov al, PK_SENSE
        call cdb_clear
        mov byte [es:di+4], 18
        push word [es:E_BUFOFF]
        push word [es:E_BUFSEG]
        push word [es:E_SKIP]
        push word [es:E_TAKE]
        mov word [es:E_BUFOFF], E_SENSE
        mov [es:E_BUFSEG], es
        mov word [es:E_SKIP], 0
        mov word [es:E_TAKE], 9
        mov word [es:E_SENSE+2], 0
        mov byte [es:E_SENSE+12], 0
        call packet
        pop word [es:E_TAKE]
        pop word [es:E_SKIP]
        pop word [es:E_BUFSEG]
        pop word [es:E_BUFOFF]
        mov al, [es:E_SENSE+2]
        and al, 0Fh
        mov ah, [es:E_SENSE+12]
        pop di
        pop bx
        ret

; packet_nodata: a command that moves no data.
packet_nodata:
        mov word [es:E_SKIP], 0
        mov word [es:E_TAKE], 0
        jmp packet

; atapi_ready: until the medium can be read. CF = 1 and AH = INT 13h status
; when there is none, or it does not become ready.
atapi_ready:
        push bx
        push cx
        push di
        mov bl, CD_TRIES
        mov bh, 4                       ; unit attention: medium or reset
.try:   mov al, PK_TESTREADY
        call cdb_clear
        call packet_nodata
        jnc .end
        call packet_sense
        cmp al, SK_ATTENTION
        je .attention
        cmp al, SK_NOTREADY
        jne .fail
        cmp ah, ASC_NOMEDIUM
        je .fail
        mov cx, 100 * TOGGLES_MS
        call delay_toggles
        dec bl
        jnz .try
.fail:  mov ah, HD_NOTREADY
        stc
.end:   pop di
        pop cx
        pop bx
        ret
.attention:
        dec bh
        jnz .try
        jmp .fail

; atapi_read: CX CD sectors (at most 31) from DX:AX; E_SKIP, E_TAKE and the
; buffer as for packet. CF on error, AH = status. One retry after attention.
atapi_read:
        push bx
        push di
        mov bh, 3
        push word [es:E_SKIP]
        push word [es:E_TAKE]
.try:   push ax
        mov al, PK_READ10
        call cdb_clear
        pop ax
        xchg dl, dh                     ; big-endian
        mov [es:di+2], dx
        xchg dl, dh
        xchg al, ah
        mov [es:di+4], ax
        xchg al, ah
        mov [es:di+7], ch
        mov [es:di+8], cl
        call packet
        jnc .ok
        push ax
        call packet_sense
        mov bl, al
        pop ax
        cmp bl, SK_ATTENTION
        jne .fail
        dec bh
        jz .fail
        pop word [es:E_TAKE]
        pop word [es:E_SKIP]
        push word [es:E_SKIP]
        push word [es:E_TAKE]
        jmp .try
.ok:    mov ah, HD_OK
        clc
        jmp .end
.fail:  mov ah, HD_NOTREADY
        cmp bl, SK_NOTREADY
        je .bad
        mov ah, HD_CRC
        cmp bl, 3                       ; medium error
        je .bad
        mov ah, HD_NOSECTOR
        cmp bl, 5                       ; beyond the end
        je .bad
        mov ah, HD_CTRL
.bad:   stc
.end:   pop di                          ; E_TAKE and E_SKIP as they were
        pop di
        pop di
        pop bx
        ret

; atapi_capacity: DX:AX = sectors of the medium, CX = bytes in each; CF.
atapi_capacity:
        push di
        mov al, PK_CAPACITY
        call cdb_clear
        mov word [es:E_BUFOFF], E_SENSE
        mov [es:E_BUFSEG], es
        mov word [es:E_SKIP], 0
        mov word [es:E_TAKE], 4
        call packet
        jc .end
        mov dx, [es:E_SENSE]
        xchg dl, dh
        mov ax, [es:E_SENSE+2]
        xchg al, ah
        add ax, 1
        adc dx, 0
        mov cx, [es:E_SENSE+6]
        xchg cl, ch
        clc
.end:   pop di
        ret
