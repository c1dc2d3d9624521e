public import FeedKit
internal import Wire

/// A simulated Interactive Brokers gateway: the TWS API as text (176 to 200) and as protobuf (213
/// to 226), chosen by the client's range of versions, read-only, with a seeded market behind it.
///
/// Pure: bytes and times in, bytes out. What a client sends never ends it; a malformed request gets
/// the error that the real gateway gives (fact sheet, sections 12 and 13).
public final class IbSimulator: UpstreamSimulator {
  public static var ports: [UpstreamPort] {
    [UpstreamPort("api", 4_002, "the API socket of a paper-trading gateway")]
  }

  public static var summary: String {
    "an Interactive Brokers gateway: TWS API, text 176-200 and protobuf 213-226"
  }

  let options: IbSimulatorOptions
  var market: IbSimulatorMarket
  var history: IbSimulatorHistory
  let account: IbSimulatorAccount
  var connections: [Int: IbSimulatorConnection] = [:]
  /// Live requests of each instrument, by its place in the catalogue.
  var watchers: [[IbSimulatorSubscription]]
  /// Market-data lines in use by all clients.
  var linesInUse = 0
  /// The simulated now, Unix ns; it follows the caller's clock unless time is stepped.
  var clock: UInt64 = 0
  /// When bars end next, Unix ns.
  private var nextBar: UInt64 = .max
  /// The gateway's link to its servers.
  var isLinked = true
  /// Lines of truth since they were last taken.
  var truth: [UInt8] = []
  /// Whether lines of truth are written.
  public var isTelling = false

  public init(_ options: SimulatorOptions) throws(SimulatorError) {
    self.options = try IbSimulatorOptions(options)
    let catalog = IbSimulatorCatalog(symbols: options.symbols, count: options.symbolCount)
    market = IbSimulatorMarket(catalog, seed: options.seed, rate: options.rate)
    history = IbSimulatorHistory(catalog, limit: options.historyTrades)
    account = IbSimulatorAccount(name: self.options.account, catalog)
    watchers = Array(repeating: [], count: catalog.instruments.count)
  }

  public var events: UInt64 { market.changes }

  var catalog: IbSimulatorCatalog { market.catalog }
  var seconds: Int { Int(clock / 1_000_000_000) }
  var millis: Int { Int(clock / 1_000_000) }

  // MARK: Connections

  public func opened(_ connection: SimulatorConnection, now: UInt64, _ wire: SimulatorWire) {
    begin(now)
    let client = IbSimulatorConnection(id: connection.id)
    client.hasWrongVersion = connection.hasWrongVersion
    connections[connection.id] = client
    guard connection.deniesAuthentication else { return }
    if options.deniesAsInUse {
      client.isDeniedAsInUse = true
    } else {
      // An address that is not on the list is accepted and closed without a byte.
      end(client, wire, .now)
    }
  }

  public func received(
    _ bytes: RawSpan, on connection: Int, now: UInt64, _ wire: SimulatorWire
  ) -> Int {
    guard let client = connections[connection] else { return bytes.byteCount }
    begin(now)
    var consumed = 0
    while client.stage != .ended {
      if client.stage == .prefix {
        guard let length = readPrefix(bytes, client, wire) else { break }
        consumed += length
        continue
      }
      guard let length = bytes.loadBE(UInt32.self, at: consumed) else { break }
      guard length <= IbSimulatorLimits.frameBytes else {
        // There is no way to find the next frame after a length that cannot be.
        end(client, wire, .now)
        break
      }
      let start = consumed + 4
      guard start + Int(length) <= bytes.byteCount else { break }
      frame(bytes, start..<start + Int(length), client, now: now, wire)
      consumed = start + Int(length)
    }
    return client.stage == .ended ? bytes.byteCount : consumed
  }

  public func closed(_ connection: Int, now: UInt64) {
    guard let client = connections.removeValue(forKey: connection) else { return }
    for subscription in client.subscriptions.values { unwatch(subscription) }
  }

  func end(
    _ client: IbSimulatorConnection, _ wire: SimulatorWire, _ closing: SimulatorWire.Closing
  ) {
    client.stage = .ended
    wire.close(client.id, closing)
  }

  // MARK: Time

  public func advance(now: UInt64, _ wire: SimulatorWire) {
    begin(now)
    for client in connections.values where !client.held.isEmpty {
      release(client, now: now, wire)
    }
    if options.stepNanos == nil { run(to: now, wire) }
  }

  public func deadline(after now: UInt64) -> UInt64 {
    var next = UInt64.max
    if connections.values.contains(where: { !$0.held.isEmpty }) {
      next = (now / 1_000_000_000 + 1) * 1_000_000_000
    }
    guard options.stepNanos == nil, !connections.isEmpty else { return next }
    return min(next, market.next, nextBar)
  }

  /// The market begins with the first thing that happens.
  private func begin(_ now: UInt64) {
    guard clock == 0 else { return }
    clock = options.start ?? now
    market.begin(at: clock)
    nextBar = (clock / IbSimulatorLimits.barNanos + 1) * IbSimulatorLimits.barNanos
  }

  /// Runs the market until `time`.
  func run(to time: UInt64, _ wire: SimulatorWire) {
    while true {
      let next = min(market.next, nextBar)
      guard next <= time else { break }
      clock = max(clock, next)
      // What happens at a bar's end belongs to the next one.
      if nextBar == next {
        if isLinked { closeBars(wire) }
        nextBar += IbSimulatorLimits.barNanos
      } else {
        let change = market.step()
        history.add(change)
        if isLinked { spread(change, wire) }
      }
    }
    clock = max(clock, time)
  }

  /// One step of stepped time: a client asked what time it is.
  func step(_ wire: SimulatorWire) {
    guard let nanos = options.stepNanos else { return }
    run(to: clock &+ nanos, wire)
  }

  public func pace(factor: Double, now: UInt64) { market.pace(factor) }

  // MARK: Sending

  /// Sends what `say` writes, and tells it where truth is wanted.
  func send(
    _ client: IbSimulatorConnection, _ wire: SimulatorWire,
    _ say: (inout IbSimulatorWriter) -> Void
  ) {
    guard client.stage == .running else { return }
    say(&client.writer)
    wire.send(client.writer.bytes, on: client.id)
    guard isTelling else { return }
    var frame = IbFrameWriter()
    frame.raw("{\"client\":\(client.client),\"version\":\(client.version),")
    truth.append(contentsOf: frame.bytes)
    truth.append(contentsOf: client.writer.told)
    truth.append(contentsOf: [0x7D, 0x0A])
  }

  /// Sends an error; -1 is about the connection.
  func fail(
    _ client: IbSimulatorConnection, _ id: Int, _ code: Int, _ text: String, _ wire: SimulatorWire
  ) {
    send(client, wire) { $0.error(id, code: code, text, millis: millis) }
  }

  /// Lines of truth since the last call: one JSON object each, of every message that was sent.
  public func takeTruth() -> [UInt8] {
    defer { truth.removeAll(keepingCapacity: true) }
    return truth
  }
}
