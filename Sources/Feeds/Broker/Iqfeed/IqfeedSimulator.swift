public import FeedKit
internal import Wire

/// A simulated IQConnect: level 1, depth, lookup, admin and derivatives ports of protocols 6.2,
/// 6.1, 6.0 and of clients that set none. One market feeds them all, so that history agrees with
/// what was streamed: the same prices, sizes, times and tick ids.
public final class IqfeedSimulator: UpstreamSimulator {
  public static var ports: [UpstreamPort] {
    IqfeedChannel.allCases.map { channel in
      UpstreamPort(channel.name, channel.usualPort, channel.summary)
    }
  }
  public static var summary: String {
    "DTN IQFeed: IQConnect's five ports, protocols 6.2 and 6.1, history, books, bars"
  }
  public static var settings: [(name: String, help: String)] {
    [
      ("hours", "always, or us: trading as in New York"),
      ("history_rate", "history requests a second before they are refused, 50"),
      ("corrections", "every so many trades one comes late, as a correction; 0 for none"),
    ]
  }

  var market: SimulatedMarket
  var clients: [Int: IqfeedSimulatorClient] = [:]
  /// Those of one port, for the way of each event.
  var level1: [IqfeedSimulatorClient] = []
  var depth: [IqfeedSimulatorClient] = []
  var derivatives: [IqfeedSimulatorClient] = []
  var line = IqfeedSimulatorLine()
  /// Level 1 clients that watch each instrument, and instruments that any of them does.
  var watchers: [UInt16]
  var watchedSymbols = 0
  let linesLimit: Int
  let correctionEvery: Int
  var tradesUntilCorrection: Int
  var isUp = true
  let start: UInt64
  /// When the once-a-second lines are due next, and the next headline.
  var secondAt: UInt64
  var newsAt: UInt64
  var newsNumber: UInt64 = 22_000_000_000
  /// History requests: a bucket that refills every second.
  let historyRate: Double
  var historyTokens: Double
  var historyAt: UInt64
  var reconnections = 0
  var login = "SIMULATED"
  var savesLogin = true
  var hasAutoconnect = true
  var spoiling = IqfeedSimulatorSpoiling()

  /// Throws: symbols, a rate or settings that cannot be.
  public init(_ options: SimulatorOptions) throws(SimulatorError) {
    market = try SimulatedMarket(options)
    watchers = Array(repeating: 0, count: market.instruments.count)
    linesLimit = options.linesLimit ?? 500
    correctionEvery = try Self.number(options, "corrections", 0, 0...Int.max)
    tradesUntilCorrection = correctionEvery
    historyRate = Double(try Self.number(options, "history_rate", 50, 1...1_000_000))
    historyTokens = historyRate
    start = options.start
    historyAt = start
    secondAt = (start / 1_000_000_000 + 1) * 1_000_000_000
    newsAt = start + 5_000_000_000
  }

  private static func number(
    _ options: SimulatorOptions, _ name: String, _ usual: Int, _ range: ClosedRange<Int>
  ) throws(SimulatorError) -> Int {
    guard let text = options.settings[name] else { return usual }
    guard let value = Int(text), range.contains(value) else {
      throw SimulatorError("\(name)=\(text): give a whole number of \(range.lowerBound) or more")
    }
    return value
  }

  public var events: UInt64 { market.events }

  public func pace(factor: Double, now: UInt64) { market.pace(factor: factor) }

  // MARK: Connections

  public func opened(_ connection: SimulatorConnection, now: UInt64, _ wire: SimulatorWire) {
    let client = IqfeedSimulatorClient(
      connection, instruments: market.instruments.count, now: now)
    clients[connection.id] = client
    switch client.channel {
    case .level1: level1.append(client)
    case .depth: depth.append(client)
    case .derivatives: derivatives.append(client)
    case .lookup, .admin: break
    }
    greet(client, wire)
  }

  public func closed(_ connection: Int, now: UInt64) {
    guard let client = clients.removeValue(forKey: connection) else { return }
    for instrument in client.watches.indices where client.watches[instrument] != 0 {
      unwatch(client, instrument)
    }
    level1.removeAll { $0 === client }
    depth.removeAll { $0 === client }
    derivatives.removeAll { $0 === client }
  }

  /// Section 3: the first lines come at once, before any command.
  private func greet(_ client: IqfeedSimulatorClient, _ wire: SimulatorWire) {
    let isServed = isUp && !client.connection.deniesAuthentication
    switch client.channel {
    case .level1:
      say("S,KEY,99999", client, wire)
      say(isServed ? "S,SERVER CONNECTED" : "S,SERVER DISCONNECTED", client, wire)
      if client.connection.deniesAuthentication {
        say("S,SERVER RECONNECT FAILED,", client, wire)
      }
      say("S,IP,127.0.0.1 60009,127.0.0.1 60003", client, wire)
      say(
        "S,CUST,real_time,127.0.0.1,60003,SIMULATED,6.2.0.25,0, SIMULATED L2 ,SIMULATED,"
          + "\(linesLimit),QT_API,20991231,", client, wire)
    case .depth:
      // Recorded: disconnected, connected, an `O`, and data only then.
      say("S,SERVER DISCONNECTED", client, wire)
      if isServed {
        say("S,SERVER CONNECTED", client, wire)
        say("O", client, wire)
      }
    case .derivatives:
      say(isServed ? "S,SERVER CONNECTED" : "S,SERVER DISCONNECTED", client, wire)
    case .lookup, .admin: break
    }
  }

  /// Whole lines are consumed; a line without end that is too long is thrown away.
  public func received(
    _ bytes: RawSpan, on connection: Int, now: UInt64, _ wire: SimulatorWire
  ) -> Int {
    guard let client = clients[connection] else { return bytes.byteCount }
    let count = bytes.byteCount
    var start = 0
    while let end = bytes.firstOffset(of: UInt8(ascii: "\n"), from: start, to: count) {
      var last = end
      if last > start, bytes.uncheckedByte(at: last - 1) == UInt8(ascii: "\r") { last -= 1 }
      if last > start {
        let text = Self.text(bytes, start..<last)
        client.received += UInt64(end - start)
        take(text, client, now, wire)
      }
      start = end + 1
    }
    return count - start > IqfeedLimits.lineBytes ? count : start
  }

  /// Bytes that are no ASCII become `?`, so that nothing odd comes back in an answer.
  private static func text(_ bytes: RawSpan, _ range: Range<Int>) -> String {
    var plain: [UInt8] = []
    for index in range {
      let byte = bytes.uncheckedByte(at: index)
      plain.append((0x20..<0x7F).contains(byte) ? byte : UInt8(ascii: "?"))
    }
    return String(decoding: plain, as: UTF8.self)
  }

  private func take(
    _ text: String, _ client: IqfeedSimulatorClient, _ now: UInt64, _ wire: SimulatorWire
  ) {
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if words[0] == "S", takeCommon(words, client, wire) { return }
    switch client.channel {
    case .level1: takeLevel1(text, words, client, now, wire)
    case .depth: takeDepth(text, words, client, now, wire)
    case .lookup: takeLookup(words, client, now, wire)
    case .admin: takeAdmin(words, client, now, wire)
    case .derivatives: takeBars(words, client, now, wire)
    }
  }

  /// What every port knows: protocol and client name.
  private func takeCommon(
    _ words: [String], _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) -> Bool {
    guard words.count > 1 else { return false }
    switch words[1] {
    case "SET PROTOCOL":
      if let version = words.count > 2 ? IqfeedSimulatorVersion(words[2]) : nil {
        client.version = client.connection.hasWrongVersion ? .six : version
      }
      // Without a trailing comma on the lookup port (section 2).
      let comma = client.channel == .lookup ? "" : ","
      say("S,CURRENT PROTOCOL,\(client.version.name)\(comma)", client, wire)
      if client.channel == .level1, !client.wasGreeted {
        client.wasGreeted = true
        sayFields(client, wire)
      }
      return true
    case "SET CLIENT NAME":
      client.name = words.count > 2 ? words[2] : ""
      return true
    default: return false
    }
  }

  // MARK: Time

  public func deadline(after now: UInt64) -> UInt64 {
    var next = min(secondAt, newsAt)
    let isBusy = !level1.isEmpty || !depth.isEmpty || !derivatives.isEmpty
    // Without anybody who listens the market is brought up to date once a second.
    if isBusy { next = min(next, market.nextEvent) }
    for client in clients.values where !client.jobs.isEmpty { next = now }
    return next
  }

  public func advance(now: UInt64, _ wire: SimulatorWire) {
    while let event = market.next(until: now) {
      guard isUp else { continue }
      stream(event, wire)
    }
    for client in clients.values where !client.jobs.isEmpty { work(client, wire) }
    if now >= secondAt {
      everySecond(now, wire)
      secondAt = (now / 1_000_000_000 + 1) * 1_000_000_000
    }
    if now >= newsAt {
      headline(now, wire)
      newsAt = now + 5_000_000_000
    }
    if isUp, !derivatives.isEmpty { closeBars(now, wire) }
  }

  private func stream(_ event: MarketEvent, _ wire: SimulatorWire) {
    if !level1.isEmpty, watchers[event.instrument] > 0 { streamLevel1(event, wire) }
    for client in depth where client.books[event.instrument].isWatched {
      guard !client.connection.deniesAuthentication else { continue }
      streamDepth(event, client, wire)
    }
    if event.kind == .trade, !derivatives.isEmpty { streamBars(event, wire) }
  }

  private func everySecond(_ now: UInt64, _ wire: SimulatorWire) {
    for client in clients.values.sorted(by: { $0.id < $1.id }) {
      switch client.channel {
      case .level1 where client.wantsTimes && isUp && !client.connection.deniesAuthentication:
        sayTime(client, now, wire)
      case .admin: sayStatistics(client, now, wire)
      default: break
      }
    }
  }

  public func upstreamLink(isUp: Bool, now: UInt64, _ wire: SimulatorWire) {
    guard isUp != self.isUp else { return }
    self.isUp = isUp
    if isUp { reconnections += 1 }
    let text = isUp ? "S,SERVER CONNECTED" : "S,SERVER DISCONNECTED"
    for client in clients.values.sorted(by: { $0.id < $1.id }) {
      guard client.channel != .lookup, client.channel != .admin else { continue }
      say(text, client, wire)
      // Watches are kept, and a fresh summary of each comes (section 3).
      if isUp, client.channel == .level1 { sayAllSummaries(client, wire) }
      if isUp, client.channel == .depth { sayAllBooks(client, wire) }
    }
  }

  public func spoil(_ message: inout [UInt8], _ random: inout SimulationRandom) -> String {
    spoiling.spoil(&message, &random)
  }

  // MARK: Lines

  /// Sends a line of text.
  func say(_ text: String, _ client: IqfeedSimulatorClient, _ wire: SimulatorWire) {
    line.clear()
    line.text(text)
    send(client, wire)
  }

  /// Sends `line` with the port's ending.
  func send(_ client: IqfeedSimulatorClient, _ wire: SimulatorWire) {
    line.end(crlf: client.usesCRLF)
    wire.send(line.bytes, on: client.id)
  }
}
