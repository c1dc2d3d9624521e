#include "clinux_cpu.h"
#if defined(__x86_64__)
#include <cpuid.h>

static bool has_avx512(bool vbmi) {
  __builtin_cpu_init();
  bool base = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512vl");
  return base && (!vbmi || __builtin_cpu_supports("avx512vbmi"));
}

bool ml_cpu_has_vbmi(void) { return has_avx512(true); }

bool ml_cpu_has_wide_store(void) {
  unsigned eax, ebx, ecx, edx;
  if (!has_avx512(false) || !__get_cpuid(0, &eax, &ebx, &ecx, &edx)) return false;
  if (ebx == 0x756e6547) return true;    // "Genu": Intel
  if (ebx != 0x68747541) return false;   // "Auth": AMD
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx)) return false;
  unsigned family = (eax >> 8 & 15) + (eax >> 20 & 255);
  return family >= 26;
}

bool ml_cpu_has_pair_store(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx");
}
#else
bool ml_cpu_has_pair_store(void) { return false; }
bool ml_cpu_has_vbmi(void) { return false; }
bool ml_cpu_has_wide_store(void) { return false; }
#endif
