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
# Exact decimals of 1e-8: a price has two that are not zero, a size five.
PRICE_UNIT, SIZE_UNIT = 10**6, 10**3


def decimal(units):
    return f"{units // 10**8}.{units % 10**8:08d}"


def messages(count):
    """`count` texts, trades and quotes in turn, and the sum of their numbers in units of 1e-8."""
    numbers, lines, total = random.Random(SEED), [], 0
    for number in range(count):
        price = (6_000_000 + numbers.randrange(2_000_000)) * PRICE_UNIT
        size = numbers.randrange(1, 1_000_000) * SIZE_UNIT
        if number & 1:
            time = START_MS + number
            lines.append(TRADE % (time, number, decimal(price), decimal(size), time))
            total += number + price + size + time + 1
        else:
            ask = price + PRICE_UNIT
            lines.append(QUOTE % (number, decimal(price), decimal(size), decimal(ask),
                                  decimal(size)))
            total += number + price + ask + 2 * size
    return lines, total


def text_file(lab):
    """The texts, a line each, and what a reader of them must find: path, count, sum."""
    count = lab.size(100_000, 30_000)
    path = lab.folder / "binance.txt"
    lines, total = messages(count)
    if not path.exists():
        path.write_text("\n".join(lines) + "\n", encoding="ascii")
    return path, count, total


def ours(lab):
    """Figures of `tools/bench binance`, by what their names say."""
    found, _ = lab.bench("binance", *lab.size([], ["--quick"]))
    mine = {name: value for name, value in found.items() if name.startswith("Millrace")}
    decode = max((value for name, value in mine.items() if "decode" in name), default=None)
    whole = max((value for name, value in mine.items()
                 if "memory" in name or "pipeline" in name), default=None)
    figures = {}
    if decode is not None:
        figures.update({"decode": decode})
    if whole is not None:
        figures.update({"whole": whole * 1e3})
    return figures


def simdjson(lab, state):
    path, count, total = state
    found = lab.objects([lab.built("simdjson_text"), path])[0]
    lab.versions["simdjson"] = f"{found['version']} ({found['kernel']})"
    expect(found["messages"], count, "messages")
    expect(found["sum"], total % 2**64, "sum of numbers, prices and sizes")
    return {"simdjson": found["rate"]}


def framework(lab, name):
    return lab.python_worker("feed_peers.py", name, text_file(lab)[0], cpus="0")


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
        Row("simdjson On-Demand, exact numbers", "text/decode", "text/simdjson", "M msg/s",
            "sum of all numbers, exact", bar=2, needs=["ours", "simdjson"])]
    parts = [
        Part("ours", lambda _: ours(lab)),
        Part("cryptofeed", cryptofeed, lambda: framework(lab, "cryptofeed")),
        Part("NautilusTrader", nautilus, lambda: framework(lab, "nautilus_trader")),
        Part("simdjson", lambda state: simdjson(lab, state), lambda: text_file(lab))]
    return Section("text", "Binance aggTrade and bookTicker text (one core; ours: two)", parts,
                   rows)
