; mode.asm: INT 10h AH=00h, 0Fh: setting a standard mode from the video parameter table, and asking for it.
; IBM VGA Technical Reference: order of a mode set, sequencer reset, CRTC write protection (11h bit 7).

; AL = kind of the current mode. Destroys nothing else.
mode_kind:
	cmp	word [B_VBE_MODE], 0
	jne	.vbe
.standard:
	push	bx
	mov	bl, [B_MODE]
	call	mode_entry_address
	mov	al, [cs:bx]
	pop	bx
	ret
.vbe:
	push	ax
	mov	ax, [B_VBE_MODE]
	and	ax, 1FFh
	sub	ax, VBE_TEXT_FIRST
	cmp	ax, VBE_TEXT_COUNT
	pop	ax
	jb	.standard		; the text modes of VBE build on mode 3
	mov	al, KIND_VBE
	ret

; BL = mode 00h-13h; out: BX = its entry in mode_table
mode_entry_address:
	push	ax
	mov	al, MODE_ENTRY
	mul	bl
	add	ax, mode_table
	mov	bx, ax
	pop	ax
	ret

; AH=0Fh: AL mode with the 'not cleared' bit, AH columns, BH active page
get_mode:
	mov	al, [B_CONTROL]
	and	al, 80h
	or	al, [B_MODE]
	mov	[bp + F_AL], al
	mov	al, [B_COLS]
	mov	[bp + F_AH], al
	mov	al, [B_PAGE]
	mov	[bp + F_BH], al
	ret

; AH=00h: AL = mode, bit 7 = leave the memory as it is
set_mode:
	mov	bl, al
	and	bl, 7Fh
	cmp	bl, 13h
	ja	.bad
	mov	dl, bl
	call	mode_entry_address
	cmp	byte [cs:bx], 0FFh
	jne	.known
.bad:
	ret
.known:
	mov	byte [bp + F_AL], 20h	; as IBM: 30h for modes 0-5 and 7, 3Fh for 6, 20h above
	cmp	dl, 7
	ja	.start
	mov	byte [bp + F_AL], 30h
	cmp	dl, 6
	jne	.start
	mov	byte [bp + F_AL], 3Fh
.start:
	call	dispi_off
	mov	word [B_VBE_MODE], 0
	and	byte [B_CONTROL], 7Fh
	and	al, 80h
	or	[B_CONTROL], al
	mov	al, dl
; AL = mode, BX = mode_table entry: registers, colours, font, BIOS data, memory
load_mode:
	mov	[B_MODE], al
	call	select_display
	call	param_address		; ES:SI = parameters
	call	load_bda
	call	load_registers
	call	load_colours
	call	load_mode_font
	test	byte [B_CONTROL], 80h
	jnz	.kept
	call	clear_memory
.kept:
	call	screen_on
	ret

; The equipment byte and the mono bit follow the mode; they also say where the CRTC is.
select_display:
	push	ax
	mov	cx, CRTC_COLOUR
	mov	dl, [B_EQUIP]
	mov	ah, dl
	and	ah, 30h
	cmp	al, 7
	je	.mono
	cmp	al, 0Fh
	je	.mono
	and	byte [B_CONTROL], 0FDh
	and	byte [B_OPTIONS], 0FBh
	mov	byte [B_DCC], DCC_INDEX_COLOUR
	cmp	ah, 30h
	jne	.store
	and	dl, 0CFh
	or	dl, 20h
	jmp	.store
.mono:
	mov	cx, CRTC_MONO
	or	byte [B_CONTROL], 2
	or	byte [B_OPTIONS], 4
	mov	byte [B_DCC], DCC_INDEX_MONO
	or	dl, 30h
.store:
	mov	[B_EQUIP], dl
	mov	[B_CRTC], cx
	pop	ax
	ret

; BX = mode_table entry; out ES:SI = parameter entry, through the save pointer table
param_address:
	push	ax
	call	scan_line_choice	; AX = 0, 1, 2
	push	bx
	add	bx, ax
	mov	al, [cs:bx + 1]
	pop	bx
	mov	ah, 64
	mul	ah
	les	si, [B_SAVE_PTR]
	les	si, [es:si]
	add	si, ax
	pop	ax
	ret

; AX = 0 for 200 lines, 1 for 350, 2 for 400
scan_line_choice:
	xor	ax, ax
	test	byte [B_OPTIONS], 80h
	jnz	.done
	inc	ax
	test	byte [B_OPTIONS], 10h
	jz	.done
	inc	ax
.done:
	ret

; ES:SI = parameters
load_bda:
	push	ax
	push	bx
	mov	al, [es:si]
	xor	ah, ah
	mov	[B_COLS], ax
	mov	ax, [es:si + 1]
	mov	[B_ROWS], al
	mov	al, ah
	xor	ah, ah
	mov	[B_CHAR_HEIGHT], ax
	mov	ax, [es:si + 3]
	mov	[B_PAGE_SIZE], ax
	xor	ax, ax
	mov	[B_PAGE_START], ax
	mov	[B_PAGE], al
	mov	bx, B_CURSOR
.cursor:
	mov	[bx], ax
	inc	bx
	inc	bx
	cmp	bx, B_CURSOR + 16
	jb	.cursor
	mov	bl, [B_MODE]
	mov	ah, 0
	cmp	bl, 7
	ja	.select
	xor	bh, bh
	mov	ah, [cs:mode_select_table + bx]
.select:
	mov	[B_MODE_SELECT], ah
	mov	al, 30h
	cmp	bl, 6
	jne	.palette
	mov	al, 3Fh
.palette:
	mov	[B_CGA_PALETTE], al
	mov	ax, 0607h		; as a CGA has it; emulation turns it into real lines
	cmp	bl, 7
	jne	.type
	mov	ax, 0B0Ch
.type:
	mov	[B_CURSOR_TYPE], ax
	pop	bx
	pop	ax
	ret

; ES:SI = parameters: all registers, screen off while they change
load_registers:
	push	ax
	push	bx
	push	cx
	push	dx
	mov	dx, SEQ
	mov	ax, 0100h		; synchronous reset
	out	dx, ax
	mov	ah, [es:si + PARAM_SEQ]
	or	ah, 20h			; screen off
	mov	al, 1
	out	dx, ax
	mov	bx, 1
.seq:
	inc	bx
	mov	al, bl
	mov	ah, [es:si + PARAM_SEQ - 1 + bx]
	out	dx, ax
	cmp	bl, 4
	jb	.seq
	mov	dx, MISC_WRITE
	mov	al, [es:si + PARAM_MISC]
	out	dx, al
	mov	dx, SEQ
	mov	ax, 0300h
	out	dx, ax
	call	load_crtc
	mov	dx, GRAPH
	xor	bx, bx
.graph:
	mov	al, bl
	mov	ah, [es:si + PARAM_GRAPH + bx]
	out	dx, ax
	inc	bx
	cmp	bl, 9
	jb	.graph
	call	attr_reset
	xor	bx, bx
.attr:
	mov	al, bl
	out	dx, al
	mov	al, [es:si + PARAM_ATTR + bx]
	out	dx, al
	inc	bx
	cmp	bl, 20
	jb	.attr
	mov	al, 14h			; colour select
	out	dx, al
	mov	al, 0
	out	dx, al
	pop	dx
	pop	cx
	pop	bx
	pop	ax
	ret

load_crtc:
	mov	dx, [B_CRTC]
	mov	ax, 0011h		; lift the write protection of 00h-07h
	out	dx, ax
	xor	bx, bx
.next:
	mov	al, bl
	mov	ah, [es:si + PARAM_CRTC + bx]
	out	dx, ax
	inc	bx
	cmp	bl, 25
	jb	.next
	ret

; Make the attribute controller expect an index; out DX = its port
attr_reset:
	push	ax
	mov	dx, [B_CRTC]
	add	dl, 6			; input status 1
	in	al, dx
	mov	dx, ATTR
	pop	ax
	ret

; Sequencer and attribute controller: show the picture
screen_on:
	push	ax
	push	dx
	mov	dx, SEQ
	mov	al, 1
	out	dx, al
	inc	dx
	in	al, dx
	and	al, 0DFh
	out	dx, al
	call	attr_reset
	mov	al, 20h
	out	dx, al
	pop	dx
	pop	ax
	ret

; BX = mode_table entry; the font that the mode writes with, and for text its character generator
load_mode_font:
	push	ax
	push	bx
	push	cx
	push	dx
	push	es
	call	font_by_height		; CS:AX = font of B_CHAR_HEIGHT
	call	set_int43
	cmp	byte [cs:bx], KIND_TEXT
	jne	.done
	push	cs
	pop	es
	mov	si, ax
	mov	cx, 256
	xor	dx, dx
	mov	bl, 0
	mov	bh, [B_CHAR_HEIGHT]
	call	load_generator
.done:
	pop	es
	pop	dx
	pop	cx
	pop	bx
	pop	ax
	ret

; BX = mode_table entry
clear_memory:
	push	es
	mov	di, 0A000h
	mov	cx, 8000h
	xor	ax, ax
	cmp	byte [cs:bx], KIND_PLANAR
	jae	.fill
	mov	di, 0B800h
	mov	cx, 4000h
	cmp	byte [cs:bx], KIND_TEXT
	jne	.fill
	mov	ax, 0720h
	cmp	byte [B_MODE], 7
	jne	.fill
	mov	di, 0B000h
.fill:
	mov	es, di
	xor	di, di
	rep	stosw
	pop	es
	ret
