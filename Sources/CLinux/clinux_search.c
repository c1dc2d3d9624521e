#include "clinux_search.h"

bool ml_search_is_wide;

#if defined(__x86_64__)
__attribute__((constructor)) static void choose_width(void) {
  __builtin_cpu_init();
  ml_search_is_wide = __builtin_cpu_supports("avx512f");
}
#endif

ptrdiff_t ml_far_position(const int64_t *keys, ptrdiff_t count, int64_t key) {
  ptrdiff_t low = 0;
  while (low < count) {
    ptrdiff_t middle = low + (count - low) / 2;
    if (keys[middle] > key) count = middle; else low = middle + 1;
  }
  return low - 1;
}
