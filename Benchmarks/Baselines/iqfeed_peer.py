#!/usr/bin/env python3
"""The public Python client of IQFeed over level 1 lines, for `tools/bench decode-text`.

    iqfeed_peer.py CHECKOUT FILE LINES

CHECKOUT is a checkout of github.com/akapur/pyiqfeed, which is no part of this project and runs
outside of it. Its reader gets the bytes in pieces of 1,024, as its own socket calls would, without
the socket; a listener counts the updates. Prints one JSON object.
"""
import json
import sys
import time

checkout, path, lines = sys.argv[1], sys.argv[2], int(sys.argv[3])
sys.path.insert(0, checkout)

import pyiqfeed  # noqa: E402

FIELDS = (
    "Symbol,Most Recent Trade,Most Recent Trade Size,Most Recent Trade Time,"
    "Most Recent Trade Market Center,Total Volume,Bid,Bid Size,Ask,Ask Size,Open,High,Low,"
    "Close,Message Contents,Most Recent Trade Conditions")


class Counter:
    """What a listener must have for these lines."""

    def __init__(self):
        self.updates = 0

    def process_update(self, update):
        self.updates += 1

    def process_summary(self, summary):
        self.updates += 1

    def process_timestamp(self, stamp):
        pass


with open(path, encoding="latin-1", newline="") as file:
    text = "".join(line for _, line in zip(range(lines), file))

connection = pyiqfeed.QuoteConn(name="bench")
counter = Counter()
connection.add_listener(counter)
connection._recv_buf = "S,CURRENT UPDATE FIELDNAMES," + FIELDS + "\n"
connection._process_messages()

start = time.perf_counter()
for at in range(0, len(text), 1024):
    connection._recv_buf += text[at:at + 1024]
    connection._process_messages()
seconds = time.perf_counter() - start

wanted = sum(1 for line in text.split("\n") if line[:2] in ("P,", "Q,"))
if counter.updates != wanted:
    sys.exit(f"{counter.updates} updates of {wanted}")
print(json.dumps({
    "loop": "pyiqfeed", "messages": lines, "messages_per_second": round(lines / seconds)}))
