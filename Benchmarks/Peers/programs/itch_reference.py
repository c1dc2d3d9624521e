"""Reads framed ITCH 5.0 slowly and plainly: what all others are compared with.

    itch_reference.py FILE

Prints the number of messages, the sum of references, shares and prices over A F D X E C U P Q (that
of `tools/bench decode-itch`), and number and sum of the adds (A, F) alone, as one JSON object.
"""
import json
import pathlib
import struct
import sys

FIELDS = {
    "A": ">10xQ x I 8x I", "F": ">10xQ x I 8x I", "D": ">10xQ", "U": ">10xQQII", "E": ">10xQI",
    "C": ">10xQI 9x I", "X": ">10xQI", "P": ">10xQ x I 8x I", "Q": ">10xQ 8x I",
}


def main():
    data = pathlib.Path(sys.argv[1]).read_bytes()
    parsers = {ord(kind): struct.Struct(form) for kind, form in FIELDS.items()}
    at = count = total = adds = adds_sum = 0
    while at + 2 < len(data):
        length = data[at] << 8 | data[at + 1]
        if length == 0:
            break
        kind = data[at + 2]
        parser = parsers.get(kind)
        if parser is not None:
            value = sum(parser.unpack_from(data, at + 3))
            total += value
            if kind in b"AF":
                adds += 1
                adds_sum += value
        count += 1
        at += 2 + length
    print(json.dumps({"messages": count, "bytes": at, "sum": total, "adds": adds,
                      "adds_sum": adds_sum}))


main()
