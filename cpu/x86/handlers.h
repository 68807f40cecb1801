/* handlers.h: the instruction handlers, by file. Names: x86_<mnemonic>_<forms><size>; forms r register, m memory,
 * i immediate, in operand order. */
#ifndef CPU_X86_HANDLERS_H
#define CPU_X86_HANDLERS_H

#include "cpu/x86/insn.h"

#define H(name) void x86_##name(struct x86 *c, const struct x86_insn *i);
#define H8_16_32(name) H(name##8) H(name##16) H(name##32)
#define H16_32(name) H(name##16) H(name##32)
#define H_ALU(name) H8_16_32(name##_rr) H8_16_32(name##_ri) H8_16_32(name##_rm) H8_16_32(name##_mr) H8_16_32(name##_mi)
#define H_RM(name) H8_16_32(name##_r) H8_16_32(name##_m)

/* exec_alu.c */
H_ALU(add) H_ALU(or) H_ALU(adc) H_ALU(sbb) H_ALU(and) H_ALU(sub) H_ALU(xor) H_ALU(cmp) H_ALU(test)
H_RM(inc) H_RM(dec) H_RM(not) H_RM(neg) H_RM(xadd) H_RM(cmpxchg)
H(cmpxchg8b_m) H16_32(bswap_r)

/* exec_mul.c */
H_RM(mul) H_RM(imul) H_RM(div) H_RM(idiv)
H16_32(imul_rr) H16_32(imul_rm) H16_32(imul_rri) H16_32(imul_rmi)
H(daa) H(das) H(aaa) H(aas) H(aam) H(aad)

/* exec_shift.c: forms: i immediate or 1, c count in CL */
#define H_SHIFT(name) H8_16_32(name##_ri) H8_16_32(name##_mi) H8_16_32(name##_rc) H8_16_32(name##_mc)
H_SHIFT(rol) H_SHIFT(ror) H_SHIFT(rcl) H_SHIFT(rcr) H_SHIFT(shl) H_SHIFT(shr) H_SHIFT(sal) H_SHIFT(sar)
#define H_DOUBLE(name) H16_32(name##_rri) H16_32(name##_mri) H16_32(name##_rrc) H16_32(name##_mrc)
H_DOUBLE(shld) H_DOUBLE(shrd)
#define H_BIT(name) H16_32(name##_rr) H16_32(name##_mr) H16_32(name##_ri) H16_32(name##_mi)
H_BIT(bt) H_BIT(bts) H_BIT(btr) H_BIT(btc)
H16_32(bsf_rr) H16_32(bsf_rm) H16_32(bsr_rr) H16_32(bsr_rm)

/* exec_mov.c */
H8_16_32(mov_rr) H8_16_32(mov_ri) H8_16_32(mov_rm) H8_16_32(mov_mr) H8_16_32(mov_mi)
H8_16_32(mov_ao) H8_16_32(mov_oa)
H16_32(movzx8_rr) H16_32(movzx8_rm) H16_32(movsx8_rr) H16_32(movsx8_rm)
H16_32(movzx16_rr) H16_32(movzx16_rm) H16_32(movsx16_rr) H16_32(movsx16_rm)
H16_32(lea) H8_16_32(xchg_rr) H8_16_32(xchg_mr)
H16_32(push_r) H16_32(push_i) H16_32(push_m) H16_32(pop_r) H16_32(pop_m) H16_32(pusha) H16_32(popa)
H16_32(pushf) H16_32(popf) H16_32(enter) H16_32(leave)
H(push_sp_8086)
H16_32(cbw) H16_32(cwd) H(lahf) H(sahf) H(xlat) H(salc)
H(clc) H(stc) H(cmc) H(cld) H(std) H(cli) H(sti)
H16_32(cmov_rr) H16_32(cmov_rm) H(setcc_r) H(setcc_m)
H(op_nop) H(op_ud) H16_32(bound)

/* exec_branch.c */
H16_32(jcc) H16_32(jmp) H16_32(call) H16_32(jmp_r) H16_32(jmp_m) H16_32(call_r) H16_32(call_m)
H16_32(ret) H16_32(ret_i) H16_32(loop) H16_32(loope) H16_32(loopne) H16_32(jcxz)
H16_32(jmp_far) H16_32(call_far) H16_32(jmp_far_m) H16_32(call_far_m) H16_32(ret_far) H16_32(ret_far_i) H16_32(iret)
H(int3) H(int_n) H(into) H(int1)
H(jz32) H(jnz32) H(jz16) H(jnz16)

/* exec_string.c */
H8_16_32(movs) H8_16_32(cmps) H8_16_32(stos) H8_16_32(lods) H8_16_32(scas) H8_16_32(ins) H8_16_32(outs)

/* exec_io.c, exec_sys.c */
H8_16_32(in_i) H8_16_32(in_d) H8_16_32(out_i) H8_16_32(out_d)
H16_32(push_seg) H16_32(pop_seg) H16_32(mov_sr) H16_32(mov_sm) H16_32(mov_rs) H16_32(mov_ms) H16_32(load_far)
H(hlt) H(clts) H(wbinvd) H(invlpg) H(cpuid) H(rdtsc) H(rdmsr) H(wrmsr) H(rdpmc) H(fwait)
H(mov_rc) H(mov_cr) H(mov_rd) H(mov_dr) H(mov_rt) H(mov_tr)
H16_32(sgdt) H16_32(sidt) H16_32(lgdt) H16_32(lidt) H16_32(sldt_r) H(sldt_m) H16_32(str_r) H(str_m) H(lldt_r) H(lldt_m) H(ltr_r) H(ltr_m)
H(verr_r) H(verr_m) H(verw_r) H(verw_m) H16_32(smsw_r) H(smsw_m) H(lmsw_r) H(lmsw_m) H(arpl_r) H(arpl_m)
H16_32(lar_r) H16_32(lar_m) H16_32(lsl_r) H16_32(lsl_m)
H(loadall_286) H(sysenter) H(sysexit) H(pop_cs_8086)

#undef H_BIT
#undef H_DOUBLE
#undef H_SHIFT
#undef H_RM
#undef H_ALU
#undef H16_32
#undef H8_16_32
#undef H

/* What CPUID and RDTSC do, without going on to the next instruction: for translated code. */
void x86_read_cpuid(struct x86 *c);
void x86_read_time_stamp(struct x86 *c, const struct x86_insn *i);

#endif
