"""`ib_async` against a gateway: level 1, ticks, depth, bars, history, instruments, positions;
prints what it holds in the end as one JSON object.

    ib_async_client.py PORT

The simulated market moves with each `reqCurrentTime` alone. Run by `ib_judge.py` in the virtual
environment of `ib_async`.
"""
import asyncio
import json
import logging
import sys
from decimal import Decimal

from ib_async import IB, Forex, Future, Stock

STEPS = 40
# Seconds without an answer, until the client gives up.
PATIENCE = 60


def plain(value):
    """Numbers as their shortest decimal text."""
    return format(Decimal(repr(float(value))).normalize(), "f")


def rows(levels):
    return [[plain(level.price), plain(level.size), level.marketMaker] for level in levels]


def bars(items, names):
    return [[plain(getattr(bar, name)) for name in names.split()] for bar in items]


async def session(ib, port):
    await ib.connectAsync("127.0.0.1", port, clientId=8, timeout=PATIENCE, raiseSyncErrors=True)
    apple = Stock("AAPL", "SMART", "USD")
    future = Future("ES", "20261218", "CME")
    euro = Forex("EURUSD")
    await ib.qualifyContractsAsync(apple, future, euro)
    tickers = {
        "apple": ib.reqMktData(apple, "233,236"), "future": ib.reqMktData(future),
        "euro": ib.reqMktData(euro),
    }
    trades = ib.reqTickByTickData(apple, "AllLast")
    quotes = ib.reqTickByTickData(future, "BidAsk")
    seen = {"trades": [], "quotes": []}
    trades.updateEvent += lambda ticker: seen["trades"].extend(
        [plain(tick.price), plain(tick.size), tick.exchange, tick.specialConditions]
        for tick in ticker.tickByTicks if hasattr(tick, "exchange"))
    quotes.updateEvent += lambda ticker: seen["quotes"].extend(
        [plain(tick.bidPrice), plain(tick.askPrice), plain(tick.bidSize), plain(tick.askSize)]
        for tick in ticker.tickByTicks if hasattr(tick, "bidPrice"))
    books = {
        "future": ib.reqMktDepth(future, 10), "apple": ib.reqMktDepth(apple, 5, isSmartDepth=True)}
    live = ib.reqRealTimeBars(apple, 5, "TRADES", False)
    past = await ib.reqHistoricalDataAsync(
        apple, "20261030 16:00:00 US/Eastern", "1 D", "30 mins", "TRADES", True)
    for _ in range(STEPS):
        await asyncio.wait_for(ib.reqCurrentTimeAsync(), PATIENCE)
    return {
        "version": ib.client.serverVersion(),
        "conIds": [apple.conId, future.conId, euro.conId],
        "tickers": {
            name: {
                "bid": plain(one.bid), "ask": plain(one.ask), "bidSize": plain(one.bidSize),
                "askSize": plain(one.askSize), "last": plain(one.last), "high": plain(one.high),
                "low": plain(one.low), "close": plain(one.close),
            } for name, one in tickers.items()
        },
        "trades": seen["trades"], "quotes": seen["quotes"],
        "books": {
            name: {"bids": rows(one.domBids), "asks": rows(one.domAsks)}
            for name, one in books.items()
        },
        "live": bars(live, "open_ high low close volume wap count"),
        "past": bars(past, "open high low close volume average barCount"),
        "positions": sorted(
            [one.contract.conId, plain(one.position), plain(one.avgCost)]
            for one in ib.positions()),
        "fills": len(ib.fills()),
    }


def main():
    logging.getLogger("ib_async").setLevel(logging.ERROR)
    ib = IB()
    try:
        result = ib.run(session(ib, int(sys.argv[1])))
    finally:
        ib.disconnect()
    print(json.dumps(result))


main()
