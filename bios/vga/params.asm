; params.asm: the tables of the VGA BIOS: the video parameter table with the registers of every standard mode,
; the save pointer table, the display combination and static functionality tables.
; IBM PS/2 and PC BIOS Interface Technical Reference, "Video parameter table" and "Save pointer table";
; IBM VGA Technical Reference, register values of the modes.

; Horizontal timing, CRTC 00h-05h
%define H_80	5Fh, 4Fh, 50h, 82h, 55h, 81h
%define H_40	2Dh, 27h, 28h, 90h, 2Bh, 0A0h
%define H_80G	5Fh, 4Fh, 50h, 82h, 54h, 80h
%define H_40G	2Dh, 27h, 28h, 90h, 2Bh, 80h
; Vertical timing: CRTC 06h-07h, 10h-12h, 15h-16h
%define VT_350	0BFh, 1Fh
%define VS_350	83h, 85h, 5Dh
%define VB_350	63h, 0BAh
%define VT_400	0BFh, 1Fh
%define VS_400	9Ch, 8Eh, 8Fh
%define VB_400	96h, 0B9h
%define VT_480	0Bh, 3Eh
%define VS_480	0EAh, 8Ch, 0DFh
%define VB_480	0E7h, 04h

; crtc h, v, maximum scan line, cursor start, cursor end, offset, underline, mode control
%macro crtc 8
	db	H_%1
	db	VT_%2, 0, %3, %4, %5, 0, 0, 0, 0
	db	VS_%2, %6, %7
	db	VB_%2, %8, 0FFh
%endmacro

%define ATTR_CGA	0, 1, 2, 3, 4, 5, 6, 7, 10h, 11h, 12h, 13h, 14h, 15h, 16h, 17h
%define ATTR_EGA	0, 1, 2, 3, 4, 5, 14h, 7, 38h, 39h, 3Ah, 3Bh, 3Ch, 3Dh, 3Eh, 3Fh
%define ATTR_MONO	0, 8, 8, 8, 8, 8, 8, 8, 10h, 18h, 18h, 18h, 18h, 18h, 18h, 18h
%define ATTR_MONO_GR	0, 8, 0, 0, 18h, 18h, 0, 0, 0, 8, 0, 0, 0, 18h, 0, 0
%define ATTR_4COLOUR	0, 13h, 15h, 17h, 2, 4, 6, 7, 10h, 11h, 12h, 13h, 14h, 15h, 16h, 17h
%define ATTR_2COLOUR	0, 17h, 17h, 17h, 17h, 17h, 17h, 17h, 17h, 17h, 17h, 17h, 17h, 17h, 17h, 17h
%define ATTR_2VGA	0, 3Fh, 3Fh, 3Fh, 3Fh, 3Fh, 3Fh, 3Fh, 3Fh, 3Fh, 3Fh, 3Fh, 3Fh, 3Fh, 3Fh, 3Fh
%define ATTR_256	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0Ah, 0Bh, 0Ch, 0Dh, 0Eh, 0Fh

; graphics controller: mode, miscellaneous, colour don't care
%macro graph 3
	db	0, 0, 0, 0, 0, %1, %2, %3, 0FFh
%endmacro

; One entry, 64 bytes: columns, rows - 1, character height, page size; sequencer 1-4; miscellaneous output;
; CRTC 00h-18h; attribute controller 00h-13h; graphics controller 00h-08h.
PARAM_SEQ	equ 5
PARAM_MISC	equ 9
PARAM_CRTC	equ 10
PARAM_ATTR	equ 35
PARAM_GRAPH	equ 55

; text200 columns-kind: modes 0-3 at 200 lines
%macro text40_200 0
	db	40, 24, 8
	dw	0800h
	db	09h, 03h, 00h, 02h, 63h
	crtc	40, 400, 0C7h, 6, 7, 14h, 1Fh, 0A3h
	db	ATTR_CGA, 08h, 0, 0Fh, 0
	graph	10h, 0Eh, 0
%endmacro
%macro text80_200 0
	db	80, 24, 8
	dw	1000h
	db	01h, 03h, 00h, 02h, 63h
	crtc	80, 400, 0C7h, 6, 7, 28h, 1Fh, 0A3h
	db	ATTR_CGA, 08h, 0, 0Fh, 0
	graph	10h, 0Eh, 0
%endmacro
%macro text40_350 0
	db	40, 24, 14
	dw	0800h
	db	09h, 03h, 00h, 02h, 0A3h
	crtc	40, 350, 4Dh, 0Bh, 0Ch, 14h, 1Fh, 0A3h
	db	ATTR_EGA, 08h, 0, 0Fh, 0
	graph	10h, 0Eh, 0
%endmacro
%macro text80_350 0
	db	80, 24, 14
	dw	1000h
	db	01h, 03h, 00h, 02h, 0A3h
	crtc	80, 350, 4Dh, 0Bh, 0Ch, 28h, 1Fh, 0A3h
	db	ATTR_EGA, 08h, 0, 0Fh, 0
	graph	10h, 0Eh, 0
%endmacro
%macro text_mono_350 0
	db	80, 24, 14
	dw	1000h
	db	00h, 03h, 00h, 03h, 0A2h
	crtc	80, 350, 4Dh, 0Bh, 0Ch, 28h, 0Dh, 0A3h
	db	ATTR_MONO, 0Eh, 0, 0Fh, 8
	graph	10h, 0Ah, 0
%endmacro
%macro cga4 0
	db	40, 24, 8
	dw	4000h
	db	09h, 03h, 00h, 02h, 63h
	crtc	40G, 400, 0C1h, 0, 0, 14h, 0, 0A2h
	db	ATTR_4COLOUR, 01h, 0, 03h, 0
	graph	30h, 0Fh, 0
%endmacro
%macro cga2 0
	db	80, 24, 8
	dw	4000h
	db	01h, 01h, 00h, 06h, 63h
	crtc	80G, 400, 0C1h, 0, 0, 28h, 0, 0C2h
	db	ATTR_2COLOUR, 01h, 0, 01h, 0
	graph	00h, 0Dh, 0
%endmacro
%macro ega0d 0
	db	40, 24, 8
	dw	2000h
	db	09h, 0Fh, 00h, 06h, 63h
	crtc	40G, 400, 0C0h, 0, 0, 14h, 0, 0E3h
	db	ATTR_CGA, 01h, 0, 0Fh, 0
	graph	00h, 05h, 0Fh
%endmacro
%macro ega0e 0
	db	80, 24, 8
	dw	4000h
	db	01h, 0Fh, 00h, 06h, 63h
	crtc	80G, 400, 0C0h, 0, 0, 28h, 0, 0E3h
	db	ATTR_CGA, 01h, 0, 0Fh, 0
	graph	00h, 05h, 0Fh
%endmacro
%macro ega0f 0
	db	80, 24, 14
	dw	8000h
	db	01h, 0Fh, 00h, 06h, 0A2h
	crtc	80G, 350, 40h, 0, 0, 28h, 0Fh, 0E3h
	db	ATTR_MONO_GR, 0Bh, 0, 05h, 0
	graph	00h, 05h, 05h
%endmacro
%macro ega10 0
	db	80, 24, 14
	dw	8000h
	db	01h, 0Fh, 00h, 06h, 0A3h
	crtc	80G, 350, 40h, 0, 0, 28h, 0Fh, 0E3h
	db	ATTR_EGA, 01h, 0, 0Fh, 0
	graph	00h, 05h, 0Fh
%endmacro

	align	2, db 0
param_table:
	text40_200		; 00h: modes 0-3, 200 lines
	text40_200
	text80_200
	text80_200
	cga4			; 04h: modes 4-6
	cga4
	cga2
	text_mono_350		; 07h: mode 7
	times 5 * 64 db 0	; 08h-0Ch: not used by a VGA
	ega0d			; 0Dh
	ega0e			; 0Eh
	ega0f			; 0Fh, 10h: EGA with 64K; a VGA has 256K
	ega10
	ega0f			; 11h: mode 0Fh
	ega10			; 12h: mode 10h
	text40_350		; 13h: modes 0-3, 350 lines
	text40_350
	text80_350
	text80_350
	; 17h: modes 0 and 1, 400 lines
	db	40, 24, 16
	dw	0800h
	db	08h, 03h, 00h, 02h, 67h
	crtc	40, 400, 4Fh, 0Dh, 0Eh, 14h, 1Fh, 0A3h
	db	ATTR_EGA, 0Ch, 0, 0Fh, 8
	graph	10h, 0Eh, 0
	; 18h: modes 2 and 3, 400 lines
	db	80, 24, 16
	dw	1000h
	db	00h, 03h, 00h, 02h, 67h
	crtc	80, 400, 4Fh, 0Dh, 0Eh, 28h, 1Fh, 0A3h
	db	ATTR_EGA, 0Ch, 0, 0Fh, 8
	graph	10h, 0Eh, 0
	; 19h: mode 7, 400 lines
	db	80, 24, 16
	dw	1000h
	db	00h, 03h, 00h, 02h, 66h
	crtc	80, 400, 4Fh, 0Dh, 0Eh, 28h, 0Fh, 0A3h
	db	ATTR_MONO, 0Eh, 0, 0Fh, 8
	graph	10h, 0Ah, 0
	; 1Ah: mode 11h
	db	80, 29, 16
	dw	0A000h
	db	01h, 0Fh, 00h, 06h, 0E3h
	crtc	80G, 480, 40h, 0, 0, 28h, 0, 0C3h
	db	ATTR_2VGA, 01h, 0, 0Fh, 0
	graph	00h, 05h, 01h
	; 1Bh: mode 12h
	db	80, 29, 16
	dw	0A000h
	db	01h, 0Fh, 00h, 06h, 0E3h
	crtc	80G, 480, 40h, 0, 0, 28h, 0, 0E3h
	db	ATTR_EGA, 01h, 0, 0Fh, 0
	graph	00h, 05h, 0Fh
	; 1Ch: mode 13h
	db	40, 24, 8
	dw	2000h
	db	01h, 0Fh, 00h, 0Eh, 63h
	crtc	80G, 400, 41h, 0, 0, 28h, 40h, 0A3h
	db	ATTR_256, 41h, 0, 0Fh, 0
	graph	40h, 05h, 0Fh
%if ($ - param_table) != 1Dh * 64
%error the video parameter table must have 1Dh entries
%endif

; What each mode 00h-13h is: kind, parameter index at 200, 350, 400 lines, default colours.
PAL_EGA		equ 0
PAL_CGA		equ 1
PAL_MONO	equ 2
PAL_256		equ 3
PAL_TEXT	equ 4		; EGA, or CGA at 200 lines
MODE_ENTRY	equ 5
%macro mode_entry 5
	db	%1, %2, %3, %4, %5
%endmacro
mode_table:
	mode_entry KIND_TEXT, 00h, 13h, 17h, PAL_TEXT
	mode_entry KIND_TEXT, 01h, 14h, 17h, PAL_TEXT
	mode_entry KIND_TEXT, 02h, 15h, 18h, PAL_TEXT
	mode_entry KIND_TEXT, 03h, 16h, 18h, PAL_TEXT
	mode_entry KIND_CGA4, 04h, 04h, 04h, PAL_CGA
	mode_entry KIND_CGA4, 05h, 05h, 05h, PAL_CGA
	mode_entry KIND_CGA2, 06h, 06h, 06h, PAL_CGA
	mode_entry KIND_TEXT, 19h, 07h, 19h, PAL_MONO
	times 5 * MODE_ENTRY db 0FFh
	mode_entry KIND_PLANAR, 0Dh, 0Dh, 0Dh, PAL_CGA
	mode_entry KIND_PLANAR, 0Eh, 0Eh, 0Eh, PAL_CGA
	mode_entry KIND_PLANAR, 11h, 11h, 11h, PAL_MONO
	mode_entry KIND_PLANAR, 12h, 12h, 12h, PAL_EGA
	mode_entry KIND_PLANAR, 1Ah, 1Ah, 1Ah, PAL_EGA
	mode_entry KIND_PLANAR, 1Bh, 1Bh, 1Bh, PAL_EGA
	mode_entry KIND_LINEAR, 1Ch, 1Ch, 1Ch, PAL_256

; What the CGA mode select register would hold, for BDA 40:65
mode_select_table:
	db	2Ch, 28h, 2Dh, 29h, 2Ah, 2Eh, 1Eh, 29h

; Colours of the 256-colour mode: sixteen grays, then nine wheels of 24 hues. A wheel mixes five levels.
gray_levels:
	db	00h, 05h, 08h, 0Bh, 0Eh, 11h, 14h, 18h, 1Ch, 20h, 24h, 28h, 2Dh, 32h, 38h, 3Fh
wheel_levels:
	db	00h, 10h, 1Fh, 2Fh, 3Fh
	db	1Fh, 27h, 2Fh, 37h, 3Fh
	db	2Dh, 31h, 36h, 3Ah, 3Fh
	db	00h, 07h, 0Eh, 15h, 1Ch
	db	0Eh, 11h, 15h, 18h, 1Ch
	db	14h, 16h, 18h, 1Ah, 1Ch
	db	00h, 04h, 08h, 0Ch, 10h
	db	08h, 0Ah, 0Ch, 0Eh, 10h
	db	0Bh, 0Ch, 0Dh, 0Fh, 10h
; One way around the wheel, levels of red, green, blue
wheel_steps:
	db	0,0,4, 1,0,4, 2,0,4, 3,0,4, 4,0,4, 4,0,3, 4,0,2, 4,0,1
	db	4,0,0, 4,1,0, 4,2,0, 4,3,0, 4,4,0, 3,4,0, 2,4,0, 1,4,0
	db	0,4,0, 0,4,1, 0,4,2, 0,4,3, 0,4,4, 0,3,4, 0,2,4, 0,1,4

; INT 1Dh: 6845 registers of a CGA and an MDA, for programs that look at them
crtc_init_table:
	db	38h, 28h, 2Dh, 0Ah, 1Fh, 6, 19h, 1Ch, 2, 7, 6, 7, 0, 0, 0, 0	; 40x25
	db	71h, 50h, 5Ah, 0Ah, 1Fh, 6, 19h, 1Ch, 2, 7, 6, 7, 0, 0, 0, 0	; 80x25
	db	38h, 28h, 2Dh, 0Ah, 7Fh, 6, 64h, 70h, 2, 1, 6, 7, 0, 0, 0, 0	; graphics
	db	61h, 50h, 52h, 0Fh, 19h, 6, 19h, 19h, 2, 0Dh, 0Bh, 0Ch, 0, 0, 0, 0	; monochrome
	dw	0800h, 1000h, 4000h, 4000h	; bytes of video memory of each
	db	40, 40, 80, 80, 40, 40, 80, 80	; columns of modes 0-7
	db	2Ch, 28h, 2Dh, 29h, 2Ah, 2Eh, 1Eh, 29h	; mode select of modes 0-7

	align	2, db 0
; BDA 40:A8 points here. Far pointers into this ROM are completed at run time by whoever reads them with our CS,
; so the segment must be the one that option ROMs of a VGA have.
ROM_SEGMENT	equ 0C000h
save_pointers:
	dw	param_table, ROM_SEGMENT
	dd	0			; dynamic save area
	dd	0			; text font override
	dd	0			; graphics font override
	dw	secondary_pointers, ROM_SEGMENT
	dd	0, 0
secondary_pointers:
	dw	1Ah			; length
	dw	dcc_table, ROM_SEGMENT
	dd	0			; second text font
	dd	0			; user palette
	dd	0, 0, 0

DCC_INDEX_COLOUR equ 1
DCC_INDEX_MONO	 equ 2
dcc_table:
	db	3, 1, 8, 0		; entries, version, highest display code
	db	0, 0			; none
	db	0, 8			; VGA with a colour display
	db	0, 7			; VGA with a monochrome display

; AH=1Bh: what this adapter can do
static_functionality:
	db	0FFh, 0E0h, 0Fh		; modes 00h-07h, 0Dh-0Fh, 10h-13h
	dd	0
	db	07h			; 200, 350, 400 lines
	db	2			; character blocks shown at once
	db	8			; character blocks
	db	0FFh			; all services of the first byte
	db	0Eh			; colour paging, display combination, blink control
	dw	0
	db	3Fh			; save pointer functions
	db	0
