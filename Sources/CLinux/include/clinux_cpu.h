/// CPU hints and feature bits.
#pragma once
#include <stdint.h>
#include <stdbool.h>

/// Tells the CPU that this is a spin loop: saves power and leaves the line to its writer.
static inline void ml_cpu_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Whether 64-byte permutes by byte (AVX-512 F, BW, VBMI) may be used on this machine.
bool ml_cpu_has_vbmi(void);

/// Whether this machine has 32-byte and 64-byte vectors of AVX-512 (F, BW, VL).
bool ml_cpu_has_avx512(void);

/// Whether an aligned 64-byte store reaches other cores as one piece: AVX-512 on a core whose store
/// path is 512 bits wide (Intel, and AMD from family 26 on; earlier AMD cores split it in two).
bool ml_cpu_has_wide_store(void);

/// Whether an aligned 16-byte store reaches other cores as one piece: both makers promise it for
/// processors with AVX (Intel SDM 3A, 9.1.1; AMD APM 2, 7.3.2).
bool ml_cpu_has_pair_store(void);

/// The hypervisor's own name ("KVMKVMKVM"), NUL-terminated; empty on the bare machine.
void ml_cpu_hypervisor(char name[13]);

/// Fetches the line at `address` into the cache, for reading and writing.
static inline void ml_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }
