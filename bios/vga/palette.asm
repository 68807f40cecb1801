; palette.asm: INT 10h AH=0Bh, 10h and the colours a mode starts with: attribute controller palette and DAC.
; IBM VGA Technical Reference: attribute registers 00h-14h, PEL address, data and mask registers.

; BX = mode_table entry: the DAC and, from the parameters at ES:SI, nothing else. Nothing is loaded
; when default palette loading is off (AH=12h BL=31h).
load_colours:
	test	byte [B_OPTIONS], 8
	jnz	.done
	push	ax
	push	bx
	push	cx
	push	dx
	push	si
	mov	dx, PEL_MASK
	mov	al, 0FFh
	out	dx, al
	mov	dx, PEL_WRITE
	mov	al, 0
	out	dx, al
	inc	dx			; PEL_DATA
	mov	al, [cs:bx + 4]
	cmp	al, PAL_TEXT
	jne	.chosen
	mov	al, PAL_CGA
	test	byte [B_OPTIONS], 80h	; 200 lines
	jnz	.chosen
	mov	al, PAL_EGA
.chosen:
	mov	cx, 256
	cmp	al, PAL_256
	je	.vga
	mov	cx, 64
	mov	bx, ega_rgb
	cmp	al, PAL_EGA
	je	.table
	mov	bx, cga_rgb
	cmp	al, PAL_CGA
	je	.table
	mov	bx, mono_rgb
.table:
	xor	si, si
.entry:
	mov	ax, si
	push	cx
	call	bx			; AL = index; sends red, green, blue
	pop	cx
	inc	si
	cmp	si, cx
	jb	.entry
	jmp	.gray
.vga:
	call	load_vga_colours
.gray:
	test	byte [B_OPTIONS], 2
	jz	.loaded
	xor	bx, bx
	mov	cx, 256
	call	sum_to_gray
.loaded:
	pop	si
	pop	dx
	pop	cx
	pop	bx
	pop	ax
.done:
	ret

; AL = bits rgbRGB: capital 2/3, small 1/3 of full intensity (the EGA monitor's six wires)
ega_rgb:
	mov	ah, al
	mov	cx, 0204h		; CL: bit of 2/3, red first; three colours
.next:
	mov	al, 0
	test	ah, cl
	jz	.no_strong
	mov	al, 2Ah
.no_strong:
	push	cx
	mov	ch, cl
	mov	cl, 3
	shl	ch, cl
	test	ah, ch
	pop	cx
	jz	.no_weak
	add	al, 15h
.no_weak:
	out	dx, al
	shr	cl, 1
	jnz	.next
	ret

; AL = index: bits 0-2 BGR, bit 4 intensity; yellow without intensity is brown (the CGA monitor)
cga_rgb:
	mov	ah, al
	and	ah, 7
	mov	ch, 0
	test	al, 10h
	jz	.base
	mov	ch, 15h
.base:
	mov	cl, 4
.next:
	mov	al, 0
	test	ah, cl
	jz	.off
	mov	al, 2Ah
	cmp	ah, 6
	jne	.off
	cmp	cl, 2
	jne	.off
	cmp	ch, 0
	jne	.off
	mov	al, 15h			; brown: half the green
.off:
	add	al, ch
	out	dx, al
	shr	cl, 1
	jnz	.next
	ret

; AL = index: bit 3 normal, bits 3 and 4 bright
mono_rgb:
	mov	ah, 0
	test	al, 8
	jz	.level
	mov	ah, 2Ah
	test	al, 10h
	jz	.level
	mov	ah, 3Fh
.level:
	mov	al, ah
	out	dx, al
	out	dx, al
	out	dx, al
	ret

; All 256 colours of mode 13h; DX = PEL_DATA
load_vga_colours:
	xor	si, si
.sixteen:
	mov	ax, si
	test	al, 8
	jz	.dark
	or	al, 10h			; the bright half of the CGA colours
.dark:
	call	cga_rgb
	inc	si
	cmp	si, 16
	jb	.sixteen
	mov	si, gray_levels
	mov	cx, 16
.gray:
	cs lodsb
	out	dx, al
	out	dx, al
	out	dx, al
	loop	.gray
	mov	bx, wheel_levels
.wheel:
	mov	si, wheel_steps
	mov	cx, 24 * 3
.step:
	cs lodsb
	cs xlatb
	out	dx, al
	loop	.step
	add	bx, 5
	cmp	bx, wheel_levels + 9 * 5
	jb	.wheel
	mov	cx, 8 * 3
	mov	al, 0
.black:
	out	dx, al
	loop	.black
	ret

; BX = first, CX = count: replace colours by their luminance, 30 % red, 59 % green, 11 % blue
sum_to_gray:
	jcxz	.done
.next:
	push	cx
	call	dac_read		; DH, CH, CL = red, green, blue
	mov	al, 77
	mul	dh
	mov	si, ax
	mov	al, 151
	mul	ch
	add	si, ax
	mov	al, 28
	mul	cl
	add	ax, si
	add	ax, 80h
	mov	ch, ah
	mov	cl, ah
	mov	dh, ah
	call	dac_write
	pop	cx
	inc	bx
	loop	.next
.done:
	ret

; BL = index; out DH, CH, CL = red, green, blue
dac_read:
	mov	dx, PEL_READ
	mov	al, bl
	out	dx, al
	mov	dx, PEL_DATA
	in	al, dx
	mov	ah, al
	in	al, dx
	mov	ch, al
	in	al, dx
	mov	cl, al
	mov	dh, ah
	ret

; BL = index, DH, CH, CL = red, green, blue
dac_write:
	mov	ah, dh
	mov	dx, PEL_WRITE
	mov	al, bl
	out	dx, al
	inc	dx
	mov	al, ah
	out	dx, al
	mov	al, ch
	out	dx, al
	mov	al, cl
	out	dx, al
	ret

; BL = attribute register, out AL = value
attr_read:
	push	dx
	call	attr_reset
	mov	al, bl
	or	al, 20h			; keep the picture on
	out	dx, al
	inc	dx
	in	al, dx
	push	ax
	call	attr_reset
	pop	ax
	pop	dx
	ret

; BL = attribute register, BH = value
attr_write:
	push	ax
	push	dx
	call	attr_reset
	mov	al, bl
	out	dx, al
	mov	al, bh
	out	dx, al
	mov	al, 20h
	out	dx, al
	pop	dx
	pop	ax
	ret

; AH=0Bh: BH = 0: BL = border and background with intensity; BH = 1: BL bit 0 = palette of mode 4
set_cga_palette:
	mov	al, [B_CGA_PALETTE]
	or	bh, bh
	jnz	.palette
	and	al, 0E0h
	mov	ah, bl
	and	ah, 1Fh
	or	al, ah
	mov	[B_CGA_PALETTE], al
	mov	ah, bl
	mov	bh, bl			; intensity bit 3 becomes palette bit 4
	and	bh, 8
	shl	bh, 1
	and	bl, 7
	or	bh, bl
	mov	bl, 11h			; overscan
	call	attr_write
	cmp	byte [B_MODE], 3
	jbe	.intensity		; text: the border only
	mov	bl, 0
	call	attr_write
.intensity:
	mov	bl, ah
	and	bl, 10h			; background intensity: the palette's second set
	jmp	.colours
.palette:
	cmp	bh, 1
	jne	.done
	and	al, 0DFh
	test	bl, 1
	jz	.store
	or	al, 20h
.store:
	mov	[B_CGA_PALETTE], al
	mov	bl, al
	and	bl, 10h
.colours:
	cmp	byte [B_MODE], 4	; the three colours exist in modes 4 and 5 only
	jb	.done
	cmp	byte [B_MODE], 5
	ja	.done
	mov	bh, bl			; intensity
	mov	al, [B_CGA_PALETTE]
	and	al, 20h
	mov	cl, 5
	shr	al, cl			; cyan, magenta, white are one above green, red, yellow
	or	bh, al
	or	bh, 2			; 2/3, 4/5, 6/7
	mov	bl, 1
	call	attr_write
	xor	bh, 6
	inc	bl
	call	attr_write
	or	bh, 6
	inc	bl
	call	attr_write
.done:
	ret

; AH=10h
palette_functions:
	cmp	al, 1Bh
	ja	.done
	xor	ah, ah
	mov	di, ax
	shl	di, 1
	mov	es, [bp + F_ES]
	jmp	[cs:palette_table + di]
.done:
	ret

palette_table:
	dw	pal_set, pal_set_overscan, pal_set_all, pal_set_blink
	dw	nothing, nothing, nothing, pal_get
	dw	pal_get_overscan, pal_get_all, nothing, nothing
	dw	nothing, nothing, nothing, nothing
	dw	pal_set_dac, nothing, pal_set_dac_block, pal_set_paging
	dw	nothing, pal_get_dac, nothing, pal_get_dac_block
	dw	pal_set_mask, pal_get_mask, pal_get_paging, sum_to_gray

; AL=00h: BL = register 00h-14h, BH = value
pal_set:
	cmp	bl, 14h
	ja	pal_done
	jmp	attr_write

; AL=01h: BH = colour of the border
pal_set_overscan:
	mov	bl, 11h
	jmp	attr_write

; AL=02h: ES:DX = 16 palette registers and the border
pal_set_all:
	mov	si, dx
	mov	bl, 0
.next:
	mov	bh, [es:si]
	call	attr_write
	inc	si
	inc	bl
	cmp	bl, 10h
	jb	.next
	mov	bh, [es:si]
	jmp	pal_set_overscan

; AL=03h: BL = 0 background intensity, 1 blinking
pal_set_blink:
	cmp	bl, 1
	ja	pal_done
	mov	cl, 3
	shl	bl, cl
	mov	ch, bl
	mov	bl, 10h
	call	attr_read
	and	al, 0F7h
	or	al, ch
	mov	bh, al
	call	attr_write
	mov	al, [B_MODE_SELECT]	; the CGA's blink bit is bit 5
	and	al, 0DFh
	shl	ch, 1
	shl	ch, 1
	or	al, ch
	mov	[B_MODE_SELECT], al
pal_done:
	ret

; AL=07h: BL = register; out BH
pal_get:
	cmp	bl, 14h
	ja	pal_done
	call	attr_read
	mov	[bp + F_BH], al
	ret

; AL=08h: out BH = border
pal_get_overscan:
	mov	bl, 11h
	jmp	pal_get

; AL=09h: ES:DX = room for 17 bytes
pal_get_all:
	mov	di, dx
	mov	bl, 0
.next:
	call	attr_read
	stosb
	inc	bl
	cmp	bl, 10h
	jb	.next
	mov	bl, 11h
	call	attr_read
	stosb
	ret

; AL=10h: BX = register, DH, CH, CL = red, green, blue
pal_set_dac:
	jmp	dac_write

; AL=12h: BX = first, CX = count, ES:DX = table
pal_set_dac_block:
	jcxz	.done
	mov	si, dx
	mov	dx, PEL_WRITE
	mov	al, bl
	out	dx, al
	inc	dx
.next:
	mov	al, [es:si]
	out	dx, al
	mov	al, [es:si + 1]
	out	dx, al
	mov	al, [es:si + 2]
	out	dx, al
	add	si, 3
	loop	.next
.done:
	ret

; AL=13h: BL = 0: BH = 0 four pages of 64, 1 sixteen pages of 16; BL = 1: BH = page
pal_set_paging:
	mov	ch, bh
	mov	cl, bl
	mov	bl, 10h
	call	attr_read
	cmp	cl, 1
	je	.page
	ja	pal_done
	and	al, 7Fh
	ror	ch, 1
	and	ch, 80h
	or	al, ch
	mov	bh, al
	jmp	attr_write
.page:
	mov	bh, ch
	test	al, 80h
	jnz	.sixteen
	shl	bh, 1
	shl	bh, 1
.sixteen:
	and	bh, 0Fh
	mov	bl, 14h
	jmp	attr_write

; AL=15h: BX = register; out DH, CH, CL
pal_get_dac:
	call	dac_read
	mov	[bp + F_DH], dh
	mov	[bp + F_CX], cx
	ret

; AL=17h: BX = first, CX = count, ES:DX = room
pal_get_dac_block:
	jcxz	.done
	mov	di, dx
	mov	dx, PEL_READ
	mov	al, bl
	out	dx, al
	mov	dx, PEL_DATA
.next:
	in	al, dx
	stosb
	in	al, dx
	stosb
	in	al, dx
	stosb
	loop	.next
.done:
	ret

; AL=18h: BL = mask
pal_set_mask:
	mov	dx, PEL_MASK
	mov	al, bl
	out	dx, al
	ret

; AL=19h: out BL = mask
pal_get_mask:
	mov	dx, PEL_MASK
	in	al, dx
	mov	[bp + F_BL], al
	ret

; AL=1Ah: out BL = paging mode, BH = page
pal_get_paging:
	mov	bl, 10h
	call	attr_read
	rol	al, 1
	and	al, 1
	mov	[bp + F_BL], al
	mov	ch, al
	mov	bl, 14h
	call	attr_read
	and	al, 0Fh
	or	ch, ch
	jnz	.done
	shr	al, 1
	shr	al, 1
.done:
	mov	[bp + F_BH], al
	ret
