internal import FeedKit

/// What is simulated.
public struct IexSimulatorOptions: Sendable {
  /// Which feed carries the market's events.
  public struct Stream: RawRepresentable, Hashable, Sendable {
    /// The message protocol id.
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public static var tops: Self { Self(rawValue: 0x8003) }
    public static var deep: Self { Self(rawValue: 0x8004) }
  }

  public var stream: Stream
  public var seed: UInt64
  /// Securities, 1 ... 5,000.
  public var symbols: Int
  /// Market events between opening and close; each is one to a few messages.
  public var events: Int
  /// Time of the first message, ns since the Unix epoch.
  public var startNanos: UInt64
  public var sessionID: UInt32

  public init(
    stream: Stream, seed: UInt64 = 1, symbols: Int = 50, events: Int = 10_000,
    startNanos: UInt64 = 1_700_000_000_000_000_000, sessionID: UInt32 = 0x5000_0000
  ) {
    self.stream = stream
    self.seed = seed
    self.symbols = min(max(symbols, 1), 5_000)
    self.events = max(events, 0)
    self.startNanos = startNanos
    self.sessionID = sessionID
  }
}

/// A small exchange that speaks TOPS or DEEP over IEX-TP: the administrative burst, an opening,
/// levels and trades with books that stay consistent, halts, broken trades, a close, heartbeats.
///
/// Deterministic: the same options give the same bytes. TOPS and DEEP of the same seed tell the
/// same market, so that one can be checked with the other. No I/O: the caller sends the segments or
/// writes them to a capture.
public struct IexSimulator: ~Copyable {
  /// Messages written so far.
  public private(set) var messages: UInt64 = 0

  private let options: IexSimulatorOptions
  private var random: SimulationRandom
  /// Cuts the messages into segments: apart from the market, which both streams share.
  private var cuts: SimulationRandom
  private var writer: IexSegmentWriter
  private var books: [IexSimulatedBook]
  private var time: UInt64
  private var step = 0
  private var tradeID: UInt64 = 1_000
  private var lastTrade: IexSimulatedTrade?

  public init(_ options: IexSimulatorOptions) {
    self.options = options
    random = SimulationRandom(seed: options.seed)
    cuts = SimulationRandom(seed: ~options.seed)
    writer = IexSegmentWriter(
      protocolID: options.stream.rawValue, sessionID: options.sessionID)
    time = options.startNanos
    books = (0..<options.symbols).map { IexSimulatedBook(number: $0) }
  }

  private var isDeep: Bool { options.stream == .deep }
  private var firstEvent: Int { options.symbols + 2 }
  private var lastStep: Int { firstEvent + options.events + 1 }

  /// Replaces `segment` by the next datagram's payload and gives its send time, ns since the Unix
  /// epoch; nil, with nothing changed, after the last one.
  public mutating func next(into segment: inout [UInt8]) -> UInt64? {
    guard step <= lastStep else { return nil }
    // The first and every fiftieth or so is a heartbeat.
    if step > 0, cuts.below(50) != 0 {
      var left = 1 + cuts.below(4)
      // An event that TOPS does not show is not worth a segment.
      while left > 0 || writer.count == 0, step <= lastStep,
        writer.payloadBytes + Self.stepBytes <= IexLimits.segmentPayloadBytes
      {
        write(step)
        step += 1
        left -= 1
      }
    } else {
      step = max(step, 1)
    }
    messages += writer.count
    let sendTime = time + 1_000
    writer.close(sendTime: sendTime, into: &segment)
    return sendTime
  }

  /// Most bytes of one step: a trade through all levels of a side, a report and an update each.
  private static var stepBytes: Int {
    IexLimits.simulatedLevels
      * (Iex.TradeReport.byteCount + Iex.PriceLevelUpdate.byteCount + 4)
      + Iex.QuoteUpdate.byteCount + 2
  }

  private mutating func write(_ step: Int) {
    time += UInt64(1_000 + random.below(2_000_000))
    switch step {
    case 1: writer.systemEvent("O", time: time)
    case 2..<firstEvent: introduce(step - 2)
    case firstEvent: open()
    case lastStep: close()
    default: event()
    }
  }

  /// The administrative burst of one security.
  private mutating func introduce(_ index: Int) {
    let book = books[index]
    writer.directory(book.symbol, price: book.reference, time: time)
    writer.tradingStatus("T", "    ", book.symbol, time: time)
    writer.operationalHalt("N", book.symbol, time: time)
    writer.priceTest(book.symbol, time: time)
    writer.retailLiquidity(book.symbol, time: time)
  }

  private mutating func open() {
    let book = books[0]
    writer.systemEvent("S", time: time)
    writer.auction("O", book.symbol, price: book.reference, time: time)
    writer.officialPrice("Q", book.symbol, price: book.reference, time: time)
    if isDeep { writer.securityEvent("O", book.symbol, time: time) }
    writer.systemEvent("R", time: time)
  }

  private mutating func close() {
    let book = books[0]
    writer.systemEvent("M", time: time)
    writer.officialPrice("M", book.symbol, price: book.reference, time: time)
    if isDeep { writer.securityEvent("C", book.symbol, time: time) }
    writer.systemEvent("E", time: time)
    writer.systemEvent("C", time: time)
  }

  private mutating func event() {
    // The lower of two: some securities are busier than others.
    let index = min(random.below(books.count), random.below(books.count))
    let before = books[index].best
    switch random.below(200) {
    case 0:
      writer.tradingStatus("H", "T1  ", books[index].symbol, time: time)
      writer.tradingStatus("T", "    ", books[index].symbol, time: time)
    case 1:
      if let lastTrade { writer.trade(lastTrade, isBreak: true, time: time) }
      lastTrade = nil
    case 2..<30: trade(index, isBid: random.below(2) == 0)
    default: setLevel(index, isBid: random.below(2) == 0)
    }
    let after = books[index].best
    if !isDeep, before != after {
      writer.quote(books[index].symbol, bid: after.bid, ask: after.ask, time: time)
    }
  }

  /// Somebody takes from one side, best level first.
  private mutating func trade(_ index: Int, isBid: Bool) {
    var wanted = UInt32(100 * (1 + random.below(20)))
    while wanted > 0, let best = books[index].side(isBid).first {
      let size = min(wanted, best.size)
      wanted -= size
      tradeID += 1
      let trade = IexSimulatedTrade(
        symbol: books[index].symbol, size: size, price: best.price, id: tradeID)
      lastTrade = trade
      writer.trade(trade, time: time)
      books[index].set(isBid: isBid, price: best.price, size: best.size - size)
      let isLast = wanted == 0 || books[index].side(isBid).isEmpty
      writeLevel(index, isBid: isBid, isComplete: isLast, best.size - size, best.price)
    }
  }

  /// Somebody adds to a level, or takes an order away; a level too many leaves the book with it.
  private mutating func setLevel(_ index: Int, isBid: Bool) {
    let price = books[index].price(isBid: isBid, distance: random.below(10))
    let isRemoval = random.below(4) == 0 && books[index].size(isBid: isBid, price: price) > 0
    let size = isRemoval ? 0 : UInt32(100 * (1 + random.below(9)))
    books[index].set(isBid: isBid, price: price, size: size)
    let levels = books[index].side(isBid)
    guard levels.count > IexLimits.simulatedLevels, let worst = levels.last else {
      return writeLevel(index, isBid: isBid, isComplete: true, size, price)
    }
    writeLevel(index, isBid: isBid, isComplete: false, size, price)
    books[index].set(isBid: isBid, price: worst.price, size: 0)
    writeLevel(index, isBid: isBid, isComplete: true, 0, worst.price)
  }

  private mutating func writeLevel(
    _ index: Int, isBid: Bool, isComplete: Bool, _ size: UInt32, _ price: Int64
  ) {
    guard isDeep else { return }
    writer.level(
      isBid: isBid, isComplete: isComplete, books[index].symbol, size: size, price: price,
      time: time)
  }
}

/// The visible book of one simulated security; raw prices of the wire.
struct IexSimulatedBook {
  /// Best bid and offer.
  struct Best: Equatable {
    var bid: IexSimulatedLevel?
    var ask: IexSimulatedLevel?
  }

  /// The eight characters as the little-endian integer that they are on the wire.
  let symbol: UInt64
  let reference: Int64
  /// Best first.
  private var bids: [IexSimulatedLevel] = []
  private var asks: [IexSimulatedLevel] = []

  /// One cent.
  private static var tick: Int64 { 100 }

  init(number: Int) {
    // Four letters, AAAA, BAAA and so on, then four spaces.
    var symbol: UInt64 = 0x2020_2020 << 32
    var rest = number
    for shift in stride(from: 0, to: 32, by: 8) {
      symbol |= UInt64(UInt8(ascii: "A") + UInt8(rest % 26)) << UInt64(shift)
      rest /= 26
    }
    self.symbol = symbol
    reference = Int64(10 + number % 400) * 10_000
  }

  func side(_ isBid: Bool) -> [IexSimulatedLevel] { isBid ? bids : asks }

  var best: Best { Best(bid: bids.first, ask: asks.first) }

  /// The price of a side that lies `distance` ticks behind the first one that does not cross.
  func price(isBid: Bool, distance: Int) -> Int64 {
    let steps = Int64(distance + 1) * Self.tick
    return isBid
      ? max((asks.first?.price ?? reference) - steps, Self.tick)
      : (bids.first?.price ?? reference) + steps
  }

  func size(isBid: Bool, price: Int64) -> UInt32 {
    side(isBid).first { $0.price == price }?.size ?? 0
  }

  /// Sets the size of a level; 0 removes it.
  mutating func set(isBid: Bool, price: Int64, size: UInt32) {
    if isBid {
      Self.set(&bids, price: price, size: size) { $0 > $1 }
    } else {
      Self.set(&asks, price: price, size: size) { $0 < $1 }
    }
  }

  private static func set(
    _ levels: inout [IexSimulatedLevel], price: Int64, size: UInt32,
    isBetter: (Int64, Int64) -> Bool
  ) {
    let index = levels.firstIndex { !isBetter($0.price, price) } ?? levels.count
    let exists = index < levels.count && levels[index].price == price
    if size == 0 {
      if exists { levels.remove(at: index) }
    } else if exists {
      levels[index].size = size
    } else {
      levels.insert(IexSimulatedLevel(price: price, size: size), at: index)
    }
  }
}
