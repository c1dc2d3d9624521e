"""Public readers on segments: every schema, every field, whole and cut files."""
import random

import databento
import pytest

import judge
from millrace import journal
from millrace.records import DTYPES, RTYPES
from samples import SYMBOLS, random_stream, write
from writer import SegmentWriter

ENDINGS = {"zstd": "dbn.zst", "lz4": "dbn.lz4", "none": "dbn"}


def make(folder, coder, rtypes, count=300, seed=3):
    path = str(folder / f"14-0.{ENDINGS[coder]}")
    rows = random_stream(rtypes, count, seed)
    writer = SegmentWriter(path, coder, symbols=SYMBOLS + [("CCC", 3)])
    write(writer, rows)
    writer.close()
    return path, rows


@pytest.mark.parametrize("coder", ENDINGS)
def test_every_field_of_every_schema(tmp_path, coder):
    path, rows = make(tmp_path, coder, DTYPES, 500)
    judge.test_frames(path)
    metadata, records = judge.decode(judge.content(path))
    assert metadata.dataset == "XNAS.ITCH" and metadata.version == 3
    assert metadata.symbols == ["AAA", "B/B %", "CCC"]
    judge.assert_same(records, rows)
    own = [row for batch in journal.open(path) for _, row in batch.rows()]
    judge.assert_same(records, own)
    if coder != "lz4":  # which databento does not read
        judge.assert_same(judge.stored(path), rows)


# Those of databento's schemas that have records of one type.
TABLES = ["mbo", "trades", "mbp-1", "mbp-10", "bbo-1s", "bbo-1m", "ohlcv-1s", "ohlcv-1m", "status",
          "definition", "imbalance", "statistics"]


@pytest.mark.parametrize("schema", TABLES)
def test_tables_and_symbols(tmp_path, schema):
    path, rows = make(tmp_path, "zstd", [RTYPES[schema]])
    store = databento.DBNStore.from_file(path)
    ours = journal.open(path).read()[schema]
    judge.assert_arrays_equal(store.to_ndarray(schema=schema), ours)
    frame = store.to_df(schema=schema, map_symbols=True, price_type="fixed", pretty_ts=False)
    assert len(frame) == len(rows)
    assert frame["instrument_id"].tolist() == ours["instrument_id"].tolist()
    if schema != "definition":  # whose own raw_symbol stands in its place
        names = {1: "AAA", 2: "B/B %", 3: "CCC"}
        assert frame["symbol"].tolist() == [names[int(row["instrument_id"])] for row in rows]


def test_cut_files_read_up_to_the_last_whole_block(tmp_path):
    path, rows = make(tmp_path, "zstd", [0xA0, 0, 0x12])
    blocks = list(journal.open(path).segments[0].blocks())
    data = open(path, "rb").read()
    places = [(block.offset, block.first_record, True) for block in blocks]
    generator = random.Random(8)
    for block in blocks:
        inside = generator.randrange(block.offset + 1, block.payload_offset + block.stored_bytes)
        places.append((inside, block.first_record, False))
    for cut, count, at_a_block in places:
        with open(path, "wb") as file:
            file.write(data[:cut])
        own = [row for batch in journal.open(path) for _, row in batch.rows()]
        assert [row.tobytes() for row in own] == [row.tobytes() for row in rows[:count]]
        theirs = judge.stored(path)
        if at_a_block:
            judge.test_frames(path)
            assert len(theirs) == count
        # A reader without our headers may find whole records in a block that is cut.
        assert len(theirs) >= count
        judge.assert_same(theirs, rows[:len(theirs)])
