"""Frameworks of PyPI on Binance text, or on ready ticks: one process, one thread, one subscriber.

    feed_peers.py cryptofeed|nautilus_trader FILE     FILE: a message a line

    text in memory ──▶ cryptofeed's Binance handler ──▶ callback
    ready QuoteTicks ──▶ NautilusTrader's DataEngine ──▶ cache, message bus, handler

`run` is answered with thousands of messages a second and what the subscriber has counted.
"""
import asyncio
import pathlib
import sys

from peer_loop import expect, seconds_of, serve


def cryptofeed(lines):
    """Trades and tickers from text to a callback, as its websocket connection hands them on."""
    from cryptofeed.defines import BINANCE, TICKER, TRADES
    from cryptofeed.exchanges import Binance
    from cryptofeed.symbols import Symbols

    names = {"BTC-USDT": "BTCUSDT"}
    Symbols.set(BINANCE, names, {"instrument_type": {"BTC-USDT": "spot"}, "tick_size": {}})
    # Otherwise it asks the exchange for its symbols.
    Binance.symbol_mapping = classmethod(lambda cls, refresh=False, **_: names)
    seen = {"count": 0, "sum": 0}

    async def on_trade(trade, _):
        seen["count"] += 1
        seen["sum"] += int(trade.id)

    async def on_ticker(_, __):
        seen["count"] += 1

    feed = Binance(symbols=["BTC-USDT"], channels=[TRADES, TICKER],
                   callbacks={TRADES: on_trade, TICKER: on_ticker})

    async def run():
        for line in lines:
            await feed.message_handler(line, None, 0.0)

    def answer(_):
        seen.update(count=0, sum=0)
        _, seconds = seconds_of(lambda: asyncio.run(run()))
        expect(seen["count"], len(lines), "callbacks")
        return {"rate": len(lines) / seconds / 1e3, "messages": seen["count"],
                "trade_ids": seen["sum"]}

    return answer


def nautilus_trader(lines):
    """Ready quote ticks through the data engine; and their making, which its adapters also do."""
    from nautilus_trader.cache.cache import Cache
    from nautilus_trader.common.component import MessageBus, TestClock
    from nautilus_trader.data.engine import DataEngine
    from nautilus_trader.model.data import QuoteTick
    from nautilus_trader.model.identifiers import InstrumentId, TraderId
    from nautilus_trader.model.objects import Price, Quantity

    clock = TestClock()
    bus, cache = MessageBus(TraderId("PEER-001"), clock), Cache()
    engine = DataEngine(bus, cache, clock)
    instrument = InstrumentId.from_str("BTCUSDT.BINANCE")
    seen = {"count": 0}

    def on_tick(_):
        seen["count"] += 1

    bus.subscribe(topic="data.quotes.BINANCE.BTCUSDT", handler=on_tick)
    count = len(lines)

    def make():
        return [QuoteTick(instrument, Price(60_000 + i % 1_000, 2),
                          Price(60_000.01 + i % 1_000, 2), Quantity(1.5, 5), Quantity(2.5, 5), i, i)
                for i in range(count)]

    ticks = make()

    def process():
        put = engine.process
        for tick in ticks:
            put(tick)

    def answer(_):
        seen["count"] = 0
        _, seconds = seconds_of(process)
        expect(seen["count"], count, "handled ticks")
        _, making = seconds_of(make)
        return {"rate": count / seconds / 1e3, "making": count / making / 1e3, "messages": count}

    return answer


def main():
    name, path = sys.argv[1:]
    lines = pathlib.Path(path).read_text(encoding="ascii").splitlines()
    serve([name], {"cryptofeed": cryptofeed, "nautilus_trader": nautilus_trader}[name](lines))


main()
