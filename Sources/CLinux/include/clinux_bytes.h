/// Searching bytes. The C library's call is not in its plain headers.
#pragma once
#include <emmintrin.h>
#include <stddef.h>
#include <stdint.h>

/// Which of the 16 bytes from `bytes` on equal `first` (lower half, bit 0 for the first byte) and
/// which equal `second` (upper half). SSE2, which every x86-64 machine has.
static inline __attribute__((always_inline)) uint32_t ml_match16(
    const void *bytes, uint8_t first, uint8_t second) {
  __m128i block = _mm_loadu_si128((const __m128i *)bytes);
  uint32_t one = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8((char)first)));
  uint32_t other = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8((char)second)));
  return one | other << 16;
}

/// Where `needle` begins first in `bytes`, or -1.
ptrdiff_t ml_find_bytes(const void *bytes, size_t count, const void *needle, size_t needle_count);
