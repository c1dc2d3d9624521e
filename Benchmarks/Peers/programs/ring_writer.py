"""Writes records of one line into a ring file, as Sources/CMillrace/include/millrace_shm.h says.

For tests and harnesses in Python only: a pipeline's rings are written by the pipeline. Stores are
not fenced: correct on x86-64, where they stay in order.
"""
import mmap
import os

from millrace import ring_layout as layout

EPOCH = 1


class RingWriter:
    """The one writer of a new ring at `path`."""

    def __init__(self, path, capacity=16_384):
        self.path, self.mask = path, capacity - 1
        size = layout.HEADER_BYTES + capacity * layout.LINE_BYTES
        with open(path, "wb+") as file:
            file.truncate(size)
            self.map = mmap.mmap(file.fileno(), size)
        self.quads = memoryview(self.map).cast("Q")
        self.map[0:8] = layout.MAGIC
        for name, value in (
                ("version", layout.VERSION), ("header_bytes", layout.HEADER_BYTES),
                ("line_bytes", layout.LINE_BYTES), ("max_record_lines", layout.MAX_RECORD_LINES),
                ("capacity_lines", capacity), ("shard_count", 1), ("epoch", EPOCH),
                ("writer_pid", os.getpid()), ("next_ordinal", 1), ("state", layout.LIVE)):
            self.put(name, value)
        self.position = 0

    def put(self, name, value):
        offset, width = layout.PLACES[name]
        self.map[offset:offset + width] = value.to_bytes(width, "little")

    def publish(self, record):
        """Publishes a record of at most 56 bytes, whose first byte is its length in words of 4."""
        begin = layout.HEADER_BYTES + ((self.position & self.mask) << 6)
        word = (begin >> 3) + 7
        self.quads[word] = 0
        self.map[begin:begin + len(record)] = record
        self.position += 1
        self.quads[word] = EPOCH << 48 | self.position

    def close(self):
        self.put("next_position", self.position)
        self.put("next_ordinal", self.position + 1)
        self.put("state", layout.CLOSED)
