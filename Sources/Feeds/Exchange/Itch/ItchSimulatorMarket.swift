internal import FeedKit

/// Limits of the simulator.
public enum ItchMarketLimits {
  /// The largest frame: the two bytes of its length and an imbalance message (`I`) of 50 bytes.
  @inlinable public static var frameBytes: Int { 52 }
  /// Orders of one symbol; their places are 16-bit numbers.
  static var ordersPerSymbol: Int { 65_000 }
  /// Halts and offerings that may be under way at once.
  static var halts: Int { 32 }
}

/// A deterministic Nasdaq: a whole trading day of TotalView-ITCH 5.0, one message at a time.
///
/// It reads no clock and does no I/O. Equal options give equal bytes on every machine. The day
/// follows the order of a real one: system event O, directory, trading states, Reg SHO,
/// participants and the MWCB levels, pre-market, opening imbalances and cross, the market, closing
/// imbalances and cross, post-market, end. Displayed books never cross and halted symbols never
/// execute. Not thread safe: one thread owns it.
public struct ItchMarket: ~Copyable, Sendable {
  public let options: ItchMarketOptions

  var symbols: FixedTable<MarketSymbol>
  var levels: FixedTable<MarketLevel>
  var orders: FixedTable<MarketOrder>
  var counts: FixedTable<UInt64>
  var halts: FixedTable<MarketHalt>

  let symbolTable: FixedTable<UInt16>
  let gapTable: FixedTable<UInt32>
  let distanceTable: FixedTable<UInt8>
  let sizeTable: FixedTable<UInt16>
  /// Three tables one after another: market, opening auction, closing auction.
  let actionTable: FixedTable<UInt8>

  var random: SimulationRandom
  /// The random bits of the next four messages, and how many have been drawn.
  var ahead = InlineArray<4, UInt64>(repeating: 0)
  var drawn: UInt64 = 0
  var pace: MarketPace
  /// Nanoseconds since midnight, times 256.
  var clock: UInt64
  var messageCount: UInt64 = 0
  var openOrderCount = 0
  var lastReference = MarketReference.start
  var matchNumber: UInt64 = 0

  var day = MarketDay()
  var take = MarketTake()
  var cross = MarketCross()
  /// The message number at which the next halt, release or rarity is due.
  var eventAt: UInt64 = .max
  var nextHaltAt: UInt64 = .max
  var nextRarityAt: UInt64 = .max
  var haltCount = 0
  var isClosing = false
  var lastExecutedLocate = 0

  /// Prepares the market; allocates everything that it will ever need.
  ///
  /// - Throws: `ItchMarketOptions.Invalid` for an option outside of its range.
  public init(_ options: ItchMarketOptions) throws(ItchMarketOptions.Invalid) {
    try options.validate()
    var random = SimulationRandom(seed: options.seed)
    let plan = MarketPlan(options, random: &random)
    self.options = options
    symbols = FixedTable(repeating: MarketSymbol(), count: options.symbols + 1)
    levels = FixedTable(
      repeating: MarketLevel(), count: (options.symbols + 1) * MarketSymbol.tickCount)
    orders = FixedTable(
      repeating: MarketOrder(reference: 0, shares: 0, tick: 0, isAsk: false),
      count: plan.orderCapacity)
    counts = FixedTable(repeating: 0, count: 128)
    halts = FixedTable(repeating: MarketHalt(), count: ItchMarketLimits.halts)
    symbolTable = FixedTable(plan.symbolTable)
    gapTable = FixedTable(MarketTables.gaps())
    distanceTable = FixedTable(MarketTables.distances())
    sizeTable = FixedTable(MarketTables.sizes())
    actionTable = FixedTable(
      MarketAction.table(imbalances: 0) + MarketAction.table(imbalances: 486)
        + MarketAction.table(imbalances: 389))
    for slot in 0..<4 { ahead[slot] = random.next() }
    self.random = random
    pace = MarketPace(options)
    clock = MarketDay.startOfMessages << 8
    for (index, symbol) in plan.symbols.enumerated() { symbols[index + 1] = symbol }
  }

  /// Writes the next message with its length in front (u16, big-endian) at `offset`.
  ///
  /// The buffer must have `ItchMarketLimits.frameBytes` from `offset` on; bytes after the frame may
  /// be overwritten.
  ///
  /// - Returns: the size of the frame in bytes, or 0 when the day is over.
  @inline(__always)
  public mutating func next(into buffer: inout MutableRawSpan, at offset: Int = 0) -> Int {
    precondition(offset >= 0 && buffer.byteCount - offset >= ItchMarketLimits.frameBytes)
    return step(&buffer, offset)
  }

  /// Fills the buffer with whole frames until less than `ItchMarketLimits.frameBytes` are free.
  ///
  /// - Returns: the bytes written; 0 when the day is over or the buffer too small.
  public mutating func fill(_ buffer: inout MutableRawSpan) -> Int {
    let limit = buffer.byteCount - ItchMarketLimits.frameBytes
    var offset = 0
    while offset <= limit {
      let size = step(&buffer, offset)
      guard size > 0 else { break }
      offset &+= size
    }
    return offset
  }

  /// As `fill`, but only with messages that are due at `deadlineNanos` after the start of the day's
  /// stream, so that a sender can pace them by a monotonic clock.
  public mutating func fill(_ buffer: inout MutableRawSpan, dueNanos deadlineNanos: UInt64) -> Int {
    let limit = buffer.byteCount - ItchMarketLimits.frameBytes
    var offset = 0
    while offset <= limit, dueNanos <= deadlineNanos {
      let size = step(&buffer, offset)
      guard size > 0 else { break }
      offset &+= size
    }
    return offset
  }

  /// Asks for the end of the day: closing imbalances, cross and end messages follow.
  public mutating func endDay() {
    isClosing = true
    eventAt = 0
  }

  /// Whether the last message of the day has been written.
  public var isFinished: Bool { day.stage == .finished }

  /// The timestamp of the last message, in nanoseconds since midnight of the simulated day.
  public var timestampNanos: UInt64 { clock >> 8 }

  /// When the last message was due, in nanoseconds since the start of the stream.
  ///
  /// It advances with the configured rate and its bursts, and does not jump between the phases of
  /// the day as the timestamps do.
  public var dueNanos: UInt64 { pace.due >> 8 }

  @inline(__always)
  mutating func step(_ out: inout MutableRawSpan, _ at: Int) -> Int {
    if messageCount < day.flowEnd { return flow(&out, at) }
    return script(&out, at)
  }
}

/// Order reference numbers: increasing, day-unique, not dense, as on the real feed.
enum MarketReference {
  static var start: UInt64 { 1_000 }
}

/// The messages' times: exponential gaps around a mean that bursts and microbursts shorten.
struct MarketPace: BitwiseCopyable {
  /// Times are in 1/256 ns.
  var due: UInt64 = 0
  var meanGap: UInt64
  var nextEdge: UInt64
  var burstEdge: UInt64
  var microburstAt: UInt64
  var phaseEnd: UInt64 = .max
  var isBurst = false
  var microburstLeft = 0
  var microburstLocate = 0

  let quietGap: UInt64
  let burstGap: UInt64
  let microburstGap: UInt64
  let burstDuration: UInt64
  let burstPause: UInt64
  let microburstInterval: UInt64

  init(_ options: ItchMarketOptions) {
    quietGap = 256_000_000_000 / UInt64(options.rate)
    burstGap = max(quietGap / UInt64(options.burstFactor), 1)
    microburstGap = options.microburstGapNanos << 8
    burstDuration = options.burstDurationNanos << 8
    let interval = options.burstIntervalNanos << 8
    burstPause = interval - min(burstDuration, interval)
    microburstInterval = options.microburstIntervalNanos << 8
    meanGap = quietGap
    burstEdge = options.burstIntervalNanos > 0 && burstDuration > 0 ? burstPause : .max
    microburstAt = microburstInterval > 0 ? microburstInterval : .max
    nextEdge = min(burstEdge, microburstAt)
  }

  /// Makes the end of a phase of the day an edge, `time` from now.
  mutating func endPhase(in time: UInt64) {
    phaseEnd = due + time
    nextEdge = min(burstEdge, microburstAt, phaseEnd)
  }

  /// Passes one edge: begins or ends a burst, or tells that a microburst begins or the phase ends.
  mutating func passEdge() -> (beginsMicroburst: Bool, endsPhase: Bool) {
    var beginsMicroburst = false
    if due >= burstEdge {
      isBurst.toggle()
      meanGap = isBurst ? burstGap : quietGap
      burstEdge = due + (isBurst ? burstDuration : burstPause)
    }
    if due >= microburstAt {
      microburstAt = due + microburstInterval
      beginsMicroburst = true
    }
    let endsPhase = due >= phaseEnd
    if endsPhase { phaseEnd = .max }
    nextEdge = min(burstEdge, microburstAt, phaseEnd)
    return (beginsMicroburst, endsPhase)
  }
}
