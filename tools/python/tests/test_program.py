"""What the program writes, read by ours and by the public readers: every schema, every codec."""
import json
import os
import pathlib
import random
import subprocess
import time

import databento
import duckdb
import numpy as np
import pytest

import judge
from millrace import frames, journal, parquet
from millrace.records import DTYPES, RECORDS, RTYPES, SAMPLED
from samples import SYMBOLS, random_stream
from writer import metadata

ROOT = pathlib.Path(__file__).parents[3]
PROGRAM = os.environ.get("MILLRACE", str(ROOT / ".build/debug/millrace"))
CODECS = ["zstd:3", "lz4", "none", "columnar+zstd:1", "columnar+lz4"]
OUTPUTS = "books,mbp-1,mbp-10,ohlcv-1s,ohlcv-1m,statistics,bbo-1s"
WRITTEN = {"mbo", "trades", "mbp-1", "mbp-10", "bbo-1s", "ohlcv-1s", "ohlcv-1m", "status",
           "definition", "imbalance", "statistics", "symbol-mapping", "error", "system"}


def millrace(*arguments, code=0):
    """What the program wrote to its standard output."""
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == code, (arguments, done.returncode, done.stderr[-2000:])
    return done.stdout


@pytest.fixture(scope="module", params=CODECS)
def recorded(request, tmp_path_factory):
    """A journal of a pipeline with two shards that adds all outputs and loses datagrams."""
    folder = tmp_path_factory.mktemp("recorded")
    report = millrace(
        "run", "--duration", "2500ms", "--rate", "500", "--symbols", "16", "--shards", "2",
        "--loss", "30%", "--gap-wait", "1ms", "--request-delay", "500ms", "--outputs", OUTPUTS,
        "--journal", str(folder / "journal"), "--journal-codec", request.param,
        "--journal-block", "4096", "--folder", str(folder / "live"), "--json", "--quiet")
    assert json.loads(report.splitlines()[-1])["balanced"] is True
    return folder / "journal"


def rows_of(path, **query):
    with journal.open(path, **query) as found:
        rows = [row for batch in found for _, row in batch.rows()]
        assert not found.findings
        return rows


def test_all_schemas_and_whole_segments(recorded):
    found = journal.open(recorded)
    assert set(found.counts()) == WRITTEN and not found.findings
    assert sorted(segment.header["shard"] for segment in found.segments) == [0, 1]
    assert all(segment.is_sealed for segment in found.segments)
    for segment in found.segments:
        judge.test_frames(segment.path)
        rows = [row for row in rows_of(segment.path)]
        if segment.payload == "columnar":
            continue
        _, records = judge.decode(judge.content(segment.path))
        judge.assert_same(records, rows)
        if segment.coder != "lz4":
            judge.assert_same(judge.stored(segment.path), rows)


def test_times_in_the_block_headers(recorded):
    for segment in journal.open(recorded).segments:
        for block in segment.blocks():
            data, starts = segment.read(block)
            seen, numbers, instruments, tells = [], [], set(), False
            for begin in starts.tolist():
                row = np.frombuffer(data, DTYPES[int(data[begin + 1])], 1, begin)[0]
                instruments.add(int(row["instrument_id"]))
                rtype = int(row["rtype"])
                tells = tells or rtype in (RTYPES["symbol-mapping"], RTYPES["definition"])
                # The end of a sampled quote's interval is no receive time.
                if ("ts_recv" in row.dtype.names and rtype not in SAMPLED
                        and row["ts_recv"] != 2**64 - 1):
                    seen.append(int(row["ts_recv"]))
                if "sequence" in row.dtype.names:
                    numbers.append(int(row["sequence"]))
            assert block.has_ts_recv == bool(seen) and block.has_no_symbols != tells
            if seen:
                assert (block.min_ts_recv, block.max_ts_recv) == (min(seen), max(seen))
            if block.has_sequence:
                assert block.min_sequence <= min(numbers) or 0 in numbers
                assert block.max_sequence == max(numbers)
            assert all(block.may_hold(number) for number in instruments)


def test_the_exported_lines_are_our_rows(recorded):
    lines = millrace("export", str(recorded), "--format", "jsonl", "--raw-prices", "--raw-times",
                     "--quiet").splitlines()
    rows = rows_of(recorded)
    theirs = [json.loads(line) for line in lines]
    assert [one["rtype"] for one in theirs] == [int(row["rtype"]) for row in rows]
    for rtype in {one["rtype"] for one in theirs}:
        chosen = [number for number, one in enumerate(theirs) if one["rtype"] == rtype]
        ours = np.array([rows[number] for number in chosen], DTYPES[rtype])
        names = set(theirs[chosen[0]]) & set(ours.dtype.names)
        assert len(names) >= sum(name[0] != "_" for name in ours.dtype.names) - 1, rtype
        for name in names:
            undefined = 2**64 - 1 if ours.dtype[name].kind == "u" else 2**63 - 1
            one = [undefined if theirs[number][name] is None else theirs[number][name]
                   for number in chosen]
            two = [value.decode() if isinstance(value, bytes) else value
                   for value in ours[name].tolist()]
            assert list(map(str, one)) == list(map(str, two)), (rtype, name)


def test_the_exported_dbn_is_judged_by_databento(recorded, tmp_path):
    path = str(tmp_path / "all.dbn.zst")
    millrace("export", str(recorded), "--format", "dbn.zst", "--output", path, "--quiet")
    judge.test_frames(path)
    judge.assert_same(judge.stored(path), rows_of(recorded))
    store = databento.DBNStore.from_file(path)
    found = journal.open(recorded, with_symbols=True)
    tables = {name: [] for name in WRITTEN}
    texts = {name: [] for name in WRITTEN}
    for batch in found:
        for name, rows in batch.items():
            tables[name].append(rows)
            texts[name] += [found.symbol_names[code] for code in batch.symbols[name]]
    for name in ("mbo", "trades", "mbp-1", "mbp-10", "bbo-1s", "ohlcv-1s", "status"):
        ours = np.concatenate(tables[name])
        judge.assert_arrays_equal(store.to_ndarray(schema=name), ours)
        frame = store.to_df(schema=name, map_symbols=True, price_type="fixed", pretty_ts=False)
        # A definition among the datagrams that were lost leaves its instrument without a symbol.
        assert frame["symbol"].fillna("").tolist() == texts[name]
        assert any(texts[name])


def test_filters_are_those_of_the_program(recorded):
    rows = rows_of(recorded)
    times = [int(row["ts_recv"]) for row in rows if "ts_recv" in row.dtype.names]
    middle = sorted(times)[len(times) // 2]
    busy = np.bincount(journal.open(recorded, start=middle).column("mbo", "instrument_id"))
    names = [segment.metadata.instruments() for segment in journal.open(recorded).segments]
    symbol = max((busy[number], text) for one in names for number, text in one.items())[1]
    lines = millrace("export", str(recorded), "--format", "jsonl", "--quiet", "--raw-times",
                     "--schema", "mbo,trades", "--symbols", symbol, "--from", str(middle))
    found = rows_of(recorded, schemas=["mbo", "trades"], symbols=[symbol], start=middle)
    theirs = [json.loads(line) for line in lines.splitlines()]
    assert [int(one["ts_recv"]) for one in theirs] == [int(row["ts_recv"]) for row in found]
    assert 0 < len(found) < len(rows)


def test_one_column_alone(recorded):
    whole = journal.open(recorded).read()
    found = journal.open(recorded)
    for schema, names in (("mbo", ["price", "size"]), ("mbp-10", ["ask_px_03"]),
                          ("ohlcv-1s", ["close", "volume"]), ("definition", ["raw_symbol"])):
        for name, column in found.columns(schema, names).items():
            assert np.array_equal(column, whole[schema][name]), (schema, name)
    middle = int(np.median(whole["mbo"]["ts_recv"]))
    late = journal.open(recorded, start=middle).column("mbo", "order_id")
    assert np.array_equal(late, whole["mbo"]["order_id"][whole["mbo"]["ts_recv"] >= middle])


def test_parquet_of_a_recorded_journal(recorded, tmp_path):
    summary = parquet.export(recorded, tmp_path / "out")
    counts = journal.open(recorded).counts()
    assert summary.is_whole and summary.rows == counts
    with duckdb.connect() as connection:
        for name in sorted(WRITTEN):
            pattern = f"{tmp_path}/out/{name}/**/*.parquet"
            assert connection.execute(
                f"select count(*) from read_parquet('{pattern}')").fetchone()[0] == counts[name]
    assert frames.to_pandas(recorded, "mbp-10").shape[0] == counts["mbp-10"]


@pytest.mark.parametrize("codec", CODECS)
def test_every_record_type_through_the_program(tmp_path, codec):
    """Types that no feed of ours writes yet, with random contents, made a segment by `merge`."""
    rows = random_stream(RECORDS, 3000, 9)
    source = tmp_path / "samples.dbn"
    source.write_bytes(metadata(symbols=SYMBOLS) + b"".join(row.tobytes() for row in rows))
    ending = {"lz4": "dbn.lz4", "none": "dbn", "zstd:3": "dbn.zst"}.get(codec, "mrc")
    path = str(tmp_path / f"14-0.{ending}")
    millrace("merge", str(source), "--output", path, "--codec", codec, "--block-records", "500",
             "--quiet")
    assert [row.tobytes() for row in rows_of(path)] == [row.tobytes() for row in rows]
    judge.test_frames(path)
    if ending != "mrc":
        judge.assert_same(judge.decode(judge.content(path))[1], rows)
    assert set(journal.open(path).counts()) == set(RTYPES)


@pytest.mark.parametrize("codec", ["zstd:1", "none", "columnar+lz4"])
def test_following_a_pipeline(tmp_path, codec):
    """What a follower sees while segments are written and rotated is what they hold at the end."""
    target = tmp_path / "journal"
    with subprocess.Popen(
            [PROGRAM, "run", "--duration", "4s", "--rate", "20k", "--symbols", "32", "--shards",
             "2", "--journal", str(target), "--journal-codec", codec, "--journal-block", "2048",
             "--journal-segment", "1MiB", "--journal-flush", "200ms", "--folder",
             str(tmp_path / "live"), "--quiet"], stdout=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 30
        while not list(target.rglob("*-*.*")) and time.monotonic() < deadline:
            time.sleep(0.02)
        followed, before_the_end = {}, 0
        for batch in journal.open(target, follow=True, idle=3.0, patience=60):
            for name, rows in batch.items():
                followed.setdefault(name, []).append(rows.copy())
            before_the_end += running.poll() is None
        assert running.wait() == 0
    whole = journal.open(target)
    assert len(whole.segments) >= 2 and before_the_end > 2
    for name, rows in whole.read().items():
        assert np.concatenate(followed[name]).tobytes() == rows.tobytes(), name


@pytest.mark.parametrize("codec", ["zstd:1", "lz4", "columnar+zstd:1", "columnar+none"])
def test_damage_that_no_hash_would_show(tmp_path, codec, monkeypatch):
    """Flipped bytes with the hash check off: other values, or a damaged block, nothing else."""
    rows = random_stream([0xA0, 0, 0x01, 0x13], 400, 11)
    source, path = tmp_path / "samples.dbn", str(tmp_path / "14-0.x")
    source.write_bytes(metadata(symbols=SYMBOLS) + b"".join(row.tobytes() for row in rows))
    path = path[:-1] + {"zstd:1": "dbn.zst", "lz4": "dbn.lz4"}.get(codec, "mrc")
    millrace("merge", str(source), "--output", path, "--codec", codec, "--quiet")
    data = pathlib.Path(path).read_bytes()
    block = next(journal.open(path).segments[0].blocks())
    monkeypatch.setattr("millrace.segment.content_hash", lambda _: None)
    generator, damaged = random.Random(12), 0
    for _ in range(300):
        flipped = bytearray(data)
        for _ in range(generator.choice([1, 1, 5])):
            # The directory is where damage has most ways to go.
            width = generator.choice([600, block.stored_bytes])
            place = block.payload_offset + generator.randrange(min(width, block.stored_bytes))
            flipped[place] ^= 1 << generator.randrange(8)
        pathlib.Path(path).write_bytes(flipped)
        try:
            taken, starts = journal.open(path).segments[0].read(block)
            assert len(taken) == block.raw_bytes and len(starts) == len(rows)
        except journal.JournalError:
            damaged += 1
    assert damaged > 10
