; boot.asm: the demo floppy: boot sector, program, FAT12 with a README. 360K: 40 cylinders, 2 heads, 9 sectors.
; The program lies in the reserved sectors and is loaded to 0000:8000. Runs on an 8086.

	cpu	8086
	bits	16
	org	7C00h

LOAD		equ 8000h
SECTORS		equ 9
HEADS		equ 2
TOTAL		equ 720
FAT_SECTORS	equ 2
ROOT_ENTRIES	equ 112

boot:
	jmp	short start
	nop
	db	"ochenta "
	dw	512			; bytes a sector
	db	2			; sectors a cluster
	dw	1 + program_sectors	; reserved
	db	2			; FATs
	dw	ROOT_ENTRIES
	dw	TOTAL
	db	0FDh			; 360K
	dw	FAT_SECTORS
	dw	SECTORS
	dw	HEADS
	dd	0, 0
	db	0, 0, 29h
	dd	80808080h
	db	"OCHENTA    "
	db	"FAT12   "

start:
	cli
	cld
	xor	ax, ax
	mov	ds, ax
	mov	ss, ax
	mov	sp, 7C00h
	sti
	mov	[drive], dl
	mov	si, 1			; next sector
	mov	di, program_sectors
	mov	bp, LOAD >> 4		; segment to load to
.read:
	mov	ax, si
	xor	dx, dx
	mov	cx, SECTORS
	div	cx			; AX = track, DX = sector - 1
	sub	cx, dx			; to the end of the track
	cmp	cx, di
	jbe	.count
	mov	cx, di
.count:
	mov	bx, bp			; DMA cannot cross 64K
	neg	bx
	and	bx, 0FFFh
	jz	.clear
	push	cx
	mov	cl, 5
	shr	bx, cl			; sectors up to there
	pop	cx
	cmp	cx, bx
	jbe	.clear
	mov	cx, bx
.clear:
	mov	bx, cx
	mov	cl, dl
	inc	cl
	mov	dh, al
	and	dh, 1
	shr	al, 1
	mov	ch, al
	mov	dl, [drive]
	mov	[count], bl
	mov	byte [tries], 4
.try:
	mov	al, [count]
	mov	ah, 2
	mov	es, bp
	xor	bx, bx
	push	bp
	push	si
	push	di
	int	13h
	pop	di
	pop	si
	pop	bp
	jnc	.good
	xor	ah, ah			; reset and try again
	int	13h
	dec	byte [tries]
	jnz	.try
	mov	si, text_error
.print:
	lodsb
	or	al, al
	jz	.halt
	mov	ah, 0Eh
	mov	bx, 7
	int	10h
	jmp	.print
.halt:
	hlt
	jmp	.halt
.good:
	mov	al, [count]
	xor	ah, ah
	add	si, ax
	sub	di, ax
	mov	cl, 5
	shl	ax, cl
	add	bp, ax
	or	di, di
	jnz	.read
	mov	dl, [drive]
	jmp	0:LOAD

text_error:	db	"The demo floppy cannot be read.", 13, 10, 0
drive:		db	0
count:		db	0
tries:		db	0
	times	510 - ($ - $$) db 0
	dw	0AA55h

program:
	incbin	"program.bin"
program_end:
program_sectors	equ (program_end - program + 511) / 512
	times	program_sectors * 512 - (program_end - program) db 0

; FAT12: the README takes clusters 2 on; a cluster is 1024 bytes
readme_clusters	equ (readme_end - readme + 1023) / 1024
%macro fat 0
%%start:
	db	0FDh, 0FFh, 0FFh
	db	03h, 0F0h, 0FFh		; clusters 2 -> 3 -> end
	times	FAT_SECTORS * 512 - ($ - %%start) db 0
%endmacro
	fat
	fat
root:
	db	"OCHENTA    ", 8
	times	10 db 0
	dw	0, 5821h		; 2024-01-01
	dw	0
	dd	0
	db	"README  TXT", 1
	times	10 db 0
	dw	0, 5821h
	dw	2
	dd	readme_end - readme
	times	ROOT_ENTRIES * 32 - ($ - root) db 0
readme:
	incbin	"readme.txt"
readme_end:
	times	2048 - (readme_end - readme) db 0
%if readme_clusters != 2
%error "the FAT says that readme.txt has two clusters"
%endif
	times	TOTAL * 512 - ($ - $$) db 0
