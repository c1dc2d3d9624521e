"""What tools/crash-test looks at: segments and rings, read by hand.

Nothing of the readers that it judges is used here.
"""
import os
import struct

import numpy as np

SEGMENT_MAGIC, BLOCK_MAGIC, INDEX_MAGIC = b"MRSEGMT1", b"MRBLOCK1", b"MRINDEX1"
SKIPPABLE = struct.pack("<I", 0x184D2A5D)
ENDINGS = (".dbn.zst", ".dbn.lz4", ".dbn", ".mrc")
# From millrace_shm.h: the offset of the epoch, and where the lines begin.
HEADER_EPOCH, HEADER_BYTES = 40, 4096


class Finding(Exception):
    """Something that must not be."""


def expect(condition, text):
    if not condition:
        raise Finding(text)


class Segment:
    """A segment file as the format's header describes it (millrace_journal.h), read by hand."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.data = file.read()
        self.side = path + ".blocks" if path.endswith(".dbn") else path
        self.headers = self.data
        if self.side != path:
            self.headers = b""
            if os.path.exists(self.side):
                with open(self.side, "rb") as file:
                    self.headers = file.read()
        at = self.headers.find(SEGMENT_MAGIC)
        self.is_whole = at >= 8 and len(self.headers) >= at + 248
        self.blocks, self.end, self.data_end, self.is_sealed = [], 0, 0, False
        # Where each block begins in the file at `path`.
        self.block_starts = []
        self.run_id, self.first_ordinal, self.shard, self.part = None, -1, None, 0
        if not self.is_whole:
            return
        at -= 8
        (self.run_id, _, self.first_ordinal, _, self.first_bytes, self.shard) = struct.unpack_from(
            "<QQQQII", self.headers, at + 24)
        self.part = struct.unpack_from("<I", self.headers, at + 76)[0]
        self._walk(at + 256)

    def _walk(self, at):
        """Blocks whose header and payload are there whole; where they end in both files."""
        plain = self.side != self.path
        data_at = self.first_bytes
        while self.headers[at:at + 4] == SKIPPABLE and self.headers[at + 8:at + 16] == BLOCK_MAGIC:
            if len(self.headers) < at + 128:
                break
            count, raw, stored, mapped = struct.unpack_from("<IIII", self.headers, at + 40)
            flags = struct.unpack_from("<H", self.headers, at + 90)[0]
            header_end = at + 128 + mapped
            payload_end = data_at + stored if plain else header_end + stored
            if payload_end > len(self.data) or header_end > len(self.headers):
                break
            self.blocks.append((count, raw, bool(flags & 1)))
            self.block_starts.append(data_at if plain else at)
            at, data_at = (header_end, payload_end) if plain else (payload_end, payload_end)
        self.end = at
        self.data_end = data_at if plain else at
        self.is_sealed = self.headers[at + 8:at + 16] == INDEX_MAGIC

    @property
    def records(self):
        """Records in blocks that are not repeated ones."""
        return sum(count for count, _, repeated in self.blocks if not repeated)

    @property
    def torn_bytes(self):
        """Bytes behind the last whole block, of both files."""
        if self.is_sealed:
            return 0
        if not self.is_whole:
            return len(self.data) + (len(self.headers) if self.side != self.path else 0)
        torn = len(self.headers) - self.end
        return torn + (len(self.data) - self.data_end if self.side != self.path else 0)


def segments(root, run_id=None, shard=None):
    """The segments below `root` in the order in which they were written."""
    found = []
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(ENDINGS):
                found.append(Segment(os.path.join(folder, name)))
    found = [s for s in found if run_id is None or (s.is_whole and s.run_id == run_id)]
    found = [s for s in found if shard is None or (s.is_whole and s.shard == shard)]
    return sorted(found, key=lambda s: (s.first_ordinal, s.part, s.path))


def ring_content(path):
    """All records of a ring that was never lapped, as bytes, and their number."""
    with open(path, "rb") as file:
        header = file.read(4096)
    epoch = struct.unpack_from("<Q", header, HEADER_EPOCH)[0]
    lines = np.memmap(path, dtype="<u8", mode="r", offset=HEADER_BYTES).reshape(-1, 8)
    words = np.array(lines[:, 7])
    follows = (words >> np.uint64(63)) == 1
    ordinal = np.uint64((epoch & 0x7FFF) << 48) + np.cumsum(~follows, dtype="<u8")
    good = (words & np.uint64((1 << 63) - 1)) == ordinal
    count = len(good) if good.all() else int(np.argmin(good))
    if count == len(good):
        raise RuntimeError(f"{path}: the ring was lapped: fewer records, or a larger ring")
    follows, payload = follows[:count], lines[:count, :7].copy().view("u1").reshape(count, 56)
    starts = np.flatnonzero(~follows)
    if len(starts) == 0:
        return b"", 0
    lengths = payload[starts, 0].astype(np.int64) * 4
    taken = np.diff(np.append(starts, count))
    # The last record's lines are written from the last to the first: it is there whole or not.
    expect((taken == (lengths + 55) // 56).all(), f"{path}: records of wrong length")
    index = np.arange(count) - np.repeat(starts, taken)
    size = np.clip(np.repeat(lengths, taken) - index * 56, 0, 56)
    return payload[np.arange(56)[None, :] < size[:, None]].tobytes(), len(starts)
