; edid.asm: what the monitor says of itself: EDID 1.3, 128 bytes, up to 1600x1200 at 60 Hz.
; VESA Enhanced EDID Standard, Release A, section 3.

; detailed timing: pixel clock in 10 kHz, h active, h blank, v active, v blank, h front, h sync, v front, v sync
%macro edid_timing 9
	dw	%1
	db	%2 & 0FFh, %3 & 0FFh, ((%2 >> 8) << 4) | (%3 >> 8)
	db	%4 & 0FFh, %5 & 0FFh, ((%4 >> 8) << 4) | (%5 >> 8)
	db	%6 & 0FFh, %7 & 0FFh, ((%8 & 0Fh) << 4) | (%9 & 0Fh)
	db	((%6 >> 8) << 6) | ((%7 >> 8) << 4) | ((%8 >> 4) << 2) | (%9 >> 4)
	db	400 & 0FFh, 300 & 0FFh, ((400 >> 8) << 4) | (300 >> 8)	; 400 mm x 300 mm
	db	0, 0			; no borders
	db	1Eh			; separate syncs, both positive
%endmacro
; standard timing: width, aspect (1: 4:3, 2: 5:4), refresh rate
%macro edid_standard 3
	db	%1 / 8 - 31, (%2 << 6) | (%3 - 60)
%endmacro

edid:
	db	0, 0FFh, 0FFh, 0FFh, 0FFh, 0FFh, 0FFh, 0
	db	3Ch, 68h		; manufacturer "OCH": five bits a letter
	dw	0001h			; product
	dd	0			; serial number
	db	1, 34			; week 1 of 2024
	db	1, 3			; EDID 1.3
	db	0Ch			; analog, 0.7/0.3 V, separate and composite sync
	db	40, 30			; cm
	db	120			; gamma 2.2
	db	0EAh			; standby, suspend, off; RGB; preferred timing first
	db	0EEh, 91h, 0A3h, 54h, 4Ch, 99h, 26h, 0Fh, 50h, 54h	; sRGB colours
	db	21h, 8, 0		; 640x480@60, 800x600@60, 1024x768@60
	edid_standard 640, 1, 60
	edid_standard 800, 1, 60
	edid_standard 1024, 1, 60
	edid_standard 1152, 1, 75
	edid_standard 1280, 2, 60
	edid_standard 1600, 1, 60
	db	1, 1, 1, 1		; unused
	edid_timing 6500, 1024, 320, 768, 38, 24, 136, 3, 6	; preferred: 1024x768 at 60 Hz
	edid_timing 16200, 1600, 560, 1200, 50, 64, 192, 1, 3	; 1600x1200 at 60 Hz
	db	0, 0, 0, 0FDh, 0	; limits: 50-85 Hz, 24-85 kHz, 180 MHz
	db	50, 85, 24, 85, 18, 0, 0Ah, "      "
	db	0, 0, 0, 0FCh, 0	; name
	db	"ochenta CRT", 0Ah, " "
	db	0			; extensions
	db	78h			; all 128 bytes sum up to zero
%if ($ - edid) != 128
%error EDID must have 128 bytes
%endif
