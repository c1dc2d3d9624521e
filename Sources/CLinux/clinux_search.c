#include "clinux_search.h"

bool ml_search_is_wide;

#if defined(__x86_64__)
__attribute__((constructor)) static void choose_width(void) {
  __builtin_cpu_init();
  ml_search_is_wide = __builtin_cpu_supports("avx512f");
}
#endif
