; graphics.asm: INT 10h in graphics modes 4-6 and 0Dh-13h: characters, rows for scrolling, dots (AH=0Ch, 0Dh).
; IBM VGA Technical Reference: CGA memory banks, write modes 0 and 1, read mode 1 (colour compare).

PLANAR_SEGMENT	equ 0A000h
CGA_SEGMENT	equ 0B800h
CGA_STRIDE	equ 80
CGA_BANK	equ 2000h

; AL = row, CL = column; out ES:DI = first byte of the cell on the active page, SI = bytes in a character's line,
; DX = bytes from line to line, CX = lines in a cell (of one bank in CGA modes), AL = kind. Destroys AH.
gfx_cell:
	push	bx
	mov	bl, al
	call	mode_kind
	mov	bh, al
	mov	si, 1
	mov	di, PLANAR_SEGMENT
	mov	dx, [B_COLS]
	cmp	bh, KIND_PLANAR
	je	.stride_known
	push	cx
	mov	cl, 3
	shl	dx, cl
	pop	cx
	mov	si, 8
	cmp	bh, KIND_LINEAR
	je	.stride_known
	mov	dx, CGA_STRIDE
	mov	di, CGA_SEGMENT
	mov	si, 1
	cmp	bh, KIND_CGA2
	je	.stride_known
	inc	si
.stride_known:
	mov	es, di
	mov	al, cl			; column * bytes
	xor	ah, ah
	push	dx
	mul	si
	mov	di, ax
	pop	dx
	mov	cx, [B_CHAR_HEIGHT]
	cmp	bh, KIND_PLANAR
	jae	.lines_known
	shr	cx, 1
.lines_known:
	mov	al, bl			; row * lines * stride
	mul	cl
	push	dx
	mul	dx
	add	di, ax
	pop	dx
	add	di, [B_PAGE_START]
	mov	al, bh
	pop	bx
	ret

; Write graphics controller register AL = AH
%macro graph_set 2
	mov	ax, (%2) << 8 | (%1)
	out	dx, ax
%endmacro

; Copy columns CL..DL of row AH to row AL
gfx_copy_row:
	mov	bl, dl
	sub	bl, cl
	inc	bl			; width in characters
	mov	bh, cl
	push	ax
	mov	al, ah
	call	gfx_cell
	pop	ax
	push	di			; source
	mov	cl, bh
	call	gfx_cell
	xchg	ax, bx			; AL = width, BL = kind
	push	dx
	xor	ah, ah
	mul	si			; AX = bytes in a line
	pop	dx
	pop	si
	cmp	bl, KIND_PLANAR
	jne	.banks
	push	dx
	push	ax
	mov	dx, GRAPH
	graph_set 5, 1			; write mode 1: all four planes through the latches
	pop	ax
	pop	dx
	call	copy_lines
	mov	dx, GRAPH
	graph_set 5, 0
	ret
.banks:
	cmp	bl, KIND_LINEAR
	je	copy_lines
	push	si
	push	di
	push	cx
	call	copy_lines
	pop	cx
	pop	di
	pop	si
	add	si, CGA_BANK
	add	di, CGA_BANK
; CX lines of AX bytes, DX apart, from ES:SI to ES:DI
copy_lines:
	push	ds
	push	es
	pop	ds
.next:
	push	cx
	push	si
	push	di
	mov	cx, ax
	rep	movsb
	pop	di
	pop	si
	pop	cx
	add	si, dx
	add	di, dx
	loop	.next
	pop	ds
	ret

; Fill columns CL..DL of row AL with colour BH
gfx_fill_row:
	sub	dl, cl
	inc	dl
	mov	bl, dl
	call	gfx_cell
	push	dx
	push	ax
	mov	al, bl
	xor	ah, ah
	mul	si
	mov	si, ax			; bytes in a line
	pop	ax
	pop	dx
	cmp	al, KIND_PLANAR
	je	.planar
	cmp	al, KIND_LINEAR
	mov	al, bh
	je	fill_lines
	and	al, 3
	cmp	byte [B_MODE], 6
	jne	.four
	test	al, 1
	jz	.pattern
	mov	al, 0FFh
	jmp	.pattern
.four:
	mov	ah, 55h
	mul	ah
.pattern:
	push	di
	push	cx
	call	fill_lines
	pop	cx
	pop	di
	add	di, CGA_BANK
	jmp	fill_lines
.planar:
	push	dx
	mov	dx, GRAPH
	mov	ah, bh
	and	ah, 0Fh
	mov	al, 0			; set/reset = the colour
	out	dx, ax
	graph_set 1, 0Fh		; in all planes
	pop	dx
	call	fill_lines
	mov	dx, GRAPH
	graph_set 1, 0
	graph_set 0, 0
	ret
; CX lines of SI bytes AL, DX apart, at ES:DI
fill_lines:
	push	cx
	push	di
	mov	cx, si
	rep	stosb
	pop	di
	pop	cx
	add	di, dx
	loop	fill_lines
	ret

; AL = character; out DS:SI = its glyph. In modes 4-6 the upper half comes from INT 1Fh.
glyph_address:
	push	ax
	push	bx
	mov	bx, [B_CHAR_HEIGHT]
	xor	ah, ah
	mov	si, 43h * 4
	cmp	byte [B_MODE], 6
	ja	.one_font
	test	al, 80h
	jz	.one_font
	and	al, 7Fh
	mov	si, 1Fh * 4
.one_font:
	mul	bl
	xor	bx, bx
	mov	ds, bx
	lds	si, [si]
	add	si, ax
	pop	bx
	pop	ax
	ret

; Draw AL in colour BL (bit 7: XOR) at row DH, column DL of page BH
gfx_draw_char:
	push	ax
	push	bx
	mov	al, dh
	mov	cl, dl
	call	gfx_cell
	pop	bx
	cmp	al, KIND_PLANAR
	jne	.page_known		; pages exist in planar modes only
	push	dx
	mov	al, bh
	sub	al, [B_PAGE]
	cbw
	imul	word [B_PAGE_SIZE]
	add	di, ax
	pop	dx
	mov	al, KIND_PLANAR
.page_known:
	mov	bh, al
	pop	ax
	push	ds
	call	glyph_address
	cmp	bh, KIND_PLANAR
	je	.planar
	cmp	bh, KIND_LINEAR
	je	.linear
	mov	dx, CGA_BANK
	cmp	bh, KIND_CGA4
	je	.cga4
	call	draw_cga2
	jmp	.done
.cga4:
	call	draw_cga4
	jmp	.done
.planar:
	call	draw_planar
	jmp	.done
.linear:
	call	draw_linear
.done:
	pop	ds
	ret

; The planes of the colour get the glyph, the others zero; with XOR only the planes of the colour change.
; DS:SI = glyph, ES:DI = cell, CX = lines, DX = stride, BL = colour
draw_planar:
	mov	bh, bl
	and	bh, 0Fh
	push	dx
	test	bl, 80h
	jz	.solid
	mov	dx, GRAPH
	graph_set 3, 18h		; function XOR
	mov	ah, bh
	mov	al, 2
	mov	dx, SEQ
	out	dx, ax
	pop	dx
.xor_line:
	lodsb
	xchg	[es:di], al		; the read loads the latches
	add	di, dx
	loop	.xor_line
	mov	dx, GRAPH
	graph_set 3, 0
	jmp	.restore
.solid:
	mov	dx, SEQ
	mov	ah, bh
	mov	al, 2
	out	dx, ax
	pop	dx
	push	di
	push	cx
.ink:
	lodsb
	mov	[es:di], al
	add	di, dx
	loop	.ink
	pop	cx
	pop	di
	push	dx
	mov	dx, SEQ
	mov	ah, bh
	xor	ah, 0Fh
	mov	al, 2
	out	dx, ax
	pop	dx
	mov	al, 0
.paper:
	mov	[es:di], al
	add	di, dx
	loop	.paper
.restore:
	mov	dx, SEQ
	mov	ax, 0F02h
	out	dx, ax
	ret

; One byte a pixel: BL on black
draw_linear:
	sub	dx, 8
.line:
	lodsb
	mov	ah, al
	mov	bh, 8
.pixel:
	mov	al, 0
	shl	ah, 1
	jnc	.store
	mov	al, bl
.store:
	stosb
	dec	bh
	jnz	.pixel
	add	di, dx
	loop	.line
	ret

; One bit a pixel, line pairs in two banks; DX = CGA_BANK, CX = line pairs
draw_cga2:
	mov	bh, 0
	test	bl, 1
	jz	.colour
	mov	bh, 0FFh
.colour:
.pair:
	call	.half
	xor	di, dx
	call	.half
	xor	di, dx
	add	di, CGA_STRIDE
	loop	.pair
	ret
.half:
	lodsb
	and	al, bh
	test	bl, 80h
	jz	.store
	xor	al, [es:di]
.store:
	mov	[es:di], al
	ret

; Two bits a pixel
draw_cga4:
	mov	bh, bl
	and	bh, 3
	mov	al, 55h
	mul	bh
	mov	bh, al			; the colour in all four pixels of a byte
.pair:
	call	.half
	xor	di, dx
	call	.half
	xor	di, dx
	add	di, CGA_STRIDE
	loop	.pair
	ret
.half:
	lodsb
	call	double_bits
	xchg	al, ah			; the left half goes to the lower address
	push	cx
	mov	cl, bh
	mov	ch, bh
	and	ax, cx
	pop	cx
	test	bl, 80h
	jz	.store
	xor	ax, [es:di]
.store:
	mov	[es:di], ax
	ret

; AX = the bits of AL, each twice
double_bits:
	push	bx
	push	cx
	mov	bl, al
	xor	ax, ax
	mov	cx, 8
.next:
	shl	ax, 1
	shl	ax, 1
	shl	bl, 1
	jnc	.loop
	or	al, 3
.loop:
	loop	.next
	pop	cx
	pop	bx
	ret

; The character at the cursor of page BH: AL = code or 0, AH = 0. The cell is read as ink and compared with the font.
CELL_MAX	equ 32
gfx_read_char:
	call	page_index
	mov	dx, [B_CURSOR + bx]
	shr	bx, 1
	push	bx
	mov	al, dh
	mov	cl, dl
	call	gfx_cell
	pop	bx
	push	bp
	sub	sp, CELL_MAX
	mov	bp, sp
	cmp	al, KIND_PLANAR
	je	.planar
	cmp	al, KIND_LINEAR
	je	.linear
	mov	bl, al
	mov	si, 0
.cga_pair:
	call	cga_ink
	xor	di, CGA_BANK
	call	cga_ink
	xor	di, CGA_BANK
	add	di, CGA_STRIDE
	loop	.cga_pair
	jmp	.compare
.planar:
	push	dx
	mov	al, bl
	sub	al, [B_PAGE]
	cbw
	imul	word [B_PAGE_SIZE]
	add	di, ax
	mov	dx, GRAPH
	graph_set 2, 0			; compare with colour 0
	graph_set 7, 0Fh		; in all planes
	graph_set 5, 8			; read mode 1
	pop	dx
	mov	si, 0
.planar_line:
	mov	al, [es:di]
	not	al
	mov	[bp + si], al
	inc	si
	add	di, dx
	loop	.planar_line
	mov	dx, GRAPH
	graph_set 5, 0
	jmp	.compare
.linear:
	mov	si, 0
.linear_line:
	push	di
	mov	bx, 8
.linear_pixel:
	mov	al, [es:di]
	inc	di
	cmp	al, 1			; carry when the pixel is 0
	cmc
	rcl	ah, 1
	dec	bx
	jnz	.linear_pixel
	mov	[bp + si], ah
	inc	si
	pop	di
	add	di, dx
	loop	.linear_line
.compare:
	call	match_glyph
	add	sp, CELL_MAX
	pop	bp
	ret

; One line of a CGA cell at ES:DI becomes the ink byte [BP+SI]; BL = kind
cga_ink:
	mov	ax, [es:di]
	cmp	bl, KIND_CGA2
	je	.store
	xchg	al, ah			; leftmost pixel in the top bits
	push	cx
	mov	cx, 8
	mov	dx, ax
.next:
	shl	dx, 1
	rcl	bh, 1			; either bit set is ink
	shl	dx, 1
	jnc	.loop
	or	bh, 1
.loop:
	loop	.next
	pop	cx
	mov	al, bh
.store:
	mov	[bp + si], al
	inc	si
	ret

; AX = the character whose glyph equals the bytes at SS:BP, or 0. The search starts at the blank, which has doubles.
match_glyph:
	push	ds
	mov	ax, ' '
.next:
	push	ax
	mov	si, BDA
	mov	ds, si
	mov	cx, [B_CHAR_HEIGHT]
	call	glyph_address
	push	ss
	pop	es
	mov	di, bp
	repe	cmpsb
	pop	ax
	je	.found
	inc	al
	cmp	al, ' '
	jne	.next
	mov	al, 0
.found:
	pop	ds
	ret

; AH=0Ch: AL = colour (bit 7: XOR, not in 256 colours), BH = page, CX = column, DX = row
write_dot:
	mov	ah, al
	call	mode_kind
	cmp	al, KIND_TEXT
	je	.done
	cmp	al, KIND_VBE
	jne	.standard
	mov	al, ah
	jmp	vbe_write_dot
.standard:
	push	ax
	call	dot_address		; ES:DI, CL = shift, CH = mask of one pixel
	pop	ax
	cmp	al, KIND_PLANAR
	je	.planar
	mov	al, ah
	cmp	ch, 0FFh
	je	.store			; a whole byte a pixel
	and	al, ch
	shl	al, cl
	shl	ch, cl
	test	ah, 80h
	jnz	.xor
	not	ch
	and	ch, [es:di]
	or	al, ch
.store:
	mov	[es:di], al
.done:
	ret
.xor:
	xor	[es:di], al
	ret
.planar:
	mov	bl, ah
	shl	ch, cl
	mov	dx, GRAPH
	mov	al, 8			; bit mask
	mov	ah, ch
	out	dx, ax
	test	bl, 80h
	jz	.replace
	graph_set 3, 18h
	mov	ah, bl			; XOR only the planes of the colour
	mov	al, 2
	and	ah, 0Fh
	mov	dx, SEQ
	out	dx, ax
	mov	al, 0FFh
	xchg	[es:di], al
	mov	ax, 0F02h
	out	dx, ax
	mov	dx, GRAPH
	graph_set 3, 0
	jmp	.full_mask
.replace:
	graph_set 5, 2			; write mode 2: the byte is the colour
	mov	al, bl
	xchg	[es:di], al
	graph_set 5, 0
.full_mask:
	graph_set 8, 0FFh
	ret

; AH=0Dh: BH = page, CX = column, DX = row; out AL = colour
read_dot:
	call	mode_kind
	cmp	al, KIND_TEXT
	je	.done
	cmp	al, KIND_VBE
	jne	.standard
	jmp	vbe_read_dot
.standard:
	push	ax
	call	dot_address
	pop	ax
	cmp	al, KIND_PLANAR
	je	.planar
	mov	al, [es:di]
	shr	al, cl
	and	al, ch
	mov	[bp + F_AL], al
.done:
	ret
.planar:
	shl	ch, cl
	mov	dx, GRAPH
	mov	bl, 0
	mov	ax, 0304h		; read map select, plane 3 first
.plane:
	out	dx, ax
	mov	bh, [es:di]
	and	bh, ch
	neg	bh			; carry when the bit is set
	rcl	bl, 1
	dec	ah
	jns	.plane
	mov	[bp + F_AL], bl
	graph_set 4, 0
	ret

; BH = page, CX = column, DX = row; out ES:DI = byte, CL = shift of the pixel, CH = its mask before shifting.
dot_address:
	call	mode_kind
	mov	bl, al
	cmp	al, KIND_PLANAR
	jae	.a000
	mov	di, CGA_SEGMENT
	mov	es, di
	xor	di, di
	shr	dx, 1
	jnc	.even
	mov	di, CGA_BANK
.even:
	mov	ax, CGA_STRIDE
	mul	dx
	add	di, ax
	cmp	bl, KIND_CGA2
	je	.one_bit
	mov	ax, cx
	shr	ax, 1
	shr	ax, 1
	add	di, ax
	not	cl
	and	cl, 3
	shl	cl, 1
	mov	ch, 3
	ret
.one_bit:
	mov	ax, cx
	call	div8
	add	di, ax
	not	cl
	and	cl, 7
	mov	ch, 1
	ret
.a000:
	mov	di, PLANAR_SEGMENT
	mov	es, di
	xor	di, di
	cmp	bl, KIND_LINEAR
	je	.linear
	mov	al, bh
	xor	ah, ah
	push	dx
	mul	word [B_PAGE_SIZE]
	mov	di, ax
	pop	ax
	mul	word [B_COLS]
	add	di, ax
	jmp	.one_bit
.linear:
	mov	ax, 320
	mul	dx
	add	ax, cx
	mov	di, ax
	mov	cx, 0FF00h
	ret
