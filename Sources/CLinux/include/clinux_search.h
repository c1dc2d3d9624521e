/// Search in sorted arrays of price keys.
#pragma once
#include <stdbool.h>
#include <stdint.h>

/// Whether 64-byte compares (AVX-512 F) may be used; set before main, never written again.
extern bool ml_search_is_wide;

/// How many of the eight keys at `keys`, in ascending order, are not above `key`.
///
/// Branch-free: where in the line the key stands cannot be predicted, and a wrong guess costs more
/// than eight compares. The wide form is inline assembly because the rest of the program is built
/// for any x86-64; compilers use neither of its registers there.
static inline unsigned ml_count_not_above(const int64_t *keys, int64_t key) {
#if defined(__x86_64__)
  if (__builtin_expect(ml_search_is_wide, 1)) {
    unsigned above;
    __asm__("vpbroadcastq %[key], %%zmm16\n\t"
            "vpcmpltq %[line], %%zmm16, %%k1\n\t"
            "kmovw %%k1, %[above]"
            : [above] "=r"(above)
            : [key] "r"(key), [line] "m"(*(const int64_t(*)[8])keys)
            : "k1", "xmm16");
    return (unsigned)__builtin_ctz(above | 0x100);
  }
#endif
  unsigned count = 0;
  for (int i = 0; i < 8; i++) count += keys[i] <= key;
  return count;
}
