"""Merges the shards of a journal: chains of segments, blocks cut where the next shard begins."""
import numpy as np

from millrace import dbn
from millrace.records import DTYPES, RTYPES, SAMPLED, SAMPLED_SCHEMAS, UNDEFINED_TIME
from millrace.segment import DamagedBlock, Finding

_DEFINITION, _MAPPING = RTYPES["definition"], RTYPES["symbol-mapping"]
# By rtype: where ts_recv stands in a record; 0 where it has none. That of a sampled quote (bbo-1s
# and the like) is the end of its interval: it counts only in files of nothing else.
_RECEIVE_OFFSETS, _SAMPLED_OFFSETS = np.zeros(256, np.int64), np.zeros(256, np.int64)
for _rtype, _dtype in DTYPES.items():
    if "ts_recv" in _dtype.names:
        _SAMPLED_OFFSETS[_rtype] = _dtype.fields["ts_recv"][1]
        if _rtype not in SAMPLED:
            _RECEIVE_OFFSETS[_rtype] = _SAMPLED_OFFSETS[_rtype]


class Batch(dict):
    """Records that follow each other in the merge: {schema: structured array}.

    order: {schema: places of its records among all of the batch}. symbols: {schema: codes into
    the journal's symbol_names}, empty unless the journal was opened with with_symbols.
    """

    def __init__(self):
        super().__init__()
        self.order, self.symbols = {}, {}

    @property
    def record_count(self):
        return sum(map(len, self.values()))

    def rows(self):
        """Yields (schema, record), one by one, in the order of the merge."""
        names = list(self)
        places = np.concatenate([self.order[name] for name in names]) if names else []
        kinds = np.repeat(np.arange(len(names)), [len(self[name]) for name in names])
        order = np.argsort(places)
        starts = np.cumsum([0] + [len(self[name]) for name in names])
        for index in order.tolist():
            kind = int(kinds[index])
            yield names[kind], self[names[kind]][index - starts[kind]]


class _Piece:
    """Some records of one shard: where they begin in `data`, and what orders them."""

    __slots__ = ("data", "starts", "keys", "codes")

    def __init__(self, data, starts, keys, codes):
        self.data, self.starts, self.keys, self.codes = data, starts, keys, codes

    def split(self, count):
        """The first `count` records, and the others or None."""
        if count == len(self.starts):
            return self, None
        codes = (None, None) if self.codes is None else (self.codes[:count], self.codes[count:])
        return (_Piece(self.data, self.starts[:count], self.keys[:count], codes[0]),
                _Piece(self.data, self.starts[count:], self.keys[count:], codes[1]))


class _Symbols:
    """Which instrument has which symbol in one segment."""

    def __init__(self, journal, segment):
        """Only made where symbols matter: a day has thousands."""
        self.journal = journal
        self.texts = segment.metadata.instruments() if segment.metadata else {}
        self._numbers = self._codes = None

    def learn(self, groups):
        """Takes the symbol mappings and definitions among the records."""
        for name, field in (("symbol-mapping", "stype_in_symbol"), ("definition", "raw_symbol")):
            rows = groups.get(name)
            if rows is not None:
                texts = rows[0][field].tolist()
                for number, text in zip(rows[0]["instrument_id"].tolist(), texts):
                    self.texts[number] = text.decode("utf-8", "replace")
                self._numbers = None

    def wanted(self):
        """The numbers of the instruments asked for, as far as they are known now."""
        journal = self.journal
        numbers = set(journal.instruments or ())
        if journal.symbols is None:
            return numbers
        return numbers | {number for number, text in self.texts.items() if text in journal.symbols}

    def codes(self, numbers):
        """The journal's symbol codes of instrument numbers; 0 for those without a symbol."""
        if self._numbers is None:
            known = sorted(self.texts)
            self._numbers = np.array(known, np.uint32)
            self._codes = np.array([self.journal.code_of(self.texts[n]) for n in known], np.int32)
        if not len(self._numbers):
            return np.zeros(len(numbers), np.int32)
        place = np.minimum(np.searchsorted(self._numbers, numbers), len(self._numbers) - 1)
        return np.where(self._numbers[place] == numbers, self._codes[place], 0)


class Chain:
    """The segments of one shard, one after the other."""

    def __init__(self, journal, wanted=None):
        """wanted: which fields of columnar blocks to decode, as for Segment.read."""
        self.journal, self.segments = journal, []
        self.piece, self.wanted = None, wanted
        self._at, self._blocks, self._last, self._symbols = -1, iter(()), None, None
        self._time = self._greatest = 0
        self._runs = set()

    def refresh(self):
        """Looks at what the file being read has got since."""
        if 0 <= self._at < len(self.segments) and self.segments[self._at].refresh():
            self._resume()

    def _resume(self):
        segment, journal = self.segments[self._at], self.journal
        # What stands before the start may say what the wanted symbols stand for.
        start = journal.start if journal.symbols is None else None
        self._blocks = segment.blocks(start, journal.end, after=self._last)

    def load(self):
        """Sees to it that `piece` holds records; False where there are none now."""
        while self.piece is None:
            block = next(self._blocks, None)
            if block is not None:
                self._last = block
                self._take(block)
            elif self._at + 1 < len(self.segments):
                self._enter(self._at + 1)
            else:
                return False
        return True

    def _enter(self, at):
        if self._at >= 0:
            segment = self.segments[self._at]
            if segment.refresh():  # it has grown since, and its successor is there
                self._resume()
                return
            self._leave(segment)
        self._at, self._last = at, None
        segment = self.segments[at]
        run = segment.header["run_id"]
        self._passes_over = run in self._runs
        self._runs.add(run)
        self._symbols = None
        if self._names_matter():
            self._symbols = _Symbols(self.journal, segment)
            for block in segment.blocks():
                if block.number and not block.is_repeated:
                    break
                self._decode(segment, block)
        self._resume()

    def _leave(self, segment):
        self.journal.findings.extend(segment.findings)
        segment.findings = []

    def _names_matter(self):
        journal = self.journal
        return (journal.symbols is not None or journal.instruments is not None
                or journal.with_symbols)

    def _decode(self, segment, block):
        """The block's records as Segment.read gives them; None where it is damaged."""
        try:
            data, starts = segment.read(block, self.wanted)
            if self._names_matter() and (block.number == 0 or block.is_repeated or bool(
                    np.isin(data[starts + 1], (_DEFINITION, _MAPPING)).any())):
                self._symbols.learn(dbn.group(data, starts))
        except (DamagedBlock, dbn.DBNError) as error:
            self.journal.findings.append(Finding(
                segment.path, block.number, block.offset,
                block.payload_offset + block.stored_bytes - block.offset, str(error)))
            return None
        return data, starts

    def _take(self, block):
        """Decodes a block and makes a piece of what the query lets through."""
        segment, journal = self.segments[self._at], self.journal
        journal.bytes_read += block.stored_bytes
        if block.is_repeated and self._passes_over:
            return
        only = journal.instruments is not None or journal.symbols is not None
        if only:
            numbers = self._symbols.wanted()
            # Where mappings may stand a symbol may get another instrument, whatever the map says.
            may_grow = journal.symbols is not None and not block.has_no_symbols
            if not may_grow and not (block.may_overlap(journal.start, None)
                                     and any(map(block.may_hold, numbers))):
                self._pass(block)
                return
        journal.records_announced += block.record_count
        decoded = self._decode(segment, block)
        if decoded is None:
            self._pass(block)
            return
        data, starts = decoded
        if len(starts) == 0:
            return
        rtypes, words = data[starts + 1], data.view("<u4")
        times, keys = self._times(data, starts, rtypes)
        keep = None
        if journal.start is not None:
            keep = times >= np.uint64(max(journal.start, 0))
        if journal.end is not None:
            keep = _both(keep, times < np.uint64(max(journal.end, 0)))
        if journal.rtypes is not None:
            keep = _both(keep, np.isin(rtypes, list(journal.rtypes)))
        if only:
            numbers = self._symbols.wanted()
            listed = np.array(sorted(numbers), np.uint32)
            keep = _both(keep, np.isin(words[(starts >> 2) + 1], listed))
        if keep is not None and not keep.all():
            journal.records_filtered += len(starts) - int(keep.sum())
            starts, keys = starts[keep], keys[keep]
        if len(starts):
            codes = None
            if journal.with_symbols:
                codes = self._symbols.codes(words[(starts >> 2) + 1])
            self.piece = _Piece(data, starts, keys, codes)

    def _pass(self, block):
        """Takes note of the times of a block that is not decoded."""
        if block.has_ts_recv:
            self._time = block.max_ts_recv
            self._greatest = max(self._greatest, self._time)

    def _times(self, data, starts, rtypes):
        """Receive times, those of records without one from the record before; and merge keys."""
        metadata = self.segments[self._at].metadata
        is_sampled = metadata is not None and metadata.schema in SAMPLED_SCHEMAS
        offsets = (_SAMPLED_OFFSETS if is_sampled else _RECEIVE_OFFSETS)[rtypes]
        times = data[:len(data) & ~7].view("<u8")[starts + offsets >> 3]
        held = (offsets != 0) & (times != np.uint64(UNDEFINED_TIME))
        if not held.all():
            index = np.maximum.accumulate(np.where(held, np.arange(len(starts)), -1))
            times = np.where(index < 0, np.uint64(self._time), times[np.maximum(index, 0)])
        self._time = int(times[-1])
        # Heads are compared, so that a record that is late stands where the one before it does.
        keys = np.maximum(np.maximum.accumulate(times), np.uint64(self._greatest))
        self._greatest = int(keys[-1])
        return times, keys

    def cut(self, key, with_equal):
        """Gives out the records before `key` (and those at it), keeps the others."""
        side = "right" if with_equal else "left"
        count = int(np.searchsorted(self.piece.keys, np.uint64(key), side))
        if count == 0:
            return None
        first, self.piece = self.piece.split(count)
        return first

    def finish(self):
        """Hands over what the last segment found damaged."""
        if self._at >= 0:
            self._leave(self.segments[self._at])


def _both(one, other):
    return other if one is None else one & other


def merged(chains, waits=False):
    """Yields Batches from chains in the order of their shards.

    waits: stop as soon as one chain has nothing, because it may yet get earlier records.
    """
    while True:
        live = [chain for chain in chains if chain.load()]
        if not live or (waits and len(live) < len(chains)):
            break
        cut, bound = min((int(chain.piece.keys[-1]), number)
                         for number, chain in enumerate(live))
        # The shard that ends first may go on at the same time: those behind it have to wait.
        pieces = [chain.cut(cut, number <= bound) for number, chain in enumerate(live)]
        yield _assemble([piece for piece in pieces if piece is not None])
    for chain in chains:
        chain.finish()


def _assemble(pieces):
    batch = Batch()
    if len(pieces) == 1:
        piece = pieces[0]
        for name, (rows, where) in dbn.group(piece.data, piece.starts).items():
            batch[name], batch.order[name] = rows, where
            if piece.codes is not None:
                batch.symbols[name] = piece.codes[where]
        return batch
    order = np.argsort(np.concatenate([piece.keys for piece in pieces]), kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    found, begin = {}, 0
    for piece in pieces:
        for name, (rows, where) in dbn.group(piece.data, piece.starts).items():
            codes = None if piece.codes is None else piece.codes[where]
            found.setdefault(name, []).append((rows, rank[begin + where], codes))
        begin += len(piece.starts)
    for name, parts in found.items():
        places = np.concatenate([part[1] for part in parts])
        chosen = np.argsort(places)
        batch[name] = np.concatenate([part[0] for part in parts])[chosen]
        batch.order[name] = places[chosen]
        if parts[0][2] is not None:
            batch.symbols[name] = np.concatenate([part[2] for part in parts])[chosen]
    return batch
