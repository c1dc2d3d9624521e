/// Publishing one 64-byte line: 56 bytes of payload (words 0 to 6) and the word that says which.
///
///     byte 0        8       16       24       32       40       48       56       64
///          | word 0 | word 1 | word 2 | word 3 | word 4 | word 5 | word 6 |  word  |
///
/// Five ways to store it; all leave the line visible to another core or process only as a whole:
///
/// - `wide`: one aligned 64-byte store, old line to new line in one piece. Only where
///   `ml_cpu_has_wide_store()` says so. The line needs no invalidation before it.
/// - `pairs`: four aligned 16-byte stores, upwards, the last with the word. Only where
///   `ml_cpu_has_pair_store()` says so: then each is one piece, and x86 keeps stores in order. As
///   `release` below without the invalidation, as `seqlock` with it, at half the stores.
/// - `halves`: two 32-byte stores, the one with the word last; each is one piece on every core that
///   has AVX-512 (their store paths are 256 bits or more), and x86 keeps stores in order. Enough
///   where `release` is, with a quarter of the stores, so that more lines are on their way at once.
/// - `release`: seven relaxed stores, then the word with release order. Enough where nobody reads
///   the line while it is written (a lane: the consumer has handed the line back).
/// - `seqlock`: word = 0, release fence, seven relaxed stores, then the word with release order.
///   For a broadcast ring, whose readers may be looking: they load the word (acquire), copy, fence
///   (acquire), and load the word again; a line that changed meanwhile shows another word.
///
/// The wide store is inline assembly because the package is built without -march flags, so that one
/// binary runs everywhere. It uses zmm16 and zmm17 only: code for SSE cannot reach them, so no
/// `vzeroupper` is due after it, and a build without AVX-512 keeps nothing in them.
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef uint64_t ml_u64x2 __attribute__((ext_vector_type(2)));

/// Stores the line at `line` (64-byte aligned) in one 64-byte store.
static inline __attribute__((always_inline)) void ml_line_store_wide(
    void *line, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3, uint64_t w4, uint64_t w5,
    uint64_t w6, uint64_t word) {
#if defined(__x86_64__)
  ml_u64x2 a = {w0, w1}, b = {w2, w3}, c = {w4, w5}, d = {w6, word};
  __asm__ volatile(
      "vinserti32x4 $1, %[b], %t[a], %%ymm16\n\t"
      "vinserti32x4 $1, %[d], %t[c], %%ymm17\n\t"
      "vinserti64x4 $1, %%ymm17, %%zmm16, %%zmm16\n\t"
      "vmovdqa64 %%zmm16, (%[line])"
      :
      : [line] "r"(line), [a] "x"(a), [b] "x"(b), [c] "x"(c), [d] "x"(d)
      : "xmm16", "xmm17", "memory");
#else
  (void)line, (void)w0, (void)w1, (void)w2, (void)w3, (void)w4, (void)w5, (void)w6, (void)word;
  __builtin_trap();
#endif
}

/// Stores the line at `line` (32-byte aligned) in two 32-byte stores, the word's last.
static inline __attribute__((always_inline)) void ml_line_store_halves(
    void *line, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3, uint64_t w4, uint64_t w5,
    uint64_t w6, uint64_t word) {
#if defined(__x86_64__)
  ml_u64x2 a = {w0, w1}, b = {w2, w3}, c = {w4, w5}, d = {w6, word};
  __asm__ volatile(
      "vinserti32x4 $1, %[b], %t[a], %%ymm16\n\t"
      "vinserti32x4 $1, %[d], %t[c], %%ymm17\n\t"
      "vmovdqa64 %%ymm16, (%[line])\n\t"
      "vmovdqa64 %%ymm17, 32(%[line])"
      :
      : [line] "r"(line), [a] "x"(a), [b] "x"(b), [c] "x"(c), [d] "x"(d)
      : "xmm16", "xmm17", "memory");
#else
  (void)line, (void)w0, (void)w1, (void)w2, (void)w3, (void)w4, (void)w5, (void)w6, (void)word;
  __builtin_trap();
#endif
}

/// Stores the 56 bytes at `source` (any alignment) and `word` in one 64-byte store.
static inline __attribute__((always_inline)) void ml_line_copy_wide(
    void *line, const void *source, uint64_t word) {
#if defined(__x86_64__)
  // Masks: 0x7f = words 0 to 6 from memory (the masked load cannot fault on word 7), 0x80 = word 7.
  __asm__ volatile(
      "kmovw %k[payload], %%k1\n\t"
      "kmovw %k[last], %%k2\n\t"
      "vmovdqu64 (%[source]), %%zmm16%{%%k1%}%{z%}\n\t"
      "vpbroadcastq %[word], %%zmm16%{%%k2%}\n\t"
      "vmovdqa64 %%zmm16, (%[line])"
      :
      : [line] "r"(line), [source] "r"(source), [word] "r"(word), [payload] "r"(0x7f),
        [last] "r"(0x80)
      : "k1", "k2", "xmm16", "memory");
#else
  (void)line, (void)source, (void)word;
  __builtin_trap();
#endif
}

/// Stores the line at `line` (64-byte aligned) in four 16-byte stores, the word's last.
static inline __attribute__((always_inline)) void ml_line_store_pairs(
    void *line, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3, uint64_t w4, uint64_t w5,
    uint64_t w6, uint64_t word) {
#if defined(__x86_64__)
  ml_u64x2 a = {w0, w1}, b = {w2, w3}, c = {w4, w5}, d = {w6, word};
  __asm__ volatile(
      "movdqa %[a], (%[line])\n\t"
      "movdqa %[b], 16(%[line])\n\t"
      "movdqa %[c], 32(%[line])\n\t"
      "movdqa %[d], 48(%[line])"
      :
      : [line] "r"(line), [a] "x"(a), [b] "x"(b), [c] "x"(c), [d] "x"(d)
      : "memory");
#else
  (void)line, (void)w0, (void)w1, (void)w2, (void)w3, (void)w4, (void)w5, (void)w6, (void)word;
  __builtin_trap();
#endif
}

/// As `ml_line_store_pairs`, the payload taken from the 56 bytes at `source` (any alignment).
static inline __attribute__((always_inline)) void ml_line_copy_pairs(
    void *line, const void *source, uint64_t word) {
  uint64_t w[7];
  __builtin_memcpy(w, source, sizeof w);
  ml_line_store_pairs(line, w[0], w[1], w[2], w[3], w[4], w[5], w[6], word);
}

/// Stores the line at `line` (8-byte aligned): payload relaxed, then the word with release order.
static inline __attribute__((always_inline)) void ml_line_store_release(
    void *line, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3, uint64_t w4, uint64_t w5,
    uint64_t w6, uint64_t word) {
  uint64_t *words = (uint64_t *)line;
  __atomic_store_n(words + 0, w0, __ATOMIC_RELAXED);
  __atomic_store_n(words + 1, w1, __ATOMIC_RELAXED);
  __atomic_store_n(words + 2, w2, __ATOMIC_RELAXED);
  __atomic_store_n(words + 3, w3, __ATOMIC_RELAXED);
  __atomic_store_n(words + 4, w4, __ATOMIC_RELAXED);
  __atomic_store_n(words + 5, w5, __ATOMIC_RELAXED);
  __atomic_store_n(words + 6, w6, __ATOMIC_RELAXED);
  __atomic_store_n(words + 7, word, __ATOMIC_RELEASE);
}

/// As `ml_line_store_release`, the payload taken from the 56 bytes at `source` (any alignment).
static inline __attribute__((always_inline)) void ml_line_copy_release(
    void *line, const void *source, uint64_t word) {
  uint64_t w[7];
  __builtin_memcpy(w, source, sizeof w);
  ml_line_store_release(line, w[0], w[1], w[2], w[3], w[4], w[5], w[6], word);
}

/// Marks the line as being written: its word becomes 0 before any payload that is stored later.
static inline __attribute__((always_inline)) void ml_line_invalidate(void *line) {
  __atomic_store_n((uint64_t *)line + 7, 0, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
}

/// Stores a line that readers may be copying right now: invalidate, payload, word.
static inline __attribute__((always_inline)) void ml_line_store_seqlock(
    void *line, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3, uint64_t w4, uint64_t w5,
    uint64_t w6, uint64_t word) {
  ml_line_invalidate(line);
  ml_line_store_release(line, w0, w1, w2, w3, w4, w5, w6, word);
}

/// As `ml_line_store_seqlock`, the payload taken from the 56 bytes at `source` (any alignment).
static inline __attribute__((always_inline)) void ml_line_copy_seqlock(
    void *line, const void *source, uint64_t word) {
  ml_line_invalidate(line);
  ml_line_copy_release(line, source, word);
}

/// The word of the line at `line`, with acquire order: what it announces may be read after it.
static inline __attribute__((always_inline)) uint64_t ml_line_word(const void *line) {
  return __atomic_load_n((const uint64_t *)line + 7, __ATOMIC_ACQUIRE);
}

/// Copies the 56 payload bytes of a line to `target` (any alignment) with relaxed loads.
///
/// Broadcast readers then call `ml_line_unchanged`; lane consumers need nothing more.
static inline __attribute__((always_inline)) void ml_line_load(const void *line, void *target) {
  const uint64_t *words = (const uint64_t *)line;
  uint64_t w[7];
  for (int i = 0; i < 7; i++) w[i] = __atomic_load_n(words + i, __ATOMIC_RELAXED);
  __builtin_memcpy(target, w, sizeof w);
}

/// Whether the line still has `word`: then what was copied from it before belongs to that word.
static inline __attribute__((always_inline)) bool ml_line_unchanged(
    const void *line, uint64_t word) {
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return __atomic_load_n((const uint64_t *)line + 7, __ATOMIC_RELAXED) == word;
}
