/// Search in sorted arrays of price keys.
#pragma once
#include <stdint.h>

/// How many of the eight keys at `keys` are above `key`. Branch-free: where in the line the key
/// stands cannot be predicted, and a wrong guess costs more than eight compares.
static inline unsigned ml_count_above(const int64_t *keys, int64_t key) {
  unsigned above = 0;
  for (int i = 0; i < 8; i++) above += keys[i] > key;
  return above;
}
