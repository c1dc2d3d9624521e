"""ITCH 5.0 and DBN read by packages, beside our decoder and books: the same bytes, one core."""
import json

from lab import PROGRAMS, expect
from section import Part, Section
from table import Row

# The seed that tools/bench has, so that its day and our files are the same bytes.
SEED = 20_191_230
DAY, FEW, SMALL = 2_000_000, 400_000, 1_000_000


def day(lab, messages):
    """A file of so many messages, made once."""
    path = lab.folder / f"{messages}.itch"
    if not path.exists():
        lab.millrace("simulate", "itch", "--output", path, "--messages", messages, "--seed", SEED,
                     "--quiet")
    return path


def reference(lab, messages):
    """What a plain reader finds in the file: read once."""
    path = lab.folder / f"{messages}.json"
    if not path.exists():
        path.write_text(lab.run(["python3", "-B", PROGRAMS / "itch_reference.py",
                                 day(lab, messages)]), encoding="utf-8")
    return json.loads(path.read_text(encoding="utf-8"))


def dbn_file(lab):
    """The records that our pipeline makes of a day, as a plain DBN file."""
    path, journal = lab.folder / "day.dbn", lab.folder / "journal"
    if not path.exists():
        lab.millrace("run", "--input", day(lab, FEW), "--outputs", "none", "--journal", journal,
                     "--journal-fsync", "off", "--instance", "peers", "--folder",
                     lab.folder / "rings", "--quiet", "--json")
        lab.millrace("export", journal, "--format", "dbn", "--output", path, "--quiet")
    return path


def same_day(lab, report, what):
    """The benchmark's day is the file that the peers read."""
    wanted = reference(lab, DAY)
    expect(report["input"]["day"], f"{wanted['messages']} ITCH 5.0 messages, "
           f"{wanted['bytes']} bytes", f"the day of tools/bench {what}")
    return wanted


def decoding(lab):
    found, report = lab.bench("decode-itch", "--quick", "--seed", SEED)
    wanted = same_day(lab, report, "decode-itch")
    words = " ".join(report["verified"])
    expect(f"C loop's: {wanted['sum']}" in words, True, "our sum is the plain reader's")
    rates = [value for name, value in found.items()
             if name.startswith("Millrace") and name.endswith(" 64 lines")]
    return {"itch": max(rates)}


def books(lab):
    found, report = lab.bench("book", "--quick", "--seed", SEED)
    same_day(lab, report, "book")
    return {"books": max(found["Millrace batched"], found["Millrace single"]),
            "open": int(report["input"]["open_orders_at_end"])}


def journal_reader(lab):
    """Orders in uncompressed blocks of our journal, read and walked by the Swift reader."""
    found, _ = lab.bench("journal-read", "--quick", "--seed", SEED)
    return {"dbn swift": found["orders, none"]}


def itch_worker(lab, name, messages):
    return lab.python_worker("itch_peers.py", name, day(lab, messages), cpus="0")


def checked(lab, found, messages):
    wanted = reference(lab, messages)
    for key in ("messages", "adds", "adds_sum"):
        expect(found[key], wanted[key], key)
    return found


def itch_book(lab, worker, ours_open):
    found = checked(lab, worker.ask("run"), DAY)
    if ours_open() is not None:
        expect(found["open_orders"], ours_open(), "open orders")
    return {"itch-book books": found["books"], "itch-book columns": found["columns"]}


def itchcpp(lab, worker):
    found = checked(lab, worker.ask("run"), FEW)
    return {"itchcpp books": found["books"], "itchcpp objects": found["objects"]}


def itchfeed(lab, worker):
    return {"itchfeed objects": checked(lab, worker.ask("run"), FEW)["objects"]}


def dbn(worker):
    found = worker.ask("run")
    return {"dbn objects": found["objects"], "dbn arrays": found["arrays"]}


def make(lab):
    last = {}

    def our_books():
        found = books(lab)
        last["open"] = found.pop("open")
        return found

    def row(what, mine, peer, verified, needs, **more):
        return Row(what, f"decode/{mine}", f"decode/{peer}", "M msg/s", verified,
                   needs=needs, **more)

    adds = "count and sum of adds: a plain reader's"
    rows = [
        row("itch-book (C++), columns of messages", "itch", "itch-book columns", adds,
            ["our decoder", "itch-book"],
            note="its columns come with its books; ours: records in a ring"),
        row("itchcpp, Python objects", "itch", "itchcpp objects", adds,
            ["our decoder", "itchcpp"]),
        row("itchfeed, pure Python objects", "itch", "itchfeed objects", adds,
            ["our decoder", "itchfeed"]),
        row("itch-book (C++), books of all symbols", "books", "itch-book books",
            "open orders: ours", ["our books", "itch-book"]),
        row("itchcpp (C++) BookManager", "books", "itchcpp books", "messages, symbols",
            ["our books", "itchcpp"]),
        row("databento-dbn, Python objects", "dbn swift", "dbn objects", "count of records",
            ["our journal reader", "databento-dbn"],
            note="ours: the Swift reader, on DBN records of a journal, uncompressed"),
        row("databento-dbn, Python to Python", "dbn arrays", "dbn objects",
            "count, sums of order_id and size", ["databento-dbn"],
            note="ours: the Python package of tools/python, to arrays, from the same DBN file")]
    parts = [
        Part("our decoder", lambda _: decoding(lab), lambda: day(lab, DAY)),
        Part("our books", lambda _: our_books()),
        Part("itch-book", lambda worker: itch_book(lab, worker, lambda: last.get("open")),
             lambda: itch_worker(lab, "itch-book", DAY)),
        Part("itchcpp", lambda worker: itchcpp(lab, worker),
             lambda: itch_worker(lab, "itchcpp", FEW)),
        Part("itchfeed", lambda worker: itchfeed(lab, worker),
             lambda: itch_worker(lab, "itchfeed", FEW)),
        Part("our journal reader", lambda _: journal_reader(lab)),
        Part("databento-dbn", dbn,
             lambda: lab.python_worker("dbn_peers.py", dbn_file(lab), cpus="0"))]
    return Section("decode", "ITCH 5.0 and DBN records decoded, books built (one core, memory)",
                   parts, rows)
