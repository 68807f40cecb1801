; state.asm: INT 10h AH=1Ch: save and restore the hardware, the BIOS data and the DAC.
; The layout of a saved state is our own: registers, then BIOS data, then DAC, each if asked for.

; Sizes in bytes of the three parts
STATE_HW	equ 1 + 1 + 2 + 5 + 25 + 21 + 9		; misc, feature, CRTC, sequencer, CRTC, attribute, graphics
STATE_BDA	equ 30 + 7 + 4 + 2 + 12			; 49h-66h, 84h-8Ah, A8h-ABh, BAh, three vectors
STATE_DAC	equ 1 + 768

; AH=1Ch: AL = 0 size, 1 save, 2 restore; CX = parts; ES:BX = buffer
save_restore_state:
	test	cx, 0FFF8h
	jnz	.bad
	cmp	al, 2
	ja	.bad
	mov	byte [bp + F_AL], 1Ch
	cmp	al, 0
	jne	.transfer
	call	state_size		; AX = bytes
	add	ax, 63
	mov	cl, 6
	shr	ax, cl
	mov	[bp + F_BX], ax
.bad:
	ret
.transfer:
	mov	es, [bp + F_ES]
	cmp	al, 2
	je	.restore
	mov	di, bx
	jmp	save_state
.restore:
	mov	si, bx
	jmp	restore_state

; CX = parts; out AX = bytes they take
state_size:
	xor	ax, ax
	test	cl, 1
	jz	.bda
	add	ax, STATE_HW
.bda:
	test	cl, 2
	jz	.dac
	add	ax, STATE_BDA
.dac:
	test	cl, 4
	jz	.done
	add	ax, STATE_DAC
.done:
	ret

; CX = parts, ES:DI = buffer; DI moves on
save_state:
	test	cl, 1
	jz	.bda
	call	save_registers
.bda:
	test	cl, 2
	jz	.dac
	call	save_bios_data
.dac:
	test	cl, 4
	jz	.done
	call	save_dac
.done:
	ret

; CX = parts, ES:SI = buffer; SI moves on
restore_state:
	test	cl, 1
	jz	.bda
	call	restore_registers
.bda:
	test	cl, 2
	jz	.dac
	call	restore_bios_data
.dac:
	test	cl, 4
	jz	.done
	call	restore_dac
.done:
	ret

; BL = registers, DX = index port: store them at ES:DI
save_indexed:
	mov	bh, 0
.next:
	mov	al, bh
	out	dx, al
	inc	dx
	in	al, dx
	dec	dx
	stosb
	inc	bh
	cmp	bh, bl
	jb	.next
	ret

; BL = registers, DX = index port: load them from ES:SI
restore_indexed:
	mov	bh, 0
.next:
	mov	al, bh
	mov	ah, [es:si]
	inc	si
	out	dx, ax
	inc	bh
	cmp	bh, bl
	jb	.next
	ret

save_registers:
	mov	dx, MISC_READ
	in	al, dx
	stosb
	mov	dx, 3CAh		; feature control
	in	al, dx
	stosb
	mov	ax, [B_CRTC]
	stosw
	mov	dx, SEQ
	mov	bl, 5
	call	save_indexed
	mov	dx, [B_CRTC]
	mov	bl, 25
	call	save_indexed
	mov	bl, 0
.attr:
	call	attr_read
	stosb
	inc	bl
	cmp	bl, 15h
	jb	.attr
	call	attr_reset
	mov	al, 20h
	out	dx, al
	mov	dx, GRAPH
	mov	bl, 9
	jmp	save_indexed

restore_registers:
	mov	dx, SEQ
	mov	ax, 0100h
	out	dx, ax
	mov	dx, MISC_WRITE
	mov	al, [es:si]
	out	dx, al
	mov	al, [es:si + 1]
	add	si, 2
	mov	dx, [es:si]		; feature control is written at CRTC + 6
	add	si, 2
	mov	di, dx
	add	dl, 6
	out	dx, al
	mov	dx, SEQ
	inc	si			; the reset register comes last
	mov	bh, 1
.seq:
	mov	al, bh
	mov	ah, [es:si]
	inc	si
	out	dx, ax
	inc	bh
	cmp	bh, 5
	jb	.seq
	mov	ax, 0300h
	out	dx, ax
	mov	dx, di
	mov	ax, 0011h
	out	dx, ax
	mov	bl, 25
	call	restore_indexed
	mov	bl, 0
	push	word [B_CRTC]
	mov	[B_CRTC], di
.attr:
	mov	bh, [es:si]
	inc	si
	call	attr_write
	inc	bl
	cmp	bl, 15h
	jb	.attr
	pop	word [B_CRTC]
	mov	dx, GRAPH
	mov	bl, 9
	jmp	restore_indexed

save_bios_data:
	push	cx
	mov	si, B_MODE
	mov	cx, 30
	rep	movsb
	mov	si, B_ROWS
	mov	cx, 7
	rep	movsb
	mov	si, B_SAVE_PTR
	movsw
	movsw
	mov	si, B_VBE_MODE
	movsw
	push	ds
	xor	ax, ax
	mov	ds, ax
	mov	si, 10h * 4
	movsw
	movsw
	mov	si, 1Fh * 4
	movsw
	movsw
	mov	si, 43h * 4
	movsw
	movsw
	pop	ds
	pop	cx
	ret

restore_bios_data:
	push	cx
	push	ds
	push	es
	push	es
	push	ds
	pop	es			; target
	pop	ds			; source
	mov	di, B_MODE
	mov	cx, 30
	rep	movsb
	mov	di, B_ROWS
	mov	cx, 7
	rep	movsb
	mov	di, B_SAVE_PTR
	movsw
	movsw
	mov	di, B_VBE_MODE
	movsw
	xor	ax, ax
	mov	es, ax
	mov	di, 10h * 4
	movsw
	movsw
	mov	di, 1Fh * 4
	movsw
	movsw
	mov	di, 43h * 4
	movsw
	movsw
	pop	es
	pop	ds
	pop	cx
	ret

save_dac:
	push	cx
	mov	dx, PEL_MASK
	in	al, dx
	stosb
	inc	dx			; PEL_READ
	mov	al, 0
	out	dx, al
	mov	dx, PEL_DATA
	mov	cx, 768
.next:
	in	al, dx
	stosb
	loop	.next
	pop	cx
	ret

restore_dac:
	push	cx
	mov	dx, PEL_MASK
	mov	al, [es:si]
	inc	si
	out	dx, al
	mov	dx, PEL_WRITE
	mov	al, 0
	out	dx, al
	inc	dx
	mov	cx, 768
.next:
	mov	al, [es:si]
	inc	si
	out	dx, al
	loop	.next
	pop	cx
	ret
