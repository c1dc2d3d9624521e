"""Columnar payloads against the definition of each prediction, record by record."""
import random

import numpy as np
import pytest

from millrace import columnar

BITS = {"u1": 8, "u2": 16, "u4": 32, "u8": 64}


def zigzag(value, bits):
    signed = value - (1 << bits) if value >> bits - 1 else value
    return (signed << 1 ^ signed >> bits - 1) & (1 << bits) - 1


def unzigzag(number):
    return number >> 1 ^ -(number & 1)


def make_room(number, repeated):
    return 0 if number == repeated else number + 1 if number < repeated else number


def values_like_a_feed(generator, bits, count):
    """Mostly rising, with repetitions, steps back and values out of all order."""
    value, values = generator.randrange(1 << bits), []
    for _ in range(count):
        step = generator.random()
        if step < 0.3:
            value += generator.randrange(5)
        elif step < 0.5:
            value -= generator.randrange(5)
        elif step < 0.52:
            value = generator.choice([0, (1 << bits) - 1, generator.randrange(1 << bits)])
        value &= (1 << bits) - 1
        values.append(value)
    return values


@pytest.mark.parametrize("kind", BITS)
@pytest.mark.parametrize("seed", range(30))
def test_zero_with_repeats(kind, seed):
    generator, bits = random.Random(seed), BITS[kind]
    values = values_like_a_feed(generator, bits, 400)
    first = generator.choice([0, values[0]])
    stored, previous = [], first
    for value in values:
        stored.append(make_room(value, previous) & (1 << bits) - 1)
        previous = value
    got = columnar._repeated(np.array(stored, "<" + kind), np.dtype("<" + kind).type(first))
    # What lies below the largest number and is moved up has to fit; the writer sees to that.
    assert got.tolist() == values


@pytest.mark.parametrize("kind", BITS)
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("repeats", [False, True])
def test_greatest(kind, signed, repeats):
    bits = BITS[kind]
    top = (1 << bits) - 1
    for seed in range(30):
        values = values_like_a_feed(random.Random(seed), bits, 400)
        first = values[0]
        stored, previous, greatest = [], first, first
        for value in values:
            number = value - greatest & top
            room = previous - greatest & top
            if signed:
                number, room = zigzag(number, bits), zigzag(room, bits)
            stored.append(make_room(number, room) if repeats else number)
            previous, greatest = value, max(greatest, value)
        dtype = np.dtype("<" + kind)
        got = columnar._greatest(np.array(stored, dtype), dtype.type(first), signed, repeats)
        assert got.tolist() == values, seed


@pytest.mark.parametrize("kind", BITS)
def test_zigzag(kind):
    numbers = random.Random(1).choices(range(1 << min(BITS[kind], 16)), k=1000)
    top = (1 << BITS[kind]) - 1
    got = columnar._unzigzag(np.array(numbers, "<" + kind))
    assert got.tolist() == [unzigzag(number) & top for number in numbers]


@pytest.mark.parametrize("damage", ["cut", "magic", "count", "streams"])
def test_damaged_directories_are_refused(damage):
    header = np.zeros(1, columnar.HEADER)
    header["magic"], header["record_count"], header["raw_bytes"] = b"MRCOLUM1", 2, 32
    header["stream_count"], header["data_bytes"] = 1, 32
    stream = np.zeros(1, columnar.STREAM)
    stream["stored_bytes"] = 32
    content = bytes(range(32))
    if damage == "magic":
        header["magic"] = b"MRCOLUM2"
    if damage == "count":
        header["record_count"] = 3
    if damage == "streams":
        stream["stored_bytes"] = 31
    data = header.tobytes() + stream.tobytes() + content
    if damage == "cut":
        data = data[:35]
    with pytest.raises(columnar.ColumnarError):
        columnar.Payload(data, 2, 32)
    if damage == "cut":
        whole = header.tobytes() + stream.tobytes() + content
        assert columnar.Payload(whole, 2, 32).records()[0].tobytes() == content
