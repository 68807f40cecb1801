; vbe.asm: INT 10h AH=4Fh: VESA BIOS Extension 2.0 on the Bochs display interface (DISPI).
; VESA VBE Core Functions Standard 2.0; VBE/DDC 1.1; VBE/PM 1.0. DISPI: index port 1CEh, data port 1CFh.
; Needs a 386; on older processors the calls are refused.

DISPI_INDEX	equ 1CEh
DISPI_ID	equ 0
DISPI_XRES	equ 1
DISPI_YRES	equ 2
DISPI_BPP	equ 3
DISPI_ENABLE	equ 4
DISPI_BANK	equ 5
DISPI_VIRT_W	equ 6
DISPI_VIRT_H	equ 7
DISPI_X_OFFSET	equ 8
DISPI_Y_OFFSET	equ 9
DISPI_MEMORY	equ 0Ah			; in 64K
ENABLE_ON	equ 01h
ENABLE_DAC8	equ 20h
ENABLE_LFB	equ 40h
ENABLE_KEEP	equ 80h

VBE_DONE	equ 004Fh
VBE_FAILED	equ 014Fh
VBE_TEXT_FIRST	equ 108h
VBE_TEXT_COUNT	equ 5
VBE_LFB_BIT	equ 4000h
VBE_KEEP_BIT	equ 8000h

; Read register AL of the display interface into AX. Keeps DX.
dispi_read:
	push	dx
	mov	dx, DISPI_INDEX
	xor	ah, ah
	out	dx, ax
	inc	dx
	in	ax, dx
	pop	dx
	ret

; Write BX to register AL. Keeps all but AX.
dispi_write:
	push	dx
	mov	dx, DISPI_INDEX
	xor	ah, ah
	out	dx, ax
	inc	dx
	mov	ax, bx
	out	dx, ax
	pop	dx
	ret

; Zero flag set when the display interface is there
dispi_present:
	push	ax
	mov	al, DISPI_ID
	call	dispi_read
	and	ax, 0FFF0h
	cmp	ax, 0B0C0h
	pop	ax
	ret

; Standard modes need the display interface out of the way.
dispi_off:
	call	dispi_present
	jne	.done
	push	ax
	push	bx
	mov	al, DISPI_ENABLE
	xor	bx, bx
	call	dispi_write
	pop	bx
	pop	ax
.done:
	ret

; Zero flag clear on a 386 or later: only there the nested task flag can be changed in real mode.
is_386:
	push	ax
	push	cx
	pushf
	pop	ax
	mov	cx, ax
	xor	ax, 4000h
	push	ax
	popf
	pushf
	pop	ax
	push	cx
	popf
	xor	ax, cx
	test	ax, 4000h
	pop	cx
	pop	ax
	ret

; AX = 4Fxxh, other registers the caller's, DS = BIOS data area
vbe_entry:
	call	is_386
	jnz	.new_enough
	ret
.new_enough:
	cpu	386
	call	dispi_present
	jne	.none
	cmp	al, (vbe_dispatch_end - vbe_dispatch) / 2
	jb	.call
	cmp	al, 10h
	je	.power
	cmp	al, 15h
	je	.ddc
.none:
	ret
.power:
	mov	di, vbe_power
	jmp	.go
.ddc:
	mov	di, vbe_ddc
	jmp	.go
.call:
	movzx	di, al
	shl	di, 1
	mov	di, [cs:vbe_dispatch + di]
.go:
	pushad				; the upper halves belong to the caller
	mov	es, [bp + F_ES]
	mov	word [bp + F_AX], VBE_DONE
	call	di
	jnc	.good
	mov	word [bp + F_AX], VBE_FAILED
.good:
	popad
	ret

vbe_dispatch:
	dw	vbe_info, vbe_mode_info, vbe_set_mode, vbe_get_mode
	dw	vbe_state, vbe_window, vbe_line_length, vbe_display_start
	dw	vbe_dac_width, vbe_palette, vbe_protected
vbe_dispatch_end:

; Modes: number, width, height, bits a pixel
%macro vbe_mode 4
	dw	%1, %2, %3, %4
%endmacro
VBE_ENTRY	equ 8
vbe_modes:
	vbe_mode 100h, 640, 400, 8
	vbe_mode 101h, 640, 480, 8
	vbe_mode 102h, 800, 600, 4
	vbe_mode 103h, 800, 600, 8
	vbe_mode 104h, 1024, 768, 4
	vbe_mode 105h, 1024, 768, 8
	vbe_mode 106h, 1280, 1024, 4
	vbe_mode 107h, 1280, 1024, 8
	vbe_mode 10Dh, 320, 200, 15
	vbe_mode 10Eh, 320, 200, 16
	vbe_mode 10Fh, 320, 200, 24
	vbe_mode 110h, 640, 480, 15
	vbe_mode 111h, 640, 480, 16
	vbe_mode 112h, 640, 480, 24
	vbe_mode 113h, 800, 600, 15
	vbe_mode 114h, 800, 600, 16
	vbe_mode 115h, 800, 600, 24
	vbe_mode 116h, 1024, 768, 15
	vbe_mode 117h, 1024, 768, 16
	vbe_mode 118h, 1024, 768, 24
	vbe_mode 119h, 1280, 1024, 15
	vbe_mode 11Ah, 1280, 1024, 16
	vbe_mode 11Bh, 1280, 1024, 24
	vbe_mode 11Ch, 1600, 1200, 8
	vbe_mode 11Dh, 1600, 1200, 15
	vbe_mode 11Eh, 1600, 1200, 16
	vbe_mode 11Fh, 1600, 1200, 24
	vbe_mode 140h, 320, 200, 32
	vbe_mode 141h, 640, 400, 32
	vbe_mode 142h, 640, 480, 32
	vbe_mode 143h, 800, 600, 32
	vbe_mode 144h, 1024, 768, 32
	vbe_mode 145h, 1280, 1024, 32
	vbe_mode 146h, 320, 200, 8
	vbe_mode 147h, 1600, 1200, 32
	vbe_mode 148h, 1152, 864, 8
	vbe_mode 149h, 1152, 864, 15
	vbe_mode 14Ah, 1152, 864, 16
	vbe_mode 14Bh, 1152, 864, 24
	vbe_mode 14Ch, 1152, 864, 32
	vbe_mode 14Dh, 640, 400, 15
	vbe_mode 14Eh, 640, 400, 16
	vbe_mode 14Fh, 640, 400, 24
vbe_modes_end:

; Text modes 108h-10Ch: columns, rows, character height
vbe_text_modes:
	db	80, 60, 8
	db	132, 25, 16
	db	132, 43, 8
	db	132, 50, 8
	db	132, 60, 8

vbe_oem:	db	"ochenta VGA BIOS", 0
vbe_vendor:	db	"ochenta", 0
vbe_product:	db	"Bochs display interface", 0
vbe_revision:	db	"1.0", 0

; AX = mode number; out carry clear and SI = entry
vbe_find_mode:
	mov	si, vbe_modes
.next:
	cmp	ax, [cs:si]
	je	.found
	add	si, VBE_ENTRY
	cmp	si, vbe_modes_end
	jb	.next
	stc
	ret
.found:
	call	vbe_fits
	ret

; SI = entry; out AX = bytes in a scan line
vbe_line_bytes:
	push	dx
	movzx	ax, byte [cs:si + 6]
	cmp	al, 4
	mov	dx, [cs:si + 2]
	je	.planar
	add	ax, 7
	shr	ax, 3
	mul	dx
	pop	dx
	ret
.planar:
	mov	ax, dx
	shr	ax, 3
	pop	dx
	ret

; SI = entry; carry set if video memory is too small. Out ECX = bytes that the picture takes of each plane.
vbe_fits:
	push	eax
	push	edx
	call	vbe_line_bytes
	movzx	ecx, ax
	movzx	eax, word [cs:si + 4]
	imul	ecx, eax
	call	vbe_memory		; EAX = bytes
	cmp	byte [cs:si + 6], 4
	jne	.packed
	shr	eax, 2
.packed:
	cmp	eax, ecx
	pop	edx
	pop	eax
	ret

; EAX = bytes of video memory
vbe_memory:
	mov	al, DISPI_MEMORY
	call	dispi_read
	movzx	eax, ax
	shl	eax, 16
	ret

; AL=00h: ES:DI = information block, 512 bytes if it holds "VBE2", else 256
vbe_info:
	mov	di, [bp + F_DI]
	mov	edx, [es:di]
	mov	eax, "VESA"
	stosd
	mov	ax, 0200h
	stosw
	mov	ax, vbe_oem
	stosw
	mov	ax, cs
	stosw
	mov	eax, 1			; the DAC can have 8 bits
	stosd
	mov	ax, [bp + F_DI]		; the mode list follows in the block
	add	ax, 22h
	stosw
	mov	ax, es
	stosw
	mov	al, DISPI_MEMORY
	call	dispi_read
	stosw
	xor	eax, eax
	mov	cx, 14 / 2
	rep	stosw
	cmp	edx, "VBE2"
	jne	.modes
	mov	di, [bp + F_DI]
	add	di, 14h
	mov	ax, 0100h		; revision of this BIOS
	stosw
	mov	ax, vbe_vendor
	stosw
	mov	ax, cs
	stosw
	mov	ax, vbe_product
	stosw
	mov	ax, cs
	stosw
	mov	ax, vbe_revision
	stosw
	mov	ax, cs
	stosw
.modes:
	mov	si, vbe_modes
.next:
	call	vbe_fits
	jc	.skip
	mov	ax, [cs:si]
	stosw
.skip:
	add	si, VBE_ENTRY
	cmp	si, vbe_modes_end
	jb	.next
	mov	ax, VBE_TEXT_FIRST
	mov	cx, VBE_TEXT_COUNT
.text:
	stosw
	inc	ax
	loop	.text
	mov	ax, 0FFFFh
	stosw
	clc
	ret

; Size and position of red, green, blue, reserved
vbe_fields_15:	db	5, 10, 5, 5, 5, 0, 1, 15
vbe_fields_16:	db	5, 11, 6, 5, 5, 0, 0, 0
vbe_fields_24:	db	8, 16, 8, 8, 8, 0, 0, 0
vbe_fields_32:	db	8, 16, 8, 8, 8, 0, 8, 24
vbe_fields_none: times 8 db 0

; BX = bits a pixel; out BX = address of its fields
vbe_fields:
	cmp	bl, 15
	mov	bx, vbe_fields_15
	je	.done
	jb	.none
	cmp	byte [cs:si + 6], 24
	mov	bx, vbe_fields_24
	je	.done
	mov	bx, vbe_fields_32
	ja	.done
	mov	bx, vbe_fields_16
	ret
.none:
	mov	bx, vbe_fields_none
.done:
	ret

; AL=01h: CX = mode, ES:DI = 256 bytes
vbe_mode_info:
	mov	ax, cx
	and	ax, 1FFh
	mov	di, [bp + F_DI]
	sub	ax, VBE_TEXT_FIRST
	cmp	ax, VBE_TEXT_COUNT
	jb	vbe_text_info
	add	ax, VBE_TEXT_FIRST
	call	vbe_find_mode
	jc	.bad
	push	ecx
	call	vbe_clear_info
	mov	ax, 009Fh		; supported, extended, TTY, colour, graphics, linear buffer
	cmp	byte [cs:si + 6], 4
	jne	.attributes
	mov	al, 1Fh
.attributes:
	mov	[es:di], ax
	mov	word [es:di + 2], 7	; window A readable, writable
	mov	word [es:di + 4], 64
	mov	word [es:di + 6], 64
	mov	word [es:di + 8], 0A000h
	mov	word [es:di + 0Ch], vbe_far_window
	mov	[es:di + 0Eh], cs
	call	vbe_line_bytes
	mov	[es:di + 10h], ax
	mov	ax, [cs:si + 2]
	mov	[es:di + 12h], ax
	mov	ax, [cs:si + 4]
	mov	[es:di + 14h], ax
	mov	word [es:di + 16h], 1008h	; characters 8x16
	mov	bl, [cs:si + 6]
	mov	[es:di + 19h], bl
	mov	byte [es:di + 1Ah], 1	; banks
	mov	ax, 0301h		; planes, memory model: planar, packed, direct colour
	mov	al, 4
	cmp	bl, 4
	je	.model
	mov	ax, 0401h
	cmp	bl, 8
	je	.model
	mov	ax, 0601h
.model:
	mov	[es:di + 18h], al
	mov	[es:di + 1Bh], ah
	pop	ecx
	call	vbe_memory
	cmp	bl, 4
	jne	.pages
	shr	eax, 2
.pages:
	xor	edx, edx
	div	ecx
	dec	ax
	cmp	ax, 255
	jbe	.page_count
	mov	al, 255
.page_count:
	mov	[es:di + 1Dh], al
	mov	byte [es:di + 1Eh], 1
	push	di
	push	si
	call	vbe_fields
	add	di, 1Fh
	mov	si, bx
	mov	cx, 8
.field:
	cs lodsb
	stosb
	loop	.field
	pop	si
	pop	di
	cmp	byte [cs:si + 6], 4
	je	.done
	call	vbe_frame_buffer
	mov	[es:di + 28h], eax
.done:
	clc
.bad:
	ret

; ES:DI = 256 bytes of zero. Keeps all.
vbe_clear_info:
	push	eax
	push	cx
	push	di
	xor	eax, eax
	mov	cx, 64
	rep	stosd
	pop	di
	pop	cx
	pop	eax
	ret

; AX = text mode - 108h
vbe_text_info:
	call	vbe_clear_info
	mov	bx, ax
	add	bx, ax
	add	bx, ax
	mov	word [es:di], 0Fh
	mov	byte [es:di + 2], 7
	mov	word [es:di + 4], 32
	mov	word [es:di + 6], 32
	mov	word [es:di + 8], 0B800h
	movzx	ax, byte [cs:vbe_text_modes + bx]
	mov	[es:di + 12h], ax
	shl	ax, 1
	mov	[es:di + 10h], ax
	movzx	ax, byte [cs:vbe_text_modes + bx + 1]
	mov	[es:di + 14h], ax
	mov	al, 8
	mov	ah, [cs:vbe_text_modes + bx + 2]
	mov	[es:di + 16h], ax
	mov	word [es:di + 18h], 0404h	; planes, bits
	mov	byte [es:di + 1Ah], 1
	mov	byte [es:di + 1Eh], 1
	clc
	ret

; EAX = physical address of the linear frame buffer: BAR0 of 1234:1111 on PCI bus 0, or where it is without PCI
PCI_ADDRESS	equ 0CF8h
PCI_DATA	equ 0CFCh
VBE_ISA_LFB	equ 0E0000000h
vbe_frame_buffer:
	push	ebx
	push	cx
	push	dx
	mov	dx, PCI_ADDRESS
	in	eax, dx
	push	eax
	mov	ebx, 80000000h
	mov	cx, 256
.next:
	mov	dx, PCI_ADDRESS
	mov	eax, ebx
	out	dx, eax
	mov	dx, PCI_DATA
	in	eax, dx
	cmp	eax, 11111234h
	je	.found
	add	ebx, 100h
	loop	.next
.isa:
	mov	ebx, VBE_ISA_LFB
	jmp	.restore
.found:
	mov	dx, PCI_ADDRESS
	lea	eax, [ebx + 10h]
	out	dx, eax
	mov	dx, PCI_DATA
	in	eax, dx
	and	eax, 0FFFFFFF0h
	jz	.isa
	mov	ebx, eax
.restore:
	mov	dx, PCI_ADDRESS
	pop	eax
	out	dx, eax
	mov	eax, ebx
	pop	dx
	pop	cx
	pop	ebx
	ret

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

%include "edid.asm"
%include "vbepm.asm"
	cpu	8086
