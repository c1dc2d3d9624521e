"""The journal reader on segments from the tests' own writer."""
import random

import numpy as np
import pytest

from millrace import journal
from millrace.records import DTYPES, RTYPES
from writer import SegmentWriter, mapping, mbo, trade

ENDINGS = {"zstd": "dbn.zst", "lz4": "dbn.lz4", "none": "dbn"}
SYMBOLS = [("AAA", 1), ("BBB", 2), ("CCC", 3)]
START = 1_795_000_000_000_000_000


def write_shard(folder, coder, shard, seed, blocks=6, sealed=True, shards=2, part=1):
    """One segment of random records; answers [(ts_recv, shard, place, bytes)]."""
    generator = random.Random(seed)
    path = folder / f"14-{shard}{'' if part == 1 else f'.{part}'}.{ENDINGS[coder]}"
    writer = SegmentWriter(str(path), coder, shard, shards, segment_id=seed + 1, symbols=SYMBOLS,
                           part=part)
    time, place, rows = START + part * 10**9, 0, []
    for _ in range(blocks):
        records, times, sequences, instruments = [], [], [], set()
        for _ in range(generator.randrange(1, 60)):
            time += generator.choice([0, 0, 1, 1000])
            instrument = 1 + shard if generator.random() < 0.8 else 3
            kind = generator.choice([mbo, mbo, mbo, trade])
            records.append(kind(instrument, time, place, price=generator.randrange(1 << 40)))
            instruments.add(instrument)
            times.append(time + 500)
            sequences.append(place)
            rows.append((time + 500, shard, place, records[-1]))
            place += 1
        writer.block(records, instruments, 6, times, sequences)
    writer.close(sealed)
    return rows


def flat(found):
    """The records of a journal one by one, as bytes, in the order of the merge."""
    return [record.tobytes() for batch in found.batches() for _, record in batch.rows()]


@pytest.mark.parametrize("coder", ENDINGS)
@pytest.mark.parametrize("sealed", [True, False])
def test_merge_of_two_shards(tmp_path, coder, sealed):
    rows = []
    for shard in range(2):
        rows += write_shard(tmp_path, coder, shard, 10 + shard, sealed=sealed)
    expected = [row[3] for row in sorted(rows, key=lambda row: row[:3])]
    found = journal.open(tmp_path)
    assert flat(found) == expected
    assert not found.findings
    whole = journal.open(tmp_path).read()
    assert sum(map(len, whole.values())) == len(expected)


def test_parts_follow_each_other(tmp_path):
    rows = [row[3] for part in (1, 2, 3)
            for row in write_shard(tmp_path, "zstd", 0, part, shards=1, part=part)]
    assert flat(journal.open(tmp_path)) == rows


@pytest.mark.parametrize("coder", ENDINGS)
def test_filters(tmp_path, coder):
    rows = []
    for shard in range(2):
        rows += write_shard(tmp_path, coder, shard, 20 + shard, blocks=20)
    rows.sort(key=lambda row: row[:3])
    middle = rows[len(rows) // 2][0]
    late = flat(journal.open(tmp_path, start=middle))
    assert late == [row[3] for row in rows if row[0] >= middle]
    early = flat(journal.open(tmp_path, end=middle))
    assert early == [row[3] for row in rows if row[0] < middle]
    named = journal.open(tmp_path, symbols=["BBB"], schemas=["trades"], with_symbols=True)
    trades = [row[3] for row in rows if row[3][1] == 0 and row[3][4] == 2]
    got = []
    for batch in named:
        got += [record.tobytes() for record in batch["trades"]]
        assert {named.symbol_names[code] for code in batch.symbols["trades"]} == {"BBB"}
    assert got == trades


def test_blocks_that_cannot_hold_a_symbol_are_not_read(tmp_path):
    writer = SegmentWriter(str(tmp_path / "14-0.dbn.zst"), symbols=[("A", 1), ("B", 2)])
    writer.block([mapping(1, "A"), mapping(2, "B")], [1, 2], flags=1)
    for number in range(10):
        instrument = 1 + number % 2
        time = START + number * 1000
        writer.block([mbo(instrument, time, number)], [instrument], 14, [time + 500], [number])
    writer.close()
    found = journal.open(tmp_path, symbols=["A"], schemas=["mbo"])
    reads = []
    read = found.segments[0].read
    found.segments[0].read = lambda block, *rest: reads.append(block.number) or read(block, *rest)
    assert found.counts() == {"mbo": 5}
    assert sorted(set(reads)) == [0, 1, 3, 5, 7, 9]


def test_a_symbol_that_begins_late_is_found(tmp_path):
    writer = SegmentWriter(str(tmp_path / "14-0.dbn.zst"), symbols=[("A", 1)])
    writer.block([mbo(1, START, 1)], [1], 6, [START + 500], [1])
    writer.block([mapping(9, "NEW"), mbo(9, START + 1, 2)], [9], 6, [START + 501], [2])
    writer.block([mbo(9, START + 2, 3), mbo(1, START + 3, 4)], [1, 9], 6,
                 [START + 502, START + 503], [3, 4])
    writer.close()
    found = journal.open(tmp_path, symbols=["NEW"])
    assert found.counts() == {"symbol-mapping": 1, "mbo": 2}


@pytest.mark.parametrize("start", [None, START + 9_000])
@pytest.mark.parametrize("sealed", [True, False])
def test_a_symbol_may_change_its_instrument(tmp_path, start, sealed):
    writer = SegmentWriter(str(tmp_path / "14-0.dbn.zst"), symbols=[("A", 1)])
    for number in range(12):
        records, instruments = [mbo(1 if number < 6 else 9, START + number * 1000, number)], [1, 9]
        if number in (2, 7):  # another symbol's, then A's own
            records.insert(0, mapping(9, "A" if number == 7 else "B"))
        flags = 6 if number in (2, 7) else 14
        writer.block(records, instruments[number >= 6:][:1], flags,
                     [START + number * 1000 + 500], [number])
    writer.close(sealed)
    found = journal.open(tmp_path, symbols=["A"], schemas=["mbo"], start=start)
    expected = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11] if start is None else [9, 10, 11]
    assert found.read()["mbo"]["sequence"].tolist() == expected


def test_a_sampled_quote_moves_no_clock(tmp_path):
    for shard in range(2):
        writer = SegmentWriter(str(tmp_path / f"14-{shard}.dbn.zst"), shard=shard, shards=2)
        for number in range(10):
            time = START + number * 2000 + shard * 1000
            quote = np.zeros(1, DTYPES[RTYPES["bbo-1s"]])
            quote["length"], quote["rtype"] = quote.itemsize // 4, RTYPES["bbo-1s"]
            quote["ts_recv"] = time + 10**13
            writer.block([mbo(1, time, number), quote.tobytes()], [0, 1], 14, [time + 500],
                         [number])
        writer.close()
    found = journal.open(tmp_path, schemas=["mbo"]).read()["mbo"]["ts_recv"].tolist()
    assert len(found) == 20 and found == sorted(found)
    late = journal.open(tmp_path, start=START + 10_000, end=START + 14_000).read()
    assert len(late["mbo"]) == 4 and len(late["bbo-1s"]) == 4


@pytest.mark.parametrize("coder", ["zstd", "lz4"])
def test_a_cut_file_reads_up_to_the_last_whole_block(tmp_path, coder):
    rows = write_shard(tmp_path, coder, 0, 30, shards=1)
    path = tmp_path / f"14-0.{ENDINGS[coder]}"
    data = path.read_bytes()
    blocks = list(journal.open(path).segments[0].blocks())
    for cut in random.Random(1).sample(range(blocks[0].offset, len(data)), 60):
        path.write_bytes(data[:cut])
        whole = [block for block in blocks if block.payload_offset + block.stored_bytes <= cut]
        count = sum(block.record_count for block in whole)
        assert flat(journal.open(path)) == [row[3] for row in rows[:count]]


def test_a_flipped_bit_costs_one_block(tmp_path):
    rows = write_shard(tmp_path, "zstd", 0, 40, shards=1)
    path = tmp_path / "14-0.dbn.zst"
    data = path.read_bytes()
    blocks = list(journal.open(path).segments[0].blocks())
    for seed in range(80):
        generator = random.Random(seed)
        place = generator.randrange(blocks[0].offset, len(data))
        flipped = bytearray(data)
        flipped[place] ^= 1 << generator.randrange(8)
        path.write_bytes(flipped)
        hit = [block for block in blocks
               if block.offset <= place < block.payload_offset + block.stored_bytes]
        found = journal.open(path)
        got = flat(found)
        if hit:
            first = hit[0].first_record
            last = first + hit[0].record_count
            assert got == [row[3] for row in rows[:first] + rows[last:]], place
            assert found.findings, place
        else:
            assert got == [row[3] for row in rows], place


@pytest.mark.parametrize("coder", ENDINGS)
def test_following_a_segment_that_grows(tmp_path, coder):
    writer = SegmentWriter(str(tmp_path / f"14-0.{ENDINGS[coder]}"), coder, symbols=SYMBOLS)
    batches = journal.open(tmp_path, follow=True).batches()
    for number in range(20):
        if number == 10:
            writer.close()
            writer = SegmentWriter(str(tmp_path / f"14-0.2.{ENDINGS[coder]}"), coder,
                                   symbols=SYMBOLS, segment_id=8, part=2)
        time = START + number
        writer.block([mbo(1, time, number)], [1], 6, [time + 500], [number])
        assert next(batches)["mbo"]["sequence"].tolist() == [number]


def test_times():
    for text in ("2026-11-21T14:30", "2026-11-21T14:30:00Z", np.datetime64("2026-11-21T14:30")):
        assert journal.to_nanos(text) == 1795271400 * 10**9
    with pytest.raises(journal.JournalError):
        journal.to_nanos("noon")
