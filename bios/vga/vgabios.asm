; vgabios.asm: the VGA BIOS: option ROM header, power-on code, INT 10h dispatcher.
; IBM PS/2 and PC BIOS Interface Technical Reference, INT 10h; PCI Firmware 3.0 chapter 5 (ROM header);
; VESA VBE Core Functions 2.0 in vbe.asm. Everything but VBE runs on an 8086.
;
; Conventions: a handler gets the caller's registers, except DS = BIOS data area, DI destroyed and
; BP = the frame of saved registers. It may change anything; results are written into the frame.

	cpu	8086
	bits	16
	org	0

ROM_SIZE	equ 8000h

; The frame that the dispatcher builds
F_AX	equ 0
F_AL	equ 0
F_AH	equ 1
F_BX	equ 2
F_BL	equ 2
F_BH	equ 3
F_CX	equ 4
F_CL	equ 4
F_CH	equ 5
F_DX	equ 6
F_DL	equ 6
F_DH	equ 7
F_SI	equ 8
F_DI	equ 10
F_BP	equ 12
F_DS	equ 14
F_ES	equ 16

; BIOS data area, segment 40h
BDA		equ 40h
B_EQUIP		equ 10h		; equipment: bits 4-5 initial video mode
B_MODE		equ 49h
B_COLS		equ 4Ah
B_PAGE_SIZE	equ 4Ch
B_PAGE_START	equ 4Eh
B_CURSOR	equ 50h		; 8 words: column, row of each page
B_CURSOR_TYPE	equ 60h		; end line, start line
B_PAGE		equ 62h
B_CRTC		equ 63h
B_MODE_SELECT	equ 65h
B_CGA_PALETTE	equ 66h
B_TICKS		equ 6Ch
B_ROWS		equ 84h		; rows - 1
B_CHAR_HEIGHT	equ 85h
B_CONTROL	equ 87h		; bit 7 screen not cleared, 6-5 memory, 3 inactive, 1 monochrome, 0 no cursor emulation
B_SWITCHES	equ 88h
B_OPTIONS	equ 89h		; bits 7,4 scan lines, 3 keep palette, 2 mono, 1 gray, 0 VGA active
B_DCC		equ 8Ah
B_SAVE_PTR	equ 0A8h
B_VBE_MODE	equ 0BAh	; VBE mode number, or 0 in a standard mode (our own use of a reserved word)

; VGA ports
MISC_WRITE	equ 3C2h
MISC_READ	equ 3CCh
ATTR		equ 3C0h
SEQ		equ 3C4h
PEL_MASK	equ 3C6h
PEL_READ	equ 3C7h
PEL_WRITE	equ 3C8h
PEL_DATA	equ 3C9h
GRAPH		equ 3CEh
CRTC_MONO	equ 3B4h
CRTC_COLOUR	equ 3D4h

; Kinds of video memory, from mode_kind
KIND_TEXT	equ 0
KIND_CGA4	equ 2		; two bits a pixel, two banks of lines
KIND_CGA2	equ 4		; one bit a pixel, two banks of lines
KIND_PLANAR	equ 6
KIND_LINEAR	equ 8		; one byte a pixel, 320 wide
KIND_VBE	equ 10		; any VBE graphics mode

	db	55h, 0AAh
	db	ROM_SIZE / 512
	jmp	near init
	times	18h - ($ - $$) db 0
	dw	pcir
	times	1Eh - ($ - $$) db 0
	db	"IBM VGA compatible, ochenta VGA BIOS", 0

	align	4, db 0
pcir:	db	"PCIR"
	dw	1234h, 1111h		; vendor, device
	dw	0			; no vital product data
	dw	pcir_end - pcir
	db	0			; revision of this structure
	db	0, 0, 3			; class 03 00 00: VGA display
	dw	ROM_SIZE / 512
	dw	1			; revision of the code
	db	0			; x86 code
	db	80h			; last image
	dw	0
pcir_end:

; Called far by the system BIOS at power-on.
init:
	push	ax
	push	bx
	push	cx
	push	dx
	push	si
	push	di
	push	ds
	push	es
	pushf
	cld
	cli
	mov	dx, 46E8h		; wake the adapter: setup, index, enable
	mov	al, 16h
	out	dx, al
	mov	dx, 102h
	mov	al, 1
	out	dx, al
	mov	dx, 46E8h
	mov	al, 0Eh
	out	dx, al
	mov	dx, 3C3h
	mov	al, 1
	out	dx, al

	xor	ax, ax
	mov	ds, ax
	push	cs
	pop	es
	mov	ax, [10h * 4]		; the planar handler stays reachable as INT 42h
	mov	bx, [10h * 4 + 2]
	mov	cx, cs
	cmp	bx, cx
	je	.hooked
	mov	[42h * 4], ax
	mov	[42h * 4 + 2], bx
.hooked:
	mov	word [10h * 4], int10
	mov	[10h * 4 + 2], cs
	mov	word [6Dh * 4], int10
	mov	[6Dh * 4 + 2], cs
	mov	word [1Dh * 4], crtc_init_table
	mov	[1Dh * 4 + 2], cs
	mov	word [1Fh * 4], font8 + 128 * 8
	mov	[1Fh * 4 + 2], cs
	mov	word [43h * 4], font8
	mov	[43h * 4 + 2], cs

	mov	ax, BDA
	mov	ds, ax
	and	byte [B_EQUIP], 0CFh
	or	byte [B_EQUIP], 20h	; 80x25 colour
	mov	byte [B_CONTROL], 60h	; 256K, cursor emulation on
	mov	byte [B_SWITCHES], 0F9h
	mov	byte [B_OPTIONS], 11h	; 400 lines, VGA active
	mov	byte [B_DCC], DCC_INDEX_COLOUR
	mov	word [B_SAVE_PTR], save_pointers
	mov	[B_SAVE_PTR + 2], cs
	mov	word [B_VBE_MODE], 0
	mov	ax, 3
	int	10h
	popf
	pop	es
	pop	ds
	pop	di
	pop	si
	pop	dx
	pop	cx
	pop	bx
	pop	ax
	retf

int10:
	sti
	cld
	push	es
	push	ds
	push	bp
	push	di
	push	si
	push	dx
	push	cx
	push	bx
	push	ax
	mov	bp, sp
	cmp	ah, 4Fh
	je	.vbe
	cmp	ah, (dispatch_end - dispatch) / 2
	jae	.out
	mov	al, ah
	xor	ah, ah
	shl	ax, 1
	mov	di, ax
	mov	ax, BDA
	mov	ds, ax
	mov	ax, [bp + F_AX]
	call	[cs:dispatch + di]
.out:
	pop	ax
	pop	bx
	pop	cx
	pop	dx
	pop	si
	pop	di
	pop	bp
	pop	ds
	pop	es
	iret
.vbe:
	mov	di, BDA
	mov	ds, di
	call	vbe_entry
	jmp	.out

dispatch:
	dw	set_mode		; 00h
	dw	set_cursor_type		; 01h
	dw	set_cursor_pos		; 02h
	dw	get_cursor_pos		; 03h
	dw	read_light_pen		; 04h
	dw	set_page		; 05h
	dw	scroll_up		; 06h
	dw	scroll_down		; 07h
	dw	read_char		; 08h
	dw	write_char_attr		; 09h
	dw	write_char_only		; 0Ah
	dw	set_cga_palette		; 0Bh
	dw	write_dot		; 0Ch
	dw	read_dot		; 0Dh
	dw	write_tty		; 0Eh
	dw	get_mode		; 0Fh
	dw	palette_functions	; 10h
	dw	font_functions		; 11h
	dw	alternate_select	; 12h
	dw	write_string		; 13h
	dw	nothing, nothing, nothing, nothing, nothing, nothing	; 14h-19h
	dw	display_combination	; 1Ah
	dw	get_state_info		; 1Bh
	dw	save_restore_state	; 1Ch
dispatch_end:

; AH=04h: there is no light pen.
read_light_pen:
	mov	byte [bp + F_AH], 0
nothing:
	ret

%include "mode.asm"
%include "text.asm"
%include "graphics.asm"
%include "palette.asm"
%include "font.asm"
%include "info.asm"
%include "state.asm"
%include "vbe.asm"
%include "vbetext.asm"
%include "params.asm"

	align	16, db 0
font8:
%include "font8_full.inc"
font14:
%include "font14.inc"
font16:
%include "font16.inc"

	times	ROM_SIZE - 16 - ($ - $$) db 0FFh
	db	"ochenta VGA   "
	db	0, 0			; romsum puts the checksum into the last byte
