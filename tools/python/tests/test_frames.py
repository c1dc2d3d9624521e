"""Arrow, Parquet, pandas and polars: read back by duckdb and polars, compared with numpy."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from decimal import Decimal

import duckdb
import numpy as np
import polars
import pyarrow.dataset
import pyarrow.parquet
import pytest

from millrace import export, frames, journal, parquet
from millrace.records import DTYPES, RTYPES, UNDEFINED_PRICE, UNDEFINED_TIME, kind_of
from samples import START, SYMBOLS, random_stream, write
from writer import SegmentWriter

PACKAGE = str(pathlib.Path(__file__).parent.parent)


def query(text):
    """The first row that duckdb answers."""
    with duckdb.connect() as connection:
        return connection.execute(text).fetchone()


def make(folder, rtypes, count=400, seed=1, **options):
    writer = SegmentWriter(str(folder / "14-0.dbn.zst"), symbols=SYMBOLS)
    write(writer, random_stream(rtypes, count, seed, **options))
    writer.close()
    return folder


def expected(value, name, dtype):
    """What a table shows for a record's value."""
    kind = kind_of(name, dtype)
    if kind == "time":
        return None if value == UNDEFINED_TIME else int(value)
    if kind == "price":
        return None if value == UNDEFINED_PRICE else int(value) / 1e9
    if kind in ("char", "text"):
        text = value.decode()
        return None if kind == "char" and not text else text
    undefined = {"size": 2**32 - 1, "quantity": 2**63 - 1}.get(name)
    return None if undefined is not None and value == undefined else value


@pytest.mark.parametrize("schema", RTYPES)
def test_every_column_of_every_schema(tmp_path, schema):
    make(tmp_path, [RTYPES[schema]], 120)
    rows = journal.open(tmp_path).read()[schema]
    table = frames.to_arrow(tmp_path, schema)
    assert table.num_rows == len(rows) == 120
    path = tmp_path / "table.parquet"
    pyarrow.parquet.write_table(table, path)
    again = pyarrow.parquet.read_table(path)
    for name in frames.column_names(schema):
        if name == "symbol":
            names = {1: "AAA", 2: "B/B %"}
            want = [names.get(number) for number in rows["instrument_id"].tolist()]
        else:
            dtype = DTYPES[RTYPES[schema]][name]
            want = [expected(value, name, dtype) for value in rows[name].tolist()]
        for column in (table[name], again[name]):
            if pyarrow.types.is_timestamp(column.type):
                assert str(column.type) == "timestamp[ns, tz=UTC]"
                column = column.cast("int64")
            assert column.to_pylist() == want, name


def test_prices_exactly(tmp_path):
    make(tmp_path, [0xA0])
    units = journal.open(tmp_path).read()["mbo"]["price"].tolist()
    assert frames.to_arrow(tmp_path, "mbo", "int64")["price"].to_pylist() == units
    exact = frames.to_arrow(tmp_path, "mbo", "decimal")["price"].to_pylist()
    assert exact == [None if unit == UNDEFINED_PRICE else Decimal(unit).scaleb(-9)
                     for unit in units]
    with pytest.raises(ValueError, match="float32"):
        frames.to_arrow(tmp_path, "mbo", "float32")


def test_pandas_and_polars_agree(tmp_path):
    make(tmp_path, [0x01])
    rows = journal.open(tmp_path, symbols=["AAA"]).read()["mbp-1"]
    one = frames.to_pandas(tmp_path, "mbp-1", symbols=["AAA"])
    two = frames.to_polars(tmp_path, "mbp-1", symbols=["AAA"])
    assert len(one) == len(two) == len(rows) > 0
    assert one["order_id" if "order_id" in one else "sequence"].tolist() == rows[
        "sequence"].tolist() == two["sequence"].to_list()
    assert one.index.astype("int64").tolist() == rows["ts_recv"].tolist()
    assert set(two["symbol"].to_list()) == {"AAA"}
    assert np.nansum(one["bid_px_00"]) == pytest.approx(two["bid_px_00"].sum())


SCHEMAS = ["mbo", "trades", "mbp-1", "ohlcv-1s", "status", "definition", "system"]


@pytest.mark.parametrize("partition", ["date,symbol", "date", "symbol", "none"])
def test_export_is_read_by_duckdb_and_polars(tmp_path, partition, capsys):
    source, output = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    # Over midnight: START is 14:26 UTC, the mean step 20 s.
    make(source, [RTYPES[name] for name in SCHEMAS], 3000, step=40 * 10**9)
    assert export.main([str(source), "--output", str(output), "--partition", partition,
                        "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    rows = journal.open(source).read()
    assert summary["is_whole"] and summary["rows"] == summary["journal_records"] == 3000
    assert summary["schemas"] == {name: len(rows[name]) for name in SCHEMAS}
    for name in SCHEMAS:
        pattern = f"{output}/{name}/**/*.parquet"
        column = "close" if name == "ohlcv-1s" else (
            "price" if "price" in rows[name].dtype.names else None)
        count, total = query(
            f"select count(*), {f'sum({column})' if column else 0} from "
            f"read_parquet('{pattern}', hive_partitioning={partition != 'none'})")
        assert count == len(rows[name])
        read = polars.scan_parquet(pattern, hive_partitioning=partition != "none").collect()
        assert len(read) == count
        assert sorted(read["ts_event"].to_physical().to_list()) == sorted(
            rows[name]["ts_event"].tolist())
        if column:
            known = rows[name][column][rows[name][column] != UNDEFINED_PRICE]
            assert total == pytest.approx(float(known.sum()) / 1e9, abs=1e-3)
            assert read[column].sum() == pytest.approx(total, abs=1e-3)
        if "symbol" in partition:
            assert set(read["symbol"].to_list()) == {"AAA", "B/B %", None}
        if "date" in partition:
            assert {str(day) for day in read["date"].unique()} == {"2026-11-18", "2026-11-19"}
    if partition == "date,symbol":
        found = pyarrow.dataset.dataset(output / "mbo", partitioning="hive")
        assert found.count_rows() == len(rows["mbo"])
        one = next((output / "mbo").rglob("*.parquet"))
        group = pyarrow.parquet.ParquetFile(one).metadata.row_group(0)
        assert all(group.column(index).is_stats_set for index in range(group.num_columns))


def test_bounded_writers_and_buffers(tmp_path, monkeypatch):
    source, output = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    writer = SegmentWriter(str(source / "14-0.dbn.lz4"), "lz4",
                           symbols=[(f"S{number}", number) for number in range(40)])
    write(writer, random_stream([0xA0, 0], 6000, 5, instruments=range(40)))
    writer.close()
    monkeypatch.setattr(parquet, "COLLECTED_BYTES", 20_000)
    summary = parquet.export(source, output, open_files=3, buffered_bytes=60_000)
    assert summary.is_whole and sum(summary.rows.values()) == 6000
    assert summary.files > 80  # some went on in a second part
    total = query(f"select count(*), sum(sequence) from read_parquet('{output}/*/**/*.parquet', "
                  "union_by_name=true)")
    assert total == (6000, 6000 * 5999 // 2)


def test_damage_is_no_export(tmp_path, capsys):
    source, output = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    make(source, [0xA0])
    path = source / "14-0.dbn.zst"
    data = bytearray(path.read_bytes())
    block = list(journal.open(source).segments[0].blocks())[3]
    data[block.payload_offset + 20] ^= 1
    path.write_bytes(data)
    assert export.main([str(source), "--output", str(output)]) == 1
    assert "block 3" in capsys.readouterr().err
    assert not list(output.rglob("*")) if output.exists() else True


def test_an_earlier_export_is_not_mixed_with(tmp_path, capsys):
    source, output = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    make(source, [0xA0])
    arguments = [str(source), "--output", str(output)]
    assert export.main(arguments) == 0
    assert export.main(arguments) == 66
    assert "holds an export already" in capsys.readouterr().err
    assert export.main([*arguments, "--overwrite", "--schema", "mbo"]) == 0
    assert query(f"select count(*) from '{output}/mbo/**/*.parquet'") == (400,)


def test_sigterm_leaves_nothing(tmp_path):
    source, output = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    make(source, [0xA0], 400)
    slow = ("import sys, time; sys.path.insert(0, sys.argv[1]); from millrace import export, "
            "parquet; parquet.COLLECTED_BYTES = 1; add = parquet.PartitionedWriter.add\n"
            "def late(self, *rest):\n    add(self, *rest); self._flush(self._partitions[rest[0]])\n"
            "    print('.', flush=True); time.sleep(0.2)\n"
            "parquet.PartitionedWriter.add = late; sys.exit(export.main(sys.argv[2:]))")
    child = subprocess.Popen([sys.executable, "-B", "-c", slow, PACKAGE, str(source), "--output",
                              str(output)], stdout=subprocess.PIPE)
    child.stdout.readline()
    assert list(output.rglob("*.partial"))
    os.kill(child.pid, signal.SIGTERM)
    assert child.wait(30) == 143
    assert not list(output.rglob("*")), time.time()


def test_options(tmp_path, capsys):
    make(tmp_path, [0xA0])
    with pytest.raises(SystemExit) as ended:
        export.main([str(tmp_path)])
    assert ended.value.code == 64
    assert export.main([str(tmp_path / "none"), "--output", str(tmp_path / "out")]) == 66
    assert export.main([str(tmp_path), "--output", str(tmp_path / "out"), "--schema", "x"]) == 66
    first = str(START + 500)
    assert export.main([str(tmp_path), "--output", str(tmp_path / "out"), "--from", first, "--to",
                        str(START + 100_000), "--symbols", "AAA", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    rows = journal.open(tmp_path).read()["mbo"]
    chosen = (rows["instrument_id"] == 1) & (rows["ts_recv"] < START + 100_000)
    assert summary["rows"] == int(chosen.sum()) > 0
