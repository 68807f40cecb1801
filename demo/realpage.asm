; realpage.asm: the real mode page of the tour, for every processor from the 8086 on: registers, interrupt vectors,
; the BIOS data area and the timer, all live.

SCREEN		equ 0B800h
A_TEXT		equ 07h
A_DIM		equ 08h
A_FRAME		equ 03h
A_TITLE		equ 0Eh
A_NAME		equ 09h
A_VALUE		equ 0Bh
A_GOOD		equ 0Ah
A_BAR		equ 17h
A_BAR_KEY	equ 1Eh
A_BAR_TITLE	equ 1Fh
A_HOT		equ 0Fh

%define	at(row, column)	((row) * 160 + (column) * 2)

NEXT		equ 1
BACK		equ 2
MENU		equ 3
IDLE_TICKS	equ 255			; 14 seconds until the tour goes on

; Out: real_result = NEXT, BACK or MENU
real_page:
	mov	ax, SCREEN
	mov	es, ax
	call	draw_real_page
	call	get_ticks
	mov	[real_start], ax
	mov	byte [real_logged], 0
.loop:
	mov	ax, SCREEN
	mov	es, ax
	call	update_real_page
	cmp	byte [real_logged], 0
	jne	.logged
	call	get_ticks		; the page works once the timer has ticked
	sub	ax, [real_start]
	cmp	ax, 2
	jb	.logged
	mov	si, log_real
	call	log16
	inc	byte [real_logged]
.logged:
	mov	ah, 1
	int	16h
	jnz	.key
	hlt
	cmp	byte [facts.cpu], 3
	jb	.loop
	call	get_ticks
	sub	ax, [real_start]
	cmp	ax, IDLE_TICKS
	jb	.loop
	mov	ax, NEXT
	jmp	.done
.key:
	xor	ah, ah
	int	16h
	call	get_key_meaning
	or	ax, ax
	jz	.loop
.done:
	mov	[real_result], ax
	ret

; AX = key; out AX = NEXT, BACK, MENU or 0
get_key_meaning:
	mov	bx, key_table
.next:
	cmp	word [bx], 0
	je	.none
	cmp	ah, [bx]
	je	.found
	add	bx, 2
	jmp	.next
.found:
	mov	al, [bx + 1]
	xor	ah, ah
	ret
.none:
	xor	ax, ax
	ret
key_table:				; scan code, meaning
	db	4Dh, NEXT, 1Ch, NEXT, 39h, NEXT, 51h, NEXT, 50h, NEXT
	db	4Bh, BACK, 0Eh, BACK, 49h, BACK, 48h, BACK
	db	01h, MENU, 32h, MENU
	dw	0

; On an 8086 or 80286 this page is the whole tour.
old_cpu:
	mov	si, log_old_cpu
	call	log16
.again:
	call	real_page
	cmp	word [real_result], MENU
	jne	.again
	mov	word [472h], 1234h	; Esc: warm start
	jmp	0FFFFh:0

; AX = low word of the BIOS tick counter
get_ticks:
	push	ds
	mov	ax, 40h
	mov	ds, ax
	mov	ax, [6Ch]
	pop	ds
	ret

; Static text: attribute, position, text; ends with attribute 0
%macro text 4
	db	%1
	dw	at(%2, %3)
	db	%4, 0
%endmacro

draw_real_page:
	xor	di, di			; clear
	mov	ax, (A_TEXT << 8) | ' '
	mov	cx, 80 * 25
	rep	stosw
	mov	di, at(0, 0)
	mov	ax, (A_BAR << 8) | ' '
	mov	cx, 80
	rep	stosw
	mov	di, at(24, 0)
	mov	cx, 80
	rep	stosw
	mov	di, at(1, 0)		; progress
	mov	ax, (A_DIM << 8) | 0DFh
	mov	cx, 80
	rep	stosw
	mov	di, at(1, 0)
	mov	ax, (A_VALUE << 8) | 0DFh
	mov	cx, 16
	rep	stosw
	mov	si, frames
.frame:
	lodsw				; position
	or	ax, ax
	jz	.texts
	mov	di, ax
	lodsw				; inner width, height
	call	draw_frame
	jmp	.frame
.texts:
	mov	si, texts
	call	draw_texts
	mov	si, texts_386
	cmp	byte [facts.cpu], 3
	jae	.footer
	mov	si, texts_old
.footer:
	jmp	draw_texts

; SI = list of texts
draw_texts:
	lodsb
	or	al, al
	jz	.done
	mov	ah, al
	mov	bx, ax
	lodsw
	mov	di, ax
	mov	ax, bx
.char:
	lodsb
	or	al, al
	jz	draw_texts
	stosw
	jmp	.char
.done:
	ret

; DI = corner, AL = inner width, AH = inner height
draw_frame:
	mov	dl, al
	mov	dh, ah
	mov	bx, 0C4DAh		; line, left
	mov	cl, 0BFh
	call	.line
.middle:
	mov	bx, 20B3h
	mov	cl, 0B3h
	call	.line
	dec	dh
	jnz	.middle
	mov	bx, 0C4C0h
	mov	cl, 0D9h
.line:
	push	di
	push	cx
	mov	ah, A_FRAME
	mov	al, bl
	stosw
	mov	al, bh
	mov	cl, dl
	xor	ch, ch
	rep	stosw
	pop	cx
	mov	al, cl
	stosw
	pop	di
	add	di, 160
	ret

; DX = value: four digits at ES:DI in attribute AH
put_word:
	push	cx
	mov	cx, 4
.digit:
	push	cx
	mov	cl, 4
	rol	dx, cl
	pop	cx
	mov	al, dl
	and	al, 0Fh
	call	put_digit
	loop	.digit
	pop	cx
	ret

; DL = value: two digits
put_byte:
	push	cx
	mov	cl, 4
	mov	al, dl
	shr	al, cl
	pop	cx
	call	put_digit
	mov	al, dl
	and	al, 0Fh
put_digit:
	add	al, '0'
	cmp	al, '9'
	jbe	.store
	add	al, 'A' - '9' - 1
.store:
	stosw
	ret

; Everything that changes. The registers are those of this very code.
update_real_page:
	pushf
	pop	word [show.flags]
	mov	[show.ax], ax
	mov	[show.bx], bx
	mov	[show.cx], cx
	mov	[show.dx], dx
	mov	[show.si], si
	mov	[show.di], di
	mov	[show.bp], bp
	mov	[show.sp], sp
	mov	[show.cs], cs
	mov	[show.ds], ds
	mov	[show.es], es
	mov	[show.ss], ss
	mov	si, registers
.register:
	lodsw
	or	ax, ax
	jz	.flags
	mov	di, ax
	lodsw
	mov	bx, ax
	mov	dx, [bx]
	mov	ah, A_VALUE
	call	put_word
	jmp	.register
.flags:
	call	show_flags
	call	show_addresses
	call	show_vectors
	call	show_bda
	jmp	show_time

; The flags by letter: bright when set
show_flags:
	mov	di, at(12, 10)
	mov	dx, [show.flags]
	mov	si, flag_letters
.next:
	lodsb
	or	al, al
	jz	.done
	mov	ah, A_DIM
	mov	bl, al
	lodsb
	mov	cl, al
	push	dx
	shr	dx, cl
	test	dl, 1
	pop	dx
	jz	.put
	mov	ah, A_GOOD
.put:
	mov	al, bl
	stosw
	mov	al, 'F'
	stosw
	inc	di
	inc	di
	jmp	.next
.done:
	ret
flag_letters:
	db	"O", 11, "D", 10, "I", 9, "S", 7, "Z", 6, "A", 4, "P", 2, "C", 0, 0

; SS:SP and the screen as physical addresses
show_addresses:
	mov	di, at(15, 4)
	mov	bx, [show.cs]
	mov	cx, update_real_page
	call	show_physical
	mov	di, at(16, 4)
	mov	bx, SCREEN
	mov	cx, at(16, 0)
; BX:CX at ES:DI as "SSSS:OOOO = PPPPP"
show_physical:
	mov	ah, A_VALUE
	mov	dx, bx
	call	put_word
	mov	ax, (A_DIM << 8) | ':'
	stosw
	mov	ah, A_VALUE
	mov	dx, cx
	call	put_word
	add	di, 2 * 13
	mov	dx, bx			; * 16: the top digit and the rest
	push	cx
	mov	cl, 12
	shr	dx, cl
	mov	cl, 4
	shl	bx, cl
	pop	cx
	add	bx, cx
	adc	dl, 0
	mov	ah, A_HOT
	mov	al, dl
	call	put_digit
	mov	dx, bx
	jmp	put_word

show_vectors:
	mov	si, vectors
	mov	di, at(9, 47)
.next:
	lodsb
	cmp	al, 0FFh
	je	.done
	xor	ah, ah
	mov	bx, ax
	shl	bx, 1
	shl	bx, 1
	push	di
	mov	dx, [bx + 2]
	mov	ah, A_VALUE
	call	put_word
	mov	ax, (A_DIM << 8) | ':'
	stosw
	mov	dx, [bx]
	mov	ah, A_VALUE
	call	put_word
	pop	di
	add	di, 160
	jmp	.next
.done:
	ret
vectors:
	db	00h, 08h, 09h, 10h, 13h, 16h, 1Ch, 0FFh

; Four lines of 0040:0040, where the tick counter, the screen mode and the cursor live
show_bda:
	push	ds
	mov	ax, 40h
	mov	ds, ax
	mov	si, 40h
	mov	di, at(19, 11)
	mov	bx, 3			; lines
.line:
	mov	cx, 16
.byte:
	lodsb
	mov	dl, al
	mov	ah, A_TEXT
	cmp	si, 6Ch			; the counter at 6Ch-6Fh
	jbe	.plain
	cmp	si, 70h
	ja	.plain
	mov	ah, A_TITLE
.plain:
	call	put_byte
	inc	di
	inc	di
	cmp	cx, 9
	jne	.loop
	inc	di
	inc	di
.loop:
	loop	.byte
	sub	si, 16
	mov	cx, 16
	inc	di
	inc	di
	mov	ah, A_DIM
.ascii:
	lodsb
	cmp	al, ' '
	jb	.dot
	cmp	al, 7Fh
	jb	.put
.dot:
	mov	al, 0FAh
.put:
	stosw
	loop	.ascii
	add	di, 160 - (3 * 16 + 2 + 16) * 2
	dec	bx
	jnz	.line
	pop	ds
	ret

; The tick counter, and a bar that moves with it
show_time:
	push	ds
	mov	ax, 40h
	mov	ds, ax
	mov	dx, [6Eh]
	mov	bx, [6Ch]
	pop	ds
	mov	di, at(23, 14)
	mov	ah, A_TITLE
	call	put_word
	mov	dx, bx
	call	put_word
	mov	di, at(23, 54)
	and	bx, 0Fh
	mov	cx, 16
	xor	dx, dx
.bar:
	mov	ax, (A_DIM << 8) | 0FAh
	cmp	dx, bx
	jne	.put
	mov	ax, (A_TITLE << 8) | 0FEh
.put:
	stosw
	inc	dx
	loop	.bar
	ret

frames:					; corner, inner width and height
	dw	at(7, 1)
	db	36, 9
	dw	at(7, 40)
	db	37, 9
	dw	at(18, 1)
	db	76, 3
	dw	0

texts:
	text	A_BAR_TITLE, 0, 2, "ochenta"
	text	A_BAR, 0, 10, {0FAh, " a tour of the PC"}
	text	A_BAR_TITLE, 0, 69, "Real mode"
	text	A_TITLE, 3, 2, "Real mode"
	text	A_TEXT, 4, 2, "Every PC processor since 1978 wakes up here. An address is a segment times"
	text	A_TEXT, 5, 2, "16 plus an offset, one megabyte is all, and nothing is protected."
	text	A_FRAME, 7, 3, " Registers "
	text	A_NAME, 8, 3, "AX       BX       CX       DX"
	text	A_NAME, 9, 3, "SI       DI       BP       SP"
	text	A_NAME, 10, 3, "CS       DS       ES       SS"
	text	A_NAME, 12, 3, "FLAGS"
	text	A_DIM, 14, 3, "segment:offset         physical"
	text	A_DIM, 15, 14, "  code    ="
	text	A_DIM, 16, 14, "  screen  ="
	text	A_FRAME, 7, 42, " Interrupt vectors, 0000:0000 "
	text	A_DIM, 8, 42, "INT  entry at   what for"
	text	A_NAME, 9, 42, "00h"
	text	A_TEXT, 9, 58, "divide error"
	text	A_NAME, 10, 42, "08h"
	text	A_TEXT, 10, 58, "timer (IRQ 0)"
	text	A_NAME, 11, 42, "09h"
	text	A_TEXT, 11, 58, "keyboard"
	text	A_NAME, 12, 42, "10h"
	text	A_TEXT, 12, 58, "video BIOS"
	text	A_NAME, 13, 42, "13h"
	text	A_TEXT, 13, 58, "disk BIOS"
	text	A_NAME, 14, 42, "16h"
	text	A_TEXT, 14, 58, "key input"
	text	A_NAME, 15, 42, "1Ch"
	text	A_TEXT, 15, 58, "user tick"
	text	A_FRAME, 18, 3, " BIOS data area "
	text	A_DIM, 19, 3, "40:40"
	text	A_DIM, 20, 3, "40:50"
	text	A_DIM, 21, 3, "40:60"
	text	A_NAME, 23, 2, "timer ticks"
	text	A_DIM, 23, 24, "yellow above, 18.2 a second"
	db	0
texts_386:
	text	A_BAR_KEY, 24, 2, {1Bh}
	text	A_BAR, 24, 4, "back"
	text	A_BAR_KEY, 24, 11, {1Ah}
	text	A_BAR, 24, 13, "next"
	text	A_BAR_KEY, 24, 20, "M"
	text	A_BAR, 24, 22, "menu"
	db	0
texts_old:
	text	A_BAR_KEY, 24, 2, "This processor ends here; a 386 or later shows more.   Esc starts again"
	db	0

registers:				; position, value
	dw	at(8, 6), show.ax, at(8, 15), show.bx, at(8, 24), show.cx, at(8, 33), show.dx
	dw	at(9, 6), show.si, at(9, 15), show.di, at(9, 24), show.bp, at(9, 33), show.sp
	dw	at(10, 6), show.cs, at(10, 15), show.ds, at(10, 24), show.es, at(10, 33), show.ss
	dw	0

log_real:	db	"demo: real mode ok", 10, 0
log_old_cpu:	db	"demo: this processor is older than a 386, showing real mode only", 10, 0

show:
.ax:	dw	0
.bx:	dw	0
.cx:	dw	0
.dx:	dw	0
.si:	dw	0
.di:	dw	0
.bp:	dw	0
.sp:	dw	0
.cs:	dw	0
.ds:	dw	0
.es:	dw	0
.ss:	dw	0
.flags:	dw	0
real_start:	dw	0
real_logged:	dw	0
real_result:	dw	0
