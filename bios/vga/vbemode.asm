; vbemode.asm: VBE functions 02h and 03h: setting a graphics mode on the display interface or a text mode on the VGA,
; and asking for it. VESA VBE Core Functions 2.0, sections 4.5 and 4.6.

; AL=02h: BX = mode, bit 14 linear buffer, bit 15 keep the memory
vbe_set_mode:
	mov	ax, bx
	and	ax, 3FFFh
	cmp	ax, 100h
	jae	.vbe
	cmp	al, 13h
	ja	.bad
	shl	bx, 1			; keep bit to AL bit 7
	rcr	bl, 1
	and	bl, 80h
	or	al, bl
	push	word [bp + F_AX]
	call	set_mode
	pop	word [bp + F_AX]
	clc
	ret
.bad:
	stc
	ret
.vbe:
	sub	ax, VBE_TEXT_FIRST
	cmp	ax, VBE_TEXT_COUNT
	jb	vbe_set_text
	add	ax, VBE_TEXT_FIRST
	call	vbe_find_mode
	jc	.bad
	test	bh, VBE_LFB_BIT >> 8
	jz	.possible
	cmp	byte [cs:si + 6], 4	; planes have no linear buffer
	je	.bad
.possible:
	push	bx
	push	si
	call	vbe_base_mode
	pop	si
	call	vbe_program
	pop	bx
	and	bh, 0C1h
	mov	[B_VBE_MODE], bx
	call	vbe_load_bda
	clc
	ret

; The standard mode whose registers the VBE mode starts from: 12h for planes, else 13h. Memory is kept.
vbe_base_mode:
	mov	ax, 93h
	cmp	byte [cs:si + 6], 4
	jne	.set
	mov	al, 92h
.set:
	push	word [bp + F_AX]
	call	set_mode
	pop	word [bp + F_AX]
	ret

; SI = entry, stack holds the caller's BX: program the display interface
vbe_program:
	push	bp
	mov	bp, sp
	mov	al, DISPI_XRES
	mov	bx, [cs:si + 2]
	call	dispi_write
	mov	al, DISPI_YRES
	mov	bx, [cs:si + 4]
	call	dispi_write
	mov	al, DISPI_BPP
	mov	bx, [cs:si + 6]
	call	dispi_write
	mov	ax, [bp + 4]
	mov	bx, ENABLE_ON
	test	ah, VBE_LFB_BIT >> 8
	jz	.banked
	or	bl, ENABLE_LFB
.banked:
	test	ah, VBE_KEEP_BIT >> 8
	jz	.clear
	or	bl, ENABLE_KEEP
.clear:
	mov	al, DISPI_ENABLE
	call	dispi_write
	mov	al, DISPI_VIRT_W
	mov	bx, [cs:si + 2]
	call	dispi_write
	xor	bx, bx
	mov	al, DISPI_X_OFFSET
	call	dispi_write
	mov	al, DISPI_Y_OFFSET
	call	dispi_write
	mov	al, DISPI_BANK
	call	dispi_write
	pop	bp
	ret

; SI = entry: columns, rows and font of a graphics mode
vbe_load_bda:
	mov	ax, [cs:si + 2]
	shr	ax, 3
	mov	[B_COLS], ax
	mov	ax, [cs:si + 4]
	shr	ax, 4
	dec	ax
	mov	[B_ROWS], al
	mov	word [B_CHAR_HEIGHT], 16
	mov	word [B_PAGE_SIZE], 0
	test	byte [B_VBE_MODE + 1], VBE_KEEP_BIT >> 8
	jnz	.kept
	and	byte [B_CONTROL], 7Fh
.kept:
	mov	ax, font16
	call	set_int43
	ret

; AX = text mode - 108h, BX = the caller's mode word: mode 3 with other timings
vbe_set_text:
	test	bh, VBE_LFB_BIT >> 8
	jz	.banked
	stc
	ret
.banked:
	push	ax
	push	bx
	mov	al, 3
	test	bh, VBE_KEEP_BIT >> 8
	jz	.mode
	or	al, 80h
.mode:
	push	word [bp + F_AX]
	push	word [B_OPTIONS]
	and	byte [B_OPTIONS], 6Fh
	or	byte [B_OPTIONS], 10h	; build on 400 lines
	call	set_mode
	pop	ax
	mov	[B_OPTIONS], al
	pop	word [bp + F_AX]
	pop	dx			; mode word
	pop	bx
	and	dh, 0C1h
	mov	ax, bx
	add	bx, ax
	add	bx, ax
	add	bx, vbe_text_modes
	push	dx
	call	vbe_text_timing
	call	vbe_text_font
	pop	dx
	mov	[B_VBE_MODE], dx
	clc
	ret

; CRTC registers, index and value, for 132 columns and for 480 lines
vbe_132_columns:
	db	0, 9Bh, 1, 83h, 2, 84h, 3, 9Eh, 4, 8Bh, 5, 1Ah, 13h, 42h
vbe_132_end:
vbe_480_lines:
	db	6, 0Bh, 7, 3Eh, 10h, 0EAh, 12h, 0DFh, 15h, 0E7h, 16h, 4
vbe_480_end:

; BX = entry of vbe_text_modes
vbe_text_timing:
	mov	dx, [B_CRTC]
	mov	al, 11h			; lift the write protection
	out	dx, al
	inc	dx
	in	al, dx
	dec	dx
	mov	ah, al
	and	ah, 7Fh
	mov	al, 11h
	out	dx, ax
	cmp	byte [cs:bx], 132
	jne	.lines
	mov	si, vbe_132_columns
	mov	cx, (vbe_132_end - vbe_132_columns) / 2
	call	.list
	mov	word [B_COLS], 132
	mov	dx, SEQ
	mov	ax, 0101h		; eight dots, so that the line is not longer than need be
	out	dx, ax
	mov	dx, [B_CRTC]
.lines:
	cmp	byte [cs:bx + 1], 60
	jne	.done
	mov	si, vbe_480_lines
	mov	cx, (vbe_480_end - vbe_480_lines) / 2
	call	.list
	mov	dx, MISC_READ		; sync polarity of 480 lines
	in	al, dx
	or	al, 0C0h
	mov	dx, MISC_WRITE
	out	dx, al
.done:
	ret
.list:
	cs lodsw
	out	dx, ax
	loop	.list
	ret

; BX = entry of vbe_text_modes: its font, cell height and rows
vbe_text_font:
	mov	al, [cs:bx + 2]
	xor	ah, ah
	mov	[B_CHAR_HEIGHT], ax
	mov	dx, [B_CRTC]
	push	ax
	mov	ah, al
	dec	ah
	or	ah, 40h			; line compare bit 9
	mov	al, 9
	out	dx, ax
	mov	al, [cs:bx + 1]
	mul	byte [cs:bx + 2]	; shown lines
	dec	ax
	mov	ah, al
	mov	al, 12h
	out	dx, ax
	pop	ax
	mov	ah, [cs:bx + 1]
	mov	al, [B_COLS]
	mul	ah
	shl	ax, 1
	add	ax, 0FFh
	mov	al, 0
	mov	[B_PAGE_SIZE], ax
	mov	al, [cs:bx + 1]
	dec	al
	mov	[B_ROWS], al
	mov	cx, [B_CURSOR_TYPE]
	push	bx
	call	program_cursor_type
	pop	bx
	mov	bx, mode_table + 3 * MODE_ENTRY
	jmp	load_mode_font

; AL=03h: out BX = mode
vbe_get_mode:
	mov	ax, [B_VBE_MODE]
	or	ax, ax
	jnz	.done
	mov	al, [B_MODE]
	mov	ah, [B_CONTROL]
	and	ah, 80h
.done:
	mov	[bp + F_BX], ax
	clc
	ret
