/// Release stores into memory that other processes read.
#pragma once
#include <stdint.h>

/// Stores `value`; what was stored before it is visible to who loads it with acquire order.
static inline void ml_store_release_u64(uint64_t *target, uint64_t value) {
  __atomic_store_n(target, value, __ATOMIC_RELEASE);
}

/// Stores `value`; what was stored before it is visible to who loads it with acquire order.
static inline void ml_store_release_u32(uint32_t *target, uint32_t value) {
  __atomic_store_n(target, value, __ATOMIC_RELEASE);
}

/// Orders the stores before it before those after it.
static inline void ml_fence_release(void) { __atomic_thread_fence(__ATOMIC_RELEASE); }
