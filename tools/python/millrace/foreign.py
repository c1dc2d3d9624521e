"""DBN files that are not of our writing: .dbn, .dbn.zst and .dbn.lz4 without block headers.

They read like segments. Having no headers, they are read from their beginning; nothing can be
passed over, and nothing tells damage from data but what the decompressor sees.
"""
import os

import numpy as np

from millrace import dbn
from millrace.optional import need
from millrace.segment import DamagedBlock, Finding, JournalError

CHUNK_BYTES = 4 << 20


class _Chunk:
    """Records that were read together, in the place of a block."""

    is_repeated = has_sequence = has_ts_recv = has_no_symbols = False
    payload, coder = "dbn", "none"

    def __init__(self, number, first_record, data, starts, offset, stored_bytes):
        self.number, self.first_record = number, first_record
        self.record_count, self.raw_bytes = len(starts), len(data)
        self.offset = self.payload_offset = offset
        self.stored_bytes = stored_bytes
        self.data, self.starts = data, starts

    def may_hold(self, _):
        return True


class ForeignSegment:
    """A DBN file with the interface of Segment."""

    is_sealed, is_plain, payload = True, False, "dbn"

    def __init__(self, path):
        self.path, self.findings = os.fspath(path), []
        self.byte_count = os.path.getsize(path)
        with self._open() as file:
            try:
                head = file.read(8)
                rest = file.read(dbn.metadata_bytes(head) - 8) if len(head) == 8 else b""
                self.metadata = dbn.parse_metadata(head + rest)
            except (dbn.DBNError, OSError, RuntimeError, EOFError) as error:
                raise JournalError(f"{self.path}: no DBN file: {error}") from error
        self.segment_id = 0
        self.header = {
            "dataset": self.metadata.dataset, "instance": "", "shard": 0, "shard_count": 1,
            "run_id": id(self), "created_ns": self.metadata.start, "part": 1,
            "dbn_version": self.metadata.version}

    def _open(self):
        with open(self.path, "rb") as file:
            magic = file.read(4)
        if magic == b"\x28\xb5\x2f\xfd":
            zstandard = need("zstandard", "zstd files")
            return zstandard.ZstdDecompressor().stream_reader(
                open(self.path, "rb"), read_across_frames=True)
        if magic == b"\x04\x22\x4d\x18":
            return need("lz4.frame", "LZ4 files").open(self.path, "rb")
        return open(self.path, "rb")

    def refresh(self):
        return False

    def index(self):
        return None

    def blocks(self, start=None, end=None, after=None):
        """Yields the file in chunks; start and end cannot pass anything over."""
        del start, end
        if after is not None:
            return
        with self._open() as file:
            file.read(self.metadata.byte_count)
            number, first, rest, done = 0, 0, b"", 0
            while True:
                try:
                    data = rest + file.read(CHUNK_BYTES)
                except Exception as error:  # of the decompressor's own class
                    self._find(done, f"it cannot be decompressed further: {error}")
                    return
                if len(data) == len(rest):
                    if rest:
                        self._find(done, f"{len(rest)} bytes at its end are no whole record")
                    return
                array = np.frombuffer(data, "u1")
                starts, covered = dbn.record_starts(array)
                if covered == 0 and len(data) > 1024:
                    self._find(done, "a record of impossible length")
                    return
                rest = data[covered:]
                if len(starts):
                    # Of the file so much, by the share of what has been decompressed.
                    share = min(len(data), self.byte_count - done)
                    yield _Chunk(number, first, array[:covered], starts, done, share)
                    done += share
                    number, first = number + 1, first + len(starts)

    def _find(self, offset, text):
        self.findings.append(Finding(self.path, None, offset, self.byte_count - offset, text))

    def read(self, block, wanted=None):
        """The records of a chunk and where each begins."""
        del wanted
        if not isinstance(block, _Chunk):
            raise DamagedBlock(f"{self.path}: no block of this file")
        return block.data, block.starts
