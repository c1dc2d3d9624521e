#include "clinux_cpu.h"
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
// The sanitizer does not see stores in assembly or of 64 bytes, and would miss what they publish.
#define BLIND_TO_WIDE 1
#endif
#endif

static bool has_avx512(bool vbmi) {
#ifdef BLIND_TO_WIDE
  return false;
#endif
  __builtin_cpu_init();
  bool base = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512vl");
  return base && (!vbmi || __builtin_cpu_supports("avx512vbmi"));
}

// Leaf 1 tells that there is a hypervisor, leaf 0x40000000 its name in ebx, ecx, edx.
void ml_cpu_hypervisor(char name[13]) {
  unsigned eax, ebx, ecx, edx;
  memset(name, 0, 13);
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx >> 31)) return;
  __cpuid(0x40000000, eax, ebx, ecx, edx);
  memcpy(name, &ebx, 4);
  memcpy(name + 4, &ecx, 4);
  memcpy(name + 8, &edx, 4);
}

bool ml_cpu_has_vbmi(void) { return has_avx512(true); }

bool ml_cpu_has_avx512(void) { return has_avx512(false); }

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
#ifdef BLIND_TO_WIDE
  return false;
#endif
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx");
}
#else
bool ml_cpu_has_pair_store(void) { return false; }
void ml_cpu_hypervisor(char name[13]) { memset(name, 0, 13); }
bool ml_cpu_has_vbmi(void) { return false; }
bool ml_cpu_has_avx512(void) { return false; }
bool ml_cpu_has_wide_store(void) { return false; }
#endif
