/// Search, insertion and removal in sorted arrays of 64-bit keys, for price levels.
///
/// The wide forms are inline assembly because the rest of the program is built for any x86-64;
/// code built so never keeps anything in their registers.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// Whether 64-byte operations (AVX-512 F) may be used; set before main, never written again.
extern bool ml_search_is_wide;

/// How many of the sixteen keys at `keys`, in ascending order, are not above `key`.
///
/// Branch-free: where in the window the key stands cannot be predicted, and a wrong guess costs
/// more than sixteen compares.
static inline unsigned ml_count_not_above(const int64_t *keys, int64_t key) {
#if defined(__x86_64__)
  if (__builtin_expect(ml_search_is_wide, 1)) {
    unsigned low, high;
    __asm__("vpbroadcastq %[key], %%zmm16\n\t"
            "vpcmpltq %[first], %%zmm16, %%k1\n\t"
            "vpcmpltq %[second], %%zmm16, %%k2\n\t"
            "kmovw %%k1, %[low]\n\t"
            "kmovw %%k2, %[high]"
            : [low] "=&r"(low), [high] "=r"(high)
            : [key] "r"(key), [first] "m"(*(const int64_t(*)[8])keys),
              [second] "m"(*(const int64_t(*)[8])(keys + 8))
            : "k1", "k2", "xmm16");
    return (unsigned)__builtin_ctz(low | high << 8 | 0x10000);
  }
#endif
  unsigned count = 0;
  for (int i = 0; i < 16; i++) count += keys[i] <= key;
  return count;
}

/// `ml_position` among the first `count` keys, by bisection.
ptrdiff_t ml_far_position(const int64_t *keys, ptrdiff_t count, int64_t key);

/// Index of the last of `count` ascending keys that is not above `key`, or -1.
///
/// Searches from the end, where most changes of a book are, in windows of two cache lines: `keys`
/// is aligned to a line, has room for a multiple of sixteen keys, at least sixteen, and those after
/// `count` are `INT64_MAX`, as `key` is not. Beyond four windows it bisects.
static inline ptrdiff_t ml_position(const int64_t *keys, ptrdiff_t count, int64_t key) {
  ptrdiff_t end = (count + 7) & ~(ptrdiff_t)7;
  ptrdiff_t start = end < 16 ? 0 : end - 16;
  for (;;) {
    ptrdiff_t below = ml_count_not_above(keys + start, key);
    if (below || !start) return start + below - 1;
    if (end - start >= 64) return ml_far_position(keys, start, key);
    start = start < 16 ? 0 : start - 16;
  }
}

/// Moves `count` keys and as many totals up by one place, so that the first of each becomes free.
///
/// The usual counts, up to 16, take one path without a branch on the count. Where the second half
/// has nothing to move it looks at the first one's address, so as to fetch no line for nothing.
static inline void ml_open_gap(int64_t *keys, uint64_t *totals, size_t count) {
#if defined(__x86_64__)
  if (__builtin_expect(ml_search_is_wide, 1)) {
    while (__builtin_expect(count > 16, 0)) {
      count -= 8;
      __asm__ volatile("vmovdqu64 (%0), %%zmm16\n\t"
                       "vmovdqu64 (%1), %%zmm17\n\t"
                       "vmovdqu64 %%zmm16, 8(%0)\n\t"
                       "vmovdqu64 %%zmm17, 8(%1)"
                       : : "r"(keys + count), "r"(totals + count) : "xmm16", "xmm17", "memory");
    }
    size_t second = count > 8 ? 64 : 0;
    __asm__ volatile("kmovw %3, %%k1\n\t"
                     "kshiftrw $8, %%k1, %%k2\n\t"
                     "vmovdqu64 (%0), %%zmm16%{%%k1%}%{z%}\n\t"
                     "vmovdqu64 (%1), %%zmm17%{%%k1%}%{z%}\n\t"
                     "vmovdqu64 (%0,%2), %%zmm18%{%%k2%}%{z%}\n\t"
                     "vmovdqu64 (%1,%2), %%zmm19%{%%k2%}%{z%}\n\t"
                     "vmovdqu64 %%zmm16, 8(%0)%{%%k1%}\n\t"
                     "vmovdqu64 %%zmm17, 8(%1)%{%%k1%}\n\t"
                     "vmovdqu64 %%zmm18, 8(%0,%2)%{%%k2%}\n\t"
                     "vmovdqu64 %%zmm19, 8(%1,%2)%{%%k2%}"
                     : : "r"(keys), "r"(totals), "r"(second), "r"((1u << count) - 1)
                     : "k1", "k2", "xmm16", "xmm17", "xmm18", "xmm19", "memory");
    return;
  }
#endif
  memmove(keys + 1, keys, count * sizeof *keys);
  memmove(totals + 1, totals, count * sizeof *totals);
}

/// Moves the `count` keys and totals after the first ones down by one place, over these.
static inline void ml_close_gap(int64_t *keys, uint64_t *totals, size_t count) {
#if defined(__x86_64__)
  if (__builtin_expect(ml_search_is_wide, 1)) {
    while (__builtin_expect(count > 16, 0)) {
      __asm__ volatile("vmovdqu64 8(%0), %%zmm16\n\t"
                       "vmovdqu64 8(%1), %%zmm17\n\t"
                       "vmovdqu64 %%zmm16, (%0)\n\t"
                       "vmovdqu64 %%zmm17, (%1)"
                       : : "r"(keys), "r"(totals) : "xmm16", "xmm17", "memory");
      keys += 8;
      totals += 8;
      count -= 8;
    }
    size_t second = count > 8 ? 64 : 0;
    __asm__ volatile("kmovw %3, %%k1\n\t"
                     "kshiftrw $8, %%k1, %%k2\n\t"
                     "vmovdqu64 8(%0), %%zmm16%{%%k1%}%{z%}\n\t"
                     "vmovdqu64 8(%1), %%zmm17%{%%k1%}%{z%}\n\t"
                     "vmovdqu64 8(%0,%2), %%zmm18%{%%k2%}%{z%}\n\t"
                     "vmovdqu64 8(%1,%2), %%zmm19%{%%k2%}%{z%}\n\t"
                     "vmovdqu64 %%zmm16, (%0)%{%%k1%}\n\t"
                     "vmovdqu64 %%zmm17, (%1)%{%%k1%}\n\t"
                     "vmovdqu64 %%zmm18, (%0,%2)%{%%k2%}\n\t"
                     "vmovdqu64 %%zmm19, (%1,%2)%{%%k2%}"
                     : : "r"(keys), "r"(totals), "r"(second), "r"((1u << count) - 1)
                     : "k1", "k2", "xmm16", "xmm17", "xmm18", "xmm19", "memory");
    return;
  }
#endif
  memmove(keys, keys + 1, count * sizeof *keys);
  memmove(totals, totals + 1, count * sizeof *totals);
}
