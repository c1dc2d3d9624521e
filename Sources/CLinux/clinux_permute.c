#include "clinux_permute.h"
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")))
#define INLINE static inline __attribute__((always_inline))

enum { RING_WORD = 1 << 7 };

INLINE size_t big16(const uint8_t *at) {
  uint16_t raw;
  memcpy(&raw, at, 2);
  return __builtin_bswap16(raw);
}

// The four bytes in which two 64-bit ids differ when they are 2^32 or more apart; 0 where equal.
INLINE uint64_t differ32(const uint8_t *one, const uint8_t *other) {
  uint32_t a, b;
  memcpy(&a, one, 4);
  memcpy(&b, other, 4);
  return a ^ b;
}

// Where a 64-byte store may reach other cores in two pieces, the half with the word goes last:
// stores become visible in program order (x86 TSO).
INLINE WIDE void put(ml_lane_cursor *lane, __m512i line, bool one_store) {
  uint8_t *to = lane->lines + (lane->position & lane->mask) * 64;
  if (one_store) {
    _mm512_store_si512(to, line);
  } else {
    _mm256_store_si256((__m256i *)to, _mm512_castsi512_si256(line));
    __asm__ volatile("" ::: "memory");
    _mm256_store_si256((__m256i *)to + 1, _mm512_extracti64x4_epi64(line, 1));
  }
  lane->position += 1;
  lane->word += 1;
}

INLINE WIDE void frames_to_lines(const uint8_t *bytes, ml_permute_run *run,
                                 const ml_permute_row *rows, ml_lane_cursor *lanes,
                                 const uint8_t *shard_of, bool many, bool one_store) {
  size_t at = run->at;
  const size_t side_at = run->side_at, older_at = run->older_at, newer_at = run->newer_at;
  if (run->end < 64) return;
  const size_t last = run->end - 64;  // last offset at which a whole load may start
  ml_lane_cursor one = lanes[0];
  __m512i common = _mm512_loadu_si512(run->common), step = _mm512_loadu_si512(run->step);
  if (!many) {  // one ring: its word counts with the messages
    common = _mm512_mask_set1_epi64(common, RING_WORD, (long long)one.word);
    step = _mm512_mask_set1_epi64(step, RING_WORD, 1);
  }
  const __m512i constants = _mm512_loadu_si512(run->constants);
  const __m512i multiplier = _mm512_set1_epi64(run->multiplier);
  uint64_t room = many ? UINT64_MAX : one.limit - one.position;
  if (room > run->limit) room = run->limit;
  uint64_t frames = 0;
  while (at <= last && frames < room) {
    const uint8_t *from = bytes + at;
    size_t length = big16(from);
    const ml_permute_row *row = &rows[4 * from[2] + run->side_class[from[side_at]]];
    ml_lane_cursor *lane = many ? &lanes[shard_of[big16(from + 3)]] : &one;
    // One branch on the sum of all doubts: one on the type would mispredict every second time.
    uint64_t differ = differ32(from + older_at, from + newer_at);
    uint64_t doubt = (length ^ row->length) | (differ & row->pair);
    if (many) doubt |= lane->position >= lane->limit;
    if (__builtin_expect(doubt != 0, 0)) break;
    __m512i line = _mm512_permutex2var_epi8(_mm512_loadu_si512(from),
                                            _mm512_loadu_si512(row->pick), constants);
    line = _mm512_mask_mul_epu32(line, row->multiply, line, multiplier);
    line = _mm512_add_epi64(line, common);
    if (many) line = _mm512_mask_set1_epi64(line, RING_WORD, (long long)lane->word);
    put(lane, line, one_store);
    common = _mm512_add_epi64(common, step);
    frames += 1;
    at += 2 + length;
  }
  if (!many) lanes[0] = one;
  _mm512_storeu_si512(run->common, common);
  run->at = at;
  run->frames = frames;
}

WIDE void ml_permute_frames(const uint8_t *bytes, ml_permute_run *run, const ml_permute_row *rows,
                            ml_lane_cursor *lanes, const uint8_t *shard_of) {
  bool one_store = run->one_store;
  if (shard_of)
    frames_to_lines(bytes, run, rows, lanes, shard_of, true, one_store);
  else if (one_store)
    frames_to_lines(bytes, run, rows, lanes, shard_of, false, true);
  else
    frames_to_lines(bytes, run, rows, lanes, shard_of, false, false);
}
#else
void ml_permute_frames(const uint8_t *bytes, ml_permute_run *run, const ml_permute_row *rows,
                       ml_lane_cursor *lanes, const uint8_t *shard_of) {
  (void)bytes, (void)run, (void)rows, (void)lanes, (void)shard_of;
}
#endif
