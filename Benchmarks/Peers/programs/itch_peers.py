"""ITCH 5.0 packages of PyPI on a file of framed messages in memory, one core.

    itch_peers.py itch-book|itchcpp|itchfeed FILE

    file in memory ──▶ the package's parser ──▶ columns or objects, books

`run` is answered with rates in millions of messages a second, counts, and for the adds the sum of
references, shares and prices. itchfeed runs as the Python that it is: without itchcpp under it.
"""
import os
import pathlib
import sys

from peer_loop import seconds_of, serve

CHUNK = 8 << 20
ADDS = b"AF"


def itch_book(data):
    """Session: books of all symbols in C++; with the table of messages also their columns."""
    from itch_book import Session

    def feed(tables):
        session = Session(tables=tables, depth=0, symbols=[])
        for at in range(0, len(data), CHUNK):
            session.feed(data[at:at + CHUNK])
        return session

    def answer(_):
        session, books = seconds_of(lambda: feed([]))
        stats = session.stats()
        (columns, table), columns_time = seconds_of(
            lambda: (lambda one: (one, one.take_messages()))(feed(["messages"])))
        adds = (table["type"] == ADDS[0]) | (table["type"] == ADDS[1])
        total = sum(int(table[name][adds].sum(dtype="u8")) for name in ("order_id", "size", "px"))
        count = stats["messages"]
        return {"books": count / books / 1e6, "columns": count / columns_time / 1e6,
                "messages": count, "columns_messages": columns.stats()["messages"],
                "open_orders": stats["live_orders"], "adds": int(adds.sum()), "adds_sum": total}

    return answer


def objects(parser, data):
    """A Python object a message: counts, and the adds' sum once, outside of the time."""
    def add_up():
        found = [m.order_reference_number + m.shares + m.price for m in parser().parse_stream(data)
                 if m.message_type in (b"A", b"F")]
        return len(found), sum(found)

    adds, total = add_up()

    def run():
        count = 0
        for _ in parser().parse_stream(data):
            count += 1
        return count

    def answer():
        count, seconds = seconds_of(run)
        return {"objects": count / seconds / 1e6, "messages": count, "adds": adds,
                "adds_sum": total}

    return answer


def itchcpp(data):
    """The objects of the C++ parser, and its book manager, which takes the bytes."""
    from itchcpp.book import BookManager
    from itchcpp.parser import MessageParser

    part = objects(MessageParser, data)

    def answer(_):
        manager = BookManager()
        _, seconds = seconds_of(lambda: manager.process_stream(data))
        found = part()
        return {**found, "books": found["messages"] / seconds / 1e6,
                "symbols": manager.book_count()}

    return answer


def itchfeed(data):
    """The pure Python parser."""
    from itch.parser import MessageParser

    part = objects(MessageParser, data)
    return lambda _: part()


def main():
    name, path = sys.argv[1:]
    os.environ["ITCH_NO_CPP"] = "1"
    data = pathlib.Path(path).read_bytes()
    work = {"itch-book": itch_book, "itchcpp": itchcpp, "itchfeed": itchfeed}[name](data)
    serve([name], work)


main()
