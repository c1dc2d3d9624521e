/// The columnar payload of Millrace's tick journal (millrace_journal.h, MILLRACE_PAYLOAD_COLUMNAR).
///
/// A block of DBN records as columns: each field as a stream of differences from what a reader
/// already knows, taken apart into planes of bytes, each plane compressed alone. Nothing outside of
/// the payload is needed to read it, not even the records' layouts. docs/journal-columnar.md tells
/// it in full, with a reader in Python.
///
///     | header | kinds | columns | streams | data |
///
/// The streams' bytes lie in `data` back to back, in the order of their entries: the order stream
/// (where there are two kinds or more), then, column by column, the column's exceptions (where it
/// has some) and its planes from the lowest to the highest.
/// All integers are little-endian. Arithmetic is modulo 2^64, or 2^32, 2^16, 2^8 for columns of as
/// many bits.
#ifndef MILLRACE_COLUMNAR_H
#define MILLRACE_COLUMNAR_H

#include <stdint.h>

/// "MRCOLUM1" as a little-endian integer.
#define MILLRACE_COLUMNAR_MAGIC 0x314D554C4F43524Dull

/// How a stream is stored.
#define MILLRACE_STREAM_RAW 0       ///< as it is
#define MILLRACE_STREAM_LZ4 1       ///< one LZ4 block
#define MILLRACE_STREAM_ZSTD 2      ///< one zstd frame
#define MILLRACE_STREAM_CONSTANT 3  ///< not at all: each byte is the entry's `value`

/// What a value is predicted from: its base. A record's own fields at smaller places in the list
/// of columns are known when a column is read, and so are all records of earlier kinds.
#define MILLRACE_FROM_ZERO 0        ///< nothing: the base is 0
#define MILLRACE_FROM_PREVIOUS 1    ///< the field in the kind's record before, at first `first`
#define MILLRACE_FROM_GREATEST 2    ///< the greatest so far of the field, and of `first`
#define MILLRACE_FROM_INSTRUMENT 3  ///< the field in the kind's last record of the instrument
#define MILLRACE_FROM_FIELD 4       ///< the field at `source` in the same record
#define MILLRACE_FROM_PARENT 5      ///< the field at `source` in the last record of the parent kind
#define MILLRACE_FROM_LATENCY 6     ///< ts_recv (at `source`) minus ts_event (at 8), same record
#define MILLRACE_FROM_BYTES 7       ///< no number: `width` bytes a record, stored as they are

/// How the difference to the base is written: flags of a column.
#define MILLRACE_COLUMN_ZIGZAG 1u   ///< signed: 0, -1, 1, -2, ... are written as 0, 1, 2, 3, ...
#define MILLRACE_COLUMN_REPEATS 2u  ///< 0: the value of the record before; what lies below the
                                    ///< number for that value moves up by one to make room
#define MILLRACE_COLUMN_SWAPS 4u    ///< 2^63-1, the undefined price, and 0 stand for each other

// What a second reader had to know beside the above:
//
// - A column's numbers are undone in this order: REPEATS, ZIGZAG, times `factor`, plus the base;
//   SWAPS last, and only in the record: the instrument's next base is the value before the swap.
// - REPEATS occurs with FROM_ZERO, where ZIGZAG then means nothing, and with FROM_GREATEST, where
//   "the number for that value" is value - greatest, made unsigned by ZIGZAG where that is set.
// - FROM_INSTRUMENT: an instrument is instrument_id modulo 2^table_bits, its first base 0.
// - FROM_PARENT: before the parent kind's first record every field of it is 0.
// - The exceptions' stream has 12 bytes for each: number in its kind (4 bytes, rising),
//   then the field (8 bytes), which replaces the value decoded there. What comes after is predicted
//   as if there were no exceptions; only columns predicted from this field see them.
// - `planes` counts the planes of the stored number's lowest bytes.

/// Most kinds of a block; one with more is written as one stream of records.
#define MILLRACE_COLUMNAR_MAX_KINDS 64u
/// Most FROM_INSTRUMENT columns of a kind.
#define MILLRACE_COLUMNAR_MAX_SLOTS 64u
/// No parent.
#define MILLRACE_NO_PARENT 255u

/// First bytes of the payload. 32 bytes.
typedef struct millrace_columnar_header {
  uint64_t magic;                ///<  0: MILLRACE_COLUMNAR_MAGIC
  uint32_t record_count;         ///<  8: records in the block
  uint32_t raw_bytes;            ///< 12: bytes of the records
  uint16_t kind_count;           ///< 16: kinds; 0: one stream holds the records as they are
  uint16_t reserved0;            ///< 18: zero
  uint32_t column_count;         ///< 20: columns of all kinds
  uint32_t stream_count;         ///< 24: streams
  uint32_t data_bytes;           ///< 28: bytes of all streams
} millrace_columnar_header;

/// One kind: the records of one type and length, in their order. 16 bytes.
typedef struct millrace_columnar_kind {
  uint8_t rtype;                 ///<  0: byte 1 of each record
  uint8_t length;                ///<  1: byte 0 of each record, its size in words of 4 bytes
  uint8_t parent;                ///<  2: an earlier kind, or MILLRACE_NO_PARENT
  uint8_t table_bits;            ///<  3: FROM_INSTRUMENT tells as many bits of the id apart; <= 16
  uint32_t count;                ///<  4: records
  uint32_t column_count;         ///<  8: columns
  uint32_t reserved;             ///< 12: zero
} millrace_columnar_kind;

/// One column: a field of all records of a kind. Columns follow one another kind by kind; those of
/// a kind cover each of its bytes but the first two once. 32 bytes.
typedef struct millrace_columnar_column {
  uint16_t offset;               ///<  0: of the field in the record
  uint16_t width;                ///<  2: bytes of the field: 1, 2, 4, 8; any for FROM_BYTES
  uint8_t from;                  ///<  4: MILLRACE_FROM_...
  uint8_t flags;                 ///<  5: MILLRACE_COLUMN_...
  uint8_t planes;                ///<  6: planes stored; the higher ones are zero. FROM_BYTES: 1
  uint8_t reserved;              ///<  7: zero
  uint16_t source;               ///<  8: offset of the field that the value is predicted from
  uint16_t reserved1;            ///< 10: zero
  uint32_t exceptions;           ///< 12: records whose value stands in the exceptions' stream
  uint64_t first;                ///< 16: what stands before the kind's first record
  uint64_t factor;               ///< 24: differences are written divided by it; 1 for none
} millrace_columnar_column;

/// One stream. 8 bytes.
typedef struct millrace_columnar_stream {
  uint8_t coder;                 ///<  0: MILLRACE_STREAM_...
  uint8_t value;                 ///<  1: the byte of a constant stream, else zero
  uint16_t reserved;             ///<  2: zero
  uint32_t stored_bytes;         ///<  4: bytes in `data`
} millrace_columnar_stream;

#endif
