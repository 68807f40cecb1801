; info.asm: INT 10h AH=12h alternate select, 1Ah display combination, 1Bh functionality and state.
; IBM PS/2 and PC BIOS Interface Technical Reference, INT 10h.

; AH=12h: BL = which
alternate_select:
	cmp	bl, 10h
	je	ega_info
	cmp	bl, 30h
	jb	.done
	cmp	bl, 36h
	ja	.done
	xor	bh, bh
	mov	di, bx
	shl	di, 1
	call	[cs:alternate_table - 60h + di]
	jc	.done			; carry: not done
	mov	byte [bp + F_AL], 12h
.done:
	ret
alternate_table:
	dw	select_lines, select_palette_load, select_video, select_gray
	dw	select_emulation, refuse, select_refresh

refuse:
	stc
	ret

; BL=10h: BH = 1 monochrome, BL = 3 for 256K, CX = feature bits and switches
ega_info:
	mov	al, [B_CONTROL]
	shr	al, 1
	and	al, 1
	mov	[bp + F_BH], al
	mov	byte [bp + F_BL], 3
	mov	al, [B_SWITCHES]
	mov	ah, al
	and	al, 0Fh
	mov	cl, 4
	shr	ah, cl
	mov	[bp + F_CX], ax
	ret

; BL=30h: AL = 0, 1, 2: text modes from now on have 200, 350, 400 lines
select_lines:
	cmp	al, 2
	ja	refuse
	mov	ah, [B_OPTIONS]
	and	ah, 6Fh
	mov	bl, 80h			; 200 lines, EGA switches: CGA monitor
	mov	bh, 8
	cmp	al, 1
	jb	.set
	mov	bl, 0
	mov	bh, 9
	je	.set
	mov	bl, 10h
.set:
	or	ah, bl
	mov	[B_OPTIONS], ah
	and	byte [B_SWITCHES], 0F0h
	or	[B_SWITCHES], bh
	clc
	ret

; A bit of B_OPTIONS: AL = 0 set, 1 clear; AH = the bit
%macro option_bit 1
	cmp	al, 1
	ja	refuse
	and	byte [B_OPTIONS], ~%1 & 0FFh
	cmp	al, 0
	clc
	jne	%%done
	or	byte [B_OPTIONS], %1
%%done:
	ret
%endmacro

; BL=31h: AL = 0: a mode set loads its palette (bit clear), 1: it does not
select_palette_load:
	xor	al, 1
	option_bit 8

; BL=33h: AL = 0: colours become gray at the next mode set, 1: not
select_gray:
	option_bit 2

; BL=32h: AL = 0: the processor reaches video memory and ports, 1: it does not
select_video:
	cmp	al, 1
	ja	refuse
	mov	bl, al
	mov	dx, MISC_READ
	in	al, dx
	and	al, 0FDh
	cmp	bl, 1
	je	.write
	or	al, 2
.write:
	mov	dx, MISC_WRITE
	out	dx, al
	clc
	ret

; BL=34h: AL = 0: cursor lines are scaled, 1: taken as they are
select_emulation:
	cmp	al, 1
	ja	refuse
	and	byte [B_CONTROL], 0FEh
	or	[B_CONTROL], al
	clc
	ret

; BL=36h: AL = 0: show the picture, 1: blank it
select_refresh:
	cmp	al, 1
	ja	refuse
	mov	cl, 5
	shl	al, cl
	mov	ah, al
	mov	dx, SEQ
	mov	al, 1
	out	dx, al
	inc	dx
	in	al, dx
	and	al, 0DFh
	or	al, ah
	out	dx, al
	clc
	ret

; AH=1Ah: AL = 0: out BL = active, BH = other display; AL = 1: set them
display_combination:
	cmp	al, 1
	ja	.done
	mov	byte [bp + F_AL], 1Ah
	je	.set
	mov	bl, [B_DCC]
	xor	bh, bh
	shl	bx, 1
	mov	bx, [cs:dcc_table + 4 + bx]
	xchg	bl, bh			; entries hold other, active
	mov	[bp + F_BX], bx
.done:
	ret
.set:
	mov	al, DCC_INDEX_MONO
	cmp	bl, 7
	je	.store
	mov	al, DCC_INDEX_COLOUR
	cmp	bl, 8
	jne	.done
.store:
	mov	[B_DCC], al
	ret

; AH=1Bh: BX = 0: ES:DI = 64 bytes of state
get_state_info:
	or	bx, bx
	jnz	.done
	mov	es, [bp + F_ES]
	mov	di, [bp + F_DI]
	mov	ax, static_functionality
	stosw
	mov	ax, cs
	stosw
	mov	si, B_MODE		; 04h: 40:49-40:66
	mov	cx, 30
	rep	movsb
	mov	al, [B_ROWS]		; 22h: rows
	inc	al
	stosb
	mov	ax, [B_CHAR_HEIGHT]	; 23h
	stosw
	mov	bl, [B_DCC]		; 25h: active and other display
	xor	bh, bh
	shl	bx, 1
	mov	ax, [cs:dcc_table + 4 + bx]
	xchg	al, ah
	stosw
	call	colours_and_pages	; AX, BL
	stosw				; 27h: colours
	mov	al, bl
	stosb				; 29h: pages
	call	lines_code
	stosb				; 2Ah: 0-3 for 200, 350, 400, 480 lines
	call	character_blocks	; 2Bh, 2Ch: primary and secondary block
	stosw
	call	state_flags		; 2Dh
	stosb
	xor	ax, ax
	stosb				; 2Eh-30h
	stosw
	mov	al, 3			; 31h: 256K
	stosb
	mov	al, 0			; 32h: save pointer state: nothing of the user's
	mov	cx, 14
	rep	stosb
	mov	byte [bp + F_AL], 1Bh
.done:
	ret

; AX = colours of the current mode (0: monochrome), BL = pages
colours_and_pages:
	push	si
	mov	al, [B_MODE]
	and	ax, 1Fh
	mov	si, ax
	mov	bl, [cs:pages_by_mode + si]
	mov	al, [cs:colours_by_mode + si]
	cmp	si, 13h
	jne	.done
	mov	ax, 256
.done:
	pop	si
	ret
pages_by_mode:
	db	8, 8, 8, 8, 1, 1, 1, 8, 0, 0, 0, 0, 0, 8, 4, 2, 2, 1, 1, 1
	times 12 db 1
colours_by_mode:
	db	16, 16, 16, 16, 4, 4, 2, 0, 0, 0, 0, 0, 0, 16, 16, 0, 16, 2, 16, 0
	times 12 db 0

lines_code:
	mov	al, [B_MODE]
	mov	ah, 3
	cmp	al, 13h
	jae	.two_hundred
	cmp	al, 11h
	jae	.done
	mov	ah, 1
	cmp	al, 0Fh
	jae	.done
	cmp	al, 7
	ja	.two_hundred
	je	.text
	cmp	al, 3
	ja	.two_hundred
.text:
	call	scan_line_choice
	ret
.two_hundred:
	mov	ah, 0
.done:
	mov	al, ah
	ret

; AL, AH = the two blocks of the character map select register
character_blocks:
	mov	dx, SEQ
	mov	al, 3
	out	dx, al
	inc	dx
	in	al, dx
	mov	ah, al			; bits 4, 1-0: block of attribute bit 3 = 0; bits 5, 3-2: = 1
	mov	bl, al
	and	al, 3
	test	bl, 10h
	jz	.primary
	or	al, 4
.primary:
	shr	ah, 1
	shr	ah, 1
	and	ah, 3
	test	bl, 20h
	jz	.done
	or	ah, 4
.done:
	ret

; Bit 0 all modes on all displays, 1 gray summing, 2 monochrome, 3 no palette loading, 4 cursor emulation, 5 blinking
state_flags:
	mov	al, [B_OPTIONS]
	mov	bh, al
	and	bh, 0Eh
	test	byte [B_CONTROL], 1
	jnz	.blink
	or	bh, 10h
.blink:
	mov	bl, 10h
	call	attr_read
	and	al, 8
	shl	al, 1
	shl	al, 1
	or	al, bh
	or	al, 1
	ret
