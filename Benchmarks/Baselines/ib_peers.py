#!/usr/bin/env python3
"""The decoders of Interactive Brokers' public Python clients over a file of frames, no sockets.

    ib_peers.py FILE COUNT

Prints one line of JSON for each client that this Python has: ibapi (text form at version 200) and
ib_async (at 178, whose layouts of these messages are the same). Each frame is split into its fields
and handed to the client's own decoder, whose callbacks count.
"""
import json
import sys
import time


def frames(path, count):
    with open(path, "rb") as file:
        data = file.read()
    found, at = [], 0
    while at + 4 <= len(data) and len(found) < count:
        length = int.from_bytes(data[at:at + 4], "big")
        found.append(data[at + 4:at + 4 + length])
        at += 4 + length
    return found


def official(found):
    from ibapi.comm import read_fields
    from ibapi.decoder import Decoder
    from ibapi.wrapper import EWrapper

    class Counter(EWrapper):
        calls = 0

        def tickPrice(self, *arguments):
            Counter.calls += 1

        def tickSize(self, *arguments):
            pass

        def logAnswer(self, *arguments):
            pass

    decoder = Decoder(Counter(), 200)
    start = time.perf_counter()
    for frame in found:
        end = frame.index(b"\0")
        decoder.interpret(read_fields(frame[end + 1:]), int(frame[:end]))
    return time.perf_counter() - start, Counter.calls


def public(found):
    from ib_async.decoder import Decoder

    class Counter:
        calls = 0

        def priceSizeTick(self, *arguments):
            Counter.calls += 1

        def __getattr__(self, name):
            return lambda *arguments: None

    decoder = Decoder(Counter(), 178)
    start = time.perf_counter()
    for frame in found:
        fields = frame.decode(errors="backslashreplace").split("\0")
        fields.pop()
        decoder.interpret(fields)
    return time.perf_counter() - start, Counter.calls


def main():
    found = frames(sys.argv[1], int(sys.argv[2]))
    prices = sum(frame.startswith(b"1\0") for frame in found)
    for name, run in (("ibapi", official), ("ib_async", public)):
        try:
            seconds, calls = run(found)
        except ImportError:
            continue
        if calls != prices:
            sys.exit(f"{name}: {calls} tick prices of {prices}")
        print(json.dumps({"loop": name, "messages_per_second": round(len(found) / seconds)}))


if __name__ == "__main__":
    main()
