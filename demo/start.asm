; start.asm: entry of the demo, the way into protected mode and back, calls of the BIOS, interrupt stubs.
; Intel 386 Programmer's Reference Manual, chapters 10 and 14 (initialization, switching modes).

	extern	demo_main, interrupt_entry, bss_start, bss_end
	global	start16, real_call, bios_regs, bios_call, facts, gdt, gdt_end, gdt_window, tss, interrupt_stubs, load_idt
	global	real_page, real_result, theme, log16

	section	.text16 progbits alloc exec write align=16
	cpu	8086
	bits	16

SEL_CODE	equ 08h
SEL_DATA	equ 10h
SEL_CODE16	equ 18h
SEL_DATA16	equ 20h
SEL_TSS		equ 30h

start16:
	cli
	cld
	xor	ax, ax
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	mov	sp, 7C00h
	sti
	call	serial_init
	mov	si, log_start
	call	log16
	call	find_cpu
	mov	[facts.cpu], al
	call	text_mode
	cmp	byte [facts.cpu], 3
	jae	.go
	jmp	old_cpu
.go:
	cpu	386
	call	gather_facts
	call	enable_a20
	mov	word [real_fn], .nothing
	cli
	xor	eax, eax
	mov	edi, bss_start
	lgdt	[gdt_pointer]
	mov	eax, cr0
	or	al, 1
	mov	cr0, eax
	jmp	dword SEL_CODE:.protected
.nothing:
	ret
	bits	32
.protected:
	mov	ax, SEL_DATA
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	xor	ax, ax
	mov	fs, ax
	mov	gs, ax
	mov	edi, bss_start
	mov	ecx, bss_end
	sub	ecx, edi
	xor	eax, eax
	rep	stosb
	mov	esp, stack_top
	mov	ax, SEL_TSS
	ltr	ax
	call	demo_main
.halt:
	hlt
	jmp	.halt

; void real_call(uint16_t function): run a real mode function. Paging must be off, the 8259s as the BIOS wants them.
real_call:
	pushad
	mov	eax, [esp + 36]
	mov	[real_fn], ax
	mov	[saved_esp], esp
	cli
	jmp	SEL_CODE16:.leave
	bits	16
.leave:
	mov	ax, SEL_DATA16		; limits and rights of real mode
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	mov	fs, ax
	mov	gs, ax
	mov	eax, cr0
	and	al, 0FEh
	mov	cr0, eax
	jmp	0:.real
.real:
	xor	ax, ax
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	mov	fs, ax
	mov	gs, ax
	mov	sp, 7C00h
	lidt	[ivt_pointer]
	sti
	cld
	call	[real_fn]
	cli
	xor	ax, ax
	mov	ds, ax
	lgdt	[gdt_pointer]
	mov	eax, cr0
	or	al, 1
	mov	cr0, eax
	jmp	dword SEL_CODE:.back
	bits	32
.back:
	mov	ax, SEL_DATA
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	xor	ax, ax
	mov	fs, ax
	mov	gs, ax
	mov	esp, [saved_esp]
	cld
	lidt	[idt_pointer]
	popad
	ret

; void load_idt(const void *table, uint16_t limit)
load_idt:
	mov	eax, [esp + 8]
	mov	[idt_pointer], ax
	mov	eax, [esp + 4]
	mov	[idt_pointer + 2], eax
	lidt	[idt_pointer]
	ret

; The interrupt stubs: each pushes an error code, if the processor did not, and its number.
%macro stub 1
stub_%1:
	%if %1 != 8 && (%1 < 10 || %1 > 14) && %1 != 17
	push	dword 0
	%endif
	push	dword %1
	jmp	near stub_common
%endmacro
%assign n 0
%rep 48
	stub	n
	%assign n n + 1
%endrep
stub_common:
	pushad
	push	ds
	push	es
	mov	ax, SEL_DATA
	mov	ds, ax
	mov	es, ax
	cld
	push	esp
	call	interrupt_entry
	add	esp, 4
	pop	es
	pop	ds
	popad
	add	esp, 8
	iretd

	align	4
interrupt_stubs:
%assign n 0
%rep 48
	dd	stub_ %+ n
	%assign n n + 1
%endrep

	bits	16

; INT bios_regs.number with the registers of bios_regs
bios_call:
	mov	al, [bios_regs.number]
	mov	[.int + 1], al
	jmp	short .flush		; the instruction below is new
.flush:
	mov	ax, [bios_regs.es]
	mov	es, ax
	mov	ax, [bios_regs.ax]
	mov	bx, [bios_regs.bx]
	mov	cx, [bios_regs.cx]
	mov	dx, [bios_regs.dx]
	mov	si, [bios_regs.si]
	mov	di, [bios_regs.di]
.int:
	int	0
	push	ds
	push	ax
	xor	ax, ax
	mov	ds, ax
	pop	ax
	pop	word [.scratch]
	mov	[bios_regs.ax], ax
	mov	[bios_regs.bx], bx
	mov	[bios_regs.cx], cx
	mov	[bios_regs.dx], dx
	mov	[bios_regs.si], si
	mov	[bios_regs.di], di
	mov	ax, es
	mov	[bios_regs.es], ax
	sbb	ax, ax
	mov	[bios_regs.carry], ax
	ret
.scratch:
	dw	0

; What real mode can find out for the pages in C
gather_facts:
	int	12h
	mov	[facts.base_kb], ax
	mov	ah, 88h
	xor	bx, bx
	int	15h
	jc	.no_extended
	mov	[facts.extended_kb], ax
.no_extended:
	mov	ax, 1130h		; 8x16 font
	mov	bh, 6
	push	bp
	push	es
	int	10h
	mov	[facts.font16], bp
	mov	[facts.font16 + 2], es
	mov	ax, 1130h		; 8x8 font
	mov	bh, 3
	int	10h
	mov	[facts.font8], bp
	mov	[facts.font8 + 2], es
	pop	es
	pop	bp
	ret

; By the BIOS, else by port 92h
enable_a20:
	mov	ax, 2401h
	int	15h
	in	al, 92h
	test	al, 2
	jnz	.done
	or	al, 2
	and	al, 0FEh
	out	92h, al
.done:
	ret

	cpu	8086

; AL = 0: 8086 or 80186, 2: 80286, 3: 386 or later. 8086: flags bits 12-15 stay set; 286: they stay clear.
find_cpu:
	pushf
	pop	ax
	mov	cx, ax
	and	ax, 0FFFh
	push	ax
	popf
	pushf
	pop	ax
	and	ax, 0F000h
	cmp	ax, 0F000h
	mov	dl, 0
	je	.done
	mov	ax, cx
	or	ax, 7000h
	push	ax
	popf
	pushf
	pop	ax
	mov	dl, 2
	test	ax, 7000h
	jz	.done
	mov	dl, 3
.done:
	push	cx
	popf
	mov	al, dl
	ret

; 80x25 with our colours, no blinking, no cursor
text_mode:
	mov	ax, 3
	int	10h
theme:
	mov	ax, 1002h
	mov	dx, palette_registers
	int	10h
	mov	ax, 1012h
	xor	bx, bx
	mov	cx, 16
	mov	dx, palette_colours
	int	10h
	mov	ax, 1003h
	xor	bx, bx
	int	10h
	mov	ah, 1
	mov	cx, 2000h
	int	10h
	ret

; COM1: 115200 8N1, polled
COM1	equ 3F8h
serial_init:
	mov	dx, COM1 + 3
	mov	al, 80h
	out	dx, al
	mov	dx, COM1
	mov	al, 1
	out	dx, al
	inc	dx
	mov	al, 0
	out	dx, al
	mov	dx, COM1 + 3
	mov	al, 3
	out	dx, al
	ret

; SI = text: to port E9h and COM1
log16:
	lodsb
	or	al, al
	jz	.done
	out	0E9h, al
	mov	ah, al
	mov	dx, COM1 + 5
	mov	cx, 0FFFFh
.wait:
	in	al, dx
	test	al, 20h
	jnz	.send
	loop	.wait
.send:
	mov	dx, COM1
	mov	al, ah
	out	dx, al
	jmp	log16
.done:
	ret

%include "realpage.asm"

log_start:	db	"demo: started", 10, 0

palette_registers:
	db	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0
palette_colours:			; 6 bits of red, green, blue
	db	2, 4, 10		; 0 night, the background
	db	7, 14, 28		; 1 bars
	db	20, 50, 33		; 2 green
	db	17, 44, 50		; 3 teal: frames
	db	52, 17, 24		; 4 red
	db	42, 32, 60		; 5 violet
	db	58, 37, 16		; 6 amber
	db	48, 51, 57		; 7 text
	db	23, 28, 38		; 8 dim
	db	20, 38, 63		; 9 blue
	db	33, 61, 40		; 10 light green
	db	31, 58, 63		; 11 light cyan
	db	63, 33, 36		; 12 light red
	db	63, 42, 56		; 13 pink
	db	63, 56, 25		; 14 yellow
	db	63, 63, 63		; 15 white

	align	8, db 0
gdt:
	dq	0
	dw	0FFFFh, 0, 9A00h, 00CFh	; 08: code, 4 GB
	dw	0FFFFh, 0, 9200h, 00CFh	; 10: data, 4 GB
	dw	0FFFFh, 0, 9A00h, 0	; 18: code, 16 bits, for the way back
	dw	0FFFFh, 0, 9200h, 0	; 20: data, 16 bits
gdt_window:
	dw	009Fh, 8000h, 920Bh, 0040h	; 28: one line of the screen
	dw	103, tss, 8900h, 0	; 30: task state
gdt_end:
gdt_pointer:
	dw	gdt_end - gdt - 1
	dd	gdt
ivt_pointer:
	dw	3FFh
	dd	0
idt_pointer:
	dw	0
	dd	0
saved_esp:
	dd	0
real_fn:
	dw	0
	align	4, db 0
tss:
	times	104 db 0

bios_regs:
.ax:	dw	0
.bx:	dw	0
.cx:	dw	0
.dx:	dw	0
.si:	dw	0
.di:	dw	0
.es:	dw	0
.carry:	dw	0
.number: dw	0

	align	4, db 0
facts:
.cpu:		dw	0
.base_kb:	dw	0
.extended_kb:	dw	0
		dw	0
.font16:	dw	0, 0
.font8:		dw	0, 0

	section	.bss align=16
	resb	8192
stack_top:

	section	.note.GNU-stack noalloc noexec nowrite progbits
