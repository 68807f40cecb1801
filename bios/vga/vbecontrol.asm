; vbecontrol.asm: VBE functions 04h-0Ah, power (10h) and DDC (15h): state, window, scan line length, display start, DAC,
; palette. VESA VBE Core Functions 2.0, sections 4.7-4.13; VBE/PM 1.0; VBE/DDC 1.1.

; AL=04h: DL = 0 size, 1 save, 2 restore; CX = parts as AH=1Ch, bit 3 = display interface; ES:BX = buffer
VBE_STATE_REGS	equ 9			; registers 1-9
vbe_state:
	test	cx, 0FFF0h
	jnz	.bad
	cmp	dl, 1
	je	.save
	ja	.restore
	call	state_size
	test	cl, 8
	jz	.size
	add	ax, VBE_STATE_REGS * 2
.size:
	add	ax, 63
	shr	ax, 6
	mov	[bp + F_BX], ax
	clc
	ret
.bad:
	stc
	ret
.save:
	mov	di, bx
	test	cl, 8
	jz	.save_rest
	mov	bl, DISPI_XRES
.save_next:
	mov	al, bl
	call	dispi_read
	stosw
	inc	bl
	cmp	bl, VBE_STATE_REGS
	jbe	.save_next
.save_rest:
	call	save_state
	clc
	ret
.restore:
	cmp	dl, 2
	jne	.bad
	mov	si, bx
	test	cl, 8
	jz	.restore_all
	add	si, VBE_STATE_REGS * 2
	test	byte [es:bx + (DISPI_ENABLE - 1) * 2], ENABLE_ON
	jnz	.restore_all
	call	dispi_off		; before the standard registers
.restore_all:
	push	bx
	call	restore_state
	pop	si
	test	cl, 8
	jz	.done
	test	byte [es:si + (DISPI_ENABLE - 1) * 2], ENABLE_ON
	jz	.done
	call	dispi_off		; sizes are taken while it is off
	mov	cl, DISPI_XRES
.restore_next:
	es lodsw
	mov	bx, ax
	mov	al, cl
	cmp	al, DISPI_ENABLE
	jne	.write
	or	bl, ENABLE_KEEP
.write:
	call	dispi_write
	inc	cl
	cmp	cl, VBE_STATE_REGS
	jbe	.restore_next
.done:
	clc
	ret

; AL=05h: BH = 0 set, 1 get; BL = window; DX = 64K bank
vbe_window:
	cmp	bx, 100h		; window A only
	ja	vbe_refuse
	je	.get
	or	bl, bl
	jnz	vbe_refuse
	mov	al, DISPI_MEMORY
	call	dispi_read
	cmp	dx, ax
	jae	vbe_refuse
	mov	bx, dx
	mov	al, DISPI_BANK
	call	dispi_write
	clc
	ret
.get:
	mov	al, DISPI_BANK
	call	dispi_read
	mov	[bp + F_DX], ax
	clc
	ret
vbe_refuse:
	stc
	ret

; The same as a far procedure: AX is destroyed
vbe_far_window:
	push	bx
	push	dx
	or	bh, bh
	jnz	.get
	mov	bx, dx
	mov	al, DISPI_BANK
	call	dispi_write
	pop	dx
	pop	bx
	retf
.get:
	mov	al, DISPI_BANK
	call	dispi_read
	pop	dx
	mov	dx, ax
	pop	bx
	retf

; AX = bytes a pixel of the current mode, 0 for planes
vbe_pixel_bytes:
	mov	al, DISPI_BPP
	call	dispi_read
	cmp	al, 4
	je	.planar
	add	ax, 7
	shr	ax, 3
	ret
.planar:
	xor	ax, ax
	ret

; AX = bytes from line to line of the current mode
vbe_pitch:
	push	bx
	push	dx
	call	vbe_pixel_bytes
	mov	bx, ax
	mov	al, DISPI_VIRT_W
	call	dispi_read
	or	bx, bx
	jz	.planar
	mul	bx
	jmp	.done
.planar:
	shr	ax, 3
.done:
	pop	dx
	pop	bx
	ret

; Carry set unless a VBE graphics mode is on
vbe_need_graphics:
	push	ax
	call	mode_kind
	cmp	al, KIND_VBE
	pop	ax
	jne	vbe_refuse
	clc
	ret

; AL=06h: BL = 0 set CX pixels, 1 get, 2 set CX bytes, 3 get the longest; out BX bytes, CX pixels, DX lines
vbe_line_length:
	call	vbe_need_graphics
	jc	.out
	cmp	bl, 3
	ja	vbe_refuse
	je	.longest
	cmp	bl, 1
	je	.get
	jb	.set
	call	vbe_pixel_bytes		; bytes to pixels, rounded up
	mov	si, ax
	mov	ax, cx
	or	si, si
	jnz	.divide
	shl	ax, 3
	jmp	.pixels
.divide:
	xor	dx, dx
	add	ax, si
	dec	ax
	div	si
.pixels:
	mov	cx, ax
.set:
	mov	al, DISPI_XRES
	call	dispi_read
	cmp	cx, ax
	jb	vbe_refuse
	add	cx, 7			; whole characters
	and	cx, 0FFF8h
	mov	al, DISPI_VIRT_W
	call	dispi_read
	push	ax			; so that it can be taken back
	mov	bx, cx
	mov	al, DISPI_VIRT_W
	call	dispi_write
	call	vbe_lines
	mov	dx, ax
	mov	al, DISPI_YRES
	call	dispi_read
	cmp	dx, ax
	pop	bx
	jae	.get
	mov	al, DISPI_VIRT_W
	call	dispi_write
	jmp	vbe_refuse
.get:
	call	vbe_pitch
	mov	[bp + F_BX], ax
	mov	al, DISPI_VIRT_W
	call	dispi_read
	mov	[bp + F_CX], ax
	call	vbe_lines
	mov	[bp + F_DX], ax
	clc
.out:
	ret
.longest:
	mov	al, DISPI_YRES		; as long as memory allows at this height
	call	dispi_read
	movzx	ecx, ax
	call	vbe_memory
	xor	edx, edx
	div	ecx
	mov	ecx, eax
	call	vbe_pixel_bytes
	movzx	esi, ax
	or	si, si
	jnz	.packed
	shl	ecx, 1			; a byte is eight pixels of a quarter of the memory
	mov	eax, ecx
	jmp	.limit
.packed:
	mov	eax, ecx
	xor	edx, edx
	div	esi
.limit:
	cmp	eax, 7FF8h
	jbe	.round
	mov	eax, 7FF8h
.round:
	and	al, 0F8h
	mov	[bp + F_CX], ax
	or	si, si
	jz	.bytes8
	mul	si
	jmp	.bytes
.bytes8:
	shr	ax, 3
.bytes:
	mov	[bp + F_BX], ax
	mov	al, DISPI_YRES
	call	dispi_read
	mov	[bp + F_DX], ax
	clc
	ret

; AX = lines that fit into memory at the current pitch
vbe_lines:
	push	ecx
	push	edx
	call	vbe_pitch
	movzx	ecx, ax
	call	vbe_memory
	push	eax
	call	vbe_pixel_bytes
	or	ax, ax
	pop	eax
	jnz	.packed
	shr	eax, 2
.packed:
	xor	edx, edx
	jecxz	.done
	div	ecx
	cmp	eax, 0FFFFh
	jbe	.done
	mov	ax, 0FFFFh
.done:
	pop	edx
	pop	ecx
	ret

; AL=07h: BL = 0, 80h set CX = x, DX = y; 1 get
vbe_display_start:
	call	vbe_need_graphics
	jc	.out
	cmp	bl, 1
	je	.get
	and	bl, 7Fh
	jnz	vbe_refuse
	push	dx
	mov	al, DISPI_YRES		; the whole picture must lie in memory
	call	dispi_read
	add	dx, ax
	mov	bx, dx
	call	vbe_lines
	cmp	bx, ax
	pop	dx
	ja	vbe_refuse
	mov	bx, cx
	mov	al, DISPI_X_OFFSET
	call	dispi_write
	mov	bx, dx
	mov	al, DISPI_Y_OFFSET
	call	dispi_write
	clc
.out:
	ret
.get:
	mov	al, DISPI_X_OFFSET
	call	dispi_read
	mov	[bp + F_CX], ax
	mov	al, DISPI_Y_OFFSET
	call	dispi_read
	mov	[bp + F_DX], ax
	mov	byte [bp + F_BH], 0
	clc
	ret

; AL=08h: BL = 0 set BH bits, 1 get; out BH = bits of a colour in the DAC
vbe_dac_width:
	call	vbe_need_graphics
	jc	.out
	mov	al, DISPI_BPP
	call	dispi_read
	cmp	al, 8			; colours without a palette have no DAC to set
	ja	vbe_refuse
	cmp	bl, 1
	ja	vbe_refuse
	je	.get
	mov	al, DISPI_ENABLE
	call	dispi_read
	and	al, ~(ENABLE_DAC8) & 0FFh
	or	al, ENABLE_KEEP
	cmp	bh, 8
	jb	.write
	or	al, ENABLE_DAC8
.write:
	mov	bx, ax
	mov	al, DISPI_ENABLE
	call	dispi_write
.get:
	mov	al, DISPI_ENABLE
	call	dispi_read
	mov	ah, 6
	test	al, ENABLE_DAC8
	jz	.store
	mov	ah, 8
.store:
	mov	[bp + F_BH], ah
	clc
.out:
	ret

; AL=09h: BL = 0, 80h set, 1 get; CX = count, DX = first, ES:DI = blue, green, red, unused
vbe_palette:
	mov	di, [bp + F_DI]
	cmp	bl, 1
	je	.get
	and	bl, 7Fh
	jnz	vbe_refuse
	jcxz	.done
	mov	al, dl
	mov	dx, PEL_WRITE
	out	dx, al
	inc	dx
.set_next:
	mov	al, [es:di + 2]
	out	dx, al
	mov	al, [es:di + 1]
	out	dx, al
	mov	al, [es:di]
	out	dx, al
	add	di, 4
	loop	.set_next
.done:
	clc
	ret
.get:
	jcxz	.done
	mov	al, dl
	mov	dx, PEL_READ
	out	dx, al
	mov	dx, PEL_DATA
.get_next:
	in	al, dx
	mov	[es:di + 2], al
	in	al, dx
	mov	[es:di + 1], al
	in	al, dx
	mov	[es:di], al
	mov	byte [es:di + 3], 0
	add	di, 4
	loop	.get_next
	clc
	ret

; AL=0Ah: BL = 0: out ES:DI = table of the 32-bit procedures, CX = length
vbe_protected:
	or	bl, bl
	jnz	vbe_refuse
	mov	[bp + F_ES], cs
	mov	word [bp + F_DI], vbe_pm
	mov	word [bp + F_CX], vbe_pm_end - vbe_pm
	clc
	ret

; AL=10h, power: BL = 0 what there is, 1 set BH, 2 get. Any state but 'on' blanks the picture.
vbe_power:
	cmp	bl, 1
	ja	.get
	je	.set
	mov	word [bp + F_BX], 0710h	; standby, suspend, off; version 1.0
	clc
	ret
.set:
	mov	al, 0
	or	bh, bh
	jz	.refresh
	cmp	bh, 4
	ja	vbe_refuse
	inc	al
.refresh:
	call	select_refresh
	clc
	ret
.get:
	cmp	bl, 2
	ja	vbe_refuse
	mov	dx, SEQ
	mov	al, 1
	out	dx, al
	inc	dx
	in	al, dx
	shr	al, 3
	and	al, 4			; blanked: off
	mov	[bp + F_BH], al
	clc
	ret

; AL=15h, DDC: BL = 0 what there is, 1 read block DX to ES:DI
vbe_ddc:
	cmp	bl, 1
	ja	vbe_refuse
	je	.read
	mov	word [bp + F_BX], 0002h	; DDC2, no time to wait
	clc
	ret
.read:
	or	dx, dx
	jnz	vbe_refuse
	mov	di, [bp + F_DI]
	mov	si, edid
	mov	cx, 128
.copy:
	cs lodsb
	stosb
	loop	.copy
	clc
	ret
