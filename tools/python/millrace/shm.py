#!/usr/bin/env python3
"""Reads Millrace's shared-memory stream with numpy and mmap only.

The layout and the rules are those of Sources/CMillrace/include/millrace_shm.h. The file is mapped
read only; a reader keeps its own cursor and can neither slow nor harm the writer.

    reader = Reader("/dev/shm/millrace/demo/shard-0.ring")
    for batch in reader.follow():            # {"mbo": structured array, "trades": ..., ...}
        if "mbo" in batch:
            print(len(batch["mbo"]), batch["mbo"]["price"][-1] / 1e9, reader.lost)

received + lost is always the number of ordinals passed since the start. Loads are not fenced
(Python has no fences): correct on x86-64, where loads stay in order.

    python3 -m millrace.shm --instance demo --shard 0 --count    # JSON: records by type, lost
"""
import argparse
import json
import mmap
import os
import sys
import time

import numpy as np

from millrace.records import RECORDS
from millrace.ring_layout import (
    CLOSED, CONTINUATION, HEADER, HEADER_BYTES, INITIALISING, LINE_BYTES, LIVE, MAGIC, MAX_CAPACITY,
    MAX_RECORD_LINES, MIN_CAPACITY, ORDINAL_BITS, PAYLOAD_BYTES, PLACES, REPLACED, STATES, VERSION,
    WORD_QUAD)


class RingError(Exception):
    """The file is not a ring, or damaged."""


class Reader:
    """A cursor over one ring file. Belongs to one thread.

    received, lost: records since the start; lost includes corrupt (records of impossible length).
    epoch: that of the writer being read, 0 before the first. event: what ended the last poll:
    "none", "lost", "new-epoch", "closed" or "replaced". ordinals: of the last poll's records.
    """

    def __init__(self, path, start="oldest"):
        """Maps `path`; start: "oldest", "newest", or an ordinal of the present epoch."""
        self.path = path
        self.received = self.lost = self.corrupt = self.epoch = 0
        self.event, self.ordinals = "none", {}
        self._open(start)

    def _open(self, start):
        with open(self.path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < HEADER_BYTES:
                raise RingError(f"{self.path}: not a ring")
            self._map = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
        self._header = np.frombuffer(self._map, HEADER, 1)
        self._quads = memoryview(self._map).cast("Q")
        header = self._header[0]
        if bytes(header["magic"]) != MAGIC or header["version"] != VERSION:
            raise RingError(f"{self.path}: not a ring of version {VERSION}")
        capacity = int(header["capacity_lines"])
        if (header["header_bytes"] != HEADER_BYTES or header["line_bytes"] != LINE_BYTES
                or header["max_record_lines"] != MAX_RECORD_LINES
                or not MIN_CAPACITY <= capacity <= MAX_CAPACITY or capacity & (capacity - 1)
                or size != HEADER_BYTES + capacity * LINE_BYTES):
            raise RingError(f"{self.path}: sizes that do not fit together")
        self._capacity, self._mask = capacity, capacity - 1
        self._lines = np.frombuffer(self._map, "<u8", offset=HEADER_BYTES).reshape(capacity, 8)
        self._words = self._lines[:, 7]
        self._attach(start)

    def _get(self, name):
        offset, width = PLACES[name]
        value = self._quads[offset >> 3]
        return value if width == 8 else value >> (offset & 4) * 8 & 0xFFFFFFFF

    def _word(self, position):
        return self._quads[((position & self._mask) << 3) + WORD_QUAD]

    def _attach(self, start):
        self.epoch, self._tag, self._position, self._next = 0, 0, 0, 0
        state = self._get("state")
        if state == INITIALISING:
            return
        if state == REPLACED:  # opened again before the new file has taken the name
            start = "newest"
        epoch = self._get("epoch")
        tag = epoch & 0x7FFF
        if tag == 0:
            raise RingError(f"{self.path}: epoch {epoch}")
        position = self._get("next_position")
        last = 0
        if position > 0:
            word = self._word(position - 1)
            same = word >> 48 & 0x7FFF == tag
            last = word & ORDINAL_BITS if same else self._get("next_ordinal") - 1
        first = last + 1
        wanted = 1 if start == "oldest" else first if start == "newest" else max(1, int(start))
        if wanted > first:
            raise RingError(f"{self.path}: record {wanted} has not been published yet")
        if wanted < first or start == "oldest":
            words = np.roll(self._words, -(position & self._mask))
            found = words & np.uint64(ORDINAL_BITS)
            usable = np.flatnonzero((words >> np.uint64(48) == tag) & (found >= wanted)
                                    & (found <= last))
            if len(usable):
                position, first = position + int(usable[0]), int(found[usable[0]])
        if start not in ("oldest", "newest"):
            self.lost += first - wanted
        self.epoch, self._tag, self._position, self._next = epoch, tag, position, first

    @property
    def next_ordinal(self):
        """The ordinal that the next poll looks for; 0 before the first epoch was seen."""
        return self._next

    @property
    def header(self):
        """The header's fields as a dict: a snapshot, whose progress may be a batch behind."""
        row = self._header[0].copy()
        return {name: row[name].item() for name in HEADER.names}

    @property
    def state(self):
        """The writer's state: "initialising", "live", "closed" or "replaced"."""
        state = self._get("state")
        return STATES[state] if state < len(STATES) else f"state-{state}"

    def poll(self, max_lines=16384):
        """The records that are there, as {name: structured array}; empty when nothing is new.

        At most `max_lines` lines are looked at. Unknown rtypes come as raw bytes, "rtype-0x..".
        After an empty answer `event` says why. Losses are in `lost` before the records after them.
        """
        self.ordinals = {}
        for _ in range(3):
            batch = self._take(min(max_lines, self._capacity))
            if batch is not None:
                self.event = "none"
                return batch
            self.event = self._other()
            if self.event != "again":
                return {}
        self.event = "none"
        return {}

    def take(self):
        """The next record as bytes, or None where there is none: `event` then says why.

        For readers to whom the first microsecond matters; poll() is cheaper a record where many
        are waiting. Losses are in `lost` before the record after them; `ordinals` stays as it is.
        """
        for _ in range(3):
            record = self._one()
            if record is not None:
                self.event = "none"
                return record
            self.event = self._other()
            if self.event != "again":
                return None
        self.event = "none"
        return None

    def _one(self):
        """The record at the cursor, if it is the expected one and whole after it was copied."""
        first = self._tag << 48 | self._next
        begin = HEADER_BYTES + ((self._position & self._mask) << 6)
        if self._quads[(begin >> 3) + 7] != first:
            return None
        length, lines = self._map[begin] * 4, 1
        if 16 <= length <= PAYLOAD_BYTES:
            record = self._map[begin:begin + length]
        elif PAYLOAD_BYTES < length <= MAX_RECORD_LINES * PAYLOAD_BYTES:
            lines = -(-length // PAYLOAD_BYTES)
            record = self._long(lines, CONTINUATION | first)[:length]
        else:  # an impossible length: poll counts it
            self.poll(1)
            return None
        if self._quads[(begin >> 3) + 7] != first or len(record) != length:
            return None
        self._position += lines
        self._next += 1
        self.received += 1
        return record

    def _long(self, lines, rest):
        """The payloads of a record of several lines, as far as they are there."""
        parts = []
        for position in range(self._position, self._position + lines):
            begin = HEADER_BYTES + ((position & self._mask) << 6)
            parts.append(self._map[begin:begin + PAYLOAD_BYTES])
            if position > self._position and self._quads[(begin >> 3) + 7] != rest:
                break
        else:
            return b"".join(parts)
        return b""

    def _range(self, array, count):
        begin = self._position & self._mask
        end = begin + count
        if end <= self._capacity:
            return array[begin:end].copy()
        return np.concatenate((array[begin:], array[:end - self._capacity]))

    def _take(self, limit):
        if self._word(self._position) != self._tag << 48 | self._next:
            return None
        words = self._range(self._words, limit)
        follows = (words & np.uint64(CONTINUATION)) != 0
        ordinal = np.uint64((self._tag << 48) + self._next - 1) + np.cumsum(~follows, dtype="<u8")
        good = (words & np.uint64(CONTINUATION - 1)) == ordinal
        count = limit if good.all() else int(np.argmin(good))
        block = self._range(self._lines, count)
        after = self._range(self._words, count)
        # Stable from before the copy until after it: then the copied payload belongs to the word.
        stable = (words[:count] == after) & (block[:, 7] == after)
        count = count if stable.all() else int(np.argmin(stable))
        if count == 0:
            return None
        data = block[:count].view("u1").reshape(count, LINE_BYTES)
        starts = np.flatnonzero(~follows[:count])
        lines = np.diff(np.append(starts, count))
        wanted = (data[starts, 0].astype(np.int64) * 4 + PAYLOAD_BYTES - 1) // PAYLOAD_BYTES
        # The last record may be cut by the limit, or by the writer that is overtaking us.
        if 1 <= lines[-1] < wanted[-1] <= MAX_RECORD_LINES and (len(starts) > 1 or count == limit):
            starts, lines, wanted = starts[:-1], lines[:-1], wanted[:-1]
            if len(starts) == 0:
                return self._take(MAX_RECORD_LINES)
            count = int(starts[-1] + lines[-1])
        return self._group(data, starts, lines >= wanted, count)

    def _group(self, data, starts, fits, count):
        """Advances over the block's records and sorts them by type."""
        first = self._next
        length = data[starts, 0].astype(np.int64) * 4
        invalid = (length < 16) | (length > MAX_RECORD_LINES * PAYLOAD_BYTES)
        rtype = data[starts, 1]
        batch = {}
        bad = ~fits | invalid
        for code in np.unique(rtype[~bad]).tolist():
            name, dtype = RECORDS.get(code, (f"rtype-0x{code:02X}", None))
            chosen = (rtype == code) & ~bad
            if dtype is None:
                dtype = np.dtype((np.void, int(length[chosen].min())))
            short = chosen & (length < dtype.itemsize)
            bad, invalid = bad | short, invalid | short
            index = np.flatnonzero(chosen & ~bad)
            if len(index) == 0:
                continue
            span = -(-dtype.itemsize // PAYLOAD_BYTES)
            rows = starts[index][:, None] + np.arange(span)
            flat = data[rows][:, :, :PAYLOAD_BYTES].reshape(len(index), span * PAYLOAD_BYTES)
            batch[name] = np.ascontiguousarray(flat[:, :dtype.itemsize]).view(dtype)[:, 0]
            self.ordinals[name] = first + index
        wrong = int(bad.sum())
        self.corrupt += int(invalid.sum())
        self.lost += wrong
        self.received += len(starts) - wrong
        self._position += count
        self._next += len(starts)
        return batch

    def _count_lost(self, count):
        self.lost += count
        self._next += count
        return "lost"

    def _other(self):
        """The line at the cursor is not the first line of the expected record."""
        if self.epoch == 0:
            return self._idle()
        rest = CONTINUATION | self._tag << 48 | self._next - 1
        word = self._word(self._position)
        for _ in range(MAX_RECORD_LINES):
            if word != rest:
                break
            self._position += 1
            word = self._word(self._position)
        ordinal = word & ORDINAL_BITS
        if word >> 48 & 0x7FFF != self._tag or ordinal < self._next:
            return self._idle()
        if ordinal == self._next:
            if not word & CONTINUATION:
                return "again"
            self._position += 1
            return self._count_lost(1)
        half, hint = self._capacity // 2, self._get("next_position")
        for position in range(hint - half, hint - half + 2 * MAX_RECORD_LINES):
            found = self._word(position)
            if hint > half and found >> 48 == self._tag and found & ORDINAL_BITS > self._next:
                self._position = position
                return self._count_lost((found & ORDINAL_BITS) - self._next)
        if not word & CONTINUATION:
            return self._count_lost(ordinal - self._next)
        self._position += 1
        return self._count_lost(ordinal + 1 - self._next)

    def _idle(self):
        """Nothing at the cursor: has the writer ended, or another one begun?"""
        state = self._get("state")
        if state == INITIALISING:
            return "none"
        epoch = self._get("epoch")
        if epoch == self.epoch:
            if state == LIVE:
                return "none"
            word = self._word(self._position) & (CONTINUATION - 1)
            if word >> 48 == self._tag and (word & ORDINAL_BITS) + 1 >= self._next:
                return "again"
            return "closed" if state == CLOSED else "replaced"
        previous, last = self._get("previous_epoch"), self._get("previous_last_ordinal")
        if (epoch & 0x7FFF == 0 or self._get("state") == INITIALISING
                or self._get("epoch") != epoch):
            return "none"
        if self.epoch != 0 and previous == self.epoch and self._next <= last < ORDINAL_BITS:
            return self._count_lost(last + 1 - self._next)
        self.epoch, self._tag = epoch, epoch & 0x7FFF
        self._position, self._next = 0, 1
        return "new-epoch"

    def follow(self, seconds=None, until_closed=True, idle_seconds=0.0005):
        """Yields the batches of poll(), waiting for more; ends after `seconds`, or when closed.

        A replaced file is opened again.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            batch = self.poll()
            if batch:
                yield batch
            elif self.event == "closed" and until_closed:
                return
            elif self.event == "replaced":
                time.sleep(idle_seconds)
                self._open("oldest")
            elif self.event != "lost" and self.event != "new-epoch":
                time.sleep(idle_seconds)
            if deadline is not None and time.monotonic() >= deadline:
                return

    def __iter__(self):
        return self.follow()


def symbols(path):
    """{(publisher_id, instrument_id): symbol} of a shard's .symbols file (SymbolFile.swift)."""
    with open(path, "rb") as file:
        data = file.read()
    entry = np.dtype([("instrument", "<u4"), ("publisher", "<u4"), ("symbol", "S72")])
    if data[:12] != b"MLRCSYM1\x01\0\0\0" or (len(data) - 64) % entry.itemsize:
        raise RingError(f"{path} is not a symbol file of a version known here")
    rows = np.frombuffer(data, entry, -1, 64)[:int.from_bytes(data[32:40], "little")].tolist()
    return {(publisher, number): text.decode() for number, publisher, text in rows}


def main(arguments=None):
    parser = argparse.ArgumentParser(description="A quick look at a Millrace shared-memory ring.")
    parser.add_argument("--instance", help="name of the running pipeline")
    parser.add_argument("--shard", type=int, default=0)
    parser.add_argument("--folder", default="/dev/shm/millrace")
    parser.add_argument("--file", help="a ring file, instead of --instance and --shard")
    parser.add_argument("--start", default="oldest", help="oldest, newest, or an ordinal")
    parser.add_argument("--seconds", type=float, help="how long to read; default: until closed")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--count", action="store_true", help="read and count (the default)")
    what.add_argument("--summary", action="store_true", help="print the header only")
    options = parser.parse_args(arguments)
    if not options.file and not options.instance:
        parser.error("--instance or --file is needed")
    path = options.file or f"{options.folder}/{options.instance}/shard-{options.shard}.ring"
    try:
        reader = Reader(path, options.start)
    except (OSError, RingError, ValueError) as error:
        print(f"millrace.shm: {error}", file=sys.stderr)
        return 66 if isinstance(error, OSError) else 65
    result = {"file": path}
    if options.summary:
        text = {k: v.decode("ascii", "replace") if isinstance(v, bytes) else v
                for k, v in reader.header.items()}
        result.update(text, state=reader.state)
    else:
        counts = {}
        try:
            for batch in reader.follow(options.seconds):
                for name, records in batch.items():
                    counts[name] = counts.get(name, 0) + len(records)
        except KeyboardInterrupt:
            pass
        result.update(records=counts, received=reader.received, lost=reader.lost,
                      corrupt=reader.corrupt, last_ordinal=max(0, reader.next_ordinal - 1),
                      epoch=reader.epoch, state=reader.state)
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
