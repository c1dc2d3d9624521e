internal import FeedKit
internal import Wire

/// What a request leads to.
extension IbSimulator {
  /// One frame of a client whose version is agreed.
  func request(
    _ bytes: RawSpan, _ range: Range<Int>, _ client: IbSimulatorConnection, now: UInt64,
    _ wire: SimulatorWire
  ) {
    do {
      let request = try Self.read(bytes, range, client.version)
      if case .startAPI(let id, _) = request { return startAPI(id, client, wire) }
      guard client.stage == .running else { return }
      serve(request, client, now: now, wire)
    } catch {
      // Before `startApi` nothing may go out; after it the session goes on (section 13).
      fail(client, error.id, error.code, error.text, wire)
    }
  }

  /// Text, or protobuf where the binary id says so (fact sheet, section 1).
  private static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ version: Int
  ) throws(IbSimulatorRequestError) -> IbSimulatorRequest {
    var start = range.lowerBound
    var message = -1
    if version >= IbMessageID.binaryIDVersion {
      guard range.count >= 4, let id = bytes.loadBE(UInt32.self, at: start) else {
        throw IbSimulatorRequestError(
          id: -1, code: 320, text: "Error reading request. Unexpected end of message.")
      }
      start += 4
      message = Int(id)
      if message > IbMessageID.protobufOffset {
        return try IbSimulatorRequest(
          message: message - IbMessageID.protobufOffset, protobuf: bytes, start..<range.upperBound)
      }
    }
    var fields = IbFields(bytes, from: start, to: range.upperBound)
    if message < 0 { message = fields.int(unset: -1) }
    if fields.failure != nil {
      throw IbSimulatorRequestError(
        id: -1, code: 320, text: "Error reading request. Message id is not a number.")
    }
    return try IbSimulatorRequest(message: message, fields: fields)
  }

  private func serve(
    _ request: IbSimulatorRequest, _ client: IbSimulatorConnection, now: UInt64,
    _ wire: SimulatorWire
  ) {
    switch request {
    case .marketData, .cancelMarketData, .marketDataType, .tickByTick, .cancelTickByTick, .depth,
      .cancelDepth, .realTimeBars, .cancelRealTimeBars:
      serveMarket(request, client, now: now, wire)
    case .history, .cancelHistory, .headTimestamp, .cancelHeadTimestamp, .historicalTicks,
      .cancelHistoricalTicks:
      serveHistory(request, client, now: now, wire)
    case .contractDetails, .cancelContractDetails, .matchingSymbols, .smartComponents, .marketRule,
      .optionParameters, .depthExchanges, .currentTime, .currentTimeMillis, .ids, .managedAccounts,
      .logLevel, .userInfo, .startAPI:
      serveReference(request, client, wire)
    case .order(let id):
      fail(
        client, id, 321,
        "Error validating request.-'bD' : cause - The API interface is currently in Read-Only"
          + " mode.", wire)
    case .unserved(let id, let message):
      fail(
        client, id, 321,
        "Error validating request.-'bW' : cause - Message \(message) is not supported.", wire)
    default: serveAccount(request, client, wire)
    }
  }

  // MARK: Instruments

  /// The one instrument that a contract names; otherwise the client has error 200 already.
  func resolve(
    _ contract: IbSimulatorContract, _ id: Int, _ client: IbSimulatorConnection,
    _ wire: SimulatorWire
  ) -> Int? {
    let found = contract.legs > 0 ? [] : catalog.matches(contract)
    if found.count == 1 { return found[0] }
    fail(
      client, id, 200,
      found.isEmpty
        ? "No security definition has been found for the request"
        : "The contract description specified for \(contract.symbol) is ambiguous.", wire)
    return nil
  }

  // MARK: Subscriptions

  /// Whether the id is free; otherwise the client has error 102 already.
  func isFree(_ id: Int, _ client: IbSimulatorConnection, _ wire: SimulatorWire) -> Bool {
    guard client.subscriptions[id] != nil else { return true }
    fail(client, id, 102, "Duplicate ticker ID.", wire)
    return false
  }

  @discardableResult
  func watch(
    _ id: Int, _ index: Int, _ kind: IbSimulatorSubscription.Kind, _ client: IbSimulatorConnection
  ) -> IbSimulatorSubscription {
    let subscription = IbSimulatorSubscription(
      id: id, index: index, kind: kind, connection: client)
    client.subscriptions[id] = subscription
    if index >= 0 { watchers[index].append(subscription) }
    if subscription.takesLine { linesInUse += 1 }
    return subscription
  }

  func unwatch(_ subscription: IbSimulatorSubscription) {
    if subscription.takesLine { linesInUse -= 1 }
    guard subscription.index >= 0 else { return }
    watchers[subscription.index].removeAll { $0 === subscription }
  }

  /// Ends a live request of a kind; false where there is none of it.
  func cancel(
    _ id: Int, _ client: IbSimulatorConnection, _ fits: (IbSimulatorSubscription) -> Bool
  ) -> Bool {
    guard let subscription = client.subscriptions[id], fits(subscription) else { return false }
    client.subscriptions[id] = nil
    unwatch(subscription)
    return true
  }
}
