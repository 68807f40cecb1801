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

%include "vbemode.asm"
%include "vbecontrol.asm"
%include "edid.asm"
%include "vbepm.asm"
	cpu	8086
