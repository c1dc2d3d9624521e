"""DBN as bytes: the metadata in front of a file, and whole records into numpy arrays."""
from dataclasses import dataclass, field

import numpy as np

from millrace.records import DTYPES, MAX_RECORD_BYTES, schema_of

NO_SCHEMA = 0xFFFF
_FIXED_BYTES = 108


class DBNError(ValueError):
    """The bytes are no DBN, or damaged."""


@dataclass
class Metadata:
    """What stands in front of a DBN file. start, end: ns; end is 2^64-1 where it is not known.

    mappings: {raw symbol: [(first day, day after the last, symbol)]}, days as yyyymmdd.
    byte_count: of the encoded metadata.
    """

    version: int = 3
    dataset: str = ""
    schema: int = NO_SCHEMA
    start: int = 0
    end: int = 2**64 - 1
    limit: int = 0
    stype_in: int = 255
    stype_out: int = 0
    ts_out: bool = False
    symbols: list = field(default_factory=list)
    partial: list = field(default_factory=list)
    not_found: list = field(default_factory=list)
    mappings: dict = field(default_factory=dict)
    byte_count: int = 0

    def instruments(self):
        """{instrument_id: raw symbol} of the mappings whose target is a number."""
        found = {}
        for raw, intervals in self.mappings.items():
            for _, _, symbol in intervals:
                if symbol.isdigit():
                    found[int(symbol)] = raw
        return found


class _Cursor:
    def __init__(self, data, position, width):
        self.data, self.position, self.width = data, position, width

    def u32(self):
        end = self.position + 4
        if end > len(self.data):
            raise DBNError(f"metadata ends in a list, at byte {self.position}")
        value = int.from_bytes(self.data[self.position:end], "little")
        self.position = end
        return value

    def text(self):
        end = self.position + self.width
        if end > len(self.data):
            raise DBNError(f"metadata ends in a symbol, at byte {self.position}")
        value = _text(self.data[self.position:end])
        self.position = end
        return value

    def texts(self):
        count = self.u32()
        if count * self.width > len(self.data) - self.position:
            raise DBNError(f"metadata announces {count} symbols, more than its bytes")
        rows = np.frombuffer(self.data, f"S{self.width}", count, self.position)
        self.position += count * self.width
        return _texts(rows)

    def mappings(self):
        """The mappings; those with one interval each, as most are, at once."""
        count, result, text = self.u32(), {}, f"S{self.width}"
        plain = np.dtype([("raw", text), ("intervals", "<u4"), ("start", "<u4"), ("end", "<u4"),
                          ("symbol", text)])
        if count * plain.itemsize <= len(self.data) - self.position:
            rows = np.frombuffer(self.data, plain, count, self.position)
            if (rows["intervals"] == 1).all():
                self.position += count * plain.itemsize
                for raw, *interval in zip(_texts(rows["raw"]), rows["start"].tolist(),
                                          rows["end"].tolist(), _texts(rows["symbol"])):
                    result.setdefault(raw, []).append(tuple(interval))
                return result
        for _ in range(count):
            raw, intervals = self.text(), self.u32()
            result.setdefault(raw, []).extend(
                (self.u32(), self.u32(), self.text()) for _ in range(intervals))
        return result


def _texts(rows):
    # What follows a NUL is no part of a text, though it should be zero too.
    return [row.split(b"\0", 1)[0].decode("utf-8", "replace") for row in rows.tolist()]


def _text(data):
    return bytes(data).split(b"\0", 1)[0].decode("utf-8", "replace")


def metadata_bytes(data):
    """Bytes of the metadata at the start of `data`, from its first 8 bytes."""
    if len(data) < 8 or bytes(data[:3]) != b"DBN":
        raise DBNError("no DBN: it does not begin with its three letters")
    if data[3] > 3:
        raise DBNError(f"DBN of version {data[3]}: versions up to 3 are known here")
    length = int.from_bytes(data[4:8], "little")
    if length < _FIXED_BYTES - 8 or length > 1 << 28:
        raise DBNError(f"metadata of {length} bytes")
    return 8 + length


def parse_metadata(data):
    """The Metadata at the start of `data`."""
    total = metadata_bytes(data)
    if len(data) < total:
        raise DBNError(f"metadata of {total} bytes, of which {len(data)} are there")
    data = bytes(data[:total])
    version = max(data[3], 1)

    def integer(begin, count):
        return int.from_bytes(data[begin:begin + count], "little")

    stype = 58 if version == 1 else 50
    width = 22 if version == 1 else integer(53, 2)
    if width < 2:
        raise DBNError(f"symbols of {width} bytes")
    result = Metadata(
        version, _text(data[8:24]), integer(24, 2), integer(26, 8), integer(34, 8), integer(42, 8),
        data[stype], data[stype + 1], data[stype + 2] != 0, byte_count=total)
    cursor = _Cursor(data, _FIXED_BYTES, width)
    if cursor.u32() != 0:
        raise DBNError("a schema definition, which no known version has")
    result.symbols, result.partial, result.not_found = (cursor.texts() for _ in range(3))
    result.mappings = cursor.mappings()
    return result


# By the first two bytes of a record, length and rtype: whether they fit together.
_LENGTHS = np.zeros(65536, bool)
for _rtype, _dtype in DTYPES.items():
    _LENGTHS[_rtype << 8 | _dtype.itemsize // 4] = True


def record_starts(data):
    """Offsets of the records that lie back to back in `data`, and the bytes they cover together.

    `data` is an array of bytes. The second number is less than len(data) where the last record is
    cut, or its length is impossible.
    """
    heads = data[:len(data) & ~7].view("<u2")[::4]
    found = np.flatnonzero(_LENGTHS[heads]) * 8
    starts, covered = found[:0], 0
    if len(found) and found[0] == 0:
        # Few places inside a record look like the start of one: those are thrown out.
        ends = found + data[found].astype(np.int64) * 4
        if not np.array_equal(found[1:], ends[:-1]):
            chained = _chain(found, ends)
            found, ends = found[chained], ends[chained]
        count = int(np.searchsorted(ends, len(data), "right"))
        starts, covered = found[:count], int(ends[count - 1]) if count else 0
    if covered < len(data):
        rest, covered = _walk(data, covered)
        starts = np.concatenate((starts, rest))
    return starts, covered


def _chain(found, ends):
    """Which of the candidates form the chain from the first one, up to its first hole."""
    keep = np.ones(len(found), bool)
    wrong = np.flatnonzero(found[1:] != ends[:-1])
    done = 0
    for index in wrong.tolist():
        if index < done:
            continue
        end = ends[index]
        following = index + 1
        while following < len(found) and found[following] < end:
            keep[following] = False
            following += 1
        if following < len(found) and found[following] != end:
            keep[following:] = False
            break
        done = following
    return np.flatnonzero(keep)


def _walk(data, position=0):
    """The same, one by one: for records of unknown types or longer than their type."""
    lengths = data.tobytes()
    total, starts = len(lengths), []
    while position < total:
        length = lengths[position] * 4
        if length < 16 or length > MAX_RECORD_BYTES or position + length > total:
            break
        starts.append(position)
        position += length
    return np.array(starts, np.int64), position


def group(data, starts):
    """{schema name: (structured array, positions in `starts`)} of the records at `starts`.

    Records of unknown types come as raw bytes under "rtype-0x..". A record shorter than its type
    is a DBNError: definitions, statistics and gateway messages of versions 1 and 2 are shorter.
    """
    rtypes = data[starts + 1]
    result = {}
    codes = np.unique(rtypes).tolist()
    for code in codes:
        where = np.arange(len(starts)) if len(codes) == 1 else np.flatnonzero(rtypes == code)
        dtype = DTYPES.get(code)
        lengths = data[starts[where]].astype(np.int64) * 4
        if dtype is None:
            dtype = np.dtype((np.void, int(lengths.min())))
        elif (lengths < dtype.itemsize).any():
            raise DBNError(f"{schema_of(code)} records of {lengths.min()} bytes, not "
                           f"{dtype.itemsize}: not of DBN version 3")
        result[schema_of(code)] = (_gather(data, starts[where], dtype), where)
    return result


def _gather(data, starts, dtype):
    size = dtype.itemsize
    first, count = int(starts[0]), len(starts)
    if int(starts[-1]) - first == size * (count - 1):
        return data[first:first + size * count].view(dtype)
    out = np.empty((count, size), "u1")
    if size % 8 == 0 and not (starts & 7).any():
        words = data[:len(data) & ~7].view("<u8")
        out = words[(starts >> 3)[:, None] + np.arange(size >> 3)].view("u1")
    else:
        out = data[starts[:, None] + np.arange(size)]
    return np.ascontiguousarray(out).reshape(-1).view(dtype)
