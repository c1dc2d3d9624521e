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
  static void name(type *values, size_t count, const uint8_t *planes, size_t stride,             \
                   unsigned width) {                                                              \
    for (size_t i = 0; i < count; i++) values[i] = planes[i];                                     \
    for (unsigned k = 1; k < width; k++)                                                          \
      for (size_t i = 0; i < count; i++) values[i] |= (type)planes[k * stride + i] << 8 * k;      \
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
// The same for sixteen values of four bytes, and its inverse.
static const uint8_t sixteens[64] = {
    0, 4, 8,  12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 1, 5, 9,  13, 17, 21,
    25, 29, 33, 37, 41, 45, 49, 53, 57, 61, 2, 6, 10, 14, 18, 22, 26, 30, 34, 38, 42, 46,
    50, 54, 58, 62, 3, 7, 11, 15, 19, 23, 27, 31, 35, 39, 43, 47, 51, 55, 59, 63};
static const uint8_t fours[64] = {
    0, 16, 32, 48, 1, 17, 33, 49, 2, 18, 34, 50, 3, 19, 35, 51, 4, 20, 36, 52, 5, 21,
    37, 53, 6, 22, 38, 54, 7, 23, 39, 55, 8, 24, 40, 56, 9, 25, 41, 57, 10, 26, 42, 58,
    11, 27, 43, 59, 12, 28, 44, 60, 13, 29, 45, 61, 14, 30, 46, 62, 15, 31, 47, 63};

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

WIDE static void join8_wide(uint64_t *values, size_t count, const uint8_t *planes,
                            size_t stride, unsigned width) {
  if (width == 1) {
    for (size_t i = 0; i < count; i += 8)
      _mm512_storeu_si512(
          values + i, _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)(planes + i))));
    return;
  }
  const __m512i order = _mm512_loadu_si512(eights);
  uint64_t part[8] __attribute__((aligned(64))) = {0};
  for (size_t i = 0; i < count; i += 8) {
    const uint8_t *from = planes + i;
    for (unsigned k = 0; k < width; k++) memcpy(&part[k], from + k * stride, 8);
    _mm512_storeu_si512(values + i, _mm512_permutexvar_epi8(order, _mm512_load_si512(part)));
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

WIDE static void join4_wide(uint32_t *values, size_t count, const uint8_t *planes,
                            size_t stride, unsigned width) {
  if (width == 1) {
    for (size_t i = 0; i < count; i += 16)
      _mm512_storeu_si512(
          values + i, _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(planes + i))));
    return;
  }
  const __m512i order = _mm512_loadu_si512(fours);
  for (size_t i = 0; i < count; i += 16) {
    const uint8_t *from = planes + i;
    __m512i line = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)from));
    line = _mm512_inserti32x4(line, _mm_loadu_si128((const __m128i *)(from + stride)), 1);
    __m128i third = _mm_setzero_si128(), fourth = _mm_setzero_si128();
    if (width > 2) third = _mm_loadu_si128((const __m128i *)(from + 2 * stride));
    if (width > 3) fourth = _mm_loadu_si128((const __m128i *)(from + 3 * stride));
    line = _mm512_inserti32x4(_mm512_inserti32x4(line, third, 2), fourth, 3);
    _mm512_storeu_si512(values + i, _mm512_permutexvar_epi8(order, line));
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

void ml_planes_join8(uint64_t *values, size_t count, const uint8_t *planes, size_t stride,
                     unsigned width) {
  CHOOSE(join8_wide, join8_plain)(values, count, planes, stride, width);
}

void ml_planes_join4(uint32_t *values, size_t count, const uint8_t *planes, size_t stride,
                     unsigned width) {
  CHOOSE(join4_wide, join4_plain)(values, count, planes, stride, width);
}
