; vbepm.asm: the 32-bit procedures of VBE function 0Ah. They are copied by their user, so they refer to nothing outside.
; VESA VBE Core Functions 2.0, section 4.13.

	align	4, db 0
vbe_pm:
	dw	pm_set_window - vbe_pm
	dw	pm_set_start - vbe_pm
	dw	pm_set_palette - vbe_pm
	dw	pm_ports - vbe_pm
pm_ports:
	dw	DISPI_INDEX, DISPI_INDEX + 1, PEL_WRITE, PEL_DATA, 0FFFFh, 0FFFFh

	bits	32
; AX = register; out AX = value
pm_read:
	push	edx
	mov	dx, DISPI_INDEX
	out	dx, ax
	inc	edx
	in	ax, dx
	pop	edx
	ret

; AX = register, BX = value
pm_write:
	push	edx
	mov	dx, DISPI_INDEX
	out	dx, ax
	inc	edx
	mov	ax, bx
	out	dx, ax
	pop	edx
	ret

; BH = 0, BL = 0, DX = bank
pm_set_window:
	or	bx, bx
	jnz	.bad
	push	ebx
	mov	bx, dx
	mov	ax, DISPI_BANK
	call	pm_write
	pop	ebx
	mov	ax, VBE_DONE
	ret
.bad:
	mov	ax, VBE_FAILED
	ret

; BL = 0 or 80h, DX:CX = address of the first pixel in units of four bytes
pm_set_start:
	pushad
	shl	edx, 16
	mov	dx, cx
	mov	esi, edx
	shl	esi, 2			; bytes
	mov	ax, DISPI_BPP
	call	pm_read
	movzx	ecx, ax
	add	ecx, 7
	shr	ecx, 3			; bytes a pixel
	mov	ax, DISPI_VIRT_W
	call	pm_read
	movzx	edi, ax
	imul	edi, ecx		; pitch
	xor	edx, edx
	mov	eax, esi
	or	edi, edi
	jz	.done
	div	edi			; EAX = y, EDX = byte in the line
	mov	ebx, eax
	mov	ax, DISPI_Y_OFFSET
	call	pm_write
	mov	eax, edx
	xor	edx, edx
	div	ecx
	mov	ebx, eax
	mov	ax, DISPI_X_OFFSET
	call	pm_write
.done:
	popad
	mov	ax, VBE_DONE
	ret

; CX = count, DX = first, ES:EDI = blue, green, red, unused
pm_set_palette:
	pushad
	movzx	ecx, cx
	jecxz	.done
	mov	al, dl
	mov	dx, PEL_WRITE
	out	dx, al
	inc	edx
.next:
	mov	al, [es:edi + 2]
	out	dx, al
	mov	al, [es:edi + 1]
	out	dx, al
	mov	al, [es:edi]
	out	dx, al
	add	edi, 4
	dec	ecx
	jnz	.next
.done:
	popad
	mov	ax, VBE_DONE
	ret
	bits	16
vbe_pm_end:
