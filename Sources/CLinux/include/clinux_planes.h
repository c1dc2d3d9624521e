/// Columns of integers to planes of bytes and back: plane k holds byte k of every value.
///
/// Where the machine has byte permutes over 64 bytes (AVX-512 VBMI) eight or sixteen values are
/// transposed at once. Values are worked on in groups of 64: both sides must have room for `count`
/// rounded up to a multiple of 64, and what lies behind `count` becomes undefined.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The lowest `width` bytes (1...8) of `count` values; plane k begins at `planes + k * stride`.
void ml_planes_split8(const uint64_t *values, size_t count, uint8_t *planes, size_t stride,
                      unsigned width);
/// The same for 32-bit values, `width` 1...4.
void ml_planes_split4(const uint32_t *values, size_t count, uint8_t *planes, size_t stride,
                      unsigned width);
/// Values from the bytes `first` and on of `width` planes (1...8); their higher bytes become zero.
void ml_planes_join8(uint64_t *values, size_t count, const uint8_t *const *planes, size_t first,
                     unsigned width);
/// The same for 32-bit values, `width` 1...4.
void ml_planes_join4(uint32_t *values, size_t count, const uint8_t *const *planes, size_t first,
                     unsigned width);
