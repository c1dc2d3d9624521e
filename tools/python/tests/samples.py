"""Records of every type with random, possible contents, as bytes."""
import random

import numpy as np

from millrace.records import (DTYPES, UNDEFINED_PRICE, UNDEFINED_SIZE, UNDEFINED_TIME, kind_of)

START = 1_795_000_000_000_000_000
# The third instrument of the streams has no symbol.
SYMBOLS = [("AAA", 1), ("B/B %", 2)]
LETTERS = {"action": b"ACMRTFN", "side": b"ABN", "instrument_class": b"BCFKMPSTXY"}


def random_record(rtype, generator, time, instrument, sequence):
    """One record of the type at `time` (ns), as a numpy record."""
    dtype = DTYPES[rtype]
    row = np.zeros(1, dtype)
    for name in dtype.names:
        kind, width = kind_of(name, dtype[name]), dtype[name].itemsize
        if kind == "time":
            row[name] = generator.choice([time, time + 1, UNDEFINED_TIME])
        elif kind == "price":
            row[name] = generator.choice(
                [0, 1, -1, UNDEFINED_PRICE, generator.randrange(-10**15, 10**15)])
        elif kind == "char":
            row[name] = bytes([generator.choice(LETTERS.get(name, b"YN~"))])
        elif kind == "text":
            text = "".join(generator.choices("ABCXYZ.0 19", k=generator.randrange(width)))
            row[name] = text.strip().encode()
        elif kind == "number":
            bits = width * 8 - (dtype[name].kind == "i")
            top = (1 << bits) - 1
            row[name] = generator.choice([0, 1, top, generator.randrange(top + 1)])
    row["length"], row["rtype"] = dtype.itemsize // 4, rtype
    row["publisher_id"], row["instrument_id"] = 2, instrument
    row["ts_event"] = time
    if "ts_recv" in dtype.names:
        row["ts_recv"] = time + 500
    if "sequence" in dtype.names:
        row["sequence"] = sequence
    for name in ("raw_symbol", "stype_in_symbol"):
        if name in dtype.names:
            row[name] = {number: text.encode() for text, number in SYMBOLS}.get(instrument, b"")
    if "size" in dtype.names and generator.random() < 0.1:
        row["size"] = UNDEFINED_SIZE
    return row[0]


def random_stream(rtypes, count, seed, instruments=(1, 2, 3), step=1000):
    """`count` records of the types, one after the other, as numpy records."""
    generator = random.Random(seed)
    time, rows = START, []
    for sequence in range(count):
        time += generator.randrange(step)
        rows.append(random_record(generator.choice(list(rtypes)), generator, time,
                                  generator.choice(instruments), sequence))
    return rows


def write(writer, rows, block_records=50):
    """Writes rows as blocks of a SegmentWriter."""
    for begin in range(0, len(rows), block_records):
        block = rows[begin:begin + block_records]
        times = [int(row["ts_recv"]) for row in block if "ts_recv" in row.dtype.names]
        numbers = [int(row["sequence"]) for row in block if "sequence" in row.dtype.names]
        flags = (4 if times else 0) | (2 if numbers else 0)
        writer.block([row.tobytes() for row in block], {int(row["instrument_id"]) for row in block},
                     flags, times or None, numbers or None)
