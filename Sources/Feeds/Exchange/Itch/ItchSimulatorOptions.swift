/// What `ItchMarket` simulates: size of the market, pace, bursts and rare events.
///
/// The same options give the same bytes on every machine. Defaults stand beside each field.
public struct ItchMarketOptions: Sendable, Equatable {
  /// Chooses the stream; default 1.
  public var seed: UInt64 = 1
  /// Instruments in the directory, 16 ... 65,535 (a stock locate has 16 bits); default 8,000.
  public var symbols = 8_000
  /// Messages of the whole day, exact unless the clock reaches the end of a phase first; nil (the
  /// default) keeps the market open until `ItchMarket.endDay()` or 15:50 of the simulated day.
  public var messages: Int?
  /// Open orders aimed at in steady state; default 300,000, and at most a 100th of `messages`, so
  /// that filling the books does not distort a short day's mix. The hard limit is
  /// `ItchMarket.openOrderLimit`.
  public var openOrders = 300_000
  /// Flattens the activity: the symbol of rank k gets a share proportional to 1 / (k + offset);
  /// 0 ... 1,000,000, default 8 (then the busiest of 8,000 symbols has 1.6 % of the messages).
  public var activityOffset = 8
  /// Market participant positions (`L`) per symbol, 0 ... 16; default 2.
  public var participantsPerSymbol = 2
  /// Symbols that are released by an IPO cross after the open, 0 ... 8; default 2.
  public var initialOfferings = 2
  /// Messages from one trading halt to the next; 0 means no halts; default 250,000.
  public var messagesPerHalt = 250_000
  /// Messages that a halt lasts; default 20,000.
  public var haltMessages = 20_000
  /// Messages from one rarity (`B`, `N`, intraday `Y`) to the next; 0 for none; default 20,000.
  public var messagesPerRarity = 20_000

  /// Mean messages per second outside of bursts, 1 ... 1,000,000,000; default 250,000.
  public var rate = 250_000
  /// The rate during a burst, as a multiple of `rate`, 1 ... 1,000; default 8.
  public var burstFactor = 8
  /// How long a burst lasts, in nanoseconds; default 20 ms.
  public var burstDurationNanos: UInt64 = 20_000_000
  /// From the start of one burst to the next, in nanoseconds; 0 means no bursts; default 1 s.
  public var burstIntervalNanos: UInt64 = 1_000_000_000
  /// From one microburst (one symbol, messages back to back) to the next; 0 for none; default 5 ms.
  public var microburstIntervalNanos: UInt64 = 5_000_000
  /// Messages of a microburst, 1 ... 65,536; default 48.
  public var microburstMessages = 48
  /// Mean gap inside a microburst, in nanoseconds, 1 ... 1,000,000; default 150.
  public var microburstGapNanos: UInt64 = 150

  public init() {}

  /// An option outside of its range; `description` says which, what it was and what is allowed.
  public struct Invalid: Error, Equatable, CustomStringConvertible {
    public let description: String
  }

  /// The fewest messages that a whole day of these options takes.
  public var minimumMessages: Int {
    Self.systemMessages + symbols * (3 + participantsPerSymbol)
      + 2 * crossMessages + Self.minimumFlowMessages
  }

  /// `S` six times and `V`.
  static var systemMessages: Int { 7 }
  /// Order flow that the phases between the crosses need at least.
  static var minimumFlowMessages: Int { 1_000 }
  /// Limit of one cross over all symbols: a `Q` each and two `C` on average.
  var crossMessages: Int { 3 * symbols }

  /// Open orders aimed at, after the limit that a short day sets.
  var effectiveOpenOrders: Int {
    guard let messages else { return openOrders }
    return min(openOrders, max(messages / 100, 1))
  }

  /// Throws for the first option that is outside of its range.
  public func validate() throws(Invalid) {
    try check("symbols", symbols, 16...65_535)
    try check("open orders", openOrders, 1...50_000_000)
    try check("activity offset", activityOffset, 0...1_000_000)
    try check("participants per symbol", participantsPerSymbol, 0...16)
    try check("initial offerings", initialOfferings, 0...8)
    try check("messages per halt", messagesPerHalt, 0...1_000_000_000_000)
    try check("halt messages", haltMessages, 1...1_000_000_000)
    try check("messages per rarity", messagesPerRarity, 0...1_000_000_000_000)
    try check("rate", rate, 1...1_000_000_000)
    try check("burst factor", burstFactor, 1...1_000)
    try check("burst duration", burstDurationNanos, 0...Self.dayNanos)
    try check("burst interval", burstIntervalNanos, 0...Self.dayNanos)
    try check("microburst interval", microburstIntervalNanos, 0...Self.dayNanos)
    try check("microburst messages", microburstMessages, 1...65_536)
    try check("microburst gap", microburstGapNanos, 1...1_000_000)
    if burstIntervalNanos > 0, burstDurationNanos >= burstIntervalNanos {
      throw Invalid(description: "the burst duration must be shorter than the burst interval")
    }
    if let messages {
      try check("messages", messages, minimumMessages...1_000_000_000_000)
    }
  }

  static var dayNanos: UInt64 { 86_400_000_000_000 }

  private func check<Value: FixedWidthInteger>(
    _ name: String, _ value: Value, _ range: ClosedRange<Value>
  ) throws(Invalid) {
    guard range.contains(value) else {
      throw Invalid(
        description: "\(name) is \(value); allowed: \(range.lowerBound) to \(range.upperBound)")
    }
  }
}
