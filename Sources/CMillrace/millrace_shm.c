#include "millrace_shm_calls.h"

_Static_assert(sizeof(millrace_header) == 384, "the header's fields end at byte 384");
_Static_assert(offsetof(millrace_header, epoch) == 40, "see the picture");
_Static_assert(offsetof(millrace_header, instance) == 96, "see the picture");
_Static_assert(offsetof(millrace_header, next_position) == 256, "progress has lines of its own");
_Static_assert(
    MILLRACE_MAX_RECORD_BYTES == MILLRACE_MAX_RECORD_LINES * MILLRACE_PAYLOAD_BYTES, "lines");

int millrace_shm_open(millrace_reader *reader, const char *path, int start, uint64_t ordinal) {
  return millrace_reader_open(reader, path, start, ordinal);
}

void millrace_shm_close(millrace_reader *reader) { millrace_reader_close(reader); }
