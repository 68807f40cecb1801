; vbetext.asm: characters, scrolling and dots in VBE graphics modes, through the 64K window at A0000.
; Slow but complete: firmware messages and teletype output in any resolution and depth.

	cpu	386

; Call with the window's bank saved and restored around it; meanwhile the upper half of EBP holds the current
; bank, as asking the interface for it before each pixel would be slow. %1 = procedure
%macro vbe_guard 1
	pushad
	call	vbe_save_bank
	push	si
	mov	si, 0A000h
	mov	es, si
	call	%1
	pop	bx
	mov	al, DISPI_BANK
	call	dispi_write
	popad
	ret
%endmacro

; SI and the upper half of EBP = the current bank. Keeps all else.
vbe_save_bank:
	push	eax
	mov	al, DISPI_BANK
	call	dispi_read
	mov	si, ax
	shl	eax, 16
	movzx	ebp, bp
	or	ebp, eax
	pop	eax
	ret

; Bring byte EDI of video memory into the window, where DI is its offset. Keeps all else.
vbe_reach:
	push	eax
	mov	eax, edi
	xor	eax, ebp
	shr	eax, 16			; zero: the same bank
	jz	.there
	push	bx
	mov	eax, edi
	mov	ax, bp
	mov	ebp, eax
	shr	eax, 16
	mov	bx, ax
	mov	al, DISPI_BANK
	call	dispi_write
	pop	bx
.there:
	pop	eax
	ret

; CX = x, DX = y; out EDI = byte of the pixel, AX = bytes a pixel (0: planes)
vbe_locate:
	push	ecx
	push	edx
	call	vbe_pitch
	movzx	edi, ax
	movzx	edx, dx
	imul	edi, edx
	movzx	ecx, cx
	call	vbe_pixel_bytes
	or	ax, ax
	jz	.planar
	movzx	edx, ax
	imul	ecx, edx
	add	edi, ecx
	jmp	.done
.planar:
	shr	ecx, 3
	add	edi, ecx
.done:
	pop	edx
	pop	ecx
	ret

; The sixteen text colours at 24 bits
vbe_rgb:
	dd	000000h, 0000AAh, 00AA00h, 00AAAAh, 0AA0000h, 0AA00AAh, 0AA5500h, 0AAAAAAh
	dd	555555h, 5555FFh, 55FF55h, 55FFFFh, 0FF5555h, 0FF55FFh, 0FFFF55h, 0FFFFFFh

; BL = text colour; out EBX = pixel value in the current depth
vbe_colour:
	push	eax
	push	ecx
	mov	al, DISPI_BPP
	call	dispi_read
	mov	cl, al
	movzx	ebx, bl
	cmp	cl, 8
	jbe	.done
	and	bl, 0Fh
	mov	ebx, [cs:vbe_rgb + ebx * 4]
	cmp	cl, 16
	ja	.done
	mov	eax, ebx		; 8:8:8 to 5:6:5 or 5:5:5
	mov	ch, 3
	cmp	cl, 16
	mov	cl, 5			; bits of green
	jne	.pack
	inc	cl
.pack:
	shr	bl, 3
	movzx	ebx, bl
	push	edx
	movzx	edx, ah			; green
	push	cx
	neg	cl
	add	cl, 8
	shr	edx, cl
	pop	cx
	shl	edx, 5
	or	ebx, edx
	shr	eax, 16 + 3		; red
	add	cl, 5
	shl	eax, cl
	or	ebx, eax
	pop	edx
.done:
	pop	ecx
	pop	eax
	ret

; Store pixel EBX (AX bytes) at EDI; EDI moves on. Pixels of 24 bits may straddle banks.
vbe_store:
	push	ecx
	push	ebx
	mov	cx, ax
.next:
	push	edi
	call	vbe_reach
	mov	[es:di], bl
	pop	edi
	inc	edi
	shr	ebx, 8
	loop	.next
	pop	ebx
	pop	ecx
	ret

vbe_draw_char:
	vbe_guard vbe_draw_glyph

; AL = character, BL = colour (bit 7: XOR where the depth is at most 4 bits), DH = row, DL = column
vbe_draw_glyph:
	push	ds
	push	ax
	mov	al, dh
	mul	byte [B_CHAR_HEIGHT]
	movzx	cx, dl
	shl	cx, 3			; x
	mov	dx, ax			; y
	pop	ax
	mov	si, [B_CHAR_HEIGHT]
	push	si
	call	vbe_glyph_address
	call	vbe_locate		; AX = bytes a pixel
	or	ax, ax
	jz	.planar
	movzx	edx, ax
	push	edx
	call	vbe_colour
	pop	edx
	call	vbe_pitch
	xchg	ax, dx			; AX = bytes a pixel
	movzx	edx, dx
	pop	cx			; lines
.line:
	push	edi
	push	cx
	mov	ch, [si]
	mov	cl, 8
.pixel:
	push	ebx
	shl	ch, 1
	jc	.ink
	xor	ebx, ebx
.ink:
	call	vbe_store
	pop	ebx
	dec	cl
	jnz	.pixel
	pop	cx
	pop	edi
	inc	si
	add	edi, edx
	loop	.line
	pop	ds
	ret
.planar:
	pop	cx
	call	vbe_pitch
	movzx	edx, ax
.planar_line:
	push	edi
	call	vbe_reach
	push	dx
	push	cx
	mov	dx, di
	mov	cx, 1			; one line at a time: the next may lie in another bank
	push	bx
	mov	di, dx
	xor	dx, dx
	call	draw_planar
	pop	bx
	pop	cx
	pop	dx
	pop	edi
	add	edi, edx
	loop	.planar_line
	pop	ds
	ret

; AL = character; out DS:SI = glyph of INT 43h
vbe_glyph_address:
	push	ax
	mul	byte [B_CHAR_HEIGHT]
	push	bx
	xor	bx, bx
	mov	ds, bx
	pop	bx
	lds	si, [43h * 4]
	add	si, ax
	pop	ax
	ret

; AL = target row, AH = source row, CL, DL = first and last column
vbe_copy_row:
	vbe_guard vbe_copy_lines

vbe_copy_lines:
	sub	dl, cl
	inc	dl
	movzx	ebx, dl			; characters
	push	ax
	mov	al, ah
	call	vbe_row_start
	mov	esi, edi		; source
	pop	ax
	call	vbe_row_start		; EDI = target, AX = bytes a pixel
	mov	cx, [B_CHAR_HEIGHT]
	or	ax, ax
	jz	.planar
	movzx	eax, ax
	shl	eax, 3
	imul	ebx, eax		; bytes in a line
	jmp	.lines
.planar:
	mov	dx, GRAPH
	graph_set 5, 1			; write mode 1: latches carry the four planes across the banks
.lines:
	call	vbe_pitch
	movzx	edx, ax
.next:
	push	cx
	call	vbe_copy_line
	pop	cx
	add	esi, edx
	add	edi, edx
	loop	.next
	mov	al, DISPI_BPP
	call	dispi_read
	cmp	al, 4
	jne	.done
	mov	dx, GRAPH
	graph_set 5, 0
.done:
	ret

; AL = row, CL = column; out EDI = first byte, AX = bytes a pixel
vbe_row_start:
	push	cx
	push	dx
	mul	byte [B_CHAR_HEIGHT]
	mov	dx, ax
	movzx	cx, cl
	shl	cx, 3
	call	vbe_locate
	pop	dx
	pop	cx
	ret

; EBX bytes from ESI to EDI of video memory. Keeps all but AX, CX.
VBE_CHUNK	equ 64
vbe_copy_line:
	push	ebx
	push	esi
	push	edi
.next:
	or	ebx, ebx
	jz	.done
	call	vbe_chunk		; CX = bytes that lie in one bank on both sides
	call	vbe_copy_chunk
	movzx	ecx, cx
	add	esi, ecx
	add	edi, ecx
	sub	ebx, ecx
	jmp	.next
.done:
	pop	edi
	pop	esi
	pop	ebx
	ret

; CX = least of EBX and what is left of the banks of ESI and EDI; if these differ, also what fits on the stack,
; or 1 for planes, whose bytes must cross in the latches
vbe_chunk:
	mov	cx, bx
	mov	eax, esi
	xor	eax, edi
	shr	eax, 16
	jz	.source
	mov	al, DISPI_BPP
	call	dispi_read
	cmp	al, 4
	mov	cx, 1
	je	.done
	mov	cx, VBE_CHUNK
	cmp	ebx, VBE_CHUNK
	jae	.source
	mov	cx, bx
.source:
	mov	ax, si
	neg	ax
	jz	.target
	cmp	cx, ax
	jbe	.target
	mov	cx, ax
.target:
	mov	ax, di
	neg	ax
	jz	.done
	cmp	cx, ax
	jbe	.done
	mov	cx, ax
.done:
	ret

; CX bytes from ESI to EDI, through the stack if the banks differ
vbe_copy_chunk:
	mov	eax, esi
	xor	eax, edi
	shr	eax, 16
	jnz	.two_banks
	call	vbe_reach
	push	cx
	push	si
	push	di
	push	ds
	push	es
	pop	ds
	mov	al, DISPI_BPP
	call	dispi_read
	cmp	al, 4			; latches hold one byte of each plane
	je	.bytes
	mov	al, cl
	shr	cx, 2
	rep	movsd
	mov	cl, al
	and	cl, 3
.bytes:
	rep	movsb
	pop	ds
	pop	di
	pop	si
	pop	cx
	ret
.two_banks:
	push	bp
	push	cx
	push	esi
	push	edi
	sub	sp, VBE_CHUNK
	mov	bp, sp
	push	edi
	mov	edi, esi
	call	vbe_reach
	push	cx
	xor	si, si
.read:
	mov	al, [es:di]
	mov	[bp + si], al
	inc	si
	inc	di
	loop	.read
	pop	cx
	pop	edi
	call	vbe_reach
	xor	si, si
.write:
	mov	al, [bp + si]
	mov	[es:di], al
	inc	si
	inc	di
	loop	.write
	add	sp, VBE_CHUNK
	pop	edi
	pop	esi
	pop	cx
	pop	bp
	ret

; AL = row, BH = colour, CL, DL = first and last column
vbe_fill_row:
	vbe_guard vbe_fill_lines

vbe_fill_lines:
	sub	dl, cl
	inc	dl
	movzx	si, dl
	shl	si, 3			; pixels in a line
	call	vbe_row_start
	mov	bl, bh
	mov	cx, [B_CHAR_HEIGHT]
	or	ax, ax
	jz	.planar
	push	ax
	call	vbe_colour
	call	vbe_pitch
	movzx	edx, ax
	pop	ax
.line:
	push	edi
	push	cx
	mov	cx, si
.pixel:
	call	vbe_store
	loop	.pixel
	pop	cx
	pop	edi
	add	edi, edx
	loop	.line
	ret
.planar:
	shr	si, 3
	mov	dx, GRAPH
	mov	ah, bl
	and	ah, 0Fh
	mov	al, 0
	out	dx, ax
	graph_set 1, 0Fh
	call	vbe_pitch
	movzx	edx, ax
.planar_line:
	push	edi
	push	cx
	mov	cx, si
	mov	ax, 1
.planar_byte:
	call	vbe_store
	loop	.planar_byte
	pop	cx
	pop	edi
	add	edi, edx
	loop	.planar_line
	mov	dx, GRAPH
	graph_set 1, 0
	graph_set 0, 0
	ret

; AL = colour, CX = x, DX = y
vbe_write_dot:
	vbe_guard vbe_dot

vbe_dot:
	movzx	ebx, al
	call	vbe_locate
	or	ax, ax
	jz	.planar
	cmp	ax, 1
	je	vbe_store
	call	vbe_colour
	jmp	vbe_store
.planar:
	call	vbe_reach
	and	cl, 7
	mov	ah, 80h
	shr	ah, cl
	mov	al, 8
	mov	dx, GRAPH
	out	dx, ax
	graph_set 5, 2
	mov	al, bl
	xchg	[es:di], al
	graph_set 5, 0
	graph_set 8, 0FFh
	ret

; CX = x, DX = y; out AL = low byte of the pixel, or the colour of a planar one
vbe_read_dot:
	push	bp
	call	vbe_get_dot
	pop	bp
	ret

vbe_get_dot:
	pushad
	call	vbe_save_bank
	push	si
	mov	si, 0A000h
	mov	es, si
	call	vbe_locate
	or	ax, ax
	jz	.planar
	call	vbe_reach
	mov	bl, [es:di]
	jmp	.got
.planar:
	call	vbe_reach
	and	cl, 7
	mov	ch, 80h
	shr	ch, cl
	mov	dx, GRAPH
	xor	bl, bl
	mov	ax, 0304h
.plane:
	out	dx, ax
	test	[es:di], ch
	jz	.clear
	stc
	jmp	.shift
.clear:
	clc
.shift:
	rcl	bl, 1
	dec	ah
	jns	.plane
	graph_set 4, 0
.got:
	mov	[bp + F_AL], bl
	pop	bx
	mov	al, DISPI_BANK
	call	dispi_write
	popad
	ret

	cpu	8086
