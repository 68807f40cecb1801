; echo.asm: a boot sector that does what it is told, by key or by serial port:
;   p powers off   r resets   t triple fault   h halts   x writes 21 to the exit port F4h   g graphics mode
        org     7C00h
        bits    16

com1    equ     3F8h

start:  xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 7C00h
%ifdef START                    ; straight to one of the commands
        jmp     START
%endif
        mov     dx, com1 + 3
        mov     al, 3           ; 8 bits, no parity
        out     dx, al
        mov     si, ready
        call    print
loop:   inc     dword [500h]
        mov     dx, com1 + 5
        in      al, dx
        test    al, 1           ; a byte has come
        jz      .keys
        mov     dx, com1
        in      al, dx
        jmp     command
.keys:  mov     ah, 1
        int     16h
        jnz     .key
        hlt
        jmp     loop
.key:   xor     ah, ah
        int     16h
command:
        cmp     al, 'p'
        je      off
        cmp     al, 'r'
        je      reset
        cmp     al, 't'
        je      triple
        cmp     al, 'h'
        je      halt
        cmp     al, 'x'
        je      exit
        cmp     al, 'g'
        je      graphics
        cmp     al, 'd'
        je      debug
        call    put
        jmp     loop

off:    mov     si, shutdown
        mov     dx, 8900h
.next:  lodsb
        out     dx, al
        test    al, al
        jnz     .next
        jmp     loop
reset:  mov     al, 0FEh
        out     64h, al
        jmp     $
triple: lidt    [none]
        int3
halt:   cli
        hlt
exit:   mov     al, 21
        out     0F4h, al
        jmp     loop
graphics:
        mov     ax, 13h
        int     10h
        mov     ax, 0A000h
        mov     es, ax
        mov     di, 320 * 100
        mov     al, 4           ; a red line
        mov     cx, 320
        rep     stosb
        jmp     loop
debug:  mov     si, text
.next:  lodsb
        test    al, al
        jz      loop
        out     0E9h, al
        jmp     .next

; AL to the screen and to COM1
put:    mov     ah, 0Eh
        mov     bx, 7
        int     10h
        mov     ah, al
        mov     dx, com1 + 5
.wait:  in      al, dx
        test    al, 20h         ; the transmitter is free
        jz      .wait
        mov     dx, com1
        mov     al, ah
        out     dx, al
        ret
print:  lodsb
        test    al, al
        jz      .end
        call    put
        jmp     print
.end:   ret

ready:  db      'ready', 13, 10, 0
text:   db      'debug', 10, 0
shutdown: db    'Shutdown', 0
none:   dw      0
        dd      0

        times 510 - ($ - $$) db 0
        dw      0AA55h
