"""Round trip of 56-byte records between two Python processes through two of our rings.

    this process, CPU 1 ══ ring ══▶ millrace.shm.Reader in another process, CPU 0, and back

The reader is the package's own (tools/python); the writer is a small one in Python, ring_writer.py.
A line on standard input, `run TRIPS`, is answered with one JSON object.
"""
import json
import os
import platform
import struct
import sys
import time

from millrace.ring_layout import LIVE, PLACES
from millrace.shm import Reader
from peer_loop import die_with_parent, expect
from ring_writer import RingWriter

RECORD = struct.Struct("<BBHIQQ32x")
LENGTH, MBO = 14, 0xA0


def wait(reader):
    take = reader.take
    while True:
        record = take()
        if record is not None:
            return RECORD.unpack(record)[4]


def echo(there, back, trips):
    os.sched_setaffinity(0, {0})
    writer, pack = RingWriter(back), RECORD.pack
    reader = Reader(there)
    for _ in range(trips):
        writer.publish(pack(LENGTH, MBO, 0, 0, wait(reader), 0))
    writer.close()


def is_live(path):
    """Whether the other process has made its ring whole."""
    try:
        with open(path, "rb") as file:
            head = file.read(PLACES["state"][0] + 1)
    except FileNotFoundError:
        return False
    return len(head) > PLACES["state"][0] and head[-1] == LIVE


def run(folder, trips):
    there, back = f"{folder}/there.ring", f"{folder}/back.ring"
    writer, pack = RingWriter(there), RECORD.pack
    if os.path.exists(back):
        os.remove(back)
    child = os.fork()
    if child == 0:
        try:
            die_with_parent()
            echo(there, back, trips)
        finally:
            os._exit(0)
    while not is_live(back):
        time.sleep(0.001)
    os.sched_setaffinity(0, {1})
    reader, times, total = Reader(back), [], 0
    for number in range(trips):
        begin = time.perf_counter_ns()
        writer.publish(pack(LENGTH, MBO, 0, 0, number, 0))
        total += wait(reader)
        times.append(time.perf_counter_ns() - begin)
    os.waitpid(child, 0)
    writer.close()
    expect((total, reader.lost), (trips * (trips - 1) // 2, 0), "sum of the answers, and lost")
    times.sort()
    return {"median_ns": times[trips // 2], "p99_ns": times[trips * 99 // 100]}


def main():
    print(json.dumps({"Python": platform.python_version()}), flush=True)
    for line in sys.stdin:
        print(json.dumps(run(sys.argv[1], int(line.split()[1]))), flush=True)


main()
