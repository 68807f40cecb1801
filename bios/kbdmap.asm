; kbdmap.asm - what each key puts into the buffer: scan code and character, US
; layout, 101/102-key codes (PS/2 BIOS Interface Reference, keyboard tables).
; F0h and E0h in the low byte mark codes that only INT 16h/10h-11h return.

; Scan codes 01h-58h: plain, shift, Ctrl, Alt. Zero: no key.
key_table:
        dw 011Bh, 011Bh, 011Bh, 01F0h  ; 01h Esc
        dw 0231h, 0221h, 0000h, 7800h  ; 02h 1
        dw 0332h, 0340h, 0300h, 7900h  ; 03h 2
        dw 0433h, 0423h, 0000h, 7A00h  ; 04h 3
        dw 0534h, 0524h, 0000h, 7B00h  ; 05h 4
        dw 0635h, 0625h, 0000h, 7C00h  ; 06h 5
        dw 0736h, 075Eh, 071Eh, 7D00h  ; 07h 6
        dw 0837h, 0826h, 0000h, 7E00h  ; 08h 7
        dw 0938h, 092Ah, 0000h, 7F00h  ; 09h 8
        dw 0A39h, 0A28h, 0000h, 8000h  ; 0Ah 9
        dw 0B30h, 0B29h, 0000h, 8100h  ; 0Bh 0
        dw 0C2Dh, 0C5Fh, 0C1Fh, 8200h  ; 0Ch -
        dw 0D3Dh, 0D2Bh, 0000h, 8300h  ; 0Dh =
        dw 0E08h, 0E08h, 0E7Fh, 0EF0h  ; 0Eh Backspace
        dw 0F09h, 0F00h, 9400h, 0A500h  ; 0Fh Tab
        dw 1071h, 1051h, 1011h, 1000h  ; 10h q
        dw 1177h, 1157h, 1117h, 1100h  ; 11h w
        dw 1265h, 1245h, 1205h, 1200h  ; 12h e
        dw 1372h, 1352h, 1312h, 1300h  ; 13h r
        dw 1474h, 1454h, 1414h, 1400h  ; 14h t
        dw 1579h, 1559h, 1519h, 1500h  ; 15h y
        dw 1675h, 1655h, 1615h, 1600h  ; 16h u
        dw 1769h, 1749h, 1709h, 1700h  ; 17h i
        dw 186Fh, 184Fh, 180Fh, 1800h  ; 18h o
        dw 1970h, 1950h, 1910h, 1900h  ; 19h p
        dw 1A5Bh, 1A7Bh, 1A1Bh, 1AF0h  ; 1Ah [
        dw 1B5Dh, 1B7Dh, 1B1Dh, 1BF0h  ; 1Bh ]
        dw 1C0Dh, 1C0Dh, 1C0Ah, 1CF0h  ; 1Ch Enter
        dw 0000h, 0000h, 0000h, 0000h  ; 1Dh
        dw 1E61h, 1E41h, 1E01h, 1E00h  ; 1Eh a
        dw 1F73h, 1F53h, 1F13h, 1F00h  ; 1Fh s
        dw 2064h, 2044h, 2004h, 2000h  ; 20h d
        dw 2166h, 2146h, 2106h, 2100h  ; 21h f
        dw 2267h, 2247h, 2207h, 2200h  ; 22h g
        dw 2368h, 2348h, 2308h, 2300h  ; 23h h
        dw 246Ah, 244Ah, 240Ah, 2400h  ; 24h j
        dw 256Bh, 254Bh, 250Bh, 2500h  ; 25h k
        dw 266Ch, 264Ch, 260Ch, 2600h  ; 26h l
        dw 273Bh, 273Ah, 0000h, 27F0h  ; 27h ;
        dw 2827h, 2822h, 0000h, 28F0h  ; 28h '
        dw 2960h, 297Eh, 0000h, 29F0h  ; 29h `
        dw 0000h, 0000h, 0000h, 0000h  ; 2Ah
        dw 2B5Ch, 2B7Ch, 2B1Ch, 2BF0h  ; 2Bh backslash
        dw 2C7Ah, 2C5Ah, 2C1Ah, 2C00h  ; 2Ch z
        dw 2D78h, 2D58h, 2D18h, 2D00h  ; 2Dh x
        dw 2E63h, 2E43h, 2E03h, 2E00h  ; 2Eh c
        dw 2F76h, 2F56h, 2F16h, 2F00h  ; 2Fh v
        dw 3062h, 3042h, 3002h, 3000h  ; 30h b
        dw 316Eh, 314Eh, 310Eh, 3100h  ; 31h n
        dw 326Dh, 324Dh, 320Dh, 3200h  ; 32h m
        dw 332Ch, 333Ch, 0000h, 33F0h  ; 33h ,
        dw 342Eh, 343Eh, 0000h, 34F0h  ; 34h .
        dw 352Fh, 353Fh, 0000h, 35F0h  ; 35h /
        dw 0000h, 0000h, 0000h, 0000h  ; 36h
        dw 372Ah, 372Ah, 9600h, 37F0h  ; 37h keypad *
        dw 0000h, 0000h, 0000h, 0000h  ; 38h
        dw 3920h, 3920h, 3920h, 3920h  ; 39h Space
        dw 0000h, 0000h, 0000h, 0000h  ; 3Ah
        dw 3B00h, 5400h, 5E00h, 6800h  ; 3Bh F1
        dw 3C00h, 5500h, 5F00h, 6900h  ; 3Ch F2
        dw 3D00h, 5600h, 6000h, 6A00h  ; 3Dh F3
        dw 3E00h, 5700h, 6100h, 6B00h  ; 3Eh F4
        dw 3F00h, 5800h, 6200h, 6C00h  ; 3Fh F5
        dw 4000h, 5900h, 6300h, 6D00h  ; 40h F6
        dw 4100h, 5A00h, 6400h, 6E00h  ; 41h F7
        dw 4200h, 5B00h, 6500h, 6F00h  ; 42h F8
        dw 4300h, 5C00h, 6600h, 7000h  ; 43h F9
        dw 4400h, 5D00h, 6700h, 7100h  ; 44h F10
        dw 0000h, 0000h, 0000h, 0000h  ; 45h
        dw 0000h, 0000h, 0000h, 0000h  ; 46h
        dw 4700h, 4737h, 7700h, 0000h  ; 47h keypad 7
        dw 4800h, 4838h, 8D00h, 0000h  ; 48h keypad 8
        dw 4900h, 4939h, 8400h, 0000h  ; 49h keypad 9
        dw 4A2Dh, 4A2Dh, 8E00h, 4AF0h  ; 4Ah keypad -
        dw 4B00h, 4B34h, 7300h, 0000h  ; 4Bh keypad 4
        dw 4CF0h, 4C35h, 8F00h, 0000h  ; 4Ch keypad 5
        dw 4D00h, 4D36h, 7400h, 0000h  ; 4Dh keypad 6
        dw 4E2Bh, 4E2Bh, 9000h, 4EF0h  ; 4Eh keypad +
        dw 4F00h, 4F31h, 7500h, 0000h  ; 4Fh keypad 1
        dw 5000h, 5032h, 9100h, 0000h  ; 50h keypad 2
        dw 5100h, 5133h, 7600h, 0000h  ; 51h keypad 3
        dw 5200h, 5230h, 9200h, 0000h  ; 52h keypad 0
        dw 5300h, 532Eh, 9300h, 0000h  ; 53h keypad .
        dw 0000h, 0000h, 0000h, 0000h  ; 54h
        dw 0000h, 0000h, 0000h, 0000h  ; 55h
        dw 565Ch, 567Ch, 0000h, 0000h  ; 56h 102nd key
        dw 8500h, 8700h, 8900h, 8B00h  ; 57h F11
        dw 8600h, 8800h, 8A00h, 8C00h  ; 58h F12

; Keys with an E0h prefix: code, then the same four words.
gray_keys:
        db 01Ch
        dw 0E00Dh, 0E00Dh, 0E00Ah, 0A600h
        db 035h
        dw 0E02Fh, 0E02Fh, 9500h, 0A400h
        db 047h
        dw 47E0h, 47E0h, 77E0h, 9700h
        db 048h
        dw 48E0h, 48E0h, 8DE0h, 9800h
        db 049h
        dw 49E0h, 49E0h, 84E0h, 9900h
        db 04Bh
        dw 4BE0h, 4BE0h, 73E0h, 9B00h
        db 04Dh
        dw 4DE0h, 4DE0h, 74E0h, 9D00h
        db 04Fh
        dw 4FE0h, 4FE0h, 75E0h, 9F00h
        db 050h
        dw 50E0h, 50E0h, 91E0h, 0A000h
        db 051h
        dw 51E0h, 51E0h, 76E0h, 0A100h
        db 052h
        dw 52E0h, 52E0h, 92E0h, 0A200h
        db 053h
        dw 53E0h, 53E0h, 93E0h, 0A300h
        db 0

; Shift keys: code, E0h prefix or not, bit in B_KBF, byte and bit of its own.
shift_keys:
        db 2Ah, 0, KF_LSHIFT, B_KBF, KF_LSHIFT
        db 36h, 0, KF_RSHIFT, B_KBF, KF_RSHIFT
        db 1Dh, 0, KF_CTRL, B_KBF1, K1_LCTRL
        db 1Dh, K3_E0, KF_CTRL, B_KBF3, K3_RCTRL
        db 38h, 0, KF_ALT, B_KBF1, K1_LALT
        db 38h, K3_E0, KF_ALT, B_KBF3, K3_RALT
        db 0

; Toggles: code, bit in B_KBF.
toggle_keys:
        db 3Ah, KF_CAPS
        db 45h, KF_NUM
        db 46h, KF_SCROLL
        db 52h, KF_INS
        db 0

; Digits of the keypad keys 47h-52h; 0FFh: none.
pad_digits:
        db 7, 8, 9, 0FFh, 4, 5, 6, 0FFh, 1, 2, 3, 0
