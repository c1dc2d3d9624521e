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

/// What a value is predicted from: the base to which the column's value is added.
#define MILLRACE_FROM_ZERO 0        ///< nothing: the value itself
#define MILLRACE_FROM_PREVIOUS 1    ///< the field in the kind's record before; 0 for the first
#define MILLRACE_FROM_FIELD 2       ///< the field at `source` in the same record
#define MILLRACE_FROM_GREATEST 3    ///< the greatest so far of the field in the kind; 0 at first
#define MILLRACE_FROM_INSTRUMENT 4  ///< the field in the kind's last record of the instrument
#define MILLRACE_FROM_PARENT 5      ///< the field at `source` in the last record of the parent kind
#define MILLRACE_FROM_LATENCY 6     ///< ts_recv (at `source`) minus ts_event (at 8), same record
#define MILLRACE_FROM_BYTES 7       ///< no number: `width` bytes a record, stored as they are

/// How the difference is written.
#define MILLRACE_AS_IS 0            ///< value - base
#define MILLRACE_ZIGZAG 1           ///< the same, signed: 0, -1, 1, -2, ... become 0, 1, 2, 3, ...

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

/// One stream. 8 bytes.
typedef struct millrace_columnar_stream {
  uint8_t coder;                 ///<  0: MILLRACE_STREAM_...
  uint8_t value;                 ///<  1: the byte of a constant stream, else zero
  uint16_t reserved;             ///<  2: zero
  uint32_t stored_bytes;         ///<  4: bytes in `data`
} millrace_columnar_stream;

#endif
