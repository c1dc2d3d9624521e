"""Columnar payloads with numpy: all records of a block, or some of their fields alone.

Written from millrace_columnar.h. Every column is decoded as a whole array: sums over all records
take the place of the loops that the predictions are defined by.
"""
import numpy as np

from millrace.optional import need

HEADER = np.dtype([
    ("magic", "S8"), ("record_count", "<u4"), ("raw_bytes", "<u4"), ("kind_count", "<u2"),
    ("reserved0", "<u2"), ("column_count", "<u4"), ("stream_count", "<u4"),
    ("data_bytes", "<u4")])
KIND = np.dtype([
    ("rtype", "u1"), ("length", "u1"), ("parent", "u1"), ("table_bits", "u1"), ("count", "<u4"),
    ("column_count", "<u4"), ("reserved", "<u4")])
COLUMN = np.dtype([
    ("offset", "<u2"), ("width", "<u2"), ("source_kind", "u1"), ("flags", "u1"), ("planes", "u1"),
    ("reserved", "u1"), ("source", "<u2"), ("reserved1", "<u2"), ("exceptions", "<u4"),
    ("first", "<u8"), ("factor", "<u8")])
STREAM = np.dtype([("coder", "u1"), ("value", "u1"), ("reserved", "<u2"), ("stored_bytes", "<u4")])
EXCEPTION = np.dtype([("record", "<u4"), ("value", "<u8")])
assert [kind.itemsize for kind in (HEADER, KIND, COLUMN, STREAM)] == [32, 16, 32, 8]

RAW, LZ4, ZSTD, CONSTANT = range(4)
(FROM_ZERO, FROM_PREVIOUS, FROM_GREATEST, FROM_INSTRUMENT, FROM_FIELD, FROM_PARENT, FROM_LATENCY,
 FROM_BYTES) = range(8)
ZIGZAG, REPEATS, SWAPS = 1, 2, 4
NO_PARENT = 255
_UNDEFINED_PRICE = np.uint64(2**63 - 1)
_INSTRUMENT, _EVENT_TIME = 4, 8


class ColumnarError(ValueError):
    """The payload is damaged."""


class _Column:
    """One column's entry, and the streams that are its own."""

    def __init__(self, entry, first_stream):
        for name in ("offset", "width", "flags", "planes", "source", "exceptions"):
            setattr(self, name, int(entry[name]))
        self.origin = int(entry["source_kind"])
        self.first, self.factor = int(entry["first"]), int(entry["factor"])
        self.first_stream = first_stream
        self.stream_count = self.planes + (self.exceptions > 0)
        self.values = None

    def fits(self, kind):
        """Whether it lies in its records and can be decoded at all."""
        is_number = self.width in (1, 2, 4, 8) and self.planes <= self.width
        return (self.offset + self.width <= kind.size and self.exceptions <= kind.count
                and (is_number or (self.origin == FROM_BYTES and self.planes == 1)))

    def covers(self, offset, width):
        return self.offset < offset + width and offset < self.offset + self.width


class _Kind:
    def __init__(self, entry, columns):
        self.rtype, self.length = int(entry["rtype"]), int(entry["length"])
        self.parent, self.table_bits = int(entry["parent"]), int(entry["table_bits"])
        self.count, self.size, self.columns = int(entry["count"]), int(entry["length"]) * 4, columns


class Payload:
    """A payload whose columns are decoded when they are asked for, and kept.

    kinds: what it has of records, each with rtype, length and count.
    """

    def __init__(self, data, record_count, raw_bytes):
        """data: the payload without the 8 bytes of its skippable frame."""
        self._data = memoryview(data)
        if len(self._data) < HEADER.itemsize:
            raise ColumnarError("no header")
        header = np.frombuffer(self._data, HEADER, 1)[0]
        if header["magic"] != b"MRCOLUM1":
            raise ColumnarError("no header")
        if (header["record_count"], header["raw_bytes"]) != (record_count, raw_bytes):
            raise ColumnarError("the header's counts are not the block's")
        self.record_count, self.raw_bytes = record_count, raw_bytes
        self._read_directory(header)
        self._order = self._instruments = None

    def _read_directory(self, header):
        place, tables = HEADER.itemsize, []
        for dtype, name in ((KIND, "kind_count"), (COLUMN, "column_count"),
                            (STREAM, "stream_count")):
            count = int(header[name])
            if place + count * dtype.itemsize > len(self._data):
                raise ColumnarError("the directory is cut")
            tables.append(np.frombuffer(self._data, dtype, count, place))
            place += count * dtype.itemsize
        kinds, columns, self._streams = tables
        ends = np.cumsum(self._streams["stored_bytes"], dtype=np.int64) + place
        self._begins = np.concatenate(([place], ends)).tolist()
        if self._begins[-1] != len(self._data) or int(header["data_bytes"]) != len(
                self._data) - place:
            raise ColumnarError("the streams' sizes")
        self.kinds, stream, begin = [], 1 if len(kinds) > 1 else 0, 0
        for entry in kinds:
            own = []
            for row in columns[begin:begin + int(entry["column_count"])]:
                own.append(_Column(row, stream))
                stream += own[-1].stream_count
            begin += len(own)
            self.kinds.append(_Kind(entry, own))
        if stream != len(self._streams) and self.kinds:
            raise ColumnarError("the streams' count")
        if self.kinds and (sum(kind.count for kind in self.kinds) != self.record_count or sum(
                kind.count * kind.size for kind in self.kinds) != self.raw_bytes):
            raise ColumnarError("the kinds' counts")
        if not all(column.fits(kind) for kind in self.kinds for column in kind.columns):
            raise ColumnarError("a column that is none")

    def _stream(self, number, size):
        """A stream's content: `size` bytes."""
        entry = self._streams[number]
        data = self._data[self._begins[number]:self._begins[number + 1]]
        coder = int(entry["coder"])
        if coder == CONSTANT:
            return np.full(size, entry["value"], "u1")
        if coder == LZ4:
            data = need("lz4.block", "LZ4 segments").decompress(data, uncompressed_size=size)
        elif coder == ZSTD:
            zstandard = need("zstandard", "zstd segments")
            data = zstandard.ZstdDecompressor().decompress(data, max_output_size=size)
        elif coder != RAW:
            raise ColumnarError(f"no such form of a stream: {coder}")
        if len(data) != size:
            raise ColumnarError("a stream's size")
        return np.frombuffer(data, "u1")

    @property
    def order(self):
        """The kind of every record of the block, as an array of bytes."""
        if self._order is None:
            if len(self.kinds) == 1:
                self._order = np.zeros(self.record_count, "u1")
            else:
                self._order = self._stream(0, self.record_count)
                counts = np.bincount(self._order, minlength=len(self.kinds))
                if counts.tolist() != [kind.count for kind in self.kinds]:
                    raise ColumnarError("the order of kinds")
        return self._order

    def field(self, kind, offset, width):
        """The `width` bytes at `offset` of all records of a kind, as an array of numbers."""
        for column in self.kinds[kind].columns:
            if (column.offset, column.width) == (offset, width) and column.origin != FROM_BYTES:
                return self._values(kind, column)
        parts = np.zeros((self.kinds[kind].count, width), "u1")
        parts[:] = self.bytes(kind, offset, width)
        return parts.view(f"<u{width}")[:, 0]

    def bytes(self, kind, offset, width):
        """The same as rows of bytes."""
        one = self.kinds[kind]
        out = np.zeros((one.count, width), "u1")
        for column in one.columns:
            if column.covers(offset, width):
                rows = _rows(self._values(kind, column), column.width)
                begin = max(column.offset, offset)
                end = min(column.offset + column.width, offset + width)
                out[:, begin - offset:end - offset] = rows[:, begin - column.offset:
                                                           end - column.offset]
        for place, byte in ((0, one.length), (1, one.rtype)):
            if offset <= place < offset + width:
                out[:, place - offset] = byte
        return out

    def _values(self, number, column):
        if column.values is None:
            kind = self.kinds[number]
            stream, exceptions = column.first_stream, None
            if column.exceptions:
                exceptions = self._stream(stream, column.exceptions * EXCEPTION.itemsize).view(
                    EXCEPTION)
                stream += 1
            if column.origin == FROM_BYTES:
                rows = self._stream(stream, kind.count * column.width)
                column.values = rows.reshape(kind.count, column.width)
            else:
                column.values = self._decode(number, column, stream)
            if exceptions is not None:
                if int(exceptions["record"].max()) >= kind.count:
                    raise ColumnarError("the order of exceptions")
                column.values[exceptions["record"]] = exceptions["value"]
        return column.values

    def _decode(self, number, column, stream):
        kind, dtype = self.kinds[number], np.dtype(f"<u{column.width}")
        planes = np.zeros((kind.count, column.width), "u1")
        for plane in range(column.planes):
            planes[:, plane] = self._stream(stream + plane, kind.count)
        stored = planes.view(dtype)[:, 0]
        zigzag, repeats = column.flags & ZIGZAG, column.flags & REPEATS
        first = dtype.type(column.first & (1 << 8 * column.width) - 1)
        if column.origin == FROM_GREATEST:
            return _greatest(stored, first, zigzag, repeats)
        if column.origin == FROM_ZERO and repeats:
            return _repeated(stored, first)
        numbers = _unzigzag(stored) if zigzag else stored
        if column.origin == FROM_ZERO:
            return numbers.copy()
        if column.origin == FROM_PREVIOUS:
            return np.cumsum(numbers, dtype=dtype) + first
        if column.origin == FROM_INSTRUMENT:
            return self._by_instrument(number, column, numbers)
        if column.origin == FROM_FIELD:
            return numbers + self.field(number, column.source, column.width)
        if column.origin == FROM_LATENCY:
            delay = self.field(number, column.source, 8) - self.field(number, _EVENT_TIME, 8)
            return numbers + delay.astype(dtype)
        if column.origin == FROM_PARENT and kind.parent < number:
            return numbers + self._of_parent(number, column.source, column.width)
        raise ColumnarError(f"no such prediction: {column.origin}")

    def _by_instrument(self, number, column, numbers):
        kind, dtype = self.kinds[number], numbers.dtype
        mask = np.uint32((1 << kind.table_bits) - 1)
        rows = self.field(number, _INSTRUMENT, 4) & mask
        # A stable sort brings together what belongs together; 16 bits are sorted in two passes.
        order = np.argsort(rows.astype(np.uint16), kind="stable")
        sums = np.cumsum(numbers[order] * dtype.type(column.factor), dtype=dtype)
        sorted_rows = rows[order]
        begins = np.flatnonzero(np.diff(sorted_rows, prepend=~sorted_rows[:1]))
        before = np.where(begins > 0, sums[begins - 1], dtype.type(0))
        lengths = np.diff(np.append(begins, len(order)))
        values = np.empty_like(sums)
        values[order] = sums - np.repeat(before, lengths)
        if column.flags & SWAPS:
            undefined = values == _UNDEFINED_PRICE
            values = np.where(values == 0, _UNDEFINED_PRICE, values)
            values[undefined] = 0
        return values

    def _of_parent(self, number, source, width):
        kind = self.kinds[number]
        before = np.cumsum(self.order == kind.parent)[self.order == number]
        values = self.field(kind.parent, source, width)
        return np.concatenate((np.zeros(1, values.dtype), values))[before]

    def records(self, wanted=None):
        """All records as an array of bytes, and where each begins.

        wanted: {rtype: [(offset, width)]}: only these fields are decoded, the others are zero;
        (0, 2) of each record is always there.
        """
        if not self.kinds:
            return self._stream(0, self.raw_bytes), None
        sizes = np.array([kind.size for kind in self.kinds], np.int64)
        parts = [self._matrix(number, None if wanted is None else wanted.get(kind.rtype, ()))
                 for number, kind in enumerate(self.kinds)]
        if len(parts) == 1:
            return parts[0].reshape(-1), np.arange(self.record_count) * sizes[0]
        lengths = sizes[self.order]
        starts = np.cumsum(lengths) - lengths
        out = np.empty(self.raw_bytes, "u1")
        unit = 8 if not (sizes & 7).any() else 4
        words = out.view(f"<u{unit}")
        for number, part in enumerate(parts):
            places = starts[self.order == number] // unit
            words[places[:, None] + np.arange(part.shape[1] // unit)] = part.view(f"<u{unit}")
        return out, starts

    def _matrix(self, number, wanted):
        """The records of a kind, a row each."""
        kind = self.kinds[number]
        out = np.zeros((kind.count, kind.size), "u1")
        out[:, 0], out[:, 1] = kind.length, kind.rtype
        for column in kind.columns:
            if wanted is None or any(column.covers(*field) for field in wanted):
                values = self._values(number, column)
                if values.ndim == 1:  # numbers: an array of them that lies in the records
                    np.ndarray(kind.count, values.dtype, out, column.offset, kind.size)[:] = values
                else:
                    out[:, column.offset:column.offset + column.width] = values
        return out


def _rows(values, width):
    """Numbers, or rows of bytes, as rows of bytes."""
    return np.ascontiguousarray(values).view("u1").reshape(len(values), width)


def _unzigzag(values):
    one = values.dtype.type(1)
    return values >> one ^ (~(values & one) + one)


def _forward(stored, values, start):
    """For each place the value of the last one at or before it where `stored` is not 0."""
    return np.concatenate((np.array([start], stored.dtype), values))[np.cumsum(stored != 0)]


def _bits(when_clear, when_set):
    """A bit after each step, from clear on: what it becomes if it was clear, or set, before.

    Most steps do not ask what was before; only runs of those that do are followed.
    """
    asking = np.flatnonzero(when_clear != when_set)
    if not len(asking):
        return when_clear
    flips = when_clear[asking]
    begins = np.flatnonzero(np.diff(asking, prepend=-2) != 1)
    run = np.zeros(len(asking), np.int64)
    run[begins[1:]] = 1
    run = np.cumsum(run)
    counts = np.cumsum(flips)
    before = counts[begins] - flips[begins]
    first = asking[begins]
    start = when_clear[np.maximum(first - 1, 0)] & (first > 0)
    result = when_clear.copy()
    result[asking] = start[run] ^ ((counts - before[run]) & 1).astype(bool)
    return result


def _repeated(stored, first):
    """FROM_ZERO with REPEATS: 0 is the value before, below which numbers have moved up by one."""
    places = np.flatnonzero(stored)
    numbers = stored[places]
    before = np.concatenate((np.array([first], stored.dtype), numbers[:-1]))
    moved = _bits(numbers <= before, numbers < before) if len(numbers) else np.zeros(0, bool)
    return _forward(stored, numbers - moved, first)


def _greatest(stored, first, zigzag, repeats):
    """FROM_GREATEST, in one go; record by record where values wrap around."""
    numbers = _room_taken(stored) if zigzag and repeats else stored
    signed = _unzigzag(numbers) if zigzag else numbers
    ups = np.where(signed.view(f"<i{signed.dtype.itemsize}") > 0, signed, 0) if zigzag else signed
    after = np.cumsum(ups, dtype=stored.dtype) + first
    before = np.concatenate((np.array([first], stored.dtype), after[:-1]))
    values = before + signed
    if np.array_equal(np.maximum(np.maximum.accumulate(values), first), after):
        return values
    return _greatest_slowly(stored, first, zigzag, repeats)


def _room_taken(stored):
    """Undoes REPEATS of FROM_GREATEST: the number for the value before is that of its distance
    below the greatest, an odd one; 0 where it is the greatest itself."""
    places = np.flatnonzero(stored)
    if not len(places):
        return stored
    one = stored.dtype.type(1)
    numbers = stored[places]
    before = np.concatenate((np.zeros(1, stored.dtype), numbers[:-1]))
    odd = (before & one).astype(bool)
    if_kept = np.where(odd, before, 0)
    if_moved = np.where(odd | (before == 0), 0, before - one)
    numbers = numbers - _bits(numbers <= if_kept, numbers <= if_moved)
    rooms = np.where((numbers & one).astype(bool), numbers, 0)
    result = _forward(stored, rooms, 0)
    result[places] = numbers
    return result


def _greatest_slowly(stored, first, zigzag, repeats):
    bits = stored.dtype.itemsize * 8
    top, previous = (1 << bits) - 1, int(first)
    greatest, values = previous, []
    for number in stored.tolist():
        if repeats:
            room = previous - greatest & top
            if zigzag:
                room = (room << 1 ^ -(room >> bits - 1)) & top
            number = room if number == 0 else number - 1 if number <= room else number
        if zigzag:
            number = number >> 1 ^ -(number & 1)
        previous = greatest + number & top
        greatest = max(greatest, previous)
        values.append(previous)
    return np.array(values, stored.dtype)
