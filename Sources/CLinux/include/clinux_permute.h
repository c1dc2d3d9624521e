/// Frames to fixed 64-byte lines by one byte permutation a message (AVX-512 VBMI).
///
/// Knows nothing of any protocol: what it does with a message is said by a row of the caller's
/// table, chosen by the message's first byte. A message without a row, one that is too short, one
/// that lies too near the end of the buffer and one whose side letter is unknown are left to the
/// caller, who decodes them field by field and calls again.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Where the next line of one ring goes. Shared by the kernel and the Swift producer.
typedef struct ml_lane_cursor {
  uint8_t *lines;     // first line of the ring, 64-byte aligned
  uint64_t mask;      // lines in the ring - 1; the number of lines is a power of two
  uint64_t position;  // running number of the next line
  uint64_t limit;     // running number of the first line that may not be written yet
  uint64_t word;      // epoch and ordinal of the next record (the line's last 8 bytes)
} ml_lane_cursor;

/// What becomes of one message type. All byte indices count from the frame's length field.
typedef struct ml_permute_row {
  uint8_t pick[64];   // byte i of the line: frame byte pick[i], or constants[pick[i] - 64]
  uint64_t length;    // the message's length, at most 62; any other leaves it to the caller
  uint64_t pair;      // all ones: the older and the newer id must agree in their upper half
  uint8_t multiply;   // bit i: word i of the line is multiplied by the run's multiplier
  uint8_t reserved[47];
} ml_permute_row;

/// What all messages of a run have in common, and where the run stands.
typedef struct ml_permute_run {
  uint64_t common[8];   // added to the line's words; in and out
  uint64_t step[8];     // added to `common` after each message
  uint8_t constants[64];
  size_t at;            // in and out: offset of the next frame
  size_t end;           // end of the frames that may be decoded
  uint64_t frames;      // out: frames decoded
  uint64_t limit;       // most frames to decode
  uint32_t multiplier;  // factor of the rows' prices
  uint16_t side_at;     // frame offset of the side letter
  uint16_t older_at;    // frame offset of the id that a replace retires (u64, big-endian)
  uint16_t newer_at;    // frame offset of the id that it introduces
  uint8_t side_class[256];  // 0, 1 or 2 for each side letter
  uint8_t one_store;        // 1: a line is stored in one piece (ml_cpu_has_wide_store())
} ml_permute_run;

/// Decodes frames (u16 big-endian length, message) until one must be left to the caller, a ring is
/// full, or fewer than 64 bytes are left.
///
/// `rows` has 1,024 rows: `4 * type + class of the side letter`. `shard_of`, 65,536 entries, gives
/// the ring for bytes 1...2 of the message (big-endian); null means ring 0 always.
/// Only where `ml_cpu_has_vbmi()`.
void ml_permute_frames(const uint8_t *bytes, ml_permute_run *run, const ml_permute_row *rows,
                       ml_lane_cursor *lanes, const uint8_t *shard_of);
