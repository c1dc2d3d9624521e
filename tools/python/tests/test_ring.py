"""The reader of shared memory, one record at a time, on rings that are written here."""
import pathlib
import struct
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "Benchmarks" / "Peers" / "programs"))

from millrace import ring_layout as layout  # noqa: E402
from millrace.shm import Reader  # noqa: E402
from ring_writer import RingWriter  # noqa: E402

HEAD = struct.Struct("<BBHIQ")
MBO_BYTES = 56


def record(number, length=MBO_BYTES):
    return HEAD.pack(length // 4, 0xA0, 0, 0, number) + bytes(max(0, length - HEAD.size))


@pytest.fixture
def ring(tmp_path):
    writer = RingWriter(str(tmp_path / "one.ring"), capacity=64)
    yield writer
    writer.close()


def numbers(reader):
    found = []
    while (one := reader.take()) is not None:
        found.append(HEAD.unpack_from(one)[4])
    return found


def test_take_gives_records_in_order_and_none_at_the_end(ring):
    reader = Reader(ring.path)
    assert reader.take() is None and reader.event in ("none", "new-epoch")
    for number in range(50):
        ring.publish(record(number))
    assert numbers(reader) == list(range(50))
    assert (reader.received, reader.lost, reader.event) == (50, 0, "none")


def test_take_and_poll_can_be_mixed(ring):
    reader = Reader(ring.path)
    for number in range(10):
        ring.publish(record(number))
    assert HEAD.unpack_from(reader.take())[4] == 0
    assert reader.poll(3)["mbo"]["ts_event"].tolist() == [1, 2, 3]
    assert numbers(reader) == list(range(4, 10))
    assert reader.received == 10


def test_a_lapped_reader_loses_exactly(ring):
    reader = Reader(ring.path)
    for number in range(10):
        ring.publish(record(number))
    assert len(numbers(reader)) == 10
    for number in range(10, 300):
        ring.publish(record(number))
    ring.put("next_position", ring.position)
    found = []
    while (one := reader.take()) is not None or reader.event == "lost":
        if one is not None:
            found.append(HEAD.unpack_from(one)[4])
    assert found == list(range(300 - len(found), 300)) and found
    assert reader.received + reader.lost == 300


def test_an_impossible_length_is_counted_and_passed_over(ring):
    reader = Reader(ring.path)
    ring.publish(record(1))
    ring.publish(bytes([255]) + record(2)[1:])
    ring.publish(bytes([0]) + record(3)[1:])
    ring.publish(record(4))
    found = []
    for _ in range(8):
        found += numbers(reader)
    assert found == [1, 4]
    assert (reader.received, reader.lost, reader.corrupt) == (2, 2, 2)


def test_a_record_of_several_lines_comes_whole(ring):
    """The writer here writes lines; the continuation's word is put in by hand."""
    reader = Reader(ring.path)
    first, rest = record(7, 100)[:MBO_BYTES], bytes(range(44))
    begin = layout.HEADER_BYTES
    ring.map[begin + 64:begin + 64 + 44] = rest
    ring.publish(first)
    assert reader.take() is None or reader.received == 0
    ring.quads[(begin >> 3) + 15] = layout.CONTINUATION | 1 << 48 | 1
    assert numbers(reader) == [7]
    ring.position = 2
    assert reader.take() is None and reader.event == "none"
    assert reader.received == 1


def test_a_closed_ring_says_so(ring):
    reader = Reader(ring.path)
    ring.publish(record(1))
    ring.close()
    assert numbers(reader) == [1]
    assert reader.event == "closed"
