"""A market-data adapter as it is often written in Python: no package, nothing clever.

    plain_adapter.py itch|binance FILE [BYTES]      at most BYTES of the file

    socket ─▶ recv ─▶ struct.unpack (ITCH) or json.loads (Binance) ─▶ a dict a tick
           ─▶ queue.Queue ─▶ consumer thread: last price by symbol, a counter

The bytes come through a socket from another process, which sends as fast as it can, and once more
from memory without socket and queue ("decode"). `run` is answered with thousands of messages a
second; sums over all ticks prove that nothing was left out.
"""
import json
import pathlib
import platform
import queue
import socket
import struct
import os
import sys
import threading

from peer_loop import expect, seconds_of

RECEIVE_BYTES = 1 << 16
ADD = struct.Struct(">HH6sQcI8sI")
EXECUTED = struct.Struct(">HH6sQIQ")
EXECUTED_AT = struct.Struct(">HH6sQIQcI")
CANCEL = struct.Struct(">HH6sQI")
DELETE = struct.Struct(">HH6sQ")
REPLACE = struct.Struct(">HH6sQQII")
TRADE = struct.Struct(">HH6sQcI8sIQ")
CROSS = struct.Struct(">HH6sQ8sIQc")


def clock(field):
    return int.from_bytes(field, "big")


def decode_itch(message):
    """One message as a dict; None for types that make no tick, and for the empty one at the end."""
    if not message:
        return None
    kind = message[0]
    if kind in b"AF":
        locate, _, time, reference, side, shares, symbol, price = ADD.unpack_from(message, 1)
        return {"type": "add", "ts": clock(time), "locate": locate, "id": reference,
                "symbol": symbol.decode().rstrip(), "side": side.decode(), "size": shares,
                "price": price / 10_000}
    if kind == ord("D"):
        locate, _, time, reference = DELETE.unpack_from(message, 1)
        return {"type": "delete", "ts": clock(time), "locate": locate, "id": reference}
    if kind == ord("U"):
        locate, _, time, old, new, shares, price = REPLACE.unpack_from(message, 1)
        return {"type": "replace", "ts": clock(time), "locate": locate, "id": new, "old": old,
                "size": shares, "price": price / 10_000}
    if kind == ord("E"):
        locate, _, time, reference, shares, match = EXECUTED.unpack_from(message, 1)
        return {"type": "fill", "ts": clock(time), "locate": locate, "id": reference,
                "size": shares, "match": match}
    if kind == ord("C"):
        locate, _, time, reference, shares, match, _, price = EXECUTED_AT.unpack_from(message, 1)
        return {"type": "fill", "ts": clock(time), "locate": locate, "id": reference,
                "size": shares, "match": match, "price": price / 10_000}
    if kind == ord("X"):
        locate, _, time, reference, shares = CANCEL.unpack_from(message, 1)
        return {"type": "cancel", "ts": clock(time), "locate": locate, "id": reference,
                "size": shares}
    if kind == ord("P"):
        locate, _, time, reference, side, shares, symbol, price, match = TRADE.unpack_from(
            message, 1)
        return {"type": "trade", "ts": clock(time), "locate": locate, "id": reference,
                "symbol": symbol.decode().rstrip(), "side": side.decode(), "size": shares,
                "price": price / 10_000, "match": match}
    if kind == ord("Q"):
        locate, _, time, shares, symbol, price, match, _ = CROSS.unpack_from(message, 1)
        return {"type": "trade", "ts": clock(time), "locate": locate, "id": 0, "size": shares,
                "symbol": symbol.decode().rstrip(), "price": price / 10_000, "match": match}
    return None


def decode_binance(message):
    """One text as a dict, prices as floats."""
    data = json.loads(message)["data"]
    if "e" in data:
        return {"type": "trade", "ts": data["T"], "id": data["a"], "symbol": data["s"],
                "price": float(data["p"]), "size": float(data["q"]),
                "side": "sell" if data["m"] else "buy"}
    return {"type": "quote", "id": data["u"], "symbol": data["s"], "bid": float(data["b"]),
            "bid_size": float(data["B"]), "ask": float(data["a"]), "ask_size": float(data["A"])}


def frames_of(buffer):
    """Whole messages with a length of two bytes before each, and what is left over."""
    messages, at = [], 0
    while at + 2 <= len(buffer):
        end = at + 2 + (buffer[at] << 8 | buffer[at + 1])
        if end > len(buffer):
            break
        messages.append(buffer[at + 2:end])
        at = end
    return messages, buffer[at:]


def lines_of(buffer):
    """Whole lines, and what is left over."""
    lines = buffer.split(b"\n")
    return lines[:-1], lines[-1]


class Consumer(threading.Thread):
    """Takes ticks from the queue until None: the callback of a strategy."""

    def __init__(self, ticks):
        super().__init__(daemon=True)
        self.ticks, self.count, self.ids, self.last = ticks, 0, 0, {}

    def run(self):
        while True:
            tick = self.ticks.get()
            if tick is None:
                return
            self.on_tick(tick)

    def on_tick(self, tick):
        self.count += 1
        self.ids += tick["id"]
        if "price" in tick:
            self.last[tick.get("symbol", tick.get("locate"))] = tick["price"]


def from_socket(data, split, decode):
    """Another process sends `data`; what the consumer has counted, and its sum."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        theirs.sendall(data)
        os._exit(0)
    theirs.close()
    ticks = queue.Queue(maxsize=10_000)
    consumer = Consumer(ticks)
    consumer.start()
    buffer = b""
    while True:
        chunk = ours.recv(RECEIVE_BYTES)
        if not chunk:
            break
        messages, buffer = split(buffer + chunk)
        for message in messages:
            tick = decode(message)
            if tick is not None:
                ticks.put(tick)
    ticks.put(None)
    consumer.join()
    ours.close()
    os.waitpid(child, 0)
    return consumer.count, consumer.ids


def from_memory(messages, decode):
    count = ids = 0
    for message in messages:
        tick = decode(message)
        if tick is not None:
            count += 1
            ids += tick["id"]
    return count, ids


def main():
    kind, path, *limit = sys.argv[1:]
    data = pathlib.Path(path).read_bytes()
    split, decode = {"itch": (frames_of, decode_itch),
                     "binance": (lines_of, decode_binance)}[kind]
    data = data[:int(limit[0])] if limit else data
    messages, rest = split(data)
    data = data[:len(data) - len(rest)]
    print(json.dumps({"Python": platform.python_version()}), flush=True)
    for _ in sys.stdin:
        whole, seconds = seconds_of(lambda: from_socket(data, split, decode))
        alone, decoding = seconds_of(lambda: from_memory(messages, decode))
        expect(whole, alone, "ticks, and the sum of their numbers")
        print(json.dumps({"rate": len(messages) / seconds / 1e3,
                          "decode": len(messages) / decoding / 1e3,
                          "messages": len(messages), "ticks": whole[0], "ids": whole[1]}),
              flush=True)


main()
