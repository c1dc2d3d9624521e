"""Binance text: cryptofeed, NautilusTrader and simdjson beside our decoder and our pipeline."""
import random

from lab import expect
from section import Part, Section
from table import Row

SEED = 7
START_MS = 1_735_689_600_000
TRADE = ('{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":%d,"s":"BTCUSDT","a":%d,"p":"%s",'
         '"q":"%s","f":1,"l":2,"T":%d,"m":true,"M":true}}')
QUOTE = ('{"stream":"btcusdt@bookTicker","data":{"u":%d,"s":"BTCUSDT","b":"%s","B":"%s","a":"%s",'
         '"A":"%s"}}')
ADDED = "exact sum of prices, sizes, times"
# In units of 1e-8: a price has two decimals that are not zero, a size five.
PRICE_UNIT, SIZE_UNIT = 10**6, 10**3


def decimal(units):
    return f"{units // 10**8}.{units % 10**8:08d}"


def messages(count):
    """`count` texts, trades and quotes in turn, with exact decimals."""
    numbers, lines = random.Random(SEED), []
    for number in range(count):
        price = (6_000_000 + numbers.randrange(2_000_000)) * PRICE_UNIT
        size = numbers.randrange(1, 1_000_000) * SIZE_UNIT
        if number & 1:
            time = START_MS + number
            lines.append(TRADE % (time, number, decimal(price), decimal(size), time))
        else:
            lines.append(QUOTE % (number, decimal(price), decimal(size),
                                  decimal(price + PRICE_UNIT), decimal(size)))
    return lines


def text_file(lab):
    """The texts, a line each, for the peers in Python: made once."""
    path = lab.folder / "binance.txt"
    if not path.exists():
        path.write_text("\n".join(messages(lab.size(100_000, 30_000))) + "\n", encoding="ascii")
    return path


def ours(lab):
    """`tools/bench binance` runs simdjson on its texts; "combined" is the peers' kind of text."""
    found, _ = lab.bench("binance", *lab.size([], ["--quick"]))
    lab.versions["simdjson"] = lab.package_version("libsimdjson-dev")
    figures = {"whole": found["to shared memory, combined"] * 1e3}
    for kind in ("combined", "raw"):
        figures[f"decoder, {kind}"] = found[f"decoder, {kind}"]
        figures[f"simdjson, {kind}"] = found[f"simdjson, {kind}"]
    return figures


def framework(lab, name):
    return lab.python_worker("feed_peers.py", name, text_file(lab), cpus="0")


def cryptofeed(worker):
    found = worker.ask("run")
    count = found["messages"]
    expect(found["trade_ids"], sum(range(1, count, 2)), "sum of the trades' numbers")
    return {"cryptofeed": found["rate"]}


def nautilus(worker):
    found = worker.ask("run")
    return {"nautilus": found["rate"], "nautilus making": found["making"]}


def make(lab):
    rows = [
        Row("cryptofeed, text to callback", "text/whole", "text/cryptofeed", "K msg/s",
            "callbacks, sum of trade ids", bar=40, needs=["ours", "cryptofeed"],
            note="ours: text to decoder, lane, worker, shared memory"),
        Row("NautilusTrader, ready ticks to handler", "text/whole", "text/nautilus", "K msg/s",
            "every tick handled", bar=20, needs=["ours", "NautilusTrader"],
            note="it is given ready ticks: its own text decoding is not in its figure"),
        Row("NautilusTrader, making the ticks", "text/whole", "text/nautilus making", "K msg/s",
            "number of ticks", needs=["ours", "NautilusTrader"]),
        Row("simdjson On-Demand, combined streams", "text/decoder, combined",
            "text/simdjson, combined", "M msg/s", ADDED, bar=2, needs=["ours"],
            note="the same bytes; ours writes records and checks every character"),
        Row("simdjson On-Demand, raw streams", "text/decoder, raw", "text/simdjson, raw",
            "M msg/s", ADDED, bar=2, needs=["ours"])]
    parts = [
        Part("ours", lambda _: ours(lab)),
        Part("cryptofeed", cryptofeed, lambda: framework(lab, "cryptofeed")),
        Part("NautilusTrader", nautilus, lambda: framework(lab, "nautilus_trader"))]
    return Section("text", "Binance aggTrade and bookTicker text (one core; ours: two)", parts,
                   rows)
