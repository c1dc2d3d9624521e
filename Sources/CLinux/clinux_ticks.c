#define _GNU_SOURCE
#include "clinux_ticks.h"
#include <time.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

bool ml_has_constant_ticks(void) {
#if defined(__x86_64__)
  // Bit 8 of EDX: invariant TSC (Intel SDM 3B, 18.17.1; AMD APM 3, Fn8000_0007).
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) && (edx >> 8 & 1);
#else
  return true;
#endif
}

static uint64_t read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t ml_clock_realtime(void) { return read_clock(CLOCK_REALTIME); }

uint64_t ml_clock_raw(void) { return read_clock(CLOCK_MONOTONIC_RAW); }
