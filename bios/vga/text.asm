; text.asm: INT 10h AH=01h-0Ah, 0Eh, 13h: cursor, pages, scrolling, characters, teletype.
; The parts for graphics modes are in graphics.asm and vbetext.asm.
; IBM PS/2 and PC BIOS Interface Technical Reference, INT 10h.

; AH=01h: CH = start line and bits 5-6, CL = end line
set_cursor_type:
	mov	[B_CURSOR_TYPE], cx
; CX = cursor type in the terms of BDA 40:60
program_cursor_type:
	test	ch, 20h			; invisible: as it is
	jnz	.program
	test	byte [B_CONTROL], 1	; emulation off
	jnz	.program
	mov	bl, [B_CHAR_HEIGHT]
	cmp	bl, 8
	jbe	.program
	cmp	ch, 8			; lines of an 8-line cell only
	jae	.program
	cmp	cl, 8
	jae	.program
	cmp	ch, cl
	ja	.program
	mov	al, cl
	sub	al, ch
	cmp	al, 2
	jbe	.underline
	mov	al, ch			; block: scale both ends
	mul	bl
	call	div8
	mov	ch, al
	mov	al, cl
	inc	al
	mul	bl
	call	div8
	dec	al
	mov	cl, al
	jmp	.program
.underline:
	mov	ah, al			; keep its thickness and its distance from the bottom
	mov	al, bl
	sub	al, 9
	add	al, cl
	mov	cl, al
	sub	al, ah
	mov	ch, al
.program:
	mov	dx, [B_CRTC]
	mov	al, 0Ah
	mov	ah, ch
	out	dx, ax
	inc	ax
	mov	ah, cl
	out	dx, ax
	ret

div8:
	push	cx
	mov	cl, 3
	shr	ax, cl
	pop	cx
	ret

; AH=02h: BH = page, DH = row, DL = column
set_cursor_pos:
	call	page_index
	mov	[B_CURSOR + bx], dx
	shr	bx, 1
	cmp	bl, [B_PAGE]
	je	show_cursor
	ret

; Put the CRTC cursor where the BIOS data says.
show_cursor:
	push	ax
	push	bx
	push	dx
	call	mode_kind
	cmp	al, KIND_TEXT
	jne	.done
	mov	bl, [B_PAGE]
	xor	bh, bh
	shl	bx, 1
	mov	bx, [B_CURSOR + bx]
	mov	al, [B_COLS]
	mul	bh
	xor	bh, bh
	add	bx, ax
	mov	ax, [B_PAGE_START]
	shr	ax, 1
	add	bx, ax
	mov	dx, [B_CRTC]
	mov	al, 0Eh
	mov	ah, bh
	out	dx, ax
	inc	ax
	mov	ah, bl
	out	dx, ax
.done:
	pop	dx
	pop	bx
	pop	ax
	ret

; BH = page; out BX = page * 2. A page over 7 means the active one.
page_index:
	cmp	bh, 8
	jb	.valid
	mov	bh, [B_PAGE]
.valid:
	mov	bl, bh
	xor	bh, bh
	shl	bx, 1
	ret

; AH=03h: BH = page; out DX = position, CX = cursor type
get_cursor_pos:
	call	page_index
	mov	ax, [B_CURSOR + bx]
	mov	[bp + F_DX], ax
	mov	ax, [B_CURSOR_TYPE]
	mov	[bp + F_CX], ax
	mov	word [bp + F_AX], 0
	ret

; AH=05h: AL = page
set_page:
	cmp	al, 7
	ja	.done
	call	mode_kind_keep
	cmp	ah, KIND_VBE
	je	.done
	mov	[B_PAGE], al
	xor	ah, ah
	mul	word [B_PAGE_SIZE]
	mov	[B_PAGE_START], ax
	mov	bx, ax
	call	mode_kind
	cmp	al, KIND_PLANAR
	je	.start
	shr	bx, 1			; text and CGA modes count words
	cmp	al, KIND_LINEAR
	jne	.start
	shr	bx, 1			; doublewords
.start:
	mov	dx, [B_CRTC]
	mov	al, 0Ch
	mov	ah, bh
	out	dx, ax
	inc	ax
	mov	ah, bl
	out	dx, ax
	call	show_cursor
.done:
	ret

; AH = kind, AL kept
mode_kind_keep:
	push	bx
	mov	bl, al
	call	mode_kind
	mov	ah, al
	mov	al, bl
	pop	bx
	ret

; AH=06h, 07h: AL = lines (0 = all), BH = attribute, CX = upper left, DX = lower right
scroll_up:
scroll_down:
	mov	bl, al
; AH = 6 up, 7 down; BL = lines, BH = attribute, CX, DX = window
scroll_window:
	mov	al, [B_COLS]
	dec	al
	cmp	dl, al
	jbe	.cols
	mov	dl, al
.cols:
	mov	al, [B_ROWS]
	cmp	dh, al
	jbe	.rows
	mov	dh, al
.rows:
	cmp	cl, dl
	ja	.done
	cmp	ch, dh
	ja	.done
	mov	al, dh
	sub	al, ch
	inc	al			; rows in the window
	cmp	bl, al
	ja	.all
	or	bl, bl
	jnz	.go
.all:
	mov	bl, al
.go:
	cmp	ah, 7
	je	.down
	mov	al, ch			; AL = target, AH = source
.up_next:
	mov	ah, al
	add	ah, bl
	cmp	ah, dh
	ja	.up_clear
	call	copy_row
	inc	al
	jmp	.up_next
.up_clear:
	call	fill_row
	inc	al
	cmp	al, dh
	jbe	.up_clear
.done:
	ret
.down:
	mov	al, dh
.down_next:
	mov	ah, al
	sub	ah, bl
	jb	.down_clear
	cmp	ah, ch
	jb	.down_clear
	call	copy_row
	dec	al
	jmp	.down_next
.down_clear:
	call	fill_row
	dec	al
	cmp	al, ch
	jl	.done			; signed: the row before 0
	jmp	.down_clear

; Copy the columns CL..DL of row AH to row AL of the active page. Keeps all but DI, SI.
copy_row:
	push	ax
	push	bx
	push	cx
	push	dx
	push	es
	push	ax
	call	kind_index
	pop	ax
	call	[cs:copy_row_by_kind + bx]
	pop	es
	pop	dx
	pop	cx
	pop	bx
	pop	ax
	ret

; Fill the columns CL..DL of row AL with attribute or colour BH. Keeps all but DI, SI.
fill_row:
	push	ax
	push	bx
	push	cx
	push	dx
	push	es
	push	bx
	push	ax
	call	kind_index
	pop	ax
	mov	si, bx
	pop	bx
	call	[cs:fill_row_by_kind + si]
	pop	es
	pop	dx
	pop	cx
	pop	bx
	pop	ax
	ret

; BX = kind of the current mode; destroys AL
kind_index:
	call	mode_kind
	mov	bl, al
	xor	bh, bh
	ret

copy_row_by_kind:
	dw	text_copy_row, gfx_copy_row, gfx_copy_row, gfx_copy_row, gfx_copy_row, vbe_copy_row
fill_row_by_kind:
	dw	text_fill_row, gfx_fill_row, gfx_fill_row, gfx_fill_row, gfx_fill_row, vbe_fill_row

; ES = segment of text memory
text_segment:
	push	ax
	mov	ax, 0B800h
	cmp	byte [B_CRTC], CRTC_MONO & 0FFh
	jne	.set
	mov	ax, 0B000h
.set:
	mov	es, ax
	pop	ax
	ret

; AL = row, CL = column; out AX = offset in the active page
text_offset:
	mul	byte [B_COLS]
	push	cx
	xor	ch, ch
	add	ax, cx
	pop	cx
	shl	ax, 1
	add	ax, [B_PAGE_START]
	ret

text_copy_row:
	call	text_segment
	push	ax
	call	text_offset
	mov	di, ax
	pop	ax
	mov	al, ah
	call	text_offset
	mov	si, ax
	sub	dl, cl
	mov	cl, dl
	xor	ch, ch
	inc	cx
	push	ds
	push	es
	pop	ds
	rep	movsw
	pop	ds
	ret

text_fill_row:
	call	text_segment
	call	text_offset
	mov	di, ax
	mov	ah, bh
	mov	al, ' '
	sub	dl, cl
	mov	cl, dl
	xor	ch, ch
	inc	cx
	rep	stosw
	ret

; BH = page; out ES:DI = the cell at the page's cursor, DX = cursor
text_cell:
	push	ax
	push	bx
	call	text_segment
	call	page_index
	mov	dx, [B_CURSOR + bx]
	shr	bx, 1
	mov	al, [B_COLS]
	mul	dh
	push	dx
	xor	dh, dh
	add	ax, dx
	shl	ax, 1
	mov	di, ax
	mov	ax, [B_PAGE_SIZE]
	mul	bx
	add	di, ax
	pop	dx
	pop	bx
	pop	ax
	ret

; AH=08h: BH = page; out AL = character, AH = attribute
read_char:
	call	mode_kind
	cmp	al, KIND_TEXT
	je	.text
	cmp	al, KIND_VBE
	je	.vbe
	call	gfx_read_char
	mov	[bp + F_AX], ax
	ret
.vbe:
	mov	word [bp + F_AX], 0	; not kept by any VGA BIOS
	ret
.text:
	call	text_cell
	mov	ax, [es:di]
	mov	[bp + F_AX], ax
	ret

; AH=09h: AL = character, BL = attribute, BH = page, CX = count
write_char_attr:
	jcxz	write_done
	call	mode_kind_keep
	cmp	ah, KIND_TEXT
	jne	write_graphics
	call	text_cell
	mov	ah, bl
	rep	stosw
write_done:
	ret

; AH=0Ah: AL = character, BH = page, CX = count, BL = colour in graphics modes
write_char_only:
	jcxz	write_done
	call	mode_kind_keep
	cmp	ah, KIND_TEXT
	jne	write_graphics
	call	text_cell
.next:
	stosb
	inc	di
	loop	.next
	ret

; CX characters AL in colour BL from the cursor of page BH
write_graphics:
	push	bx
	call	page_index
	mov	dx, [B_CURSOR + bx]
	pop	bx
.next:
	call	draw_char
	inc	dl
	cmp	dl, [B_COLS]
	jb	.same_row
	xor	dl, dl
	inc	dh
	cmp	dh, [B_ROWS]
	ja	.done
.same_row:
	loop	.next
.done:
	ret

; Draw AL in colour BL at row DH, column DL of page BH. Keeps all but DI, SI.
draw_char:
	push	ax
	push	bx
	push	cx
	push	dx
	push	es
	cmp	bh, 8
	jb	.page_valid
	mov	bh, [B_PAGE]
.page_valid:
	push	ax
	call	mode_kind
	cmp	al, KIND_VBE
	pop	ax
	je	.vbe
	call	gfx_draw_char
	jmp	.done
.vbe:
	call	vbe_draw_char
.done:
	pop	es
	pop	dx
	pop	cx
	pop	bx
	pop	ax
	ret

; AH=0Eh: AL = character, BL = colour in graphics modes, BH = page
write_tty:
	call	tty
	ret

; Write AL as a teletype does: BEL, BS, LF and CR move, the end of the page scrolls.
tty:
	push	bx
	call	page_index
	mov	dx, [B_CURSOR + bx]
	mov	si, bx			; page * 2
	pop	bx
	cmp	al, 0Dh
	ja	.print
	je	.cr
	cmp	al, 0Ah
	je	.lf
	cmp	al, 8
	je	.bs
	cmp	al, 7
	jne	.print
	jmp	beep
.cr:
	xor	dl, dl
	jmp	.move
.bs:
	or	dl, dl
	jz	.move
	dec	dl
	jmp	.move
.print:
	push	si
	call	tty_put
	pop	si
	inc	dl
	cmp	dl, [B_COLS]
	jb	.move
	xor	dl, dl
.lf:
	inc	dh
	cmp	dh, [B_ROWS]
	jbe	.move
	mov	dh, [B_ROWS]
	mov	[B_CURSOR + si], dx
	push	dx
	push	si
	call	tty_scroll
	pop	si
	pop	dx
.move:
	mov	[B_CURSOR + si], dx
	shr	si, 1
	mov	ax, si
	cmp	al, [B_PAGE]
	jne	.done
	call	show_cursor
.done:
	ret

; One character at the cursor, attribute unchanged in text modes. Keeps DX.
tty_put:
	push	dx
	call	mode_kind_keep
	cmp	ah, KIND_TEXT
	jne	.graphics
	call	text_cell
	stosb
	pop	dx
	ret
.graphics:
	call	draw_char
	pop	dx
	ret

; Scroll the whole page up one row; the new row gets the attribute of the last cell before the cursor's row.
tty_scroll:
	call	mode_kind
	mov	bl, 0
	cmp	al, KIND_TEXT
	jne	.scroll
	call	text_cell
	mov	bl, [es:di + 1]
.scroll:
	mov	bh, bl
	mov	bl, 1
	xor	cx, cx
	mov	dh, [B_ROWS]
	mov	dl, [B_COLS]
	dec	dl
	mov	ah, 6
	jmp	scroll_window

; A short tone of 900 Hz from the speaker, timed by the speaker's own timer, so that no interrupt is needed.
BEEP_DIVISOR	equ 1326		; 1193182 / 900
beep:
	mov	al, 0B6h		; timer 2, both bytes, mode 3
	out	43h, al
	mov	al, BEEP_DIVISOR & 0FFh
	out	42h, al
	mov	al, BEEP_DIVISOR >> 8
	out	42h, al
	in	al, 61h
	mov	ah, al
	or	al, 3
	out	61h, al
	push	ax
	mov	cx, 180			; half periods: a tenth of a second
	xor	di, di			; limit, should the timer stand still
	mov	dx, 0FFFFh		; last count seen
.wait:
	mov	al, 80h			; latch timer 2
	out	43h, al
	in	al, 42h
	mov	bl, al
	in	al, 42h
	mov	bh, al
	cmp	bx, dx
	mov	dx, bx
	jbe	.counting		; mode 3 reloads after each half period
	dec	cx
	jz	.stop
.counting:
	dec	di
	jnz	.wait
.stop:
	pop	ax
	mov	al, ah
	out	61h, al
	ret

; AH=13h: AL bit 0 = move the cursor, bit 1 = attributes in the string; BH = page, BL = attribute,
; CX = length, DH, DL = position, ES:BP = string
write_string:
	cmp	al, 3
	ja	.bad
	jcxz	.bad
	call	page_index
	mov	si, bx			; page * 2
	push	word [B_CURSOR + si]
	push	si
	mov	[B_CURSOR + si], dx
	mov	si, [bp + F_BP]
	mov	bx, [bp + F_BX]
	mov	ah, al			; the options
.next:
	mov	es, [bp + F_ES]
	mov	al, [es:si]
	inc	si
	cmp	al, 7
	je	.control
	cmp	al, 8
	je	.control
	cmp	al, 0Ah
	je	.control
	cmp	al, 0Dh
	je	.control
	test	ah, 2
	jz	.attr_known
	mov	bl, [es:si]
	inc	si
.attr_known:
	push	ax
	push	bx
	push	cx
	push	si
	mov	cx, 1
	call	write_char_attr
	pop	si
	pop	cx
	pop	bx
	pop	ax
	call	string_advance
	jmp	.loop
.control:
	push	ax
	push	bx
	push	cx
	push	si
	call	tty
	pop	si
	pop	cx
	pop	bx
	pop	ax
.loop:
	loop	.next
	pop	si
	pop	dx			; the cursor before
	test	ah, 1
	jnz	.moved
	mov	[B_CURSOR + si], dx
.moved:
	mov	ax, si
	shr	al, 1
	cmp	al, [B_PAGE]
	jne	.bad
	call	show_cursor
.bad:
	ret

; Step the cursor of page BH after a character; scroll at the end of the page.
string_advance:
	push	ax
	push	bx
	push	cx
	push	si
	push	bx
	call	page_index
	mov	si, bx
	pop	bx
	mov	dx, [B_CURSOR + si]
	inc	dl
	cmp	dl, [B_COLS]
	jb	.store
	xor	dl, dl
	inc	dh
	cmp	dh, [B_ROWS]
	jbe	.store
	dec	dh
	mov	[B_CURSOR + si], dx
	push	dx
	push	si
	call	tty_scroll
	pop	si
	pop	dx
.store:
	mov	[B_CURSOR + si], dx
	pop	si
	pop	cx
	pop	bx
	pop	ax
	ret
