internal import FeedKit
internal import Lanes
internal import Records
internal import Sessions
internal import Wire

/// What messages mean to the session: the handshake's end, grants, errors, news of the connection
/// (section 12).
extension IbSession {
  mutating func takeEvents(
    _ context: LiveContext, into lanes: inout LaneWriter, _ report: inout LiveReport
  ) {
    var events: [IbEvent] = []
    swap(&events, &decoder.events)
    for event in events { take(event, context, into: &lanes, &report) }
    events.removeAll(keepingCapacity: true)
    swap(&events, &decoder.events)
    if decoder.droppedEvents > 0 {
      report.events.append(
        .notice(code: 0, text: "\(decoder.droppedEvents) events found no room"))
      decoder.droppedEvents = 0
    }
  }

  private mutating func take(
    _ event: IbEvent, _ context: LiveContext, into lanes: inout LaneWriter,
    _ report: inout LiveReport
  ) {
    switch event {
    case .nextValidID:
      hasNextID = true
      becomeReady(&report)
    case .managedAccounts(let list):
      (hasAccounts, accounts) = (true, list)
      becomeReady(&report)
    case .currentTime(let nanos, let isExact):
      report.events.append(.answered)
      // Whole seconds are no clock; milliseconds are one, as good as the way there and back.
      guard isExact else { break }
      report.events.append(
        .clockOffset(nanos: Int64(truncatingIfNeeded: nanos &- context.tsRecv)))
    case .error(let error): take(error, &report)
    case .confirmed(let index):
      announce(index, context, into: &lanes)
      report.events.append(.confirmed(index: index))
    case .granted(_, let type): take(granted: type, &report)
    case .details(_, let details): report.events.append(.definition(Self.definition(details)))
    case .pastTicks(let reqID, let records, let last, let isDone):
      takePast(reqID, records: records, last: last, isDone: isDone, context, &report)
    case .reroute(let reqID, let conID, let exchange, let isDepth):
      reroute(reqID, conID: conID, exchange: exchange, isDepth: isDepth, &report)
    case .headTimestamp(_, let text):
      report.events.append(.notice(code: 0, text: "data goes back to \(text)"))
    case .notice(let code, let text): report.events.append(.notice(code: code, text: text))
    case .detailsEnd, .pastBars, .tickParameters: break
    }
  }

  /// Says which symbol an instrument is: at the first word about it on each connection.
  private mutating func announce(
    _ index: Int, _ context: LiveContext, into lanes: inout LaneWriter
  ) {
    decoder.writeMapping(
      subscriptions[index].id, symbols[index],
      context: MessageContext(sequence: UInt64(context.epoch), tsRecv: context.tsRecv),
      into: &lanes)
  }

  private static func definition(_ details: IbContractDetails) -> LiveDefinition {
    LiveDefinition(
      symbol: details.localSymbol.isEmpty ? details.symbol : details.localSymbol,
      name: details.longName,
      exchange: details.primaryExchange.isEmpty ? details.exchange : details.primaryExchange,
      currency: details.currency, securityType: details.securityType,
      key: details.conID > 0 ? String(details.conID) : "", tickSize: details.minTick,
      validTo: String(details.lastTradeDate.prefix(8)))
  }

  /// What was granted holds for one request; a delay of any of them is told for the session.
  private mutating func take(granted type: Int, _ report: inout LiveReport) {
    let seconds = type == Int(Ib.delayed) || type == Int(Ib.delayedFrozen) ? Ib.delaySeconds : 0
    guard seconds != delayedSeconds else { return }
    delayedSeconds = seconds
    report.events.append(.delayed(seconds: seconds))
  }

  /// A contract for difference has its data at another instrument: ask for that one.
  private mutating func reroute(
    _ reqID: Int, conID: Int, exchange: String, isDepth: Bool, _ report: inout LiveReport
  ) {
    let index = decoder.instruments.find(IbRequestKind.instrument(max(reqID, 0)))
    guard subscriptions.indices.contains(index), conID > 0,
      conID != subscriptions[index].contract.conID
    else { return }
    report.events.append(
      .notice(code: 0, text: "\(symbols[index]): data is that of contract \(conID) at \(exchange)"))
    subscriptions[index].contract = IbContract(conID: conID, exchange: exchange)
    if isDepth {
      requests.depth(
        reqID, subscriptions[index].contract, rows: settings.depthRows,
        isSmart: settings.smartDepth)
    } else {
      requests.marketData(
        reqID, subscriptions[index].contract, genericTicks: subscriptions[index].genericTicks)
    }
  }
}

/// Errors by their number.
extension IbSession {
  private mutating func take(_ error: IbError, _ report: inout LiveReport) {
    report.events.append(.notice(code: error.code, text: error.text))
    switch error.code {
    case 326: lose(.authentication, error.text, &report)
    case 1300: lose(.restart, error.text, &report)
    case 503, 10285: lose(.version, error.text, &report)
    case 1100, 2110: report.events.append(.upstreamDown(text: error.text))
    case 1101:
      forgetSent()
      report.events.append(.upstreamUp(keepsSubscriptions: false, text: error.text))
    case 1102:
      report.events.append(.upstreamUp(keepsSubscriptions: true, text: error.text))
    case 10197:
      guard !takenOver else { break }
      takenOver = true
      report.events.append(
        .upstreamDown(text: "another session of this user has the data: \(error.text)"))
    case 2103, 2105, 2157, 2119: farm(error, isBroken: true, &report)
    case 2104, 2106, 2107, 2108, 2158: farm(error, isBroken: false, &report)
    default: if error.reqID >= 0 { takeRequest(error, &report) }
    }
  }

  /// All subscriptions are void upstream; the machine sends them again.
  private mutating func forgetSent() {
    for index in subscriptions.indices {
      subscriptions[index].sent = []
      decoder.instruments[index].isConfirmed = false
    }
    decoder.books.clearAll()
  }

  /// `Market data farm connection is OK:usfarm`: the name stands behind the last colon or dot.
  private func farm(_ error: IbError, isBroken: Bool, _ report: inout LiveReport) {
    let tail = error.text.split { $0 == ":" || $0 == "." }.last.map(String.init) ?? ""
    let name = tail.filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
    report.events.append(.part(name: name.isEmpty ? "farm" : name, isBroken: isBroken))
  }

  /// An error about one request.
  private mutating func takeRequest(_ error: IbError, _ report: inout LiveReport) {
    let kind = IbRequestKind.kind(error.reqID)
    let index = decoder.instruments.find(IbRequestKind.instrument(error.reqID))
    guard subscriptions.indices.contains(index) else { return }
    if kind == IbRequestKind.historicalTicks {
      return failHistory(error, &report)
    }
    guard Self.isFinal(error.code) else {
      if error.code == 316 {
        renewDepth(index)
        flush(&report)
      }
      return
    }
    if kind == IbRequestKind.tickLast || kind == IbRequestKind.tickBidAsk {
      withdrawTicks(kind, index)
    }
    subscriptions[index].sent.remove(kind)
    subscriptions[index].refused.insert(kind)
    if error.code == 101 {
      report.events.append(.limitReached(index: index))
      return
    }
    // An instrument is refused when nothing of what flows is left; details alone are no data.
    let flowing = subscriptions[index].kinds.filter { $0 != IbRequestKind.contract }
    let isAll =
      flowing.isEmpty || flowing.allSatisfy { subscriptions[index].refused.contains($0) }
    guard isAll, !subscriptions[index].isReportedRefused else { return }
    subscriptions[index].isReportedRefused = true
    report.events.append(.refused(index: index, code: error.code, text: error.text))
  }

  /// Whether the request is over. Those of 2100 to 2199 are warnings; others go on with part of the
  /// data, or delayed.
  static func isFinal(_ code: Int) -> Bool {
    switch code {
    case 2100...2199, 399, 10167, 10090, 10091, 300, 310, 316, 317, 102, 366, 100: false
    default: true
    }
  }
}
