"""Parquet files of a journal, through pyarrow, in bounded memory.

    DIR/<schema>/date=2026-11-21/symbol=AAPL/part-0.parquet

The folders name the partitions as Hive does, so that duckdb, polars, pandas and Spark find them.
Records are kept by partition until a row group is full; when they are more than the limit
together, the largest partitions are written. A partition whose file had to be closed, to keep the
number of open files down, goes on in its next part. Files have temporary names until all rows are
counted.
"""
import os
import pathlib
from collections import OrderedDict
from dataclasses import dataclass, field
from urllib.parse import quote

import numpy as np

from millrace import frames
from millrace.journal import Journal, JournalError
from millrace.optional import need
from millrace.records import DTYPES, RTYPES, UNDEFINED_TIME

ROW_GROUP_ROWS = 1 << 18
OPEN_FILES = 64
BUFFERED_BYTES = 256 << 20
COLLECTED_BYTES = 32 << 20
_NANOS_A_DAY = 86_400 * 10**9


@dataclass
class Summary:
    """What an export did. journal_records: as the block headers of what was read announce it."""

    output: str
    records: dict = field(default_factory=dict)
    rows: dict = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    journal_records: int = 0
    journal_bytes: int = 0
    problems: list = field(default_factory=list)

    @property
    def is_whole(self):
        """Whether every record of the journal is a row, and nothing of it was damaged."""
        return not self.problems


class _Partition:
    """The rows of one schema, day and symbol that are not written yet."""

    def __init__(self, folder, schema):
        self.folder, self.schema, self.parts = folder, schema, 0
        self.clear()

    def clear(self):
        self.rows, self.codes, self.count, self.bytes = [], [], 0, 0


class PartitionedWriter:
    """Takes records by partition and writes them below a folder."""

    def __init__(self, output, names, prices="float64", compression="zstd",
                 row_group_rows=ROW_GROUP_ROWS, open_files=OPEN_FILES,
                 buffered_bytes=BUFFERED_BYTES):
        """names: the texts behind symbol codes, a list that may grow; None for no such column."""
        self._parquet = need("pyarrow.parquet", "Parquet files")
        self._arrow = need("pyarrow", "Parquet files")
        self.output = pathlib.Path(output)
        self._names, self._prices = names, prices
        self._compression, self._group = compression, row_group_rows
        self._open_files, self._limit = open_files, buffered_bytes
        self._partitions, self._writers = {}, OrderedDict()
        self._buffered, self._written = 0, []

    def add(self, folder, schema, rows, codes):
        """Records of one schema for the files in `folder`, relative to the output; kept."""
        partition = self._partitions.get(folder)
        if partition is None:
            partition = self._partitions[folder] = _Partition(folder, schema)
        partition.rows.append(rows)
        partition.codes.append(codes)
        partition.count += len(rows)
        partition.bytes += rows.nbytes + codes.nbytes
        self._buffered += rows.nbytes + codes.nbytes
        if partition.count >= self._group:
            self._flush(partition)

    def keep_within_limit(self):
        """Writes the largest partitions where more rows are kept than the limit allows."""
        if self._buffered <= self._limit:
            return
        for partition in sorted(self._partitions.values(), key=lambda one: -one.bytes):
            if self._buffered <= self._limit // 2:
                break
            self._flush(partition)

    def _flush(self, partition):
        if not partition.count:
            return
        rows, codes = np.concatenate(partition.rows), np.concatenate(partition.codes)
        self._buffered -= partition.bytes
        partition.clear()
        symbols = None if self._names is None else (codes, self._names)
        batch = frames.to_batch(rows, partition.schema, symbols, self._prices)
        table = self._arrow.Table.from_batches([batch])
        self._writer(partition, table.schema).write_table(table, row_group_size=self._group)

    def _writer(self, partition, schema):
        writer = self._writers.get(partition.folder)
        if writer is None:
            while len(self._writers) >= self._open_files:
                self._writers.popitem(last=False)[1].close()
            folder = self.output / partition.folder
            folder.mkdir(parents=True, exist_ok=True)
            final = folder / f"part-{partition.parts}.parquet"
            partition.parts += 1
            temporary = folder / f".{final.name}.{os.getpid()}.partial"
            self._written.append((temporary, final))
            writer = self._parquet.ParquetWriter(
                temporary, schema, compression=self._compression, version="2.6",
                write_statistics=True, **_encodings(self._arrow, schema))
        self._writers[partition.folder] = writer
        self._writers.move_to_end(partition.folder)
        return writer

    def finish(self):
        """Writes what is left; yields (folder, rows, bytes) of each file, by its own footer."""
        for partition in self._partitions.values():
            self._flush(partition)
            writer = self._writers.pop(partition.folder, None)
            if writer is not None:
                writer.close()
        for temporary, final in self._written:
            rows = self._parquet.read_metadata(temporary).num_rows
            yield final.parent.relative_to(self.output), rows, temporary.stat().st_size

    def commit(self):
        """Gives the files their names."""
        for temporary, final in self._written:
            os.replace(temporary, final)
        self._written.clear()

    def discard(self):
        """Removes everything that was written, for an export that did not end well."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()
        for temporary, _ in self._written:
            temporary.unlink(missing_ok=True)
            for folder in temporary.relative_to(self.output).parents:
                try:
                    (self.output / folder).rmdir()
                except OSError:
                    break
        self._written.clear()


def _encodings(arrow, schema):
    """Dictionaries for what repeats, deltas for times, byte planes for prices in binary."""
    repeats, encodings = [], {}
    for column in schema:
        kind = column.type
        if arrow.types.is_timestamp(kind) or column.name == "order_id":
            encodings[column.name] = "DELTA_BINARY_PACKED"
        elif arrow.types.is_floating(kind):
            encodings[column.name] = "BYTE_STREAM_SPLIT"
        else:
            repeats.append(column.name)
    return {"use_dictionary": repeats, "column_encoding": encodings}


def day_numbers(rows, schema, before):
    """The UTC day of each record as a number since 1970, and the last of them.

    A day is that of ts_recv; of ts_event where the record has no receive time; where neither is
    defined, that of the record before.
    """
    dtype = DTYPES[RTYPES[schema]]
    times = rows["ts_recv"] if "ts_recv" in dtype.names else rows["ts_event"]
    good = times != np.uint64(UNDEFINED_TIME)
    if "ts_recv" in dtype.names and not good.all():
        times = np.where(good, times, rows["ts_event"])
        good = times != np.uint64(UNDEFINED_TIME)
    days = (times // np.uint64(_NANOS_A_DAY)).astype(np.int64)
    if not good.all():
        index = np.maximum.accumulate(np.where(good, np.arange(len(days)), -1))
        days = np.where(index < 0, before, days[np.maximum(index, 0)])
    return days, int(days[-1])


class _Splitter:
    """Collects records by schema, and hands them to the writer by partition when they are many."""

    def __init__(self, writer, found, partition):
        self._writer, self._found, self._partition = writer, found, partition
        self._rows, self._codes, self._bytes, self._days = {}, {}, 0, {}

    def add(self, name, rows, codes):
        # Copies: the arrays may be views of whole blocks.
        self._rows.setdefault(name, []).append(rows.copy())
        self._codes.setdefault(name, []).append(codes)
        self._bytes += rows.nbytes
        if self._bytes >= COLLECTED_BYTES:
            self.split()

    def split(self):
        for name, parts in self._rows.items():
            self._split(name, np.concatenate(parts), np.concatenate(self._codes[name]))
        self._rows, self._codes, self._bytes = {}, {}, 0
        self._writer.keep_within_limit()

    def _split(self, name, rows, codes):
        keys = np.zeros(len(rows), np.int64)
        if "date" in self._partition:
            keys, self._days[name] = day_numbers(rows, name, self._days.get(name, self._day()))
        if "symbol" in self._partition:
            keys = keys << 32 | codes
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        begins = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
        for begin, end in zip(begins.tolist(), begins[1:].tolist() + [len(keys)]):
            chosen = order[begin:end]
            self._writer.add(self._folder(name, int(keys[begin])), name, rows[chosen],
                             codes[chosen])

    def _folder(self, name, key):
        folder, by_symbol = name, "symbol" in self._partition
        if "date" in self._partition:
            folder += f"/date={np.datetime64(key >> 32 if by_symbol else key, 'D')}"
        if by_symbol:
            text = quote(self._found.symbol_names[key & 0xFFFFFFFF], safe="")
            folder += "/symbol=" + (text or "__HIVE_DEFAULT_PARTITION__")
        return folder

    def _day(self):
        segments = self._found.segments
        return segments[0].header["created_ns"] // _NANOS_A_DAY if segments else 0


def export(paths, output, schemas=None, partition=("date", "symbol"), compression="zstd",
           prices="float64", overwrite=False, progress=None, row_group_rows=ROW_GROUP_ROWS,
           open_files=OPEN_FILES, buffered_bytes=BUFFERED_BYTES, **query):
    """Writes a journal as Parquet files below `output`, and answers a Summary.

    partition: any of "date" and "symbol". progress: called with (bytes read, bytes of all). The
    files get their names only when the rows of all of them, counted by their footers, are the
    records that were read, and those the ones that the journal's headers announce.
    """
    unknown = set(partition) - {"date", "symbol"}
    if unknown:
        raise JournalError(f"partition by {', '.join(sorted(unknown))}: date, symbol or both")
    output = pathlib.Path(output)
    summary = Summary(str(output))
    _earlier(output, schemas or RTYPES, overwrite)
    with Journal(paths, schemas=schemas, with_symbols=True, **query) as found:
        # A column that a folder names does not stand in the files: no reader has to choose.
        names = None if "symbol" in partition else found.symbol_names
        writer = PartitionedWriter(output, names, prices, compression, row_group_rows, open_files,
                                   buffered_bytes)
        splitter = _Splitter(writer, found, partition)
        try:
            for batch in found:
                for name, rows in batch.items():
                    if name not in RTYPES:
                        summary.problems.append(f"{len(rows)} records of {name}: no schema")
                        continue
                    summary.records[name] = summary.records.get(name, 0) + len(rows)
                    splitter.add(name, rows, batch.symbols[name])
                if progress:
                    progress(found.bytes_read, found.byte_count)
            splitter.split()
            _check(writer, found, summary)
            if summary.is_whole:
                for path in _earlier(output, summary.records, overwrite):
                    path.unlink()
                writer.commit()
        finally:
            writer.discard()
    return summary


def _check(writer, found, summary):
    for folder, rows, size in writer.finish():
        name = folder.parts[0]
        summary.rows[name] = summary.rows.get(name, 0) + rows
        summary.files += 1
        summary.bytes += size
    summary.journal_records = found.records_announced
    summary.journal_bytes = found.byte_count
    summary.problems += [f"{one.path}: block {one.block}: {one.text}" if one.block is not None
                         else f"{one.path}: at byte {one.offset}: {one.text}"
                         for one in found.findings]
    if summary.rows != summary.records:
        summary.problems.append(f"rows {summary.rows}, records {summary.records}")
    left = found.records_announced - found.records_filtered
    if sum(summary.records.values()) != left:
        summary.problems.append(
            f"{sum(summary.records.values())} records read, the journal announces {left}")


def _earlier(output, schemas, overwrite):
    """The files of an earlier export, which are not mixed with new ones."""
    files = [path for name in schemas for path in (output / name).rglob("part-*.parquet")]
    if files and not overwrite:
        raise JournalError(f"{output} holds an export already: give another folder, or say that "
                           "it may be overwritten")
    return files
