internal import ExchangeFeeds
internal import FeedKit
internal import Net
internal import Wire

/// The state of a running simulated exchange, owned by the thread in `ItchSimulatorServer.run`.
struct ItchSimulatorCore: ~Copyable {
  private(set) var market: ItchMarket
  private var store: RetransmissionStore
  private var sender: MoldUDP64Sender
  private let lines: [SimulatorLine]
  private let requests: SimulatorRequests?
  private let soup: SimulatorSoup?
  private var frames: FixedTable<UInt8>
  private var datagram: FixedTable<UInt8>
  private let options: ItchSimulatorServerOptions

  private var startNanos: UInt64 = 0
  private var lastSentNanos: UInt64 = 0
  /// When the end of the session was first sent; 0 before.
  private var endedNanos: UInt64 = 0
  private var isEnding = false
  private(set) var isFinished = false
  private var worstDelayNanos: UInt64 = 0

  private static var frameBytes: Int { 65_536 }
  /// MoldUDP64: a heartbeat about every second of silence.
  private static var heartbeatNanos: UInt64 { 1_000_000_000 }
  private static var endRepeatNanos: UInt64 { 100_000_000 }

  init(_ options: ItchSimulatorServerOptions) throws(ItchSimulatorServerError) {
    guard let session = MoldUDP64SessionName(options.session) else {
      throw .options("the session \"\(options.session)\" is not 1 to 10 printable characters")
    }
    guard options.lines.count <= 2, options.impairments.allSatisfy(\.isValid),
      (64...MoldUDP64SenderLimits.datagramBytes).contains(options.datagramBytes)
    else {
      throw .options("at most two lines, probabilities 0 to 1, datagrams of 64 bytes or more")
    }
    // What can fail comes first: a value that cannot be copied is set up whole or not at all.
    let market = try Self.market(options.market)
    let sockets = try Self.sockets(options, session)
    self.options = options
    self.market = market
    lines = sockets.lines
    requests = sockets.requests
    soup = sockets.soup
    store = RetransmissionStore(
      session: session, capacityBytes: powerOfTwo(max(options.storeBytes, Self.frameBytes)),
      capacityMessages: powerOfTwo(max(options.storeMessages, 1)))
    sender = MoldUDP64Sender(session: session, maximumBytes: options.datagramBytes)
    frames = FixedTable(repeating: 0, count: Self.frameBytes)
    datagram = FixedTable(repeating: 0, count: MoldUDP64SenderLimits.datagramBytes)
  }

  private struct Sockets {
    var lines: [SimulatorLine] = []
    var requests: SimulatorRequests?
    var soup: SimulatorSoup?
  }

  private static func market(
    _ options: ItchMarketOptions
  ) throws(ItchSimulatorServerError) -> ItchMarket {
    do throws(ItchMarketOptions.Invalid) {
      return try ItchMarket(options)
    } catch {
      throw .options(error.description)
    }
  }

  private static func sockets(
    _ options: ItchSimulatorServerOptions, _ session: MoldUDP64SessionName
  ) throws(ItchSimulatorServerError) -> Sockets {
    var sockets = Sockets()
    do throws(NetError) {
      for line in options.lines.indices {
        sockets.lines.append(try SimulatorLine(options, line))
      }
      if let endpoint = options.requests {
        sockets.requests = try SimulatorRequests(endpoint, datagramBytes: options.datagramBytes)
      }
      if let endpoint = options.soup {
        var login = SoupBinTCPServer.Options(session: session)
        login.username = options.username
        login.password = options.password
        sockets.soup = try SimulatorSoup(endpoint, login)
      }
    } catch {
      throw .net(error)
    }
    return sockets
  }

  var requestAddress: SocketAddress? { requests?.address }
  var soupAddress: SocketAddress? { soup?.address }
  var messages: UInt64 { sender.nextSequence - 1 }

  mutating func start(at now: UInt64) {
    startNanos = now
    lastSentNanos = now
  }

  mutating func endDay() {
    guard !isEnding else { return }
    isEnding = true
    market.endDay()
  }

  /// One turn: what is due goes out, requests and clients are served; then it sleeps for the rest
  /// of the batch time, or until a request comes.
  mutating func turn(now: UInt64) throws(NetError) {
    let elapsed = now - startNanos
    var bytes = 0
    if !market.isFinished { bytes = Self.fill(&frames, from: &market, dueNanos: elapsed) }
    if bytes > 0 {
      try publish(bytes, now: now)
      // A message that is not yet due ends the fill, so only a late one counts as delay.
      if market.dueNanos < elapsed {
        worstDelayNanos = max(worstDelayNanos, elapsed - market.dueNanos)
      }
    } else if market.isFinished {
      try endSession(now)
    } else if now - lastSentNanos >= Self.heartbeatNanos {
      try control(now, isEnd: false)
    }
    let isServing = try requests?.serve(store) ?? false
    let isBusy = try soup?.serve(store, now: now) ?? false
    // A full buffer, a request or a replay means that there is more to do at once.
    if bytes > Self.frameBytes / 2 || isServing || isBusy { return }
    try sleep()
  }

  /// Sleeps for the batch time; a request or a client ends the sleep.
  private func sleep() throws(NetError) {
    _ = try Readiness.wait(
      requests?.descriptor ?? -1, soup?.descriptor ?? -1, soup?.clientDescriptor ?? -1,
      timeoutNanos: Int64(options.batchNanos))
  }

  private mutating func publish(_ bytes: Int, now: UInt64) throws(NetError) {
    Self.keep(frames, bytes, in: &store)
    lastSentNanos = now
    var offset = 0
    while offset < bytes,
      let packed = Self.pack(frames, offset..<bytes, &sender, into: &datagram)
    {
      offset = packed.nextOffset
      for line in lines { try line.send(datagram.bytes(0..<packed.byteCount)) }
    }
    for line in lines { try line.flush() }
  }

  /// A heartbeat or an end of session on all lines.
  private mutating func control(_ now: UInt64, isEnd: Bool) throws(NetError) {
    let size = Self.pack(isEnd: isEnd, sender, into: &datagram)
    lastSentNanos = now
    for line in lines { try line.control(datagram.bytes(0..<size)) }
  }

  private mutating func endSession(_ now: UInt64) throws(NetError) {
    if endedNanos == 0 {
      endedNanos = now
      for line in lines { try line.release() }
      soup?.endSession()
      try control(now, isEnd: true)
    } else if now - lastSentNanos >= Self.endRepeatNanos {
      try control(now, isEnd: true)
    }
    if now - endedNanos >= options.endOfSessionNanos { isFinished = true }
  }

  // Each of these borrows one buffer for a span while it changes another part of the core; as
  // methods they would borrow the whole core twice.

  private static func fill(
    _ frames: inout FixedTable<UInt8>, from market: inout ItchMarket, dueNanos: UInt64
  ) -> Int {
    var span = frames.mutableBytes
    return market.fill(&span, dueNanos: dueNanos)
  }

  private static func keep(
    _ frames: borrowing FixedTable<UInt8>, _ bytes: Int, in store: inout RetransmissionStore
  ) {
    _ = store.append(frames.bytes(0..<bytes))
  }

  private static func pack(
    _ frames: borrowing FixedTable<UInt8>, _ range: Range<Int>, _ sender: inout MoldUDP64Sender,
    into datagram: inout FixedTable<UInt8>
  ) -> MoldUDP64Sender.Packed? {
    var span = datagram.mutableBytes
    return sender.pack(
      frames.bytes(0..<range.upperBound), from: range.lowerBound, into: &span)
  }

  private static func pack(
    isEnd: Bool, _ sender: MoldUDP64Sender, into datagram: inout FixedTable<UInt8>
  ) -> Int {
    var span = datagram.mutableBytes
    return isEnd ? sender.endOfSession(into: &span) : sender.heartbeat(into: &span)
  }

  var report: ItchSimulatorReport {
    ItchSimulatorReport(
      market: market.summary, lines: lines.map(\.counts), sent: lines.map(\.sent),
      requestsAnswered: requests?.answered ?? 0, requestsIgnored: requests?.ignored ?? 0,
      soupClients: soup?.accepted ?? 0, worstDelayNanos: worstDelayNanos)
  }
}

/// The smallest power of two that is not below `value`.
private func powerOfTwo(_ value: Int) -> Int {
  var result = 1
  while result < value { result *= 2 }
  return result
}
