"""Reads journals: segments, days or whole folders, merged over shards, into numpy arrays.

    from millrace import journal

    with journal.open("/data/XNAS.ITCH/2026-11-21", symbols=["AAPL"], schemas=["trades"],
                      start="2026-11-21T14:30", end="2026-11-21T15:00") as day:
        for batch in day:                       # {"trades": structured array, ...}
            print(len(batch["trades"]), batch["trades"]["price"][-1] / 1e9)

Records come in the order of ts_recv, then shard, then their order in the file. A record that has
no ts_recv stands where the last one before it in its shard stands. Segments of columnar blocks,
of zstd or LZ4 frames and of plain DBN read the same.
"""
import os
import re
import time
from datetime import datetime, timezone

import numpy as np

from millrace.foreign import ForeignSegment
from millrace.merge import Chain, merged
from millrace.records import DTYPES, RTYPES
from millrace.segment import JournalError, NoSegment, Segment

_NAME = re.compile(r"(\d\d)-(\d+)(?:\.(\d+))?\.(dbn\.zst|dbn\.lz4|dbn|mrc)$")


def to_nanos(value):
    """ns since the Unix epoch from an int, a datetime, a numpy datetime64 or ISO text (UTC)."""
    if value is None or isinstance(value, (int, np.integer)):
        return None if value is None else int(value)
    if isinstance(value, np.datetime64):
        return int(value.astype("datetime64[ns]").astype(np.int64))
    if isinstance(value, datetime):
        value = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        whole = int(value.replace(microsecond=0).timestamp())
        return whole * 10**9 + value.microsecond * 1000
    text = str(value).removesuffix("Z")
    if text.isdigit() and len(text) > 12:
        return int(text)
    try:
        return int(np.datetime64(text, "ns").astype(np.int64))
    except ValueError as error:
        raise JournalError(f"no time: {value!r}: give 2026-11-21T14:30:00, or ns") from error


def find_segments(paths):
    """The segment files that `paths` name: files themselves, and all below folders, sorted."""
    found = {}
    for path in [paths] if isinstance(paths, (str, os.PathLike)) else paths:
        path = os.fspath(path)
        if os.path.isdir(path):
            for folder, _, names in os.walk(path):
                for name in names:
                    if _NAME.match(name):
                        found[os.path.realpath(os.path.join(folder, name))] = None
        elif os.path.isfile(path):
            found[os.path.realpath(path)] = None
        else:
            raise JournalError(f"{path}: there is no such file or folder")
    return sorted(found, key=_order)


def _order(path):
    folder, name = os.path.split(path)
    match = _NAME.match(name)
    if match is None:
        return folder, 0, 0, 0, name
    hour, shard, part, _ = match.groups()
    return folder, int(hour), int(shard), int(part or 1), name


def open_segment(path):
    """A Segment, or a ForeignSegment for DBN that another program wrote."""
    try:
        return Segment(path)
    except NoSegment:
        return ForeignSegment(path)


def open(paths, **query):
    """A Journal of the files and folders `paths`; the keywords are those of Journal."""
    return Journal(paths, **query)


class Journal:
    """Everything under some paths that fits a query, read as often as wanted. For one thread.

    segments: what was found. findings: damage that was passed over while reading. symbol_names:
    the texts that the codes in a batch's `symbols` stand for. records_announced: of the blocks read
    so far, by their headers; of these, records_filtered did not fit the query.
    """

    def __init__(self, paths, symbols=None, instruments=None, schemas=None, start=None, end=None,
                 follow=False, with_symbols=False, patience=1.0, idle=None):
        """Opens the segments.

        symbols, instruments, schemas: only these; None for all. start (inclusive), end
        (exclusive): receive times, as to_nanos reads them. follow: wait for more at the end.
        with_symbols: batches carry the symbol of every record. patience: seconds that a follower
        waits for a shard that writes nothing, before it gives out what the others wrote. idle:
        seconds without anything new after which a follower ends; None: never.
        """
        for name in schemas or ():
            if name not in RTYPES:
                raise JournalError(f"there is no schema {name!r}: " + ", ".join(RTYPES))
        self.paths = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
        self.start, self.end = to_nanos(start), to_nanos(end)
        self.symbols = None if symbols is None else frozenset(symbols)
        self.instruments = None if instruments is None else frozenset(map(int, instruments))
        self.rtypes = None if schemas is None else frozenset(RTYPES[name] for name in schemas)
        self.follow, self.with_symbols, self.patience = follow, with_symbols, patience
        self.idle = idle
        self.findings, self.segments = [], []
        self.symbol_names, self._codes = [""], {"": 0}
        self._known, self.bytes_read = set(), 0
        self.records_announced = self.records_filtered = 0
        self._discover()
        if not self.segments and not follow:
            raise JournalError(f"no segments under {', '.join(map(str, self.paths))}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Lets go of the files."""
        self.segments.clear()

    def _discover(self):
        """Opens segments that were not there before, and answers them."""
        fresh = [path for path in find_segments(self.paths) if path not in self._known]
        opened = []
        for path in fresh:
            try:
                segment = Segment(path) if self.follow else open_segment(path)
            except JournalError:
                if self.follow:  # its first bytes may not be written yet
                    continue
                raise
            self._known.add(path)
            if segment.payload in ("dbn", "columnar"):
                opened.append(segment)
        self.segments += opened
        return opened

    @staticmethod
    def _chain_key(segment):
        """A run's shards never share instruments: what is merged is one chain a shard."""
        header = segment.header
        return header["dataset"], header["shard"], header["instance"]

    @property
    def byte_count(self):
        """Bytes of all segments: with bytes_read, how far a reader is."""
        return sum(segment.byte_count for segment in self.segments)

    def code_of(self, symbol):
        """The number that stands for a symbol in the batches of this journal."""
        code = self._codes.get(symbol)
        if code is None:
            code = self._codes[symbol] = len(self.symbol_names)
            self.symbol_names.append(symbol)
        return code

    def __iter__(self):
        return self.batches()

    def batches(self):
        """Yields the records as Batches in the order of the merge, each a few blocks large.

        With `follow` this does not end; an empty Batch is never given out.
        """
        yield from self._batches(None)

    def _batches(self, wanted):
        self.findings, self.bytes_read = [], 0
        self.records_announced = self.records_filtered = 0
        chains, fresh, quiet = {}, self.segments, None
        while True:
            for segment in fresh:
                key = self._chain_key(segment)
                if key not in chains:
                    chains[key] = Chain(self, wanted)
                chains[key].segments.append(segment)
            in_order = [chains[key] for key in sorted(chains)]
            waited = 0 if quiet is None else time.monotonic() - quiet
            ends = not self.follow or (self.idle is not None and waited >= self.idle)
            # The shards that have no segment yet may get earlier records, too.
            shards = max((one.header["shard_count"] for one in self.segments), default=0)
            got = False
            if ends or waited >= self.patience:
                ready, waits = True, False
            else:
                ready, waits = len(chains) >= shards, True
            for batch in merged(in_order, waits) if ready else ():
                got = True
                yield batch
            if ends:
                return
            quiet = None if got else quiet or time.monotonic()
            if not got:
                time.sleep(0.01)
            fresh = self._discover()
            for chain in in_order:
                chain.refresh()

    def read(self):
        """Everything at once: {schema: structured array}."""
        parts = {}
        for batch in self.batches():
            for name, array in batch.items():
                parts.setdefault(name, []).append(array)
        return {name: np.concatenate(arrays) for name, arrays in parts.items()}

    def counts(self):
        """{schema: records} of the query; decodes what it must."""
        found = {}
        for batch in self.batches():
            for name, array in batch.items():
                found[name] = found.get(name, 0) + len(array)
        return found

    def column(self, schema, name):
        """One field of one schema as an array; see columns."""
        return self.columns(schema, [name])[name]

    def columns(self, schema, names):
        """{name: array} of some fields of one schema.

        Of columnar segments only these columns are decoded, and what they are predicted from.
        """
        if schema not in RTYPES:
            raise JournalError(f"there is no schema {schema!r}: " + ", ".join(RTYPES))
        dtype = DTYPES[RTYPES[schema]]
        for name in names:
            if name not in dtype.names:
                raise JournalError(f"{schema} has no field {name!r}: " + ", ".join(dtype.names))
        parts = {name: [np.empty(0, dtype[name])] for name in names}
        chosen, self.rtypes = self.rtypes, frozenset([RTYPES[schema]])
        try:
            for batch in self._batches(self._wanted(schema, names)):
                for name in names:
                    parts[name].append(batch[schema][name].copy())
        finally:
            self.rtypes = chosen
        return {name: np.concatenate(arrays) for name, arrays in parts.items()}

    def _wanted(self, schema, names):
        """What has to be decoded for these fields, the order of the merge and the filters."""
        by_instrument = (self.symbols is not None or self.instruments is not None)
        in_order = self.start is not None or self.end is not None or len(
            {self._chain_key(segment) for segment in self.segments}) > 1 or self.follow
        wanted = {}
        for rtype, dtype in DTYPES.items():
            fields = ["instrument_id"] if by_instrument else []
            if in_order and "ts_recv" in dtype.names:
                fields.append("ts_recv")
            if rtype == RTYPES[schema]:
                fields += names
            if self.symbols is not None and rtype in (RTYPES["definition"],
                                                      RTYPES["symbol-mapping"]):
                fields = list(dtype.names)
            wanted[rtype] = [(dtype.fields[name][1], dtype[name].itemsize) for name in fields]
        return wanted
