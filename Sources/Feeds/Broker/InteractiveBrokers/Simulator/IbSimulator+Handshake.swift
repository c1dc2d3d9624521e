public import FeedKit
internal import Wire

/// Session start (fact sheet, section 2).
extension IbSimulator {
  /// The four bytes that a client sends first; answers how many were taken, nil while they are not
  /// all there.
  func readPrefix(
    _ bytes: RawSpan, _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) -> Int? {
    let wanted = Array("API\0".utf8)
    for (offset, byte) in wanted.enumerated() {
      guard let found = bytes.loadByte(at: offset) else { return nil }
      guard found == byte else {
        end(client, wire, .now)
        return nil
      }
    }
    client.stage = .hello
    return wanted.count
  }

  /// One frame of a client.
  func frame(
    _ bytes: RawSpan, _ range: Range<Int>, _ client: IbSimulatorConnection, now: UInt64,
    _ wire: SimulatorWire
  ) {
    switch client.stage {
    case .hello: hello(IbText.string(bytes, range), client, wire)
    case .agreed, .running:
      guard admits(client, now: now, wire) else {
        if client.isPaced { hold(bytes, range, client, wire) }
        return
      }
      request(bytes, range, client, now: now, wire)
    case .prefix, .ended: break
    }
  }

  /// `v100..226`, or `v200`, with options behind a blank.
  private func hello(_ text: String, _ client: IbSimulatorConnection, _ wire: SimulatorWire) {
    let words = text.split(separator: " ", maxSplits: 1)
    guard let range = words.first.flatMap(Self.range) else { return end(client, wire, .now) }
    client.isPaced = words.count > 1 && words[1].contains("+PACEAPI")
    guard let agreed = IbSimulatorVersions.agreed(client: range, server: options.newestVersion)
    else { return end(client, wire, .now) }
    let version = client.hasWrongVersion ? max(range.lowerBound - 1, 1) : agreed
    client.version = version
    client.writer = IbSimulatorWriter(version: version, isTelling: isTelling)
    var reply = IbFrameWriter()
    reply.beginBare()
    reply.field(version)
    reply.field(IbSimulatorTime.connectionText(seconds: seconds))
    reply.end()
    wire.send(reply.bytes, on: client.id)
    // Nothing follows until `startApi`: the official client throws away what comes with the reply.
    client.stage = client.hasWrongVersion ? .ended : .agreed
  }

  private static func range(_ word: Substring) -> ClosedRange<Int>? {
    guard word.first == "v" else { return nil }
    let bounds = word.dropFirst().split(separator: ".", omittingEmptySubsequences: true)
    guard let low = bounds.first.flatMap({ Int($0) }), let high = bounds.last.flatMap({ Int($0) }),
      bounds.count <= 2, low <= high
    else { return nil }
    return low...high
  }

  /// The client's id is free, or error 326 and the end.
  func startAPI(_ id: Int, _ client: IbSimulatorConnection, _ wire: SimulatorWire) {
    guard client.stage == .agreed else { return }
    let isInUse = connections.values.contains { $0.stage == .running && $0.client == id }
    client.client = id
    client.stage = .running
    guard !isInUse, !client.isDeniedAsInUse else {
      fail(
        client, -1, 326,
        "Unable to connect as the client id is already in use. Retry with a unique client id.",
        wire)
      client.client = -1
      return end(client, wire, .afterSending)
    }
    send(client, wire) { $0.managedAccounts([account.name]) }
    send(client, wire) { $0.nextValidID(1) }
    for (code, text) in Self.farms(areUp: true) { fail(client, -1, code, text, wire) }
    if !isLinked { fail(client, -1, 1100, Self.lostText, wire) }
  }

  static func farms(areUp: Bool) -> [(code: Int, text: String)] {
    areUp
      ? [
        (2104, "Market data farm connection is OK:usfarm"),
        (2104, "Market data farm connection is OK:usfuture"),
        (2106, "HMDS data farm connection is OK:ushmds"),
        (2158, "Sec-def data farm connection is OK:secdefil"),
      ]
      : [
        (2103, "Market data farm connection is broken:usfarm"),
        (2103, "Market data farm connection is broken:usfuture"),
        (2105, "HMDS data farm connection is broken:ushmds"),
      ]
  }

  static var lostText: String {
    "Connectivity between IBKR and Trader Workstation has been lost."
  }

  // MARK: The gateway's own link

  public func upstreamLink(isUp: Bool, now: UInt64, _ wire: SimulatorWire) {
    isLinked = isUp
    for client in connections.values.sorted(by: { $0.id < $1.id })
    where client.stage == .running {
      if !isUp {
        fail(client, -1, 1100, Self.lostText, wire)
        for (code, text) in Self.farms(areUp: false) { fail(client, -1, code, text, wire) }
      } else if options.losesSubscriptions {
        for subscription in client.subscriptions.values { unwatch(subscription) }
        client.subscriptions.removeAll()
        fail(
          client, -1, 1101,
          "Connectivity between IBKR and Trader Workstation has been restored - data lost.", wire)
        for (code, text) in Self.farms(areUp: true) { fail(client, -1, code, text, wire) }
      } else {
        fail(
          client, -1, 1102,
          "Connectivity between IBKR and Trader Workstation has been restored - data maintained."
            + " All data farms are connected: usfarm; usfuture; ushmds; secdefil.", wire)
        for (code, text) in Self.farms(areUp: true) { fail(client, -1, code, text, wire) }
        resetDepth(client, wire)
      }
    }
  }

  // MARK: Requests a second

  /// Counts the request; false where it is too many: it is refused, or held where the client asked
  /// for that.
  private func admits(
    _ client: IbSimulatorConnection, now: UInt64, _ wire: SimulatorWire
  ) -> Bool {
    let second = now / 1_000_000_000
    if client.second != second {
      client.second = second
      client.messages = 0
    }
    if client.isPaced {
      if !client.held.isEmpty || client.messages >= options.messageLimit { return false }
      client.messages += 1
      return true
    }
    client.messages += 1
    let excess = client.messages - options.messageLimit
    guard excess > 0 else { return true }
    if client.stage == .running {
      fail(
        client, -1, 100,
        "Max rate of messages per second has been exceeded:max=\(options.messageLimit)"
          + " rec=\(client.messages) (\(excess))", wire)
    }
    // A client that goes on all the same is cut off.
    if excess > options.messageLimit { end(client, wire, .afterSending) }
    return false
  }

  private func hold(
    _ bytes: RawSpan, _ range: Range<Int>, _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    guard client.held.count < IbSimulatorLimits.held else { return end(client, wire, .now) }
    client.held.append(range.map { bytes.uncheckedByte(at: $0) })
  }

  /// Lets requests pass that were held back.
  func release(_ client: IbSimulatorConnection, now: UInt64, _ wire: SimulatorWire) {
    let second = now / 1_000_000_000
    if client.second != second {
      client.second = second
      client.messages = 0
    }
    let count = min(client.held.count, options.messageLimit - client.messages)
    guard count > 0 else { return }
    client.messages += count
    let due = client.held.prefix(count)
    client.held.removeFirst(count)
    for frame in due {
      var buffer = ByteBuffer(capacity: frame.count)
      for byte in frame { buffer.append(value: byte) }
      request(buffer.bytes, 0..<frame.count, client, now: now, wire)
    }
  }
}
