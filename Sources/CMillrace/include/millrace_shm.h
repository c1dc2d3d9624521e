/// Millrace's shared-memory stream: the specification of its files and a whole reader in C and C++.
///
/// One file holds the ring of one shard. One process writes it; any number of processes map it read
/// only, keep their own cursor and write nothing, so that a reader can neither slow nor harm the
/// writer or another reader. The default place is /dev/shm/millrace/<instance>/shard-<n>.ring.
///
///     byte 0                 4096                                    4096 + 64 * capacity_lines
///          | header          | line 0 | line 1 | ...                 |
///
/// All integers are little-endian. The records are DBN version 3, byte for byte: length in 4-byte
/// units (byte 0), rtype (1), publisher_id (2), instrument_id (4), ts_event (8), then the body.
///
/// HEADER (millrace_header; bytes not drawn are zero)
///
///       0 | magic "MLRCSHM1"                        | version 1       | header_bytes    |
///      16 | line_bytes 64     | max_record_lines 10 | capacity_lines                    |
///      32 | shard             | shard_count         | epoch                             |
///      48 | state             | writer_pid          | writer_start_ns (UNIX time)       |
///      64 | previous_epoch                          | previous_last_ordinal             |
///      80 | dataset, 16 bytes, NUL padded                                               |
///      96 | instance, 48 bytes, NUL padded (to 144)                                     |
///         :                                                                             :
///     256 | next_position                           | next_ordinal                      |
///     272 | last_ts_event                           | last_ts_recv                      |
///     288 | heartbeat_ns (CLOCK_MONOTONIC)          |                                   |
///
/// Bytes 256 to 384 are the writer's progress. It is written once a batch, so it is a hint: lines
/// beyond `next_position` may already be there. Everything before byte 256 changes only when a
/// writer starts or stops.
///
/// LINE (64 bytes)
///
///       0 | payload, 56 bytes                                           | word, 8 bytes |
///
///     word:  bit 63     1 = continuation line of a record, 0 = its first line
///            62 .. 48   low 15 bits of the writer's epoch, never 0
///            47 .. 0    ordinal of the record: 1 for the first one of an epoch
///            all 0      never written in this epoch, or being written right now
///
/// A record of n bytes takes ceil(n / 56) lines, each with the record's ordinal; the last is padded
/// with zeros. A line's running position starts at 0 in each epoch and its place in the ring is
/// position & (capacity_lines - 1), so a record may wrap around the end line by line. The writer
/// stores the continuation lines first: who sees a record's first line finds all of it.
///
/// READING. Load the word (acquire), copy the payload, fence (acquire), load the word again. If
/// both are the word that was expected, the copy is whole. A smaller ordinal: not there yet. A
/// larger one: this reader was lapped, and ordinal found - ordinal expected records are lost.
///
/// EPOCH. A writer that starts takes the file over: state = initialising, all words 0, epoch + 1
/// (an epoch whose low 15 bits would be 0 is left out), previous_epoch and previous_last_ordinal
/// say how far the writer before it came, state = live. Readers keep their mapping. When the
/// geometry has to change, the old file's state becomes replaced and a new file takes its name:
/// open it again.
///
/// Needs GNU C atomics (gcc, clang), a little-endian 64-bit machine, and POSIX.1-2008.
#ifndef MILLRACE_SHM_H
#define MILLRACE_SHM_H

#include <stddef.h>
#include <stdint.h>
#ifndef __swift__  // Swift has its own import of these; it opens through millrace_shm_calls.h
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#define MILLRACE_MAGIC "MLRCSHM1"
#define MILLRACE_VERSION 1
#define MILLRACE_HEADER_BYTES 4096
#define MILLRACE_LINE_BYTES 64
#define MILLRACE_PAYLOAD_BYTES 56
#define MILLRACE_MAX_RECORD_LINES 10
#define MILLRACE_MIN_RECORD_BYTES 16
#define MILLRACE_MAX_RECORD_BYTES 560  // 10 lines of 56 bytes; the largest DBN record has 528
#define MILLRACE_MIN_CAPACITY_LINES 64
#define MILLRACE_MAX_CAPACITY_LINES 0x4000000  // 2^26 lines, 4 GiB

#define MILLRACE_CONTINUATION 0x8000000000000000ull
#define MILLRACE_EPOCH_BITS 0x7fffull
#define MILLRACE_EPOCH_SHIFT 48
#define MILLRACE_ORDINAL_BITS 0xffffffffffffull

/// The first 384 of the header's 4096 bytes.
typedef struct millrace_header {
  char magic[8];
  uint32_t version;
  uint32_t header_bytes;
  uint32_t line_bytes;
  uint32_t max_record_lines;
  uint64_t capacity_lines;
  uint32_t shard;
  uint32_t shard_count;
  uint64_t epoch;
  uint32_t state;
  uint32_t writer_pid;
  uint64_t writer_start_ns;
  uint64_t previous_epoch;
  uint64_t previous_last_ordinal;
  char dataset[16];
  char instance[48];
  uint64_t reserved_static[14];
  uint64_t next_position;
  uint64_t next_ordinal;
  uint64_t last_ts_event;
  uint64_t last_ts_recv;
  uint64_t heartbeat_ns;
  uint64_t reserved_progress[11];
} millrace_header;

/// millrace_header.state
#define MILLRACE_STATE_INITIALISING 0u
#define MILLRACE_STATE_LIVE 1u
#define MILLRACE_STATE_CLOSED 2u    // the writer has ended cleanly
#define MILLRACE_STATE_REPLACED 3u  // another file has taken the name: open it again

/// What a poll found.
#define MILLRACE_NONE 0       // nothing new yet
#define MILLRACE_RECORD 1     // a record was copied out: reader.record_bytes
#define MILLRACE_LOST 2       // reader.event_lost records are gone; the next poll goes on behind
#define MILLRACE_NEW_EPOCH 3  // another writer: reader.epoch, and reader.event_epoch before it
#define MILLRACE_CLOSED 4     // all was read and the writer has ended; a new one may still come
#define MILLRACE_REPLACED 5   // all was read and the file is no longer in use: open the path again

/// Where a reader begins.
#define MILLRACE_START_OLDEST 0   // the oldest record still in the ring
#define MILLRACE_START_NEWEST 1   // the next record to be published
#define MILLRACE_START_ORDINAL 2  // a given ordinal of the present epoch

/// What millrace_reader_open answers.
#define MILLRACE_OK 0
#define MILLRACE_ERROR_SYSTEM 1    // see errno
#define MILLRACE_ERROR_FORMAT 2    // not a ring file, or another version of it
#define MILLRACE_ERROR_GEOMETRY 3  // sizes that do not fit together or do not fit the file
#define MILLRACE_ERROR_ORDINAL 4   // the ordinal to start from has not been published yet

/// One reader's cursor and counters; it belongs to one thread. received + lost is always the number
/// of ordinals passed since the start; `corrupt` counts those of the lost whose length was invalid.
typedef struct millrace_reader {
  const unsigned char *lines;
  uint64_t mask;
  uint64_t position;
  uint64_t epoch;     // 0 before the first epoch was seen
  uint64_t expected;  // the word of the next record's first line
  uint64_t lost;
  uint64_t received;
  uint64_t corrupt;
  uint64_t event_lost;
  uint64_t event_epoch;
  uint64_t record_bytes;
  const millrace_header *header;
  size_t map_bytes;
} millrace_reader;

#define MILLRACE_COLD static __attribute__((noinline, cold, unused))
#define MILLRACE_HOT static inline __attribute__((always_inline, unused))

// The word that a reader expects before it has seen an epoch: no writer ever stores it.
#define MILLRACE_NO_WORD 0xffffffffffffffffull
// Internal answer of the cold path: the cursor moved, look again.
#define MILLRACE_AGAIN (-1)

/// Loads a header field that the writer may be changing.
MILLRACE_HOT uint64_t millrace_load64(const uint64_t *field) {
  return __atomic_load_n(field, __ATOMIC_ACQUIRE);
}

/// Loads a header field that the writer may be changing.
MILLRACE_HOT uint32_t millrace_load32(const uint32_t *field) {
  return __atomic_load_n(field, __ATOMIC_ACQUIRE);
}

MILLRACE_HOT const uint64_t *millrace_line(const millrace_reader *r, uint64_t position) {
  return (const uint64_t *)(const void *)(r->lines + (position & r->mask) * MILLRACE_LINE_BYTES);
}

MILLRACE_HOT uint64_t millrace_word(const millrace_reader *r, uint64_t position) {
  return __atomic_load_n(millrace_line(r, position) + 7, __ATOMIC_ACQUIRE);
}

// Copies a line's payload; 1 if the line held `word` all the time. The fence pairs with the release
// fence of the writer between word = 0 and the payload: who copied new bytes sees another word.
MILLRACE_HOT int millrace_copy_line(const uint64_t *line, uint64_t word, unsigned char *target) {
  for (int i = 0; i < 7; i++) {
    uint64_t value = __atomic_load_n(line + i, __ATOMIC_RELAXED);
    __builtin_memcpy(target + 8 * i, &value, 8);
  }
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return __atomic_load_n(line + 7, __ATOMIC_RELAXED) == word;
}

MILLRACE_HOT int millrace_count_lost(millrace_reader *r, uint64_t count) {
  r->expected += count;
  r->lost += count;
  r->event_lost = count;
  return MILLRACE_LOST;
}

// Gives up the record at the cursor. Its continuation lines are passed by millrace_other.
MILLRACE_HOT int millrace_skip_record(millrace_reader *r) {
  r->position++;
  return millrace_count_lost(r, 1);
}

// The record at the cursor has `bytes` bytes, its first line is copied: the other lines.
MILLRACE_COLD int millrace_more_lines(millrace_reader *r, unsigned char *record, uint64_t bytes) {
  if (bytes < MILLRACE_MIN_RECORD_BYTES || bytes > MILLRACE_MAX_RECORD_BYTES) {
    r->corrupt++;
    return millrace_skip_record(r);
  }
  uint64_t lines = (bytes + MILLRACE_PAYLOAD_BYTES - 1) / MILLRACE_PAYLOAD_BYTES;
  uint64_t word = r->expected | MILLRACE_CONTINUATION;
  for (uint64_t i = 1; i < lines; i++) {
    const uint64_t *line = millrace_line(r, r->position + i);
    if (__atomic_load_n(line + 7, __ATOMIC_ACQUIRE) != word ||
        !millrace_copy_line(line, word, record + i * MILLRACE_PAYLOAD_BYTES)) {
      return millrace_skip_record(r);  // lapped between its first and its last line
    }
  }
  r->position += lines;
  r->expected++;
  r->received++;
  r->record_bytes = bytes;
  return MILLRACE_RECORD;
}

// Lapped: the line at the cursor holds `word` of a later record. Goes on half a ring behind the
// writer's hint, where the reader has as much room as there is, or else at this very line. The hint
// need not be right: whichever first line is found, its own word says how much was lost.
MILLRACE_COLD int millrace_resume(millrace_reader *r, uint64_t word) {
  uint64_t mine = r->expected & MILLRACE_ORDINAL_BITS;
  uint64_t half = (r->mask + 1) / 2, next = millrace_load64(&r->header->next_position);
  for (uint64_t i = 0; next > half && i < 2 * MILLRACE_MAX_RECORD_LINES; i++) {
    uint64_t found = millrace_word(r, next - half + i);
    // Equal upper bits: a first line of this epoch. A smaller word is an older record: not for us.
    if (found >> MILLRACE_EPOCH_SHIFT == r->expected >> MILLRACE_EPOCH_SHIFT &&
        found > r->expected) {
      r->position = next - half + i;
      return millrace_count_lost(r, found - r->expected);
    }
  }
  uint64_t ordinal = word & MILLRACE_ORDINAL_BITS;
  if (!(word & MILLRACE_CONTINUATION)) return millrace_count_lost(r, ordinal - mine);
  r->position++;
  return millrace_count_lost(r, ordinal + 1 - mine);
}

// Nothing at the cursor: has the writer ended, or another one begun?
MILLRACE_COLD int millrace_idle(millrace_reader *r) {
  uint32_t state = millrace_load32(&r->header->state);
  if (state == MILLRACE_STATE_INITIALISING) return MILLRACE_NONE;
  uint64_t epoch = millrace_load64(&r->header->epoch);
  if (epoch == r->epoch) {
    if (state == MILLRACE_STATE_LIVE) return MILLRACE_NONE;
    // The writer may have come by, even have lapped us, between the look at the line and this one.
    // Its lines are final now: only an older record or none at all means that all was read.
    uint64_t word = millrace_word(r, r->position) & ~MILLRACE_CONTINUATION;
    if (word + 1 >= r->expected &&
        word >> MILLRACE_EPOCH_SHIFT == r->expected >> MILLRACE_EPOCH_SHIFT) {
      return MILLRACE_AGAIN;
    }
    return state == MILLRACE_STATE_CLOSED ? MILLRACE_CLOSED : MILLRACE_REPLACED;
  }
  uint64_t tag = epoch & MILLRACE_EPOCH_BITS;
  uint64_t previous = millrace_load64(&r->header->previous_epoch);
  uint64_t last = millrace_load64(&r->header->previous_last_ordinal);
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  if (tag == 0 || millrace_load32(&r->header->state) == MILLRACE_STATE_INITIALISING ||
      millrace_load64(&r->header->epoch) != epoch) {
    return MILLRACE_NONE;
  }
  uint64_t mine = r->expected & MILLRACE_ORDINAL_BITS;
  if (r->epoch != 0 && previous == r->epoch && last >= mine && last < MILLRACE_ORDINAL_BITS) {
    return millrace_count_lost(r, last + 1 - mine);  // the end of the old epoch, then this again
  }
  r->event_epoch = r->epoch;
  r->epoch = epoch;
  r->position = 0;
  r->expected = tag << MILLRACE_EPOCH_SHIFT | 1;
  return MILLRACE_NEW_EPOCH;
}

// The line at the cursor is not the first line of the expected record.
MILLRACE_COLD int millrace_other(millrace_reader *r) {
  uint64_t word = millrace_word(r, r->position);
  uint64_t rest = (r->expected - 1) | MILLRACE_CONTINUATION;
  for (int i = 0; word == rest && i < MILLRACE_MAX_RECORD_LINES; i++) {
    word = millrace_word(r, ++r->position);  // what is left of a record that was given up
  }
  if (word == r->expected) return MILLRACE_AGAIN;
  uint64_t tags = MILLRACE_EPOCH_BITS << MILLRACE_EPOCH_SHIFT;
  uint64_t ordinal = word & MILLRACE_ORDINAL_BITS, mine = r->expected & MILLRACE_ORDINAL_BITS;
  if (((word ^ r->expected) & tags) != 0 || ordinal < mine) return millrace_idle(r);
  if (ordinal == mine) return millrace_skip_record(r);  // its first line is not where it must be
  return millrace_resume(r, word);
}

// Takes the expected record if it is there, else answers MILLRACE_AGAIN.
MILLRACE_HOT int millrace_take(millrace_reader *r, unsigned char *record) {
  const uint64_t *line = millrace_line(r, r->position);
  uint64_t word = __atomic_load_n(line + 7, __ATOMIC_ACQUIRE);
  if (word != r->expected || !millrace_copy_line(line, word, record)) return MILLRACE_AGAIN;
  uint64_t bytes = record[0] * 4u;
  if (__builtin_expect(bytes - MILLRACE_MIN_RECORD_BYTES >
                           MILLRACE_PAYLOAD_BYTES - MILLRACE_MIN_RECORD_BYTES, 0)) {
    return millrace_more_lines(r, record, bytes);
  }
  r->position++;
  r->expected++;
  r->received++;
  r->record_bytes = bytes;
  return MILLRACE_RECORD;
}

// The expected record was not there: says why, or finds it after all.
MILLRACE_COLD int millrace_poll_again(millrace_reader *r, unsigned char *record) {
  for (int attempt = 0; attempt < 3; attempt++) {
    int event = millrace_other(r);
    if (event != MILLRACE_AGAIN) return event;
    event = millrace_take(r, record);
    if (event != MILLRACE_AGAIN) return event;
  }
  return MILLRACE_NONE;
}

/// Looks for the next record and copies it to `record`, which has MILLRACE_MAX_RECORD_BYTES bytes.
///
/// Answers one of MILLRACE_NONE ... MILLRACE_REPLACED, never blocks, allocates nothing, makes no
/// system call. On anything but MILLRACE_RECORD the contents of `record` are undefined.
MILLRACE_HOT int millrace_reader_poll(millrace_reader *r, void *record) {
  int event = millrace_take(r, (unsigned char *)record);
  if (event != MILLRACE_AGAIN) return event;
  return millrace_poll_again(r, (unsigned char *)record);
}

/// The ordinal of the record that the next poll looks for; 0 before the first epoch was seen.
MILLRACE_HOT uint64_t millrace_reader_next_ordinal(const millrace_reader *r) {
  return r->epoch == 0 ? 0 : r->expected & MILLRACE_ORDINAL_BITS;
}

/// Copies the header as it stands now. Its fields are read one by one: they may be a batch apart.
MILLRACE_COLD void millrace_reader_header(const millrace_reader *r, millrace_header *header) {
  for (size_t offset = 0; offset < sizeof *header; offset += 8) {
    const void *field = (const unsigned char *)r->header + offset;
    uint64_t value = millrace_load64((const uint64_t *)field);
    __builtin_memcpy((unsigned char *)header + offset, &value, 8);
  }
}

// Puts the cursor where `start` says. Before the first epoch every start is the oldest record.
MILLRACE_COLD int millrace_attach(millrace_reader *r, int start, uint64_t ordinal) {
  r->expected = MILLRACE_NO_WORD;
  uint32_t state = millrace_load32(&r->header->state);
  if (state == MILLRACE_STATE_INITIALISING) return MILLRACE_OK;
  // Opened again before the new file has taken the name: its records were read before.
  if (state == MILLRACE_STATE_REPLACED) start = MILLRACE_START_NEWEST;
  uint64_t epoch = millrace_load64(&r->header->epoch), tag = epoch & MILLRACE_EPOCH_BITS;
  if (tag == 0) return MILLRACE_ERROR_FORMAT;
  uint64_t next = millrace_load64(&r->header->next_position), last = 0;
  if (next > 0) {
    uint64_t word = millrace_word(r, next - 1);
    last = word & MILLRACE_ORDINAL_BITS;
    if ((word >> MILLRACE_EPOCH_SHIFT & MILLRACE_EPOCH_BITS) != tag) {  // being written right now
      last = millrace_load64(&r->header->next_ordinal) - 1;
    }
  }
  uint64_t position = next, first = last + 1;
  if (start == MILLRACE_START_ORDINAL && ordinal > first) return MILLRACE_ERROR_ORDINAL;
  uint64_t from = start == MILLRACE_START_ORDINAL && ordinal > 0 ? ordinal : 1;
  int search = start == MILLRACE_START_OLDEST || from < first;
  for (uint64_t i = 0; start != MILLRACE_START_NEWEST && search && i <= r->mask; i++) {
    uint64_t word = millrace_word(r, next + i), found = word & MILLRACE_ORDINAL_BITS;
    if (word >> MILLRACE_EPOCH_SHIFT == tag && found >= from && found <= last) {
      position = next + i;
      first = found;
      break;
    }
  }
  r->epoch = epoch;
  r->position = position;
  r->expected = tag << MILLRACE_EPOCH_SHIFT | first;
  if (start == MILLRACE_START_ORDINAL) r->lost = first - from;
  return MILLRACE_OK;
}

// Whether the header describes a file of `file_bytes` bytes that this reader understands.
MILLRACE_COLD int millrace_check_header(const millrace_header *h, uint64_t file_bytes) {
  if (__builtin_memcmp(h->magic, MILLRACE_MAGIC, 8) != 0 || h->version != MILLRACE_VERSION) {
    return MILLRACE_ERROR_FORMAT;
  }
  uint64_t capacity = h->capacity_lines;
  if (h->header_bytes != MILLRACE_HEADER_BYTES || h->line_bytes != MILLRACE_LINE_BYTES ||
      h->max_record_lines != MILLRACE_MAX_RECORD_LINES ||
      capacity < MILLRACE_MIN_CAPACITY_LINES || capacity > MILLRACE_MAX_CAPACITY_LINES ||
      (capacity & (capacity - 1)) != 0 ||
      file_bytes != MILLRACE_HEADER_BYTES + capacity * MILLRACE_LINE_BYTES) {
    return MILLRACE_ERROR_GEOMETRY;
  }
  return MILLRACE_OK;
}

#ifndef __swift__

/// Unmaps the file. Harmless on a reader that is zeroed or closed already.
MILLRACE_COLD void millrace_reader_close(millrace_reader *r) {
  if (r->header) munmap((void *)(uintptr_t)r->header, r->map_bytes);
  __builtin_memset(r, 0, sizeof *r);
}

/// Maps the ring file at `path` read only and puts the cursor where `start` says (`ordinal` is used
/// by MILLRACE_START_ORDINAL only: records from it on that are gone already count as lost).
///
/// Answers MILLRACE_OK or a MILLRACE_ERROR_...; then nothing is left open. No writer of ours
/// shrinks a file in use; where somebody else may, expect SIGBUS, as with any mapping.
MILLRACE_COLD int millrace_reader_open(
    millrace_reader *r, const char *path, int start, uint64_t ordinal) {
  __builtin_memset(r, 0, sizeof *r);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return MILLRACE_ERROR_SYSTEM;
  struct stat info;
  int answer = fstat(fd, &info) == 0 ? MILLRACE_OK : MILLRACE_ERROR_SYSTEM;
  if (answer == MILLRACE_OK && (!S_ISREG(info.st_mode) || info.st_size < MILLRACE_HEADER_BYTES)) {
    answer = MILLRACE_ERROR_FORMAT;
  }
  if (answer == MILLRACE_OK) {
    void *map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
      answer = MILLRACE_ERROR_SYSTEM;
    } else {
      r->header = (const millrace_header *)map;
      r->map_bytes = (size_t)info.st_size;
      answer = millrace_check_header(r->header, r->map_bytes);
    }
  }
  int saved = errno;
  close(fd);
  if (answer == MILLRACE_OK) {
    r->lines = (const unsigned char *)r->header + MILLRACE_HEADER_BYTES;
    r->mask = (r->map_bytes - MILLRACE_HEADER_BYTES) / MILLRACE_LINE_BYTES - 1;
    answer = millrace_attach(r, start, ordinal);
  }
  if (answer != MILLRACE_OK) millrace_reader_close(r);
  errno = saved;
  return answer;
}

#endif

#endif
