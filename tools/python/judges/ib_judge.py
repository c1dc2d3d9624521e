"""Foreign clients of Interactive Brokers judge our simulated gateway.

    ib_judge.py MILLRACE IBAPI_PYTHON IB_ASYNC_PYTHON

The official client runs one scripted session at server version 200 (text) and again at 226
(protobuf): each callback must be what the simulator says it sent, and both sessions must have had
the same ones. `ib_async` runs at 178: the same market, the same book and prices. Run by
tools/ib-judges; prints a line for each judgement and counts them in its last line.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
from decimal import Decimal

HERE = os.path.dirname(os.path.abspath(__file__))
# Sizes that come with prices of these types, as a tick of their own (fact sheet, section 6).
PARTNERS = {1: 0, 2: 3, 4: 5, 66: 69, 67: 70, 68: 71}
# Lists that the client hands over one by one, and what the client's callback is then called.
LISTS = {
    "historicalData": "bars", "historicalTicks": "ticks", "historicalTicksBidAsk": "ticks",
    "historicalTicksLast": "ticks", "symbolSamples": "samples", "mktDepthExchanges": "exchanges",
    "smartComponents": "components", "marketRule": "priceIncrements",
}
# Whole numbers in the official client, floating point in `ib_async`.
NUMBERS = {"count", "barCount"}
PATIENCE = 120


class Judgement:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, is_right, detail=""):
        if is_right:
            self.passed += 1
            print(f"   right: {name}")
        else:
            self.failed += 1
            print(f"   WRONG: {name}: {detail}")


class Simulator:
    """`millrace simulate ib` with a market that moves at the clients' word."""

    def __init__(self, millrace, version, folder, depth):
        self.truth_path = os.path.join(folder, f"truth-{version}.jsonl")
        self.process = subprocess.Popen(
            [
                millrace, "simulate", "ib", "--json", "--quiet", "--any-ports", "--symbols", "10",
                "--rate", "200", "--seed", "5", "--truth", self.truth_path,
                "--set", "step=1000", "--set", f"max_version={version}",
                "--set", "message_limit=100000", "--set", "executions=made",
                "--set", f"depth={depth}",
            ],
            stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["ports"]["api"]

    def run(self, python, program):
        return subprocess.run(
            [python, os.path.join(HERE, program), str(self.port)], stdout=subprocess.PIPE,
            text=True, timeout=PATIENCE, check=True).stdout

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.stdout.read()
        self.process.wait(PATIENCE)

    def truth(self):
        with open(self.truth_path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]


def serve(millrace, version, python, program, folder, depth="shift"):
    """What the client has to say, and what the simulator says that it sent."""
    simulator = Simulator(millrace, version, folder, depth)
    try:
        said = simulator.run(python, program)
    finally:
        simulator.end()
    return said, simulator.truth()


def expected(truth):
    """The callbacks of the official client that these messages make."""
    for line in truth:
        line = {key: value for key, value in line.items() if key not in ("client", "version")}
        name = line["is"]
        if name == "tickPrice":
            size, mask = line.pop("size"), line.pop("attrMask")
            yield line | {"canAutoExecute": bool(mask & 1), "pastLimit": bool(mask & 2)}
            if line["tickType"] in PARTNERS:
                yield {
                    "is": "tickSize", "reqId": line["reqId"],
                    "tickType": PARTNERS[line["tickType"]], "size": size}
        elif name in LISTS:
            items = line.pop(LISTS[name])
            line.pop("done", None)
            yield from (line | item for item in items)
        else:
            line.pop("advancedOrderRejectJson", None)
            if name == "securityDefinitionOptionParameter":
                line["strikes"] = ",".join(strike["value"] for strike in line["strikes"])
            yield line


def compare(judgement, name, left, right):
    for place, (one, other) in enumerate(zip(left, right)):
        if one != other:
            return judgement.check(name, False, f"callback {place}: {one} is not {other}")
    judgement.check(name, len(left) == len(right), f"{len(left)} callbacks, not {len(right)}")


def levelled(told):
    """Without what the versions differ in by design: volume in hundreds of shares below 220, the
    `Z` of UTC times from 214 on."""
    for line in told:
        if line["is"] == "tickSize" and line["tickType"] == 8 and line["reqId"] in (101, 104):
            line = line | {"size": format(Decimal(line["size"]) // 100, "f")}
        if line["is"] == "headTimestamp":
            line = line | {"headTimestamp": line["headTimestamp"].removesuffix("Z")}
        yield line


def judge_ibapi(judgement, millrace, python, folder):
    """Both sessions; gives the callbacks at 200."""
    sessions = {}
    for version in (200, 226):
        said, truth = serve(millrace, version, python, "ibapi_client.py", folder)
        told = [json.loads(line) for line in said.splitlines()]
        end = told.pop()
        judgement.check(
            f"ibapi agreed on {version}", end == {"is": "version", "version": version}, end)
        compare(
            judgement, f"ibapi at {version}: {len(told)} callbacks are what was sent", told,
            list(expected(truth)))
        sessions[version] = told
    kinds = {line["is"] for line in sessions[200]}
    judgement.check(f"{len(kinds)} kinds of callbacks", len(kinds) >= 40, sorted(kinds))
    codes = sorted({line["errorCode"] for line in sessions[200] if line["is"] == "error"})
    wanted = [102, 200, 300, 321, 2104, 2106, 2158, 10190, 10314]
    judgement.check(f"errors {codes}", codes == wanted, f"not {wanted}")
    compare(
        judgement, "the same session as text and as protobuf", sessions[200],
        list(levelled(sessions[226])))
    return sessions[200]


def book(told, request):
    """Rows of both sides after all operations."""
    sides = {0: [], 1: []}
    for line in told:
        if not line["is"].startswith("updateMktDepth") or line["reqId"] != request:
            continue
        rows, place = sides[line["side"]], line["position"]
        row = [line["price"], line["size"], line.get("marketMaker", "")]
        if line["operation"] == 0:
            rows.insert(place, row)
        elif line["operation"] == 1:
            rows[place] = row
        else:
            del rows[place]
    return {"bids": sides[1], "asks": sides[0]}


def prices(told, request):
    """The last value of each type that `ib_async` keeps."""
    names = {
        0: "bidSize", 1: "bid", 2: "ask", 3: "askSize", 4: "last", 6: "high", 7: "low", 9: "close"}
    held = {name: "NaN" for name in names.values()}
    for line in told:
        if line["is"] in ("tickPrice", "tickSize") and line["reqId"] == request:
            if line["tickType"] in names:
                held[names[line["tickType"]]] = line.get("price", line.get("size"))
    return held


def judge_ib_async(judgement, millrace, python, folder, told):
    # It moves no rows at an insert, as the official client's users do.
    said, _ = serve(millrace, 226, python, "ib_async_client.py", folder, depth="in-place")
    held = json.loads(said)
    judgement.check("ib_async agreed on 178", held["version"] == 178, held["version"])
    judgement.check(
        "ib_async knows the instruments", held["conIds"] == [265598, 637533641, 12087792],
        held["conIds"])
    for name, request in (("apple", 101), ("future", 102), ("euro", 103)):
        wanted = prices(told, request)
        judgement.check(
            f"ib_async has the prices of {name}", held["tickers"][name] == wanted,
            f"{held['tickers'][name]} is not {wanted}")
    for name, request in (("future", 301), ("apple", 302)):
        wanted = book(told, request)
        judgement.check(
            f"ib_async has the book of {name}, {len(wanted['bids'])} rows a side",
            held["books"][name] == wanted, f"{held['books'][name]} is not {wanted}")

    def of(kind, request, names):
        return [
            [line[name] if name not in NUMBERS else str(line[name]) for name in names.split()]
            for line in told if line["is"] == kind and line["reqId"] == request]

    trades = of("tickByTickAllLast", 201, "price size exchange specialConditions")
    judgement.check(
        f"ib_async has the {len(trades)} trades", held["trades"] == trades and trades,
        f"{held['trades'][:3]} ... {len(held['trades'])} is not {trades[:3]}")
    quotes = of("tickByTickBidAsk", 205, "bidPrice askPrice bidSize askSize")
    judgement.check(
        f"ib_async has the {len(quotes)} quotes", held["quotes"] == quotes and quotes,
        f"{held['quotes'][:3]} ... {len(held['quotes'])} is not {quotes[:3]}")
    live = of("realtimeBar", 401, "open high low close volume wap count")
    judgement.check(
        f"ib_async has the {len(live)} bars of five seconds", held["live"] == live and live,
        f"{held['live'][:2]} is not {live[:2]}")
    past = of("historicalData", 501, "open high low close volume wap barCount")
    judgement.check(
        f"ib_async has the {len(past)} bars of the past", held["past"] == past and past,
        f"{held['past'][:2]} is not {past[:2]}")
    positions = sorted(
        [line["conId"], line["position"], line["avgCost"]] for line in told
        if line["is"] == "position")
    judgement.check(
        "ib_async has the positions and the fill",
        held["positions"] == positions and held["fills"] == 1, held["positions"])


def main():
    millrace, ibapi, ib_async = sys.argv[1:]
    judgement = Judgement()
    with tempfile.TemporaryDirectory(prefix="millrace-ib-judge-") as folder:
        told = judge_ibapi(judgement, millrace, ibapi, folder)
        judge_ib_async(judgement, millrace, ib_async, folder, told)
    print(f"{judgement.passed} passed, {judgement.failed} failed, 0 skipped")
    return 1 if judgement.failed else 0


sys.exit(main())
