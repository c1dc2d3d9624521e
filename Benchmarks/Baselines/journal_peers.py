"""Neighbours of the journal's codecs on the same records, one thread each.

    tools/bench journal-peers DAY.dbn [--records 4000000] [--rounds 3] [--json] [--read-only]

                  the records as they are ──▶ zstd            (DBN + zstd, what Databento ships)
    DAY.dbn ──▶ of the most frequent type ─┬▶ a column a field ─▶ Parquet, blosc2, pcodec
                                           └▶ databento-dbn: Python objects; databento: an array

Prints bytes a record, and millions of records a second in and out: medians. Every decoded result is
compared with what went in. The columns of all peers are the fields of the record without its first
two bytes (length and type), which are the same in every record.
Needs tools/python-venv --bench. Exit codes: 1 a result was wrong; 69 a library is missing.
"""
import argparse
import io
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

for name in ("OMP_NUM_THREADS", "BLOSC_NTHREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(name, "1")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "python"))

import numpy as np  # noqa: E402

from millrace import dbn  # noqa: E402

CHUNK = 262_144


class Run:
    """Measures, checks and collects."""

    def __init__(self, records, rounds):
        self.records, self.rounds = records, rounds
        self.rows, self.wrong = [], []

    def median(self, work):
        """What `work` answers, and its median seconds."""
        times, result = [], None
        for _ in range(self.rounds):
            begun = time.perf_counter()
            result = work()
            times.append(time.perf_counter() - begun)
        return result, statistics.median(times)

    def row(self, name, size, encode, decode, is_right):
        count = len(self.records)
        self.rows.append({
            "name": name, "bytes_per_record": None if size is None else round(size / count, 3),
            "encode_records_per_second": None if encode is None else round(count / encode),
            "decode_records_per_second": None if decode is None else round(count / decode)})
        if not is_right:
            self.wrong.append(name)

    def codec(self, name, encode, decode, check, size=len):
        stored, seconds_in = self.median(encode)
        back, seconds_out = self.median(lambda: decode(stored))
        self.row(name, size(stored), seconds_in, seconds_out, check(back))


def load(path, limit):
    """The file's metadata, and its records of the most frequent type: at most `limit`."""
    data = np.fromfile(path, "u1")
    head = dbn.parse_metadata(data[:1 << 24].tobytes())
    body = data[head.byte_count:]
    starts, _ = dbn.record_starts(body)
    groups = dbn.group(body, starts)
    name = max(groups, key=lambda one: len(groups[one][0]))
    return data[:head.byte_count].tobytes(), name, np.ascontiguousarray(groups[name][0][:limit])


def columns_of(records):
    """Contiguous arrays by field; letters as bytes."""
    result = {}
    for name in records.dtype.names:
        if name not in ("length", "rtype"):
            column = np.ascontiguousarray(records[name])
            result[name] = column.view("u1") if column.dtype == "S1" else column
    return result


def same(one, two):
    return all(np.array_equal(one[name], two[name]) for name in two)


def dbn_and_zstd(run, raw):
    import zstandard
    for level in (1, 3):
        run.codec(f"DBN + zstd {level}",
                  lambda level=level: zstandard.ZstdCompressor(level=level).compress(raw),
                  lambda stored: zstandard.ZstdDecompressor().decompress(stored),
                  lambda back: back == raw)


def parquet(run, columns):
    import pyarrow
    import pyarrow.parquet as files
    pyarrow.set_cpu_count(1)
    pyarrow.set_io_thread_count(1)
    table = pyarrow.table({name: column for name, column in columns.items()
                           if column.dtype.kind in "iu"})

    def encode(**options):
        sink = io.BytesIO()
        files.write_table(table, sink, row_group_size=CHUNK, write_statistics=False, **options)
        return sink.getvalue()

    def decode(stored):
        return files.read_table(io.BytesIO(stored), use_threads=False)

    for label, options in (
            ("zstd 1", {}),
            ("zstd 1, BYTE_STREAM_SPLIT", {"column_encoding": dict.fromkeys(
                [name for name in table.column_names if columns[name].itemsize >= 2],
                "BYTE_STREAM_SPLIT"), "use_dictionary": False}),
            ("zstd 1, DELTA_BINARY_PACKED", {"column_encoding": dict.fromkeys(
                table.column_names, "DELTA_BINARY_PACKED"), "use_dictionary": False})):
        run.codec(f"Parquet {label}",
                  lambda options=options: encode(compression="zstd", compression_level=1,
                                                 **options),
                  decode, lambda back: back.equals(table))


def blosc(run, columns):
    import blosc2
    blosc2.set_nthreads(1)
    for label, codec, level in (("lz4", blosc2.Codec.LZ4, 5), ("zstd 1", blosc2.Codec.ZSTD, 1)):
        def encode(codec=codec, level=level):
            return {name: [blosc2.compress(column[at:at + CHUNK].tobytes(), codec=codec,
                                           clevel=level, filter=blosc2.Filter.SHUFFLE,
                                           typesize=column.itemsize)
                           for at in range(0, len(column), CHUNK)]
                    for name, column in columns.items()}

        def decode(stored):
            return {name: np.frombuffer(b"".join(blosc2.decompress(part) for part in parts),
                                        columns[name].dtype) for name, parts in stored.items()}

        run.codec(f"blosc2 {label}, byte shuffle, by column", encode, decode,
                  lambda back: same(back, columns),
                  lambda stored: sum(len(part) for parts in stored.values() for part in parts))


def pcodec(run, columns):
    from pcodec import ChunkConfig, standalone
    numbers = {name: column for name, column in columns.items() if column.itemsize >= 2}
    letters = {name: column for name, column in columns.items() if column.itemsize < 2}
    # pcodec has numbers of 16 bits and more: single bytes go in as those.
    numbers |= {name: column.astype(np.uint16) for name, column in letters.items()}
    for level in (4, 8):
        config = ChunkConfig(compression_level=level)

        def encode(config=config):
            return {name: [standalone.simple_compress(column[at:at + CHUNK], config)
                           for at in range(0, len(column), CHUNK)]
                    for name, column in numbers.items()}

        def decode(stored):
            return {name: np.concatenate([standalone.simple_decompress(part) for part in parts])
                    for name, parts in stored.items()}

        run.codec(f"pcodec {level}, by column", encode, decode, lambda back: same(back, numbers),
                  lambda stored: sum(len(part) for parts in stored.values() for part in parts))


def public_readers(run, head, name, raw):
    """databento-dbn makes a Python object of each record; databento makes one array."""
    import databento
    import databento_dbn
    few = min(len(run.records), 500_000)
    blob = head + raw[:few * run.records.dtype.itemsize]

    def objects():
        decoder = databento_dbn.DBNDecoder()
        decoder.write(blob)
        return sum(1 for _ in decoder.decode()) - 1

    found, seconds = run.median(objects)
    run.row("databento-dbn, Python objects", None, None, seconds * len(run.records) / few,
            found == few)
    with tempfile.TemporaryDirectory() as folder:
        for ending, data in ((".dbn", head + raw), (".dbn.zst", None)):
            path = os.path.join(folder, "day" + ending)
            if data is None:
                import zstandard
                data = zstandard.ZstdCompressor(level=3).compress(head + raw)
            pathlib.Path(path).write_bytes(data)
            array, seconds = run.median(
                lambda path=path: databento.DBNStore.from_file(path).to_ndarray(schema=name))
            run.row(f"databento DBNStore.to_ndarray, {ending}", len(data), None, seconds,
                    len(array) == len(run.records)
                    and bool((array["ts_event"] == run.records["ts_event"]).all()))


def show(run, name, path):
    print(f"{len(run.records):,} {name} records of {run.records.dtype.itemsize} bytes, {path}")
    print(f"{'':48} {'B/record':>9} {'in M/s':>8} {'out M/s':>8}")
    for row in run.rows:
        cells = [("bytes_per_record", 1, 9), ("encode_records_per_second", 1e6, 8),
                 ("decode_records_per_second", 1e6, 8)]
        print(f"{row['name']:48} " + " ".join(
            f"{row[key] / unit:{width}.2f}" if row[key] is not None else " " * width
            for key, unit, width in cells))
    for wrong in run.wrong:
        print(f"wrong result: {wrong}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description="Neighbours of the journal's codecs.")
    parser.add_argument("file", help="DBN, not compressed")
    parser.add_argument("--records", type=int, default=4_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--read-only", action="store_true", help="the public DBN readers alone")
    parser.add_argument("--quick", action="store_true", help="a look: few records, one round")
    options = parser.parse_args()
    if options.quick:
        options.records, options.rounds = min(options.records, 300_000), 1
    head, name, records = load(options.file, options.records)
    run, raw = Run(records, options.rounds), records.tobytes()
    try:
        if not options.read_only:
            columns = columns_of(records)
            dbn_and_zstd(run, raw)
            parquet(run, columns)
            blosc(run, columns)
            pcodec(run, columns)
        public_readers(run, head, name, raw)
    except ImportError as error:
        print(f"journal_peers: {error}: tools/python-venv --bench", file=sys.stderr)
        return 69
    if options.json:
        print(json.dumps({"schema": name, "records": len(records),
                          "record_bytes": records.dtype.itemsize, "rounds": options.rounds,
                          "rows": run.rows, "wrong": run.wrong}))
    else:
        show(run, name, options.file)
    return 1 if run.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
