/// Millrace's tick journal: the specification of its files.
///
/// A segment holds what one shard published during one hour (or until it was large enough):
///
///     <root>/<dataset>/<yyyy-mm-dd>/<hh>-<shard>.dbn.zst       zstd frames of DBN records
///     <root>/<dataset>/<yyyy-mm-dd>/<hh>-<shard>.dbn.lz4       LZ4 frames of DBN records
///     <root>/<dataset>/<yyyy-mm-dd>/<hh>-<shard>.dbn           plain DBN (and .dbn.blocks)
///     <root>/<dataset>/<yyyy-mm-dd>/<hh>-<shard>.mrc           columnar payloads
///     <root>/<dataset>/<yyyy-mm-dd>/<hh>-<source>.pcapng.lz4   raw datagrams as received
///     <root>/<dataset>/<yyyy-mm-dd>/<hh>-<source>.stream.lz4   raw stream bytes as received
///
/// Day and hour are UTC, of the first record's ts_recv. A second segment of the same hour is called
/// <hh>-<shard>.2.dbn.zst, a third one .3 and so on.
///
/// SEGMENT
///
///     | first frame | segment header | block header | payload | block header | ... | index |
///
/// The first frame is one zstd (LZ4) frame with the file's DBN metadata (the pcapng section header
/// and interfaces for raw datagrams). Headers and index are zstd/LZ4 *skippable frames*, which
/// standard tools pass over: a segment is a valid .dbn.zst (.dbn.lz4, .pcapng.lz4) file at the end
/// of every block. The payload of a columnar block is a skippable frame too: `zstd -t` holds.
/// A plain .dbn file consists of metadata and records only; what would stand between them stands,
/// in the same order, in the .dbn.blocks file beside it. Offsets in its index are those of the
/// .dbn.blocks file; a block's payload begins in the .dbn file where the one before it ends.
///
/// All integers are little-endian; times are ns since the Unix epoch; hashes are XXH3-64, seed 0.
/// A hash over a header is taken over the whole frame with the field of the hash itself as zero.
#ifndef MILLRACE_JOURNAL_H
#define MILLRACE_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

/// Magic number of the skippable frames (RFC 8878, section 3.1.2; LZ4 frame format, "Skippable").
#define MILLRACE_SKIPPABLE_MAGIC 0x184D2A5Du
/// "MRSEGMT1", "MRBLOCK1" and "MRINDEX1" as little-endian integers.
#define MILLRACE_SEGMENT_MAGIC 0x31544D474553524Dull
#define MILLRACE_BLOCK_MAGIC 0x314B434F4C42524Dull
#define MILLRACE_INDEX_MAGIC 0x315845444E49524Dull

/// What a payload holds.
#define MILLRACE_PAYLOAD_DBN 1       ///< whole DBN records
#define MILLRACE_PAYLOAD_COLUMNAR 2  ///< the same records as columns ("Columnar payload")
#define MILLRACE_PAYLOAD_PCAPNG 3    ///< pcapng blocks, raw datagrams
#define MILLRACE_PAYLOAD_STREAM 4    ///< chunks of a raw byte stream ("Stream payload")

/// How it is compressed.
#define MILLRACE_CODER_NONE 0
#define MILLRACE_CODER_LZ4 1
#define MILLRACE_CODER_ZSTD 2

/// Block flag: symbol mappings and definitions repeated from earlier segments, so that this one can
/// be read alone; who reads on from an earlier segment passes the block over.
#define MILLRACE_BLOCK_REPEATED 1u
/// Block flag: some records have a sequence number, and min_sequence and max_sequence hold.
#define MILLRACE_BLOCK_HAS_SEQUENCE 2u
/// Block flag: some records have a receive time, and min_ts_recv and max_ts_recv hold.
#define MILLRACE_BLOCK_HAS_TS_RECV 4u
/// Block flag: no record is a symbol mapping or a definition. Who selects by symbols reads every
/// block that lacks it, whatever its map says: a symbol may get another instrument there. Writers
/// before version 0.3 never set it.
#define MILLRACE_BLOCK_NO_SYMBOLS 8u

/// Most records and raw bytes in a block, and most bytes of its instrument map.
#define MILLRACE_BLOCK_MAX_RECORDS 262144u
#define MILLRACE_BLOCK_MAX_RAW_BYTES 268435456u
#define MILLRACE_BLOCK_MAX_MAP_BYTES 8192u

/// Numbers of blocks and records are below this: a reader may add to them without a care.
#define MILLRACE_COUNT_LIMIT (1ull << 62)

/// Stands once, directly behind the first frame. 256 bytes.
typedef struct millrace_segment_header {
  uint32_t frame_magic;          ///<   0: MILLRACE_SKIPPABLE_MAGIC
  uint32_t frame_bytes;          ///<   4: 248, the bytes after this field
  uint64_t magic;                ///<   8: MILLRACE_SEGMENT_MAGIC
  uint64_t segment_id;           ///<  16: random; every block of the segment repeats it
  uint64_t run_id;               ///<  24: random; the same in all segments of one run of a pipeline
  uint64_t created_ns;           ///<  32: when the segment was opened
  uint64_t first_ordinal;        ///<  40: records that the shard wrote in this run before this one
  uint64_t first_frame_hash;     ///<  48: hash of the first frame as stored
  uint32_t first_frame_bytes;    ///<  56: bytes of the first frame as stored
  uint32_t shard;                ///<  60: index of the shard (of the source, for raw captures)
  uint32_t shard_count;          ///<  64: shards of the run
  uint32_t block_records;        ///<  68: records a block at most
  uint8_t payload;               ///<  72: MILLRACE_PAYLOAD_...
  uint8_t coder;                 ///<  73: MILLRACE_CODER_...
  int8_t level;                  ///<  74: of the coder
  uint8_t dbn_version;           ///<  75: version of the records, 3; 0 for raw captures
  uint32_t part;                 ///<  76: 1 for the first segment of the hour, then 2, ...
  char dataset[16];              ///<  80: NUL padded
  char instance[48];             ///<  96: name of the pipeline (and "/source" for raw captures)
  uint8_t reserved[104];         ///< 144: zero
  uint64_t header_hash;          ///< 248: hash of these 256 bytes
} millrace_segment_header;

/// Stands before every payload: 128 bytes, then the instrument map. `frame_bytes` is 120 plus the
/// map's bytes.
///
/// The map is a bit set of map_bytes * 8 bits, a power of two: bit (instrument_id mod bits) is set
/// for every instrument of the block. A block whose bit is clear holds no record of the instrument.
/// No map (0 bytes) says nothing.
typedef struct millrace_block_header {
  uint32_t frame_magic;          ///<   0: MILLRACE_SKIPPABLE_MAGIC
  uint32_t frame_bytes;          ///<   4: 120 + map_bytes, the bytes after this field
  uint64_t magic;                ///<   8: MILLRACE_BLOCK_MAGIC
  uint64_t segment_id;           ///<  16: of the segment header
  uint64_t number;               ///<  24: 0 for the first block of the segment
  uint64_t first_record;         ///<  32: records of the segment before this block
  uint32_t record_count;         ///<  40: records in the block (packets, chunks of a raw capture)
  uint32_t raw_bytes;            ///<  44: bytes of the records before compression
  uint32_t stored_bytes;         ///<  48: bytes of the payload's frame, its own header included
  uint32_t map_bytes;            ///<  52: bytes of the instrument map behind the header
  uint64_t min_ts_recv;          ///<  56: least receive time in the block (not of sampled quotes)
  uint64_t max_ts_recv;          ///<  64: greatest receive time in the block
  uint64_t min_sequence;         ///<  72: least sequence number in the block
  uint64_t max_sequence;         ///<  80: greatest sequence number in the block
  uint8_t payload;               ///<  88: MILLRACE_PAYLOAD_...
  uint8_t coder;                 ///<  89: MILLRACE_CODER_...
  uint16_t flags;                ///<  90: MILLRACE_BLOCK_...
  uint32_t reserved;             ///<  92: zero
  uint64_t min_ts_event;         ///<  96: least event time, 2^64-1 where none has one
  uint64_t max_ts_event;         ///< 104: greatest event time, 0 where none has one
  uint64_t payload_hash;         ///< 112: hash of the payload's frame as stored
  uint64_t header_hash;          ///< 120: hash of the 128 bytes and the map
} millrace_block_header;

/// An entry of the index: one for each block, in their order.
typedef struct millrace_index_entry {
  uint64_t offset;               ///<  0: of the block header in the file
  uint64_t first_record;         ///<  8: as in the block header; so are the rest
  uint64_t min_ts_recv;          ///< 16
  uint64_t max_ts_recv;          ///< 24
  uint64_t min_sequence;         ///< 32
  uint64_t max_sequence;         ///< 40
  uint32_t record_count;         ///< 48
  uint16_t flags;                ///< 52
  uint16_t reserved;             ///< 54: zero
} millrace_index_entry;

/// Ends a segment that was closed in order: a skippable frame of a 32-byte head, the entries, and
/// a 24-byte tail, so that a reader finds it from the end of the file. The frame's last 24 bytes:
typedef struct millrace_index_tail {
  uint64_t frame_offset;         ///<  0: where the index frame begins in the file
  uint64_t index_hash;           ///<  8: hash of the frame with this field as zero
  uint64_t magic;                ///< 16: MILLRACE_INDEX_MAGIC
} millrace_index_tail;

/// The first 32 bytes of the index frame.
typedef struct millrace_index_head {
  uint32_t frame_magic;          ///<  0: MILLRACE_SKIPPABLE_MAGIC
  uint32_t frame_bytes;          ///<  4: 48 + 56 * block_count, the bytes after this field
  uint64_t magic;                ///<  8: MILLRACE_INDEX_MAGIC
  uint64_t segment_id;           ///< 16: of the segment header
  uint64_t block_count;          ///< 24: entries
} millrace_index_head;

#endif
