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

/// Moves the `count` words at `words` up by one place, so that the first one becomes free.
///
/// The usual counts, up to 16, take one path without a branch on the count.
static inline void ml_open_gap(uint64_t *words, size_t count) {
#if defined(__x86_64__)
  if (__builtin_expect(ml_search_is_wide, 1)) {
    while (__builtin_expect(count > 16, 0)) {
      count -= 8;
      __asm__ volatile("vmovdqu64 (%0), %%zmm16\n\t"
                       "vmovdqu64 %%zmm16, 8(%0)"
                       : : "r"(words + count) : "xmm16", "memory");
    }
    __asm__ volatile("kmovw %1, %%k1\n\t"
                     "kshiftrw $8, %%k1, %%k2\n\t"
                     "vmovdqu64 (%0), %%zmm16%{%%k1%}%{z%}\n\t"
                     "vmovdqu64 64(%0), %%zmm17%{%%k2%}%{z%}\n\t"
                     "vmovdqu64 %%zmm16, 8(%0)%{%%k1%}\n\t"
                     "vmovdqu64 %%zmm17, 72(%0)%{%%k2%}"
                     : : "r"(words), "r"((1u << count) - 1)
                     : "k1", "k2", "xmm16", "xmm17", "memory");
    return;
  }
#endif
  memmove(words + 1, words, count * sizeof *words);
}

/// Moves the `count` words after `words` down by one place, over the first one.
static inline void ml_close_gap(uint64_t *words, size_t count) {
#if defined(__x86_64__)
  if (__builtin_expect(ml_search_is_wide, 1)) {
    while (__builtin_expect(count > 16, 0)) {
      __asm__ volatile("vmovdqu64 8(%0), %%zmm16\n\t"
                       "vmovdqu64 %%zmm16, (%0)"
                       : : "r"(words) : "xmm16", "memory");
      words += 8;
      count -= 8;
    }
    __asm__ volatile("kmovw %1, %%k1\n\t"
                     "kshiftrw $8, %%k1, %%k2\n\t"
                     "vmovdqu64 8(%0), %%zmm16%{%%k1%}%{z%}\n\t"
                     "vmovdqu64 72(%0), %%zmm17%{%%k2%}%{z%}\n\t"
                     "vmovdqu64 %%zmm16, (%0)%{%%k1%}\n\t"
                     "vmovdqu64 %%zmm17, 64(%0)%{%%k2%}"
                     : : "r"(words), "r"((1u << count) - 1)
                     : "k1", "k2", "xmm16", "xmm17", "memory");
    return;
  }
#endif
  memmove(words, words + 1, count * sizeof *words);
}
