; font.asm: INT 10h AH=11h: character generators in plane 2 and the fonts of graphics modes.
; IBM VGA Technical Reference: character map select (sequencer 03h), a block is 8K, a glyph 32 bytes.

; CS:AX = the ROM font of B_CHAR_HEIGHT
font_by_height:
	mov	ax, font16
	cmp	byte [B_CHAR_HEIGHT], 14
	ja	.done
	mov	ax, font14
	je	.done
	mov	ax, font8
.done:
	ret

; INT 43h = CS:AX
set_int43:
	push	ds
	push	bx
	xor	bx, bx
	mov	ds, bx
	mov	[43h * 4], ax
	mov	[43h * 4 + 2], cs
	pop	bx
	pop	ds
	ret

; Copy CX glyphs of BH bytes from ES:SI to character DX on of block BL.
load_generator:
	cmp	dx, 256
	jae	.done
	push	ds
	push	dx
	mov	ax, 256			; no further than the block
	sub	ax, dx
	cmp	cx, ax
	jbe	.count
	mov	cx, ax
.count:
	call	open_plane2
	mov	al, bl			; blocks 0-3 are 16K apart, 4-7 lie between them
	and	al, 3
	ror	al, 1
	ror	al, 1
	test	bl, 4
	jz	.block
	or	al, 20h
.block:
	mov	ah, al
	mov	al, 0
	mov	di, ax
	pop	dx
	mov	ax, dx
	push	cx
	mov	cl, 5
	shl	ax, cl
	pop	cx
	add	di, ax
	push	es
	pop	ds
	mov	ax, 0A000h
	mov	es, ax
	jcxz	.close
	mov	al, bh
	xor	ah, ah
.glyph:
	push	cx
	push	di
	mov	cx, ax
	rep	movsb
	pop	di
	add	di, 32
	pop	cx
	loop	.glyph
.close:
	pop	ds
	call	close_plane2
.done:
	ret

; Plane 2 alone at A0000, addresses in sequence
open_plane2:
	push	ax
	push	dx
	mov	dx, SEQ
	mov	ax, 0100h
	out	dx, ax
	mov	ax, 0402h
	out	dx, ax
	mov	ax, 0704h
	out	dx, ax
	mov	ax, 0300h
	out	dx, ax
	mov	dx, GRAPH
	graph_set 4, 2
	graph_set 5, 0
	graph_set 6, 4
	pop	dx
	pop	ax
	ret

; Back to text memory at B8000 or B0000
close_plane2:
	push	ax
	push	dx
	mov	dx, SEQ
	mov	ax, 0100h
	out	dx, ax
	mov	ax, 0302h
	out	dx, ax
	mov	ax, 0204h
	cmp	byte [B_MODE], 7
	jne	.memory_mode
	mov	ah, 3
.memory_mode:
	out	dx, ax
	mov	ax, 0300h
	out	dx, ax
	mov	dx, GRAPH
	graph_set 4, 0
	graph_set 5, 10h
	mov	ax, 0E06h
	cmp	byte [B_CRTC], CRTC_MONO & 0FFh
	jne	.map
	mov	ah, 0Ah
.map:
	out	dx, ax
	pop	dx
	pop	ax
	ret

; AH=11h
font_functions:
	mov	es, [bp + F_ES]
	cmp	al, 4
	jbe	.text
	cmp	al, 30h
	je	font_info
	mov	ah, al
	and	ah, 0Fh
	cmp	ah, 4
	ja	.done
	and	al, 0F0h
	cmp	al, 10h
	je	.text_height
	cmp	al, 20h
	je	graphics_font
.done:
	ret
.text:
	cmp	al, 3
	je	set_block
	mov	ah, al
	jmp	load_text_font
.text_height:
	cmp	ah, 3
	je	.done
	call	load_text_font
	jmp	set_char_height

; AL=03h: BL = character map select
set_block:
	mov	dx, SEQ
	mov	ax, 0100h
	out	dx, ax
	mov	ah, bl
	mov	al, 3
	out	dx, ax
	mov	ax, 0300h
	out	dx, ax
	ret

; AH = 0 user font at ES:BP, CX glyphs of BH bytes from DX; 1, 2, 4: the ROM fonts; BL = block.
; Out: BH = height
load_text_font:
	call	font_source
	cmp	ah, 0
	jne	.load
	mov	bh, [bp + F_BH]
	mov	cx, [bp + F_CX]
	mov	dx, [bp + F_DX]
.load:
	and	bl, 7
	push	bx
	call	load_generator
	pop	bx
	ret

; AH = 0: ES:SI = the caller's ES:BP; 1, 2, 4: ES:SI = 8x14, 8x8, 8x16, BH = height, CX, DX = all glyphs
font_source:
	mov	si, [bp + F_BP]
	cmp	ah, 0
	je	.done
	push	cs
	pop	es
	mov	cx, 256
	xor	dx, dx
	mov	si, font14
	mov	bh, 14
	cmp	ah, 1
	je	.done
	mov	si, font8
	mov	bh, 8
	cmp	ah, 2
	je	.done
	mov	si, font16
	mov	bh, 16
.done:
	ret

; BH = new character height in text mode: CRTC, rows, page size, cursor
set_char_height:
	cmp	bh, 2
	jb	.done
	cmp	bh, 32
	ja	.done
	mov	al, bh
	xor	ah, ah
	mov	[B_CHAR_HEIGHT], ax
	mov	dx, [B_CRTC]
	mov	al, 9			; maximum scan line, upper bits kept
	out	dx, al
	inc	dx
	in	al, dx
	mov	ch, al
	and	al, 0E0h
	dec	bh
	or	al, bh
	inc	bh
	out	dx, al
	dec	dx
	cmp	byte [B_MODE], 7
	jne	.lines
	mov	al, 14h			; underline in the last line
	mov	ah, bh
	dec	ah
	out	dx, ax
.lines:
	call	displayed_lines		; AX, of the picture
	test	ch, 80h			; each line twice
	jz	.single
	shr	ax, 1
.single:
	div	bh
	mov	bl, al			; rows
	dec	al
	mov	[B_ROWS], al
	mov	al, bl
	mul	bh			; show whole rows only
	test	ch, 80h
	jz	.end
	shl	ax, 1
.end:
	dec	ax
	mov	ah, al
	mov	al, 12h
	out	dx, ax
	mov	al, bl
	mul	byte [B_COLS]
	shl	ax, 1
	add	ax, 0FFh
	mov	al, 0
	mov	[B_PAGE_SIZE], ax
	mov	cx, [B_CURSOR_TYPE]
	call	program_cursor_type
.done:
	ret

; AX = lines that the current mode shows, counting doubled lines twice
displayed_lines:
	mov	ax, 400
	cmp	byte [B_MODE], 7
	je	.by_option
	test	byte [B_OPTIONS], 80h	; 200 lines, doubled
	jnz	.done
.by_option:
	test	byte [B_OPTIONS], 90h
	jnz	.done
	mov	ax, 350
.done:
	ret

; AL=20h: INT 1Fh = ES:BP. AL=21h-24h: INT 43h = user font or ROM font, rows by BL
graphics_font:
	cmp	ah, 0
	jne	.font
	xor	ax, ax
	mov	ds, ax
	mov	ax, [bp + F_BP]
	mov	[1Fh * 4], ax
	mov	[1Fh * 4 + 2], es
	ret
.font:
	dec	ah			; 0 user, 1 8x14, 2 8x8, 3 8x16
	cmp	ah, 3
	jne	.rom_index
	inc	ah
.rom_index:
	call	font_source
	cmp	ah, 0
	jne	.height
	mov	bh, [bp + F_CL]
.height:
	push	ds
	xor	cx, cx
	mov	ds, cx
	mov	[43h * 4], si
	mov	[43h * 4 + 2], es
	pop	ds
	mov	al, bh
	xor	ah, ah
	mov	[B_CHAR_HEIGHT], ax
	mov	al, [bp + F_DL]
	mov	bl, [bp + F_BL]
	or	bl, bl
	jz	.rows
	cmp	bl, 3
	ja	.done
	xor	bh, bh
	mov	al, [cs:rows_by_code - 1 + bx]
.rows:
	dec	al
	mov	[B_ROWS], al
.done:
	ret
rows_by_code:
	db	14, 25, 43

; AL=30h: BH = which; out ES:BP, CX = height in use, DL = rows - 1
font_info:
	mov	ax, [B_CHAR_HEIGHT]
	mov	[bp + F_CX], ax
	mov	al, [B_ROWS]
	mov	[bp + F_DL], al
	cmp	bh, 1
	ja	.rom
	xor	ax, ax
	mov	ds, ax
	mov	si, 1Fh * 4
	cmp	bh, 0
	je	.vector
	mov	si, 43h * 4
.vector:
	les	ax, [si]
	mov	[bp + F_ES], es
	mov	[bp + F_BP], ax
	ret
.rom:
	cmp	bh, 7
	ja	.done
	mov	bl, bh
	xor	bh, bh
	shl	bx, 1
	mov	ax, [cs:rom_fonts - 4 + bx]
	mov	[bp + F_ES], cs
	mov	[bp + F_BP], ax
.done:
	ret
rom_fonts:				; 2: 8x14, 3: 8x8, 4: upper half of 8x8, 5: 9x14 changes, 6: 8x16, 7: 9x16 changes
	dw	font14, font8, font8 + 128 * 8, no_changes, font16, no_changes
no_changes:
	db	0			; our glyphs fit nine dots as they are
