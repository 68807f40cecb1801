; video.asm - boot floppy that calls the video BIOS the way programs do and prints "ok" or "FAIL" for each group of
; services on port E9h. Ends with "done" and the number of failures on port F4h (--exit-port 0xF4,raw). Standard services are
; tested on every processor, VBE from the 386 on.

	org	7C00h
	bits	16
	cpu	8086

SECTORS	equ 17

boot:
	xor	ax, ax
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	mov	sp, 7C00h
	cld
	mov	ax, 0200h + SECTORS
	mov	bx, 7E00h
	mov	cx, 2
	mov	dh, 0
	int	13h
	jnc	start
	mov	al, 'E'
	out	0E9h, al
	jmp	$

say:					; SI = text
	push	ax
.next:
	lodsb
	or	al, al
	jz	.done
	out	0E9h, al
	jmp	.next
.done:
	pop	ax
	ret

; Each test is a procedure that returns carry set when something is wrong.
%macro run 2
	mov	si, %%name
	call	say
	call	%2
	call	verdict
	jmp	short %%over
%%name:	db	%1, " ", 0
%%over:
%endmacro
verdict:
	mov	si, text_ok
	jnc	say
	inc	byte [failures]
	mov	si, text_fail
	jmp	say
text_ok:	db	"ok", 10, 0
text_fail:	db	"FAIL", 10, 0
text_done:	db	"done", 10, 0
failures:	db	0

; Leave the test with carry unless the last comparison said so.
%macro must 1
	j%1	%%ok
	stc
	ret
%%ok:
%endmacro
%define BDA(x)	[400h + x]

	times	510 - ($ - $$) db 0
	dw	0AA55h

start:
	run	"modes", test_modes
	run	"text", test_text
	run	"teletype", test_tty
	run	"scroll", test_scroll
	run	"pages", test_pages
	run	"graphics text", test_graphics_text
	run	"dots", test_dots
	run	"lines", test_lines
	run	"fonts", test_fonts
	run	"palette", test_palette
	run	"select", test_select
	run	"state", test_state
	call	is_386
	jc	.no_vbe
	run	"VBE info", test_vbe_info
	run	"VBE modes", test_vbe_modes
	run	"VBE window", test_vbe_window
	run	"VBE lines", test_vbe_lines
	run	"VBE palette", test_vbe_palette
	run	"VBE state", test_vbe_state
	run	"VBE text", test_vbe_text
	run	"VBE protected mode", test_vbe_pm
	run	"DDC", test_ddc
.no_vbe:
	mov	ax, 3
	int	10h
	mov	si, text_done
	call	say
	mov	al, [failures]
	out	0F4h, al
	jmp	$

; Carry set before the 386
is_386:
	pushf
	pop	ax
	xor	ax, 4000h
	mov	cx, ax
	push	ax
	popf
	pushf
	pop	ax
	xor	ax, cx
	test	ax, 4000h
	jz	.changed
	stc
	ret
.changed:
	xor	cx, 4000h
	push	cx
	popf
	test	ch, 80h			; an 8086 has all of them set
	jz	.yes
	stc
	ret
.yes:
	clc
	ret

; mode, columns, rows - 1, character height
modes:
	db	0, 40, 24, 16, 1, 40, 24, 16, 2, 80, 24, 16, 3, 80, 24, 16, 4, 40, 24, 8, 5, 40, 24, 8, 6, 80, 24, 8
	db	7, 80, 24, 16, 0Dh, 40, 24, 8, 0Eh, 80, 24, 8, 0Fh, 80, 24, 14, 10h, 80, 24, 14, 11h, 80, 29, 16
	db	12h, 80, 29, 16, 13h, 40, 24, 8, 3, 80, 24, 16
modes_end:

test_modes:
	mov	si, modes
.next:
	lodsb
	mov	ah, 0
	push	si
	int	10h
	pop	si
	mov	ah, 0Fh
	int	10h
	cmp	al, [si - 1]
	must	e
	cmp	ah, [si]
	must	e
	or	bh, bh
	must	z
	mov	al, BDA(49h)
	cmp	al, [si - 1]
	must	e
	mov	al, BDA(84h)
	cmp	al, [si + 1]
	must	e
	mov	al, BDA(85h)
	cmp	al, [si + 2]
	must	e
	mov	ax, 3D4h		; CRTC address
	cmp	byte [si - 1], 7
	je	.mono
	cmp	byte [si - 1], 0Fh
	jne	.crtc
.mono:
	mov	ax, 3B4h
.crtc:
	cmp	BDA(63h), ax
	must	e
	add	si, 3
	cmp	si, modes_end
	jb	.next
	mov	ax, 83h			; the 'not cleared' bit is remembered
	int	10h
	mov	ah, 0Fh
	int	10h
	cmp	al, 83h
	must	e
	clc
	ret

; BH = 0, DX = position
place:
	mov	ah, 2
	mov	bh, 0
	int	10h
	ret

test_text:
	mov	ax, 3
	int	10h
	mov	dx, 0305h
	call	place
	mov	ax, 0941h
	mov	bx, 1Eh
	mov	cx, 3
	int	10h
	mov	ah, 3
	int	10h
	cmp	dx, 0305h
	must	e
	cmp	cx, 0607h
	must	e
	mov	ax, 0B800h
	mov	es, ax
	cmp	word [es:(3 * 80 + 7) * 2], 1E41h
	must	e
	cmp	word [es:(3 * 80 + 8) * 2], 0720h
	must	e
	mov	ah, 8
	int	10h
	cmp	ax, 1E41h
	must	e
	mov	ax, 0A42h		; character only
	mov	cx, 1
	int	10h
	mov	ah, 8
	int	10h
	cmp	ax, 1E42h
	must	e
	push	ds
	pop	es
	mov	ax, 1303h		; string with attributes
	mov	bx, 0
	mov	cx, 2
	mov	dx, 0A4Fh
	mov	bp, .string
	int	10h
	mov	ah, 3
	mov	bh, 0
	int	10h
	cmp	dx, 0B01h
	must	e
	mov	ax, 0B800h
	mov	es, ax
	cmp	word [es:(10 * 80 + 79) * 2], 2158h
	must	e
	cmp	word [es:11 * 80 * 2], 4359h
	must	e
	clc
	ret
.string:	db	'X', 21h, 'Y', 43h

test_tty:
	mov	ax, 3
	int	10h
	mov	dx, 184Fh
	call	place
	mov	ax, 0E51h
	mov	bx, 0
	int	10h			; wraps and scrolls
	mov	ah, 3
	mov	bh, 0
	int	10h
	cmp	dx, 1800h
	must	e
	mov	ax, 0B800h
	mov	es, ax
	cmp	byte [es:(23 * 80 + 79) * 2], 'Q'
	must	e
	mov	ax, 0E0Dh
	int	10h
	mov	ax, 0E0Ah
	int	10h
	cmp	byte [es:(22 * 80 + 79) * 2], 'Q'
	must	e
	mov	ax, 0E52h
	int	10h
	mov	ax, 0E08h
	int	10h
	mov	ah, 3
	int	10h
	cmp	dx, 1800h
	must	e
	clc
	ret

test_scroll:
	mov	ax, 3
	int	10h
	mov	ax, 0B800h
	mov	es, ax
	mov	word [es:(5 * 80 + 10) * 2], 0731h
	mov	word [es:(5 * 80 + 30) * 2], 0732h
	mov	ax, 0602h		; up two, without column 30
	mov	bh, 70h
	mov	cx, 0205h
	mov	dx, 0A14h
	int	10h
	cmp	word [es:(3 * 80 + 10) * 2], 0731h
	must	e
	cmp	word [es:(5 * 80 + 30) * 2], 0732h
	must	e
	cmp	word [es:(10 * 80 + 20) * 2], 7020h
	must	e
	cmp	word [es:(10 * 80 + 21) * 2], 0720h
	must	e
	mov	ax, 0701h		; down one
	mov	bh, 20h
	int	10h
	cmp	word [es:(4 * 80 + 10) * 2], 0731h
	must	e
	cmp	word [es:(2 * 80 + 5) * 2], 2020h
	must	e
	mov	ax, 0600h		; all
	mov	bh, 17h
	mov	cx, 0
	mov	dx, 0FFFFh
	int	10h
	cmp	word [es:0], 1720h
	must	e
	cmp	word [es:1999 * 2], 1720h
	must	e
	cmp	word [es:2000 * 2], 0720h
	must	e
	clc
	ret

test_pages:
	mov	ax, 3
	int	10h
	mov	ax, 0502h
	int	10h
	cmp	byte BDA(62h), 2
	must	e
	cmp	word BDA(4Eh), 2000h
	must	e
	mov	dx, 3D4h
	mov	al, 0Ch
	out	dx, al
	inc	dx
	in	al, dx
	cmp	al, 10h
	must	e
	mov	ah, 2
	mov	bh, 1
	mov	dx, 0102h
	int	10h
	mov	ax, 0E5Ah
	int	10h
	mov	ax, 0B800h
	mov	es, ax
	cmp	byte [es:1000h + (80 + 2) * 2], 'Z'
	must	e
	clc
	ret

; Each graphics mode: a character is drawn, read back, scrolled up, read again
graphics_modes:
	db	4, 5, 6, 0Dh, 0Eh, 0Fh, 10h, 11h, 12h, 13h, 0
test_graphics_text:
	mov	di, graphics_modes
.mode:
	mov	al, [di]
	or	al, al
	jz	.done
	mov	ah, 0
	int	10h
	mov	cl, 32			; all the printable ones, from column 7
.char:
	mov	dx, 0607h
	call	place
	mov	al, cl
	push	cx
	mov	ah, 9
	mov	bx, 1
	mov	cx, 1
	int	10h
	mov	ah, 8
	int	10h
	pop	cx
	cmp	al, cl
	must	e
	mov	bh, 0
	mov	ax, 0601h
	push	cx
	mov	cx, 0306h
	mov	dx, 0708h
	int	10h
	mov	dx, 0507h
	call	place
	mov	ah, 8
	int	10h
	pop	cx
	cmp	al, cl
	must	e
	inc	cl
	cmp	cl, 0FFh
	jb	.char
	inc	di
	jmp	.mode
.done:
	clc
	ret

; mode, colours - 1
dot_modes:
	db	4, 3, 6, 1, 0Dh, 15, 0Eh, 15, 10h, 15, 12h, 15, 13h, 255, 0
test_dots:
	mov	si, dot_modes
.mode:
	lodsb
	or	al, al
	jz	.done
	mov	ah, 0
	int	10h
	mov	bl, [si]		; colours, last first
	inc	si
.colour:
	mov	cl, bl
	mov	ch, 0
	add	cx, 37			; some place, odd and even lines
	mov	dl, bl
	mov	dh, 0
	shr	dl, 1
	add	dl, 51
	mov	al, bl
	mov	ah, 0Ch
	mov	bh, 0
	int	10h
	mov	ah, 0Dh
	int	10h
	cmp	al, bl
	must	e
	inc	cx			; and its neighbour is still dark
	mov	ah, 0Dh
	int	10h
	cmp	bl, [si - 1]
	jne	.next
	cmp	al, 0
	must	e
.next:
	dec	bl
	jnz	.colour
	jmp	.mode
.done:
	mov	ax, 12h			; XOR
	int	10h
	mov	ax, 0C05h
	mov	bh, 0
	mov	cx, 639
	mov	dx, 479
	int	10h
	mov	ax, 0C83h
	int	10h
	mov	ah, 0Dh
	int	10h
	cmp	al, 6
	must	e
	clc
	ret

; 200, 350 and 400 lines
test_lines:
	mov	cx, 3
.next:
	mov	al, cl
	dec	al
	mov	ah, 12h
	mov	bl, 30h
	int	10h
	cmp	al, 12h
	must	e
	mov	ax, 3
	int	10h
	mov	bx, cx
	mov	al, BDA(85h)
	cmp	al, [.heights - 1 + bx]
	must	e
	loop	.next
	mov	ax, 1202h
	mov	bl, 30h
	int	10h
	mov	ax, 3
	int	10h
	clc
	ret
.heights:	db	8, 14, 16

test_fonts:
	mov	ax, 3
	int	10h
	mov	ax, 1112h
	mov	bl, 0
	int	10h
	cmp	byte BDA(84h), 49
	must	e
	cmp	byte BDA(85h), 8
	must	e
	cmp	word BDA(4Ch), 2000h
	must	e
	mov	ax, 1130h
	mov	bh, 6
	int	10h
	cmp	cx, 8
	must	e
	cmp	dl, 49
	must	e
	cmp	byte [es:bp + 0DBh * 16 + 15], 0FFh	; the full block
	must	e
	mov	ax, 1130h
	mov	bh, 2
	int	10h
	cmp	byte [es:bp + 0DBh * 14 + 13], 0FFh
	must	e
	mov	ax, 1130h
	mov	bh, 4
	int	10h
	cmp	byte [es:bp + 5Bh * 8 + 7], 0FFh
	must	e
	mov	ax, 1114h
	mov	bl, 0
	int	10h
	cmp	byte BDA(84h), 24
	must	e
	push	ds			; a user font for graphics
	pop	es
	mov	bp, .glyph
	mov	ax, 6
	int	10h
	mov	ax, 1120h
	int	10h
	mov	dx, 0
	call	place
	mov	ax, 0980h
	mov	bx, 1
	mov	cx, 1
	int	10h
	mov	ax, 0B800h
	mov	es, ax
	cmp	byte [es:0], 81h
	must	e
	cmp	byte [es:2000h], 42h
	must	e
	clc
	ret
.glyph:	db	81h, 42h, 24h, 18h, 18h, 24h, 42h, 81h

test_palette:
	mov	ax, 3
	int	10h
	mov	ax, 1000h
	mov	bx, 2A05h
	int	10h
	mov	ax, 1007h
	mov	bx, 0005h
	int	10h
	cmp	bx, 2A05h
	must	e
	mov	ax, 1010h
	mov	bx, 80
	mov	dh, 11
	mov	cx, 160Dh
	int	10h
	mov	ax, 1015h
	mov	bx, 80
	mov	dh, 0
	mov	cx, 0
	int	10h
	cmp	dh, 11
	must	e
	cmp	cx, 160Dh
	must	e
	mov	ax, 101Bh
	mov	bx, 80
	mov	cx, 1
	int	10h
	mov	ax, 1015h
	mov	bx, 80
	int	10h
	cmp	ch, 18			; 30 % of 11 + 59 % of 22 + 11 % of 13
	must	e
	cmp	cl, ch
	must	e
	cmp	dh, ch
	must	e
	mov	ax, 1001h
	mov	bh, 3
	int	10h
	mov	ax, 1008h
	mov	bh, 0
	int	10h
	cmp	bh, 3
	must	e
	mov	ax, 1003h
	mov	bl, 0
	int	10h
	test	byte BDA(65h), 20h
	must	z
	push	ds
	pop	es
	mov	ax, 1009h
	mov	dx, buffer
	int	10h
	cmp	byte [buffer + 5], 2Ah
	must	e
	cmp	byte [buffer + 15], 3Fh
	must	e
	cmp	byte [buffer + 16], 3
	must	e
	mov	ax, 1013h		; sixteen pages of sixteen, the third
	mov	bx, 0100h
	int	10h
	mov	ax, 1013h
	mov	bx, 0301h
	int	10h
	mov	ax, 101Ah
	int	10h
	cmp	bx, 0301h
	must	e
	mov	ax, 3
	int	10h
	clc
	ret

test_select:
	mov	ax, 3
	int	10h
	mov	ah, 12h
	mov	bl, 10h
	int	10h
	cmp	bx, 3			; colour, 256K
	must	e
	mov	ax, 1A00h
	int	10h
	cmp	al, 1Ah
	must	e
	cmp	bx, 8
	must	e
	mov	ax, 1201h		; cursor emulation off: lines are lines
	mov	bl, 34h
	int	10h
	mov	ah, 1
	mov	cx, 0203h
	int	10h
	mov	dx, 3D4h
	mov	al, 0Ah
	out	dx, al
	inc	dx
	in	al, dx
	cmp	al, 2
	must	e
	mov	ax, 1200h
	mov	bl, 34h
	int	10h
	mov	ah, 1
	mov	cx, 0607h
	int	10h
	dec	dx
	mov	al, 0Ah
	out	dx, al
	inc	dx
	in	al, dx
	cmp	al, 0Dh
	must	e
	mov	ax, 1201h		; a mode set may leave the palette alone
	mov	bl, 31h
	int	10h
	mov	ax, 1010h
	mov	bx, 7
	mov	dh, 1
	mov	cx, 0203h
	int	10h
	mov	ax, 3
	int	10h
	mov	ax, 1015h
	mov	bx, 7
	int	10h
	cmp	cx, 0203h
	must	e
	mov	ax, 1200h
	mov	bl, 31h
	int	10h
	mov	ax, 3
	int	10h
	mov	ax, 1015h
	mov	bx, 7
	int	10h
	cmp	cx, 2A2Ah
	must	e
	clc
	ret

test_state:
	mov	ax, 12h
	int	10h
	push	ds
	pop	es
	mov	ah, 1Bh
	mov	bx, 0
	mov	di, buffer
	int	10h
	cmp	al, 1Bh
	must	e
	cmp	byte [buffer + 4], 12h
	must	e
	cmp	byte [buffer + 22h], 30
	must	e
	cmp	word [buffer + 27h], 16
	must	e
	cmp	byte [buffer + 2Ah], 3
	must	e
	mov	ax, 3
	int	10h
	mov	dx, 0709h
	call	place
	mov	ax, 1C00h
	mov	cx, 7
	int	10h
	cmp	al, 1Ch
	must	e
	cmp	bx, 16
	must	be
	mov	ax, 1C01h
	mov	cx, 7
	mov	bx, buffer
	int	10h
	mov	ax, 13h
	int	10h
	mov	ax, 1C02h
	mov	cx, 7
	mov	bx, buffer
	int	10h
	mov	ah, 0Fh
	int	10h
	cmp	ax, 5003h
	must	e
	mov	ah, 3
	mov	bh, 0
	int	10h
	cmp	dx, 0709h
	must	e
	mov	dx, 3D4h
	mov	al, 9
	out	dx, al
	inc	dx
	in	al, dx
	cmp	al, 4Fh
	must	e
	clc
	ret

	cpu	386
%macro vbe 1
	mov	ax, %1
	int	10h
	cmp	ax, 4Fh
	must	e
%endmacro

test_vbe_info:
	push	ds
	pop	es
	mov	dword [buffer], "VBE2"
	mov	di, buffer
	vbe	4F00h
	cmp	dword [buffer], "VESA"
	must	e
	cmp	word [buffer + 4], 0200h
	must	ae
	cmp	word [buffer + 12h], 256	; at least 16 MB would be 256
	must	be
	clc
	ret

; All modes of the list: set, last pixel written by address and read by dot
test_vbe_modes:
	mov	ax, [buffer + 0Eh]
	mov	[.list], ax
	mov	ax, [buffer + 10h]
	mov	[.list + 2], ax
.next:
	les	si, [.list]
	mov	cx, [es:si]
	cmp	cx, 0FFFFh
	je	.done
	add	word [.list], 2
	push	ds
	pop	es
	mov	di, info
	vbe	4F01h
	mov	bx, cx
	vbe	4F02h
	vbe	4F03h
	cmp	bx, cx
	must	e
	test	byte [info], 10h	; graphics?
	jz	.next
	mov	cx, [info + 12h]
	mov	dx, [info + 14h]
	dec	cx
	dec	dx
	mov	ax, 0C0Fh
	mov	bh, 0
	int	10h
	mov	ah, 0Dh
	int	10h
	mov	ah, 15			; palette index, or the low byte of white
	cmp	byte [info + 19h], 8
	jbe	.compare
	mov	ah, 0FFh
.compare:
	cmp	al, ah
	must	e
	dec	cx
	mov	ah, 0Dh
	int	10h
	cmp	al, 0
	must	e
	jmp	.next
.done:
	clc
	ret
.list:	dw	0, 0

; The last pixel of 800x600x32 through the window
test_vbe_window:
	mov	bx, 143h
	vbe	4F02h
	mov	bx, 0
	mov	dx, (800 * 600 * 4 - 4) >> 16
	vbe	4F05h
	mov	ax, 0A000h
	mov	es, ax
	mov	dword [es:(800 * 600 * 4 - 4) & 0FFFFh], 00C0FFEEh
	mov	bx, 0
	mov	dx, 0
	vbe	4F05h
	mov	cx, 799
	mov	dx, 599
	mov	ah, 0Dh
	mov	bh, 0
	int	10h
	cmp	al, 0EEh
	must	e
	mov	bx, 100h
	mov	dx, 55
	vbe	4F05h
	or	dx, dx
	must	z
	mov	bx, 0
	mov	dx, 0FFFFh		; no such bank
	mov	ax, 4F05h
	int	10h
	cmp	ax, 014Fh
	must	e
	clc
	ret

test_vbe_lines:
	mov	bx, 101h
	vbe	4F02h
	mov	bx, 1
	vbe	4F06h
	cmp	bx, 640
	must	e
	cmp	cx, 640
	must	e
	mov	bx, 0
	mov	cx, 1000
	vbe	4F06h
	cmp	cx, 1000
	must	e
	cmp	bx, 1000
	must	e
	mov	bx, 0
	mov	cx, 40
	mov	dx, 200
	vbe	4F07h
	mov	bx, 1
	vbe	4F07h
	cmp	cx, 40
	must	e
	cmp	dx, 200
	must	e
	mov	bx, 3
	vbe	4F06h
	cmp	cx, 1000
	must	a
	clc
	ret

test_vbe_palette:
	mov	bx, 101h
	vbe	4F02h
	mov	bx, 0800h
	vbe	4F08h
	cmp	bh, 8
	must	e
	push	ds
	pop	es
	mov	bx, 0
	mov	cx, 2
	mov	dx, 10
	mov	di, .colours
	vbe	4F09h
	mov	bx, 1
	mov	cx, 1
	mov	dx, 11
	mov	di, buffer
	vbe	4F09h
	mov	eax, [buffer]
	cmp	eax, [.colours + 4]
	must	e
	mov	bx, 0600h
	vbe	4F08h
	cmp	bh, 6
	must	e
	clc
	ret
.colours:	dd	00112233h, 00F08142h

test_vbe_state:
	mov	bx, 8112h		; 640x480x24, memory kept
	vbe	4F02h
	mov	dx, 0
	mov	cx, 0Fh
	vbe	4F04h
	cmp	bx, 16
	must	be
	push	ds
	pop	es
	mov	dx, 1
	mov	cx, 0Fh
	mov	bx, buffer
	vbe	4F04h
	mov	ax, 3
	int	10h
	mov	dx, 2
	mov	cx, 0Fh
	mov	bx, buffer
	vbe	4F04h
	vbe	4F03h
	cmp	bx, 8112h
	must	e
	mov	bx, 1
	vbe	4F06h
	cmp	bx, 1920
	must	e
	mov	ax, 3
	int	10h
	vbe	4F03h
	cmp	bx, 3
	must	e
	clc
	ret

; Teletype to the end of 800x600: the text scrolls
test_vbe_text:
	mov	bx, 114h
	vbe	4F02h
	cmp	byte BDA(84h), 36
	must	e
	mov	dx, 2463h
	call	place
	mov	ax, 0EDBh		; a full block in the last cell
	mov	bx, 0Ch
	int	10h
	mov	ah, 3
	mov	bh, 0
	int	10h
	cmp	dx, 2400h
	must	e
	mov	cx, 799
	mov	dx, 36 * 16 - 1
	mov	ah, 0Dh
	int	10h
	cmp	al, 0AAh		; FF5555 in 5:6:5 is FAAA
	must	e
	mov	dx, 36 * 16
	mov	ah, 0Dh
	int	10h
	cmp	al, 0
	must	e
	clc
	ret

test_vbe_pm:
	mov	bx, 0
	vbe	4F0Ah
	cmp	cx, 16
	must	a
	cmp	word [es:di], cx
	must	b
	cmp	word [es:di + 2], cx
	must	b
	cmp	word [es:di + 4], cx
	must	b
	clc
	ret

test_ddc:
	push	ds
	pop	es
	mov	bx, 1
	mov	cx, 0
	mov	dx, 0
	mov	di, buffer
	vbe	4F15h
	cmp	dword [buffer], 0FFFFFF00h
	must	e
	mov	si, buffer
	mov	cx, 128
	mov	bl, 0
.next:
	lodsb
	add	bl, al
	loop	.next
	or	bl, bl
	must	z
	clc
	ret

	times	(SECTORS + 1) * 512 - ($ - $$) db 0
buffer	equ 0B000h
info	equ 0C000h
