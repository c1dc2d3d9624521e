"""The official client of Interactive Brokers against a gateway: asks for everything that a market
data feed asks for, and prints each callback as a line of JSON.

    ibapi_client.py PORT

The simulated market moves with each `reqCurrentTime` alone, so that a session has the same
callbacks whenever it is run. Run by `ib_judge.py` in the virtual environment of `ibapi-latest`.
"""
import json
import sys
import threading
from decimal import Decimal

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.wrapper import EWrapper

# Seconds without the answer that is waited for, until the client gives up.
PATIENCE = 60
STEPS = 40


def plain(value):
    """Numbers as their shortest decimal text; other values as they are."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, str)):
        return value
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    raise TypeError(f"{value!r} is no plain value")


def members(item, names):
    return {name: plain(getattr(item, name)) for name in names.split()}


BAR = "date open high low close volume wap barCount"


class Client(EWrapper, EClient):
    """Writes down what it is told."""

    def __init__(self):
        EClient.__init__(self, self)
        self.told = []
        self.ready = threading.Event()
        self.done = threading.Event()
        self.steps = 0

    def tell(self, name, **values):
        self.told.append({"is": name} | {key: plain(value) for key, value in values.items()})

    # The session.
    def managedAccounts(self, accountsList):
        self.tell("managedAccounts", accountsList=accountsList)

    def nextValidId(self, orderId):
        self.tell("nextValidId", orderId=orderId)

    def error(self, reqId, errorTime, errorCode, errorString, advancedOrderRejectJson=""):
        self.tell("error", reqId=reqId, errorCode=errorCode, errorString=errorString)
        if errorCode == 2158:
            self.ready.set()

    def currentTime(self, time):
        self.tell("currentTime", time=time)
        self.steps += 1
        if self.steps < STEPS:
            self.reqCurrentTime()
        else:
            self.done.set()

    # Level 1.
    def marketDataType(self, reqId, marketDataType):
        self.tell("marketDataType", reqId=reqId, marketDataType=marketDataType)

    def tickReqParams(self, tickerId, minTick, bboExchange, snapshotPermissions, *more):
        self.tell(
            "tickReqParams", tickerId=tickerId, minTick=float(minTick), bboExchange=bboExchange,
            snapshotPermissions=snapshotPermissions)

    def tickPrice(self, reqId, tickType, price, attrib):
        self.tell(
            "tickPrice", reqId=reqId, tickType=tickType, price=price,
            canAutoExecute=attrib.canAutoExecute, pastLimit=attrib.pastLimit)

    def tickSize(self, reqId, tickType, size):
        self.tell("tickSize", reqId=reqId, tickType=tickType, size=size)

    def tickGeneric(self, reqId, tickType, value):
        self.tell("tickGeneric", reqId=reqId, tickType=tickType, value=value)

    def tickString(self, reqId, tickType, value):
        self.tell("tickString", reqId=reqId, tickType=tickType, value=value)

    def tickSnapshotEnd(self, reqId):
        self.tell("tickSnapshotEnd", reqId=reqId)

    # Ticks and depth.
    def tickByTickAllLast(
        self, reqId, tickType, time, price, size, attrib, exchange, specialConditions
    ):
        self.tell(
            "tickByTickAllLast", reqId=reqId, tickType=tickType, time=time, price=price,
            size=size, pastLimit=attrib.pastLimit, unreported=attrib.unreported,
            exchange=exchange, specialConditions=specialConditions)

    def tickByTickBidAsk(self, reqId, time, bidPrice, askPrice, bidSize, askSize, attrib):
        self.tell(
            "tickByTickBidAsk", reqId=reqId, time=time, bidPrice=bidPrice, askPrice=askPrice,
            bidSize=bidSize, askSize=askSize, bidPastLow=attrib.bidPastLow,
            askPastHigh=attrib.askPastHigh)

    def tickByTickMidPoint(self, reqId, time, midPoint):
        self.tell("tickByTickMidPoint", reqId=reqId, time=time, midPoint=midPoint)

    def updateMktDepth(self, reqId, position, operation, side, price, size):
        self.tell(
            "updateMktDepth", reqId=reqId, position=position, operation=operation, side=side,
            price=price, size=size)

    def updateMktDepthL2(
        self, reqId, position, marketMaker, operation, side, price, size, isSmartDepth
    ):
        self.tell(
            "updateMktDepthL2", reqId=reqId, position=position, marketMaker=marketMaker,
            operation=operation, side=side, price=price, size=size, isSmartDepth=isSmartDepth)

    # The past.
    def realtimeBar(self, reqId, time, open_, high, low, close, volume, wap, count):
        self.tell(
            "realtimeBar", reqId=reqId, time=time, open=open_, high=high, low=low, close=close,
            volume=volume, wap=wap, count=count)

    def historicalData(self, reqId, bar):
        self.tell("historicalData", reqId=reqId, **members(bar, BAR))

    def historicalDataUpdate(self, reqId, bar):
        self.tell("historicalDataUpdate", reqId=reqId, **members(bar, BAR))

    def historicalDataEnd(self, reqId, start, end):
        self.tell("historicalDataEnd", reqId=reqId, start=start, end=end)

    def headTimestamp(self, reqId, headTimestamp):
        self.tell("headTimestamp", reqId=reqId, headTimestamp=headTimestamp)

    def historicalTicks(self, reqId, ticks, done):
        for tick in ticks:
            self.tell("historicalTicks", reqId=reqId, **members(tick, "time price size"))

    def historicalTicksBidAsk(self, reqId, ticks, done):
        for tick in ticks:
            mask = members(tick.tickAttribBidAsk, "bidPastLow askPastHigh")
            self.tell(
                "historicalTicksBidAsk", reqId=reqId, **mask,
                **members(tick, "time priceBid priceAsk sizeBid sizeAsk"))

    def historicalTicksLast(self, reqId, ticks, done):
        for tick in ticks:
            mask = members(tick.tickAttribLast, "pastLimit unreported")
            self.tell(
                "historicalTicksLast", reqId=reqId, **mask,
                **members(tick, "time price size exchange specialConditions"))

    # Instruments.
    def contractDetails(self, reqId, details):
        contract = details.contract
        self.tell(
            "contractDetails", reqId=reqId,
            lastTradeDate=contract.lastTradeDateOrContractMonth,
            multiplier=contract.multiplier.removesuffix(".0"),
            **members(
                contract, "conId symbol secType strike right exchange currency localSymbol"
                " tradingClass primaryExchange"),
            **members(
                details, "minTick validExchanges longName marketRuleIds timeZoneId tradingHours"
                " liquidHours stockType"))

    def contractDetailsEnd(self, reqId):
        self.tell("contractDetailsEnd", reqId=reqId)

    def symbolSamples(self, reqId, contractDescriptions):
        for one in contractDescriptions:
            self.tell(
                "symbolSamples", reqId=reqId, derivatives=",".join(one.derivativeSecTypes),
                **members(
                    one.contract, "conId symbol secType primaryExchange currency description"))

    def mktDepthExchanges(self, depthMktDataDescriptions):
        for one in depthMktDataDescriptions:
            self.tell(
                "mktDepthExchanges",
                **members(one, "exchange secType listingExch serviceDataType aggGroup"))

    def smartComponents(self, reqId, smartComponentMap):
        # A list of objects from text, a map of pairs by bit from protobuf.
        if isinstance(smartComponentMap, dict):
            items = [(bit, *pair) for bit, pair in smartComponentMap.items()]
        else:
            items = [(one.bitNumber, one.exchange, one.exchangeLetter) for one in smartComponentMap]
        for bit, exchange, letter in items:
            self.tell(
                "smartComponents", reqId=reqId, bitNumber=bit, exchange=exchange,
                exchangeLetter=letter)

    def marketRule(self, marketRuleId, priceIncrements):
        for one in priceIncrements:
            self.tell(
                "marketRule", marketRuleId=marketRuleId, **members(one, "lowEdge increment"))

    def securityDefinitionOptionParameter(
        self, reqId, exchange, underlyingConId, tradingClass, multiplier, expirations, strikes
    ):
        self.tell(
            "securityDefinitionOptionParameter", reqId=reqId, exchange=exchange,
            underlyingConId=underlyingConId, tradingClass=tradingClass, multiplier=multiplier,
            expirations=",".join(sorted(expirations)),
            strikes=",".join(plain(strike) for strike in sorted(strikes)))

    def securityDefinitionOptionParameterEnd(self, reqId):
        self.tell("securityDefinitionOptionParameterEnd", reqId=reqId)

    # The account.
    CONTRACT = "conId symbol secType currency localSymbol"

    def position(self, account, contract, position, avgCost):
        self.tell(
            "position", account=account, position=position, avgCost=avgCost,
            **members(contract, self.CONTRACT))

    def positionEnd(self):
        self.tell("positionEnd")

    def updateAccountValue(self, key, val, currency, accountName):
        self.tell(
            "updateAccountValue", key=key, val=val, currency=currency, accountName=accountName)

    def updatePortfolio(
        self, contract, position, marketPrice, marketValue, averageCost, unrealizedPNL,
        realizedPNL, accountName
    ):
        self.tell(
            "updatePortfolio", position=position, marketPrice=marketPrice,
            marketValue=marketValue, averageCost=averageCost, unrealizedPNL=unrealizedPNL,
            realizedPNL=realizedPNL, accountName=accountName, **members(contract, self.CONTRACT))

    def updateAccountTime(self, timeStamp):
        self.tell("updateAccountTime", timeStamp=timeStamp)

    def accountDownloadEnd(self, accountName):
        self.tell("accountDownloadEnd", accountName=accountName)

    def accountSummary(self, reqId, account, tag, value, currency):
        self.tell(
            "accountSummary", reqId=reqId, account=account, tag=tag, value=value,
            currency=currency)

    def accountSummaryEnd(self, reqId):
        self.tell("accountSummaryEnd", reqId=reqId)

    def pnl(self, reqId, dailyPnL, unrealizedPnL, realizedPnL):
        self.tell(
            "pnl", reqId=reqId, dailyPnL=dailyPnL, unrealizedPnL=unrealizedPnL,
            realizedPnL=realizedPnL)

    def execDetails(self, reqId, contract, execution):
        self.tell(
            "execDetails", reqId=reqId, **members(execution, "execId price shares"),
            **members(contract, self.CONTRACT))

    def execDetailsEnd(self, reqId):
        self.tell("execDetailsEnd", reqId=reqId)

    def openOrderEnd(self):
        self.tell("openOrderEnd")


def contract(symbol, kind, exchange, con_id=0, **more):
    made = Contract()
    made.symbol, made.secType, made.exchange = symbol, kind, exchange
    made.currency, made.conId = "USD", con_id
    for name, value in more.items():
        setattr(made, name, value)
    return made


def ask(client):
    """Everything, in an order that never changes."""
    apple = contract("AAPL", "STK", "SMART", 265598)
    future = contract("ES", "FUT", "CME", lastTradeDateOrContractMonth="202612")
    euro = contract("EUR", "CASH", "IDEALPRO")
    client.reqContractDetails(1, apple)
    client.reqContractDetails(2, contract("ES", "FUT", "CME"))
    client.reqContractDetails(3, contract("NOSUCH", "STK", "SMART"))
    client.reqMatchingSymbols(4, "aap")
    client.reqMarketRule(109)
    client.reqSmartComponents(5, "9c0001")
    client.reqMktDepthExchanges()
    client.reqSecDefOptParams(6, "AAPL", "", "STK", 265598)
    client.reqMarketDataType(1)
    client.reqMktData(101, apple, "233,236,375", False, False, [])
    client.reqMktData(102, future, "", False, False, [])
    client.reqMktData(103, euro, "", False, False, [])
    client.reqMktData(101, apple, "", False, False, [])
    client.reqMktData(104, apple, "", True, False, [])
    client.reqTickByTickData(201, apple, "AllLast", 0, False)
    client.reqTickByTickData(202, apple, "BidAsk", 0, True)
    client.reqTickByTickData(203, euro, "MidPoint", 0, False)
    client.reqTickByTickData(204, future, "Last", 10, False)
    client.reqTickByTickData(205, future, "BidAsk", 10, False)
    client.reqTickByTickData(206, apple, "Last", 0, False)
    client.reqMktDepth(301, future, 10, False, [])
    client.reqMktDepth(302, apple, 5, True, [])
    client.reqRealTimeBars(401, apple, 5, "TRADES", False, [])
    client.reqRealTimeBars(402, euro, 5, "MIDPOINT", False, [])
    ask_past(client, apple, future)
    client.reqPositions()
    client.reqAccountUpdates(True, "DU1234567")
    client.reqAccountSummary(601, "All", "NetLiquidation,TotalCashValue")
    client.reqPnL(602, "DU1234567", "")
    client.reqExecutions(603, ExecutionFilter())
    client.reqOpenOrders()
    client.cancelMktData(999)
    order = Order()
    order.action, order.orderType, order.totalQuantity = "BUY", "MKT", Decimal(1)
    client.placeOrder(9000, apple, order)
    client.reqCurrentTime()


def ask_past(client, apple, future):
    end = "20261030 16:00:00 US/Eastern"
    client.reqHistoricalData(501, apple, end, "1 D", "30 mins", "TRADES", 1, 1, False, [])
    client.reqHistoricalData(502, apple, "", "1 W", "1 day", "TRADES", 1, 1, False, [])
    client.reqHistoricalData(503, future, "", "3600 S", "5 mins", "MIDPOINT", 0, 2, True, [])
    client.reqHeadTimeStamp(504, apple, "TRADES", 1, 1)
    start = "20261102 09:29:00 US/Eastern"
    client.reqHistoricalTicks(505, apple, start, "", 20, "TRADES", 1, True, [])
    client.reqHistoricalTicks(506, apple, "", "20261102-14:30:00", 20, "BID_ASK", 1, True, [])
    client.reqHistoricalTicks(507, apple, "", "20261102-14:30:00", 20, "MIDPOINT", 1, True, [])
    client.reqHistoricalTicks(508, apple, "", "no date", 20, "MIDPOINT", 1, True, [])


def listen(client):
    try:
        client.run()
    finally:
        # Where the client broke off there is nothing to wait for.
        client.ready.set()
        client.done.set()


def main():
    client = Client()
    client.connect("127.0.0.1", int(sys.argv[1]), clientId=7)
    thread = threading.Thread(target=listen, args=(client,), daemon=True)
    thread.start()
    if not client.ready.wait(PATIENCE):
        sys.exit("ibapi: the session did not begin")
    version = client.serverVersion()
    ask(client)
    client.done.wait(PATIENCE)
    client.disconnect()
    thread.join(PATIENCE)
    for line in client.told:
        print(json.dumps(line))
    if client.steps < STEPS:
        sys.exit("ibapi: the last answer did not come")
    print(json.dumps({"is": "version", "version": version}))


main()
