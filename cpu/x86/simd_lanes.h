/* simd_lanes.h: integer operations on packed elements: 64 bits at a time, or whole registers for those that move
 * elements about. SDM vol. 2, each instruction. */
#ifndef CPU_X86_SIMD_LANES_H
#define CPU_X86_SIMD_LANES_H

#include "cpu/x86/simd.h"

typedef uint64_t       lane_fn(uint64_t a, uint64_t b);
typedef union x86_xmm  pack_fn(const union x86_xmm *a, const union x86_xmm *b, unsigned bytes);
typedef int32_t        element_fn(int32_t a, int32_t b);

/* --- elements ------------------------------------------------------------------------------------------------- */

SIMD_INLINE int32_t el_add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }
SIMD_INLINE int32_t el_sub(int32_t a, int32_t b) { return (int32_t)((uint32_t)a - (uint32_t)b); }
SIMD_INLINE int32_t el_eq(int32_t a, int32_t b) { return a == b ? -1 : 0; }
SIMD_INLINE int32_t el_gt(int32_t a, int32_t b) { return a > b ? -1 : 0; }
SIMD_INLINE int32_t el_min(int32_t a, int32_t b) { return a < b ? a : b; }
SIMD_INLINE int32_t el_max(int32_t a, int32_t b) { return a > b ? a : b; }
SIMD_INLINE int32_t el_avg(int32_t a, int32_t b) { return (a + b + 1) >> 1; }
SIMD_INLINE int32_t el_mul_low(int32_t a, int32_t b) { return (int32_t)((uint32_t)a * (uint32_t)b); }
SIMD_INLINE int32_t el_mul_high(int32_t a, int32_t b) { return (a * b) >> 16; }
SIMD_INLINE int32_t el_mul_high_u(int32_t a, int32_t b) { return (int32_t)((uint32_t)a * (uint32_t)b >> 16); }

SIMD_INLINE int32_t clamp(int32_t v, int32_t low, int32_t high) { return v < low ? low : v > high ? high : v; }

SIMD_INLINE int32_t el_add_s8(int32_t a, int32_t b) { return clamp(a + b, -128, 127); }
SIMD_INLINE int32_t el_sub_s8(int32_t a, int32_t b) { return clamp(a - b, -128, 127); }
SIMD_INLINE int32_t el_add_u8(int32_t a, int32_t b) { return clamp(a + b, 0, 255); }
SIMD_INLINE int32_t el_sub_u8(int32_t a, int32_t b) { return clamp(a - b, 0, 255); }
SIMD_INLINE int32_t el_add_s16(int32_t a, int32_t b) { return clamp(a + b, -32768, 32767); }
SIMD_INLINE int32_t el_sub_s16(int32_t a, int32_t b) { return clamp(a - b, -32768, 32767); }
SIMD_INLINE int32_t el_add_u16(int32_t a, int32_t b) { return clamp(a + b, 0, 65535); }
SIMD_INLINE int32_t el_sub_u16(int32_t a, int32_t b) { return clamp(a - b, 0, 65535); }

/* --- elements of a lane --------------------------------------------------------------------------------------- */

SIMD_INLINE uint64_t each_s8(uint64_t a, uint64_t b, element_fn *fn)
{
    uint64_t r = 0;

    for (unsigned n = 0; n < 64; n += 8) r |= (uint64_t)(uint8_t)fn((int8_t)(a >> n), (int8_t)(b >> n)) << n;
    return r;
}

SIMD_INLINE uint64_t each_u8(uint64_t a, uint64_t b, element_fn *fn)
{
    uint64_t r = 0;

    for (unsigned n = 0; n < 64; n += 8) r |= (uint64_t)(uint8_t)fn((uint8_t)(a >> n), (uint8_t)(b >> n)) << n;
    return r;
}

SIMD_INLINE uint64_t each_s16(uint64_t a, uint64_t b, element_fn *fn)
{
    uint64_t r = 0;

    for (unsigned n = 0; n < 64; n += 16) r |= (uint64_t)(uint16_t)fn((int16_t)(a >> n), (int16_t)(b >> n)) << n;
    return r;
}

SIMD_INLINE uint64_t each_u16(uint64_t a, uint64_t b, element_fn *fn)
{
    uint64_t r = 0;

    for (unsigned n = 0; n < 64; n += 16) r |= (uint64_t)(uint16_t)fn((uint16_t)(a >> n), (uint16_t)(b >> n)) << n;
    return r;
}

SIMD_INLINE uint64_t each_s32(uint64_t a, uint64_t b, element_fn *fn)
{
    uint64_t low = (uint32_t)fn((int32_t)a, (int32_t)b);

    return low | (uint64_t)(uint32_t)fn((int32_t)(a >> 32), (int32_t)(b >> 32)) << 32;
}

/* --- the lane operations -------------------------------------------------------------------------------------- */

SIMD_INLINE uint64_t lane_paddb(uint64_t a, uint64_t b) { return each_s8(a, b, el_add); }
SIMD_INLINE uint64_t lane_paddw(uint64_t a, uint64_t b) { return each_s16(a, b, el_add); }
SIMD_INLINE uint64_t lane_paddd(uint64_t a, uint64_t b) { return each_s32(a, b, el_add); }
SIMD_INLINE uint64_t lane_paddq(uint64_t a, uint64_t b) { return a + b; }
SIMD_INLINE uint64_t lane_psubb(uint64_t a, uint64_t b) { return each_s8(a, b, el_sub); }
SIMD_INLINE uint64_t lane_psubw(uint64_t a, uint64_t b) { return each_s16(a, b, el_sub); }
SIMD_INLINE uint64_t lane_psubd(uint64_t a, uint64_t b) { return each_s32(a, b, el_sub); }
SIMD_INLINE uint64_t lane_psubq(uint64_t a, uint64_t b) { return a - b; }
SIMD_INLINE uint64_t lane_paddsb(uint64_t a, uint64_t b) { return each_s8(a, b, el_add_s8); }
SIMD_INLINE uint64_t lane_paddsw(uint64_t a, uint64_t b) { return each_s16(a, b, el_add_s16); }
SIMD_INLINE uint64_t lane_paddusb(uint64_t a, uint64_t b) { return each_u8(a, b, el_add_u8); }
SIMD_INLINE uint64_t lane_paddusw(uint64_t a, uint64_t b) { return each_u16(a, b, el_add_u16); }
SIMD_INLINE uint64_t lane_psubsb(uint64_t a, uint64_t b) { return each_s8(a, b, el_sub_s8); }
SIMD_INLINE uint64_t lane_psubsw(uint64_t a, uint64_t b) { return each_s16(a, b, el_sub_s16); }
SIMD_INLINE uint64_t lane_psubusb(uint64_t a, uint64_t b) { return each_u8(a, b, el_sub_u8); }
SIMD_INLINE uint64_t lane_psubusw(uint64_t a, uint64_t b) { return each_u16(a, b, el_sub_u16); }
SIMD_INLINE uint64_t lane_pcmpeqb(uint64_t a, uint64_t b) { return each_s8(a, b, el_eq); }
SIMD_INLINE uint64_t lane_pcmpeqw(uint64_t a, uint64_t b) { return each_s16(a, b, el_eq); }
SIMD_INLINE uint64_t lane_pcmpeqd(uint64_t a, uint64_t b) { return each_s32(a, b, el_eq); }
SIMD_INLINE uint64_t lane_pcmpgtb(uint64_t a, uint64_t b) { return each_s8(a, b, el_gt); }
SIMD_INLINE uint64_t lane_pcmpgtw(uint64_t a, uint64_t b) { return each_s16(a, b, el_gt); }
SIMD_INLINE uint64_t lane_pcmpgtd(uint64_t a, uint64_t b) { return each_s32(a, b, el_gt); }
SIMD_INLINE uint64_t lane_pminub(uint64_t a, uint64_t b) { return each_u8(a, b, el_min); }
SIMD_INLINE uint64_t lane_pmaxub(uint64_t a, uint64_t b) { return each_u8(a, b, el_max); }
SIMD_INLINE uint64_t lane_pminsw(uint64_t a, uint64_t b) { return each_s16(a, b, el_min); }
SIMD_INLINE uint64_t lane_pmaxsw(uint64_t a, uint64_t b) { return each_s16(a, b, el_max); }
SIMD_INLINE uint64_t lane_pavgb(uint64_t a, uint64_t b) { return each_u8(a, b, el_avg); }
SIMD_INLINE uint64_t lane_pavgw(uint64_t a, uint64_t b) { return each_u16(a, b, el_avg); }
SIMD_INLINE uint64_t lane_pmullw(uint64_t a, uint64_t b) { return each_s16(a, b, el_mul_low); }
SIMD_INLINE uint64_t lane_pmulhw(uint64_t a, uint64_t b) { return each_s16(a, b, el_mul_high); }
SIMD_INLINE uint64_t lane_pmulhuw(uint64_t a, uint64_t b) { return each_u16(a, b, el_mul_high_u); }
SIMD_INLINE uint64_t lane_pmuludq(uint64_t a, uint64_t b) { return (a & 0xffffffff) * (b & 0xffffffff); }
SIMD_INLINE uint64_t lane_pand(uint64_t a, uint64_t b) { return a & b; }
SIMD_INLINE uint64_t lane_pandn(uint64_t a, uint64_t b) { return ~a & b; }
SIMD_INLINE uint64_t lane_por(uint64_t a, uint64_t b) { return a | b; }
SIMD_INLINE uint64_t lane_pxor(uint64_t a, uint64_t b) { return a ^ b; }

SIMD_INLINE uint64_t lane_pmaddwd(uint64_t a, uint64_t b)
{
    uint64_t r = 0;

    for (unsigned n = 0; n < 64; n += 32) {
        uint32_t low = (uint32_t)((int16_t)(a >> n) * (int16_t)(b >> n));
        uint32_t high = (uint32_t)((int16_t)(a >> (n + 16)) * (int16_t)(b >> (n + 16)));

        r |= (uint64_t)(low + high) << n;
    }
    return r;
}

SIMD_INLINE uint64_t lane_psadbw(uint64_t a, uint64_t b)
{
    uint64_t sum = 0;

    for (unsigned n = 0; n < 64; n += 8) {
        int32_t d = (uint8_t)(a >> n) - (uint8_t)(b >> n);

        sum += (uint64_t)(d < 0 ? -d : d);
    }
    return sum;
}

/* --- shifts: a count beyond the element clears it, or fills it with the sign -------------------------------------- */

SIMD_INLINE uint64_t shift_left(uint64_t a, uint64_t count, unsigned bits)
{
    uint64_t each = bits == 16 ? UINT64_C(0x0001000100010001) : bits == 32 ? UINT64_C(0x0000000100000001) : 1;
    uint64_t ones = bits == 64 ? ~UINT64_C(0) : (UINT64_C(1) << bits) - 1;

    return count >= bits ? 0 : (a << count) & each * (ones << count & ones);
}

SIMD_INLINE uint64_t shift_right(uint64_t a, uint64_t count, unsigned bits)
{
    uint64_t each = bits == 16 ? UINT64_C(0x0001000100010001) : bits == 32 ? UINT64_C(0x0000000100000001) : 1;
    uint64_t ones = bits == 64 ? ~UINT64_C(0) : (UINT64_C(1) << bits) - 1;

    return count >= bits ? 0 : (a >> count) & each * (ones >> count);
}

SIMD_INLINE uint64_t lane_psrlw(uint64_t a, uint64_t count) { return shift_right(a, count, 16); }
SIMD_INLINE uint64_t lane_psrld(uint64_t a, uint64_t count) { return shift_right(a, count, 32); }
SIMD_INLINE uint64_t lane_psrlq(uint64_t a, uint64_t count) { return shift_right(a, count, 64); }
SIMD_INLINE uint64_t lane_psllw(uint64_t a, uint64_t count) { return shift_left(a, count, 16); }
SIMD_INLINE uint64_t lane_pslld(uint64_t a, uint64_t count) { return shift_left(a, count, 32); }
SIMD_INLINE uint64_t lane_psllq(uint64_t a, uint64_t count) { return shift_left(a, count, 64); }

SIMD_INLINE uint64_t lane_psraw(uint64_t a, uint64_t count)
{
    unsigned by = count > 15 ? 15 : (unsigned)count;
    uint64_t r = 0;

    for (unsigned n = 0; n < 64; n += 16) r |= (uint64_t)(uint16_t)((int16_t)(a >> n) >> by) << n;
    return r;
}

SIMD_INLINE uint64_t lane_psrad(uint64_t a, uint64_t count)
{
    unsigned by = count > 31 ? 31 : (unsigned)count;

    return (uint32_t)((int32_t)a >> by) | (uint64_t)(uint32_t)((int32_t)(a >> 32) >> by) << 32;
}

/* --- pack and unpack: registers of BYTES bytes ------------------------------------------------------------------- */

/* Elements of SIZE bytes of A and B in turn, from the low halves or the high ones. */
SIMD_INLINE union x86_xmm unpack(const union x86_xmm *a, const union x86_xmm *b, unsigned size, bool high, unsigned bytes)
{
    union x86_xmm r = {{0}};
    unsigned      from = high ? bytes / 2 : 0;

    for (unsigned n = 0; n < bytes / 2; n += size) {
        memcpy(r.b + 2 * n, a->b + from + n, size);
        memcpy(r.b + 2 * n + size, b->b + from + n, size);
    }
    return r;
}

SIMD_INLINE union x86_xmm pack_punpcklbw(const union x86_xmm *a, const union x86_xmm *b, unsigned bytes)
{
    return unpack(a, b, 1, false, bytes);
}

SIMD_INLINE union x86_xmm pack_punpcklwd(const union x86_xmm *a, const union x86_xmm *b, unsigned bytes)
{
    return unpack(a, b, 2, false, bytes);
}

SIMD_INLINE union x86_xmm pack_punpckldq(const union x86_xmm *a, const union x86_xmm *b, unsigned bytes)
{
    return unpack(a, b, 4, false, bytes);
}

SIMD_INLINE union x86_xmm pack_punpckhbw(const union x86_xmm *a, const union x86_xmm *b, unsigned bytes)
{
    return unpack(a, b, 1, true, bytes);
}

SIMD_INLINE union x86_xmm pack_punpckhwd(const union x86_xmm *a, const union x86_xmm *b, unsigned bytes)
{
    return unpack(a, b, 2, true, bytes);
}

SIMD_INLINE union x86_xmm pack_punpckhdq(const union x86_xmm *a, const union x86_xmm *b, unsigned bytes)
{
    return unpack(a, b, 4, true, bytes);
}

/* Words of A, then of B, to bytes. */
SIMD_INLINE union x86_xmm pack_words(const union x86_xmm *a, const union x86_xmm *b, int32_t low, int32_t high, unsigned bytes)
{
    union x86_xmm r = {{0}};
    unsigned      half = bytes / 2;

    for (unsigned n = 0; n < half; n++) {
        r.b[n] = (uint8_t)clamp((int16_t)a->w[n], low, high);
        r.b[half + n] = (uint8_t)clamp((int16_t)b->w[n], low, high);
    }
    return r;
}

SIMD_INLINE union x86_xmm pack_packsswb(const union x86_xmm *a, const union x86_xmm *b, unsigned bytes)
{
    return pack_words(a, b, -128, 127, bytes);
}

SIMD_INLINE union x86_xmm pack_packuswb(const union x86_xmm *a, const union x86_xmm *b, unsigned bytes)
{
    return pack_words(a, b, 0, 255, bytes);
}

SIMD_INLINE union x86_xmm pack_packssdw(const union x86_xmm *a, const union x86_xmm *b, unsigned bytes)
{
    union x86_xmm r = {{0}};
    unsigned      half = bytes / 4;

    for (unsigned n = 0; n < half; n++) {
        r.w[n] = (uint16_t)clamp((int32_t)a->d[n], -32768, 32767);
        r.w[half + n] = (uint16_t)clamp((int32_t)b->d[n], -32768, 32767);
    }
    return r;
}

#endif
