"""One file of a journal: its headers, blocks and payloads (millrace_journal.h draws them).

Written from the header alone, with nothing shared with the Swift reader: each checks the other.
"""
import mmap
import os
import warnings
from typing import NamedTuple

import numpy as np

from millrace import dbn
from millrace.columnar import Payload
from millrace.optional import MissingLibrary, maybe, need

SKIPPABLE_MAGIC = 0x184D2A5D
PAYLOADS = {1: "dbn", 2: "columnar", 3: "pcapng", 4: "stream"}
CODERS = {0: "none", 1: "lz4", 2: "zstd"}
REPEATED, HAS_SEQUENCE, HAS_TS_RECV, NO_SYMBOLS = 1, 2, 4, 8
MAX_RECORDS, MAX_RAW_BYTES, MAX_MAP_BYTES = 262144, 268435456, 8192
_ZSTD_MAGIC, _LZ4_MAGIC = b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"

SEGMENT_HEADER = np.dtype([
    ("frame_magic", "<u4"), ("frame_bytes", "<u4"), ("magic", "S8"), ("segment_id", "<u8"),
    ("run_id", "<u8"), ("created_ns", "<u8"), ("first_ordinal", "<u8"),
    ("first_frame_hash", "<u8"), ("first_frame_bytes", "<u4"), ("shard", "<u4"),
    ("shard_count", "<u4"), ("block_records", "<u4"), ("payload", "u1"), ("coder", "u1"),
    ("level", "i1"), ("dbn_version", "u1"), ("part", "<u4"), ("dataset", "S16"),
    ("instance", "S48"), ("reserved", "V104"), ("header_hash", "<u8")])
BLOCK_HEADER = np.dtype([
    ("frame_magic", "<u4"), ("frame_bytes", "<u4"), ("magic", "S8"), ("segment_id", "<u8"),
    ("number", "<u8"), ("first_record", "<u8"), ("record_count", "<u4"), ("raw_bytes", "<u4"),
    ("stored_bytes", "<u4"), ("map_bytes", "<u4"), ("min_ts_recv", "<u8"),
    ("max_ts_recv", "<u8"), ("min_sequence", "<u8"), ("max_sequence", "<u8"), ("payload", "u1"),
    ("coder", "u1"), ("flags", "<u2"), ("reserved", "<u4"), ("min_ts_event", "<u8"),
    ("max_ts_event", "<u8"), ("payload_hash", "<u8"), ("header_hash", "<u8")])
INDEX_ENTRY = np.dtype([
    ("offset", "<u8"), ("first_record", "<u8"), ("min_ts_recv", "<u8"), ("max_ts_recv", "<u8"),
    ("min_sequence", "<u8"), ("max_sequence", "<u8"), ("record_count", "<u4"), ("flags", "<u2"),
    ("reserved", "<u2")])
INDEX_HEAD_BYTES, INDEX_TAIL_BYTES = 32, 24
assert (SEGMENT_HEADER.itemsize, BLOCK_HEADER.itemsize, INDEX_ENTRY.itemsize) == (256, 128, 56)


class JournalError(Exception):
    """A file that is no segment, or an operand that cannot be meant."""


class NoSegment(JournalError):
    """A file without a segment header: another program's DBN perhaps."""


class DamagedBlock(JournalError):
    """A block whose bytes are not those that were written."""


class Finding(NamedTuple):
    """Damage that was met and passed over: block is None for what belongs to no block."""

    path: str
    block: int | None
    offset: int
    byte_count: int
    text: str


_xxhash = maybe("xxhash")
checks_hashes = _xxhash is not None


def content_hash(data):
    """XXH3-64 with seed 0; None, with a warning the first time, where xxhash is not installed."""
    if _xxhash is None:
        warnings.warn("xxhash is not installed: the hashes of the journal are not checked "
                      "(pip install xxhash)", stacklevel=2)
        return None
    return _xxhash.xxh3_64_intdigest(data)


def _hash_holds(data, field, stated):
    """Whether `stated` is the hash of `data` with the 8 bytes at `field` as zero."""
    if _xxhash is None:
        return content_hash(b"") is None
    hasher = _xxhash.xxh3_64()
    hasher.update(data[:field])
    hasher.update(bytes(8))
    hasher.update(data[field + 8:])
    return hasher.intdigest() == stated


class Block:
    """A block's header: its fields as attributes, and where it lies in the file."""

    def __init__(self, header, offset, payload_offset, instrument_map):
        for name in ("number", "first_record", "record_count", "raw_bytes", "stored_bytes",
                     "map_bytes", "min_ts_recv", "max_ts_recv", "min_sequence", "max_sequence",
                     "flags", "min_ts_event", "max_ts_event", "payload_hash"):
            setattr(self, name, int(header[name]))
        self.payload, self.coder = PAYLOADS[int(header["payload"])], CODERS[int(header["coder"])]
        self.offset, self.payload_offset = offset, payload_offset
        self._map = instrument_map

    is_repeated = property(lambda self: bool(self.flags & REPEATED))
    has_sequence = property(lambda self: bool(self.flags & HAS_SEQUENCE))
    has_ts_recv = property(lambda self: bool(self.flags & HAS_TS_RECV))
    # False also where the writer has not looked.
    has_no_symbols = property(lambda self: bool(self.flags & NO_SYMBOLS))

    def may_hold(self, instrument):
        """False where the block's map says that no record of the instrument is in it."""
        bits = len(self._map) * 8
        return not bits or bool(self._map[instrument % bits >> 3] >> (instrument & 7) & 1)

    def may_overlap(self, start, end):
        """False where every record's receive time is before `start` or not before `end`."""
        if not self.has_ts_recv:
            return True
        return ((start is None or self.max_ts_recv >= start)
                and (end is None or self.min_ts_recv < end))


class Segment:
    """A segment, mapped read only. Belongs to one thread.

    header: the segment header's fields as a dict. metadata: the file's DBN metadata, None for raw
    captures. findings: what is damaged. Reading goes on behind a damaged block.
    """

    def __init__(self, path):
        """Opens the file at `path`; JournalError where it is no segment of ours."""
        self.path, self.findings = os.fspath(path), []
        self._data = _map(self.path)
        self._headers = self._data
        self._read_first_frame()
        self._read_header()

    def _read_first_frame(self):
        data, self.metadata = self._data, None
        self.is_plain = bytes(data[:3]) == b"DBN"
        try:
            if self.is_plain:
                self._headers = _map(self.path + ".blocks")
                self._first_bytes = dbn.metadata_bytes(data)
                content = data
            else:
                content, self._first_bytes = _first_frame(data)
            if bytes(content[:3]) == b"DBN":
                self.metadata = dbn.parse_metadata(content)
        except FileNotFoundError as error:
            raise NoSegment(f"{self.path}: not a journal segment: no block headers: "
                            f"{error.filename} is not there") from error
        except dbn.DBNError as error:
            raise JournalError(f"{self.path}: not a journal segment: {error}") from error

    def _read_header(self):
        begin = 0 if self.is_plain else self._first_bytes
        raw = self._headers[begin:begin + 256]
        row = np.frombuffer(raw, SEGMENT_HEADER)[0] if len(raw) == 256 else None
        if (row is None or row["frame_magic"] != SKIPPABLE_MAGIC or row["magic"] != b"MRSEGMT1"
                or row["frame_bytes"] != 248):
            raise NoSegment(f"{self.path}: not a journal segment: no segment header behind "
                            f"the first {self._first_bytes} bytes")
        if not _hash_holds(raw, 248, int(row["header_hash"])):
            raise JournalError(f"{self.path}: the segment header is damaged")
        self.header = {name: row[name].item() for name in SEGMENT_HEADER.names}
        for name in ("dataset", "instance"):
            self.header[name] = self.header[name].decode("ascii", "replace")
        self.payload = PAYLOADS.get(self.header["payload"], "unknown")
        self.coder = CODERS.get(self.header["coder"], "unknown")
        self.segment_id = self.header["segment_id"]
        if self.header["first_frame_bytes"] != self._first_bytes or (
                content_hash(self._data[:self._first_bytes]) not in
                (None, self.header["first_frame_hash"])):
            self._find(None, 0, self._first_bytes, "the first frame is damaged")
        self._blocks_begin = begin + 256

    def _find(self, block, offset, count, text):
        self.findings.append(Finding(self.path, block, offset, count, text))

    @property
    def byte_count(self):
        """Bytes of the file (of both files of a plain segment) when it was mapped."""
        return len(self._data) + (len(self._headers) if self.is_plain else 0)

    def refresh(self):
        """Maps the file again where it has grown; whether it has."""
        if all(os.path.getsize(path) == len(data) for path, data in self._files()):
            return False
        self._data = _map(self.path)
        self._headers = _map(self.path + ".blocks") if self.is_plain else self._data
        return True

    def _files(self):
        yield self.path, self._data
        if self.is_plain:
            yield self.path + ".blocks", self._headers

    def index(self):
        """The index's entries as a structured array; None for a segment that was not closed."""
        data = self._headers
        if len(data) < INDEX_HEAD_BYTES + INDEX_TAIL_BYTES or bytes(data[-8:]) != b"MRINDEX1":
            return None
        begin = int.from_bytes(data[-24:-16], "little")
        frame = data[begin:]
        if (len(frame) < INDEX_HEAD_BYTES + INDEX_TAIL_BYTES or bytes(frame[8:16]) != b"MRINDEX1"
                or int.from_bytes(frame[16:24], "little") != self.segment_id):
            return None
        count = int.from_bytes(frame[24:32], "little")
        if (len(frame) != INDEX_HEAD_BYTES + INDEX_TAIL_BYTES + 56 * count
                or not _hash_holds(frame, len(frame) - 16, int.from_bytes(frame[-16:-8],
                                                                          "little"))):
            return None
        return np.frombuffer(frame, INDEX_ENTRY, count, INDEX_HEAD_BYTES)

    is_sealed = property(lambda self: self.index() is not None)

    def blocks(self, start=None, end=None, after=None):
        """Yields the blocks in their order, from the block headers alone.

        start, end: ns; only blocks that may hold receive times in start..<end. after: a Block;
        only what lies behind it. Damaged headers are passed over and noted in `findings`.
        """
        position, payload = self._blocks_begin, self._first_bytes
        if after is not None:
            position = after.offset + 128 + after.map_bytes
            payload = after.payload_offset + after.stored_bytes
            position = position if self.is_plain else payload
        elif start is not None and not self.is_plain:
            position = self._seek(start)
        while position < len(self._headers):
            block = self._block_at(position, payload)
            if block is None:
                found = self._next_block(position)
                if found is None:
                    return
                position = found
                if self.is_plain:
                    payload = None
                continue
            if block.payload_offset + block.stored_bytes > len(self._data):
                return
            if block.may_overlap(start, end):
                yield block
            payload = block.payload_offset + block.stored_bytes
            position = block.offset + 128 + block.map_bytes if self.is_plain else payload

    def _seek(self, start):
        """Where to begin for records from `start` on: at a block, by the index."""
        entries = self.index()
        if entries is None or not len(entries):
            return self._blocks_begin
        held = (entries["flags"] & HAS_TS_RECV) != 0
        later = np.flatnonzero(held & (entries["max_ts_recv"] >= np.uint64(start)))
        return int(entries["offset"][later[0]]) if len(later) else len(self._headers)

    def _block_at(self, position, payload):
        """The block whose header lies at `position`; None where none lies there whole."""
        data = self._headers
        raw = data[position:position + 128]
        if len(raw) < 128 or bytes(raw[8:16]) != b"MRBLOCK1":
            return None
        row = np.frombuffer(raw, BLOCK_HEADER)[0]
        count = int(row["map_bytes"])
        if (row["frame_magic"] != SKIPPABLE_MAGIC or row["segment_id"] != self.segment_id
                or count > MAX_MAP_BYTES or count & (count - 1)
                or row["frame_bytes"] != 120 + count or row["record_count"] > MAX_RECORDS
                or row["raw_bytes"] > MAX_RAW_BYTES
                or row["stored_bytes"] > MAX_RAW_BYTES + (1 << 20)
                or int(row["payload"]) not in PAYLOADS or int(row["coder"]) not in CODERS
                or position + 128 + count > len(data)
                or not _hash_holds(data[position:position + 128 + count], 120,
                                   int(row["header_hash"]))):
            return None
        if not self.is_plain:
            payload = position + 128 + count
        elif payload is None:  # behind a damaged header of a plain segment: of unknown length
            payload = len(self._data)
        return Block(row, position, payload, data[position + 128:position + 128 + count])

    def _next_block(self, position):
        """The next block behind damage at `position`; None at the index or the end."""
        data = self._headers
        if bytes(data[position + 8:position + 16]) == b"MRINDEX1" and self.is_sealed:
            return None
        place = position
        while True:
            place = data.obj.find(b"MRBLOCK1", place + 9) - 8
            if place < 0:
                rest = len(data) - position
                self._find(None, position, rest, "the end is not whole")
                return None
            if self._block_at(place, self._first_bytes) is not None:
                self._find(None, position, place - position, "bytes that are no block")
                return place

    def stored(self, block):
        """The bytes of the block's payload frame as they lie in the file, hash checked."""
        data = self._data[block.payload_offset:block.payload_offset + block.stored_bytes]
        if len(data) < block.stored_bytes:
            raise DamagedBlock(f"{self.path}: block {block.number}: cut")
        if content_hash(data) not in (None, block.payload_hash):
            raise DamagedBlock(f"{self.path}: block {block.number}: its hash does not fit")
        return data

    def columns(self, block):
        """The columns of a columnar block, decoded when they are asked for."""
        return Payload(self.stored(block)[8:], block.record_count, block.raw_bytes)

    def read(self, block, wanted=None):
        """The block's records as an array of bytes, and where each of them begins.

        wanted: {rtype: [(offset, width)]}: of a columnar block decode only these fields, the others
        are zero. DamagedBlock where the records are not whole.
        """
        starts = None
        try:
            if block.payload == "columnar":
                raw, starts = self.columns(block).records(wanted)
            else:
                raw = decompress(self.stored(block), block.coder, block.raw_bytes)
        except (JournalError, MissingLibrary):
            raise
        except Exception as error:  # each library has classes of its own for damage
            raise DamagedBlock(f"{self.path}: block {block.number}: {error}") from error
        data, covered = np.frombuffer(raw, "u1"), block.raw_bytes
        if starts is None:
            starts, covered = dbn.record_starts(data)
        if len(data) != block.raw_bytes or covered != len(data) or len(
                starts) != block.record_count:
            raise DamagedBlock(f"{self.path}: block {block.number}: {len(starts)} records in "
                               f"{covered} bytes, not {block.record_count} in {block.raw_bytes}")
        return data, starts


def decompress(data, coder, limit):
    """One frame's content; at most `limit` bytes."""
    if coder == "none":
        return data
    if coder == "zstd":
        zstandard = need("zstandard", "zstd segments")
        if zstandard.frame_content_size(data) > limit:
            raise ValueError("a frame of more bytes than its block announces")
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=limit)
    lz4 = need("lz4.frame", "LZ4 segments")
    return lz4.LZ4FrameDecompressor().decompress(data, max_length=limit + 1)


def _first_frame(data):
    """The content of the frame that a compressed file begins with, and its stored bytes."""
    magic = bytes(data[:4])
    if magic == _ZSTD_MAGIC:
        make = need("zstandard", "zstd segments").ZstdDecompressor().decompressobj
    elif magic == _LZ4_MAGIC:
        make = need("lz4.frame", "LZ4 segments").LZ4FrameDecompressor
    else:
        raise dbn.DBNError("neither DBN nor a zstd or LZ4 frame")
    size = 1 << 16
    while True:
        decoder, taken = make(), min(size, len(data))
        try:
            content = decoder.decompress(bytes(data[:taken]))
        except Exception as error:  # each library has its own class, and lz4 a bare RuntimeError
            raise dbn.DBNError(f"its first frame is damaged: {error}") from error
        if decoder.eof:
            return content, taken - len(decoder.unused_data or b"")
        if taken == len(data) or size > 1 << 28:
            raise dbn.DBNError("its first frame is cut")
        size *= 8


def _map(path):
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size == 0:
            return memoryview(b"")
        return memoryview(mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ))
