#include "clinux_planes.h"
#include "clinux_cpu.h"

#include <string.h>

// One loop for each width: a known number of planes keeps the stores in registers.
#define SPLIT_PLAIN(type, name)                                                                   \
  static void name(const type *values, size_t count, uint8_t *planes, size_t stride,             \
                   unsigned width) {                                                              \
    for (unsigned k = 0; k < width; k++)                                                          \
      for (size_t i = 0; i < count; i++) planes[k * stride + i] = (uint8_t)(values[i] >> 8 * k);  \
  }
#define JOIN_PLAIN(type, name)                                                                    \
  static void name(type *values, size_t count, const uint8_t *const *planes, size_t first,        \
                   unsigned width) {                                                              \
    for (size_t i = 0; i < count; i++) values[i] = planes[0][first + i];                          \
    for (unsigned k = 1; k < width; k++)                                                          \
      for (size_t i = 0; i < count; i++) values[i] |= (type)planes[k][first + i] << 8 * k;        \
  }
SPLIT_PLAIN(uint64_t, split8_plain)
SPLIT_PLAIN(uint32_t, split4_plain)
JOIN_PLAIN(uint64_t, join8_plain)
JOIN_PLAIN(uint32_t, join4_plain)

#if defined(__x86_64__)
#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")))

// Whether the wide forms may be used; set before main, never written again.
static bool is_wide;
__attribute__((constructor)) static void look(void) { is_wide = ml_cpu_has_vbmi(); }

// Byte i of the result: byte i / 8 of value i % 8, the transpose of eight values; its own inverse.
static const uint8_t eights[64] = {
    0, 8,  16, 24, 32, 40, 48, 56, 1, 9,  17, 25, 33, 41, 49, 57, 2, 10, 18, 26, 34, 42,
    50, 58, 3, 11, 19, 27, 35, 43, 51, 59, 4, 12, 20, 28, 36, 44, 52, 60, 5, 13, 21, 29,
    37, 45, 53, 61, 6, 14, 22, 30, 38, 46, 54, 62, 7, 15, 23, 31, 39, 47, 55, 63};
// The same for sixteen values of four bytes.
static const uint8_t sixteens[64] = {
    0, 4, 8,  12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 1, 5, 9,  13, 17, 21,
    25, 29, 33, 37, 41, 45, 49, 53, 57, 61, 2, 6, 10, 14, 18, 22, 26, 30, 34, 38, 42, 46,
    50, 54, 58, 62, 3, 7, 11, 15, 19, 23, 27, 31, 35, 39, 43, 47, 51, 55, 59, 63};
WIDE static void split8_wide(const uint64_t *values, size_t count, uint8_t *planes,
                             size_t stride, unsigned width) {
  if (width == 1) {
    for (size_t i = 0; i < count; i += 8)
      _mm_storel_epi64((__m128i *)(planes + i),
                       _mm512_cvtepi64_epi8(_mm512_loadu_si512(values + i)));
    return;
  }
  const __m512i order = _mm512_loadu_si512(eights);
  for (size_t i = 0; i < count; i += 8) {
    __m512i line = _mm512_permutexvar_epi8(order, _mm512_loadu_si512(values + i));
    uint64_t part[8] __attribute__((aligned(64)));
    _mm512_store_si512(part, line);
    uint8_t *to = planes + i;
    memcpy(to, &part[0], 8);
    memcpy(to + stride, &part[1], 8);
    for (unsigned k = 2; k < width; k++) memcpy(to + k * stride, &part[k], 8);
  }
}

// Loads of eight bytes go straight into registers: what was stored in parts and is loaded as a
// whole would have to wait for the stores.
WIDE static inline __m128i eight(const uint8_t *from) {
  return _mm_loadl_epi64((const __m128i *)from);
}

// Eight values of two planes, as 16-bit numbers; and of four planes, as 32-bit ones.
WIDE static inline __m128i pairs(const uint8_t *low, const uint8_t *high) {
  return _mm_unpacklo_epi8(eight(low), eight(high));
}

WIDE static inline __m256i quads(__m128i low, __m128i high) {
  return _mm256_set_m128i(_mm_unpackhi_epi16(low, high), _mm_unpacklo_epi16(low, high));
}

WIDE static void join8_wide(uint64_t *values, size_t count, const uint8_t *const *planes,
                            size_t first, unsigned width) {
  const uint8_t *p0 = planes[0] + first, *p1 = width > 1 ? planes[1] + first : p0;
  const uint8_t *p2 = width > 2 ? planes[2] + first : p0, *p3 = width > 3 ? planes[3] + first : p0;
  if (width == 1) {
    for (size_t i = 0; i < count; i += 8)
      _mm512_storeu_si512(values + i, _mm512_cvtepu8_epi64(eight(p0 + i)));
  } else if (width == 2) {
    for (size_t i = 0; i < count; i += 8)
      _mm512_storeu_si512(values + i, _mm512_cvtepu16_epi64(pairs(p0 + i, p1 + i)));
  } else if (width <= 4) {
    const __m128i keep = width == 3 ? _mm_setzero_si128() : _mm_set1_epi8(-1);
    for (size_t i = 0; i < count; i += 8) {
      __m128i high = _mm_unpacklo_epi8(eight(p2 + i), _mm_and_si128(eight(p3 + i), keep));
      _mm512_storeu_si512(values + i, _mm512_cvtepu32_epi64(quads(pairs(p0 + i, p1 + i), high)));
    }
  } else {
    const __m512i order = _mm512_loadu_si512(eights);
    const uint8_t *rest[8];
    for (unsigned k = 4; k < 8; k++) rest[k] = k < width ? planes[k] + first : p0;
    const __m512i keep = _mm512_maskz_set1_epi64((__mmask8)(0xFF >> (8 - width)), -1);
    for (size_t i = 0; i < count; i += 8) {
      __m256i low = _mm256_set_m128i(_mm_unpacklo_epi64(eight(p2 + i), eight(p3 + i)),
                                     _mm_unpacklo_epi64(eight(p0 + i), eight(p1 + i)));
      __m256i high =
          _mm256_set_m128i(_mm_unpacklo_epi64(eight(rest[6] + i), eight(rest[7] + i)),
                           _mm_unpacklo_epi64(eight(rest[4] + i), eight(rest[5] + i)));
      __m512i line = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
      line = _mm512_permutexvar_epi8(order, _mm512_and_si512(line, keep));
      _mm512_storeu_si512(values + i, line);
    }
  }
}

WIDE static void split4_wide(const uint32_t *values, size_t count, uint8_t *planes,
                             size_t stride, unsigned width) {
  if (width == 1) {
    for (size_t i = 0; i < count; i += 16)
      _mm_storeu_si128((__m128i *)(planes + i),
                       _mm512_cvtepi32_epi8(_mm512_loadu_si512(values + i)));
    return;
  }
  const __m512i order = _mm512_loadu_si512(sixteens);
  for (size_t i = 0; i < count; i += 16) {
    __m512i line = _mm512_permutexvar_epi8(order, _mm512_loadu_si512(values + i));
    uint8_t *to = planes + i;
    _mm_storeu_si128((__m128i *)to, _mm512_castsi512_si128(line));
    _mm_storeu_si128((__m128i *)(to + stride), _mm512_extracti32x4_epi32(line, 1));
    if (width > 2)
      _mm_storeu_si128((__m128i *)(to + 2 * stride), _mm512_extracti32x4_epi32(line, 2));
    if (width > 3)
      _mm_storeu_si128((__m128i *)(to + 3 * stride), _mm512_extracti32x4_epi32(line, 3));
  }
}

WIDE static void join4_wide(uint32_t *values, size_t count, const uint8_t *const *planes,
                            size_t first, unsigned width) {
  const uint8_t *p0 = planes[0] + first, *p1 = width > 1 ? planes[1] + first : p0;
  const uint8_t *p2 = width > 2 ? planes[2] + first : p0, *p3 = width > 3 ? planes[3] + first : p0;
  if (width == 1) {
    for (size_t i = 0; i < count; i += 16)
      _mm512_storeu_si512(values + i,
                          _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(p0 + i))));
  } else if (width == 2) {
    for (size_t i = 0; i < count; i += 8)
      _mm256_storeu_si256((__m256i *)(values + i), _mm256_cvtepu16_epi32(pairs(p0 + i, p1 + i)));
  } else {
    const __m128i keep = width == 3 ? _mm_setzero_si128() : _mm_set1_epi8(-1);
    for (size_t i = 0; i < count; i += 8) {
      __m128i high = _mm_unpacklo_epi8(eight(p2 + i), _mm_and_si128(eight(p3 + i), keep));
      _mm256_storeu_si256((__m256i *)(values + i), quads(pairs(p0 + i, p1 + i), high));
    }
  }
}
#define CHOOSE(wide, plain) (is_wide ? (wide) : (plain))
#else
#define CHOOSE(wide, plain) (plain)
#endif

void ml_planes_split8(const uint64_t *values, size_t count, uint8_t *planes, size_t stride,
                      unsigned width) {
  CHOOSE(split8_wide, split8_plain)(values, count, planes, stride, width);
}

void ml_planes_split4(const uint32_t *values, size_t count, uint8_t *planes, size_t stride,
                      unsigned width) {
  CHOOSE(split4_wide, split4_plain)(values, count, planes, stride, width);
}

void ml_planes_join8(uint64_t *values, size_t count, const uint8_t *const *planes, size_t first,
                     unsigned width) {
  CHOOSE(join8_wide, join8_plain)(values, count, planes, first, width);
}

void ml_planes_join4(uint32_t *values, size_t count, const uint8_t *const *planes, size_t first,
                     unsigned width) {
  CHOOSE(join4_wide, join4_plain)(values, count, planes, first, width);
}
