"""A second writer of segments, made from millrace_journal.h alone, for the tests only.

It shares no line with the reader that it tests, so that a field that both got wrong the same way
has to be misread twice.
"""
import struct

import lz4.frame
import xxhash
import zstandard

SKIPPABLE = 0x184D2A5D
UNDEFINED = 2**64 - 1


def metadata(dataset="XNAS.ITCH", symbols=(), date=20261118):
    """DBN version 3 metadata: `symbols` are (text, instrument) pairs."""
    body = dataset.encode().ljust(16, b"\0") + struct.pack("<HQQQ", 65535, 0, UNDEFINED, 0)
    body += struct.pack("<BBBH", 1, 0, 0, 71) + bytes(53) + struct.pack("<I", 0)
    texts = [text.encode().ljust(71, b"\0") for text, _ in symbols]
    body += struct.pack("<I", len(texts)) + b"".join(texts) + struct.pack("<II", 0, 0)
    body += struct.pack("<I", len(texts))
    for (_, instrument), text in zip(symbols, texts):
        target = str(instrument).encode().ljust(71, b"\0")
        body += text + struct.pack("<III", 1, date, date + 1) + target
    body += bytes(-len(body) % 8)
    return b"DBN\x03" + struct.pack("<I", len(body)) + body


def _hashed(frame, place):
    value = xxhash.xxh3_64_intdigest(frame)
    return frame[:place] + struct.pack("<Q", value) + frame[place + 8:]


class SegmentWriter:
    """Writes one segment; coder: "none", "lz4" or "zstd"."""

    def __init__(self, path, coder="zstd", shard=0, shards=1, segment_id=7, symbols=(), part=1):
        self.path, self.coder, self.segment_id = path, coder, segment_id
        self.plain = coder == "none"
        self.number = self.records = 0
        self.entries = []
        self.data = open(path, "wb")
        self.headers = open(path + ".blocks", "wb") if self.plain else self.data
        first = self._frame(metadata(symbols=symbols))
        self.data.write(first)
        code = {"none": 0, "lz4": 1, "zstd": 2}[coder]
        header = struct.pack(
            "<II8sQQQQQIIIIBBbBI16s48s104xQ", SKIPPABLE, 248, b"MRSEGMT1", segment_id, 99, 1, 0,
            xxhash.xxh3_64_intdigest(first), len(first), shard, shards, 16384, 1, code, 1, 3, part,
            b"XNAS.ITCH", b"test", 0)
        self.headers.write(_hashed(header, 248))
        self.flush()

    def _frame(self, data):
        if self.coder == "zstd":
            return zstandard.ZstdCompressor(level=1).compress(data)
        return lz4.frame.compress(data) if self.coder == "lz4" else data

    def flush(self):
        self.data.flush()
        self.headers.flush()

    def block(self, records, instruments=(), flags=6, times=None, sequences=None, map_bytes=64):
        """`records`: a list of encoded records. times: their receive times."""
        raw = b"".join(records)
        frame = self._frame(raw)
        bits = bytearray(map_bytes)
        for instrument in instruments:
            bit = instrument % (map_bytes * 8)
            bits[bit // 8] |= 1 << bit % 8
        times, sequences = times or [0], sequences or [0]
        fields = (min(times), max(times), min(sequences), max(sequences))
        header = struct.pack(
            "<II8sQQQIIIIQQQQBBHIQQQQ", SKIPPABLE, 120 + map_bytes, b"MRBLOCK1", self.segment_id,
            self.number, self.records, len(records), len(raw), len(frame), map_bytes, *fields, 1,
            {"none": 0, "lz4": 1, "zstd": 2}[self.coder], flags, 0, 0, 0,
            xxhash.xxh3_64_intdigest(frame), 0)
        self.entries.append(struct.pack(
            "<QQQQQQIHH", self.headers.tell(), self.records, *fields, len(records), flags, 0))
        self.headers.write(_hashed(header + bytes(bits), 120))
        self.data.write(frame)
        self.flush()
        self.number += 1
        self.records += len(records)

    def close(self, sealed=True):
        if sealed:
            offset, body = self.headers.tell(), b"".join(self.entries)
            frame = struct.pack("<II8sQQ", SKIPPABLE, 48 + len(body), b"MRINDEX1",
                                self.segment_id, len(self.entries)) + body
            frame += struct.pack("<QQ8s", offset, 0, b"MRINDEX1")
            self.headers.write(_hashed(frame, len(frame) - 16))
        self.data.close()
        self.headers.close()


def mbo(instrument, time, sequence, price=100_000_000_000, size=5, action=b"A", side=b"B",
        order=1):
    return struct.pack("<BBHIQQqIBBccQiI", 14, 0xA0, 2, instrument, time, order, price, size, 128,
                       0, action, side, time + 500, 300, sequence)


def trade(instrument, time, sequence, price=100_000_000_000, size=5):
    return struct.pack("<BBHIQqIccBBQiI", 12, 0, 2, instrument, time, price, size, b"T", b"B", 128,
                       0, time + 500, 300, sequence)


def mapping(instrument, symbol, time=UNDEFINED):
    text = symbol.encode().ljust(71, b"\0")
    target = str(instrument).encode().ljust(71, b"\0")
    return struct.pack("<BBHIQB71sB71sQQ", 44, 0x16, 2, instrument, time, 1, text, 0, target,
                       UNDEFINED, UNDEFINED)
