/// The processor's time stamp counter.
#pragma once
#include <stdbool.h>
#include <stdint.h>

uint64_t ml_clock_nanos(void);

/// The counter now. Not ordered against the loads and stores around it: a few ns of blur for half
/// the cost. Where there is no such counter, CLOCK_MONOTONIC in nanoseconds.
static inline uint64_t ml_ticks(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t ticks;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return ml_clock_nanos();
#endif
}

/// Whether the counter runs at one rate whatever the core does, and alike on all of them.
bool ml_has_constant_ticks(void);

/// CLOCK_REALTIME or CLOCK_MONOTONIC_RAW in nanoseconds.
uint64_t ml_clock_realtime(void);
uint64_t ml_clock_raw(void);
