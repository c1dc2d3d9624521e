"""The layout of a ring file in numbers: Sources/CMillrace/include/millrace_shm.h specifies it."""
import numpy as np

MAGIC = b"MLRCSHM1"
VERSION = 1
HEADER_BYTES, LINE_BYTES, PAYLOAD_BYTES, MAX_RECORD_LINES = 4096, 64, 56, 10
MIN_CAPACITY, MAX_CAPACITY = 64, 1 << 26
WORD_QUAD = HEADER_BYTES // 8 + 7  # of the first line
CONTINUATION = 1 << 63
ORDINAL_BITS = (1 << 48) - 1
INITIALISING, LIVE, CLOSED, REPLACED = range(4)
STATES = ("initialising", "live", "closed", "replaced")

HEADER = np.dtype({
    "names": ["magic", "version", "header_bytes", "line_bytes", "max_record_lines",
              "capacity_lines", "shard", "shard_count", "epoch", "state", "writer_pid",
              "writer_start_ns", "previous_epoch", "previous_last_ordinal", "dataset", "instance",
              "next_position", "next_ordinal", "last_ts_event", "last_ts_recv", "heartbeat_ns"],
    "formats": ["S8", "<u4", "<u4", "<u4", "<u4", "<u8", "<u4", "<u4", "<u8", "<u4", "<u4", "<u8",
                "<u8", "<u8", "S16", "S48", "<u8", "<u8", "<u8", "<u8", "<u8"],
    "offsets": [0, 8, 12, 16, 20, 24, 32, 36, 40, 48, 52, 56, 64, 72, 80, 96, 256, 264, 272, 280,
                288],
    "itemsize": 384,
})

# Where the header's numbers are, and how wide: read one by one, they need no numpy.
PLACES = {name: (HEADER.fields[name][1], HEADER.fields[name][0].itemsize) for name in HEADER.names
          if HEADER.fields[name][0].kind == "u"}
