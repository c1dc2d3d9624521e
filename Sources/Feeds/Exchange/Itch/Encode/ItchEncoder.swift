internal import FeedKit
internal import Records
public import Wire

/// What became of the records that an `ItchEncoder` was given.
public struct ItchEncoderCounts: Sendable, Equatable {
  /// Records taken, all told.
  public var records: UInt64 = 0
  /// Messages made, by their type's letter.
  public var messages = InlineArray<256, UInt64>(repeating: 0)
  /// Records without a message of their own: the receiver makes them again from others (trade and
  /// cancel of an execution, quotes, bars, a mapping beside its definition, copies for each shard).
  public var implied: UInt64 = 0
  /// Records without a way back, by type.
  public var lost = InlineArray<256, UInt64>(repeating: 0)

  public init() {}

  public var messageTotal: UInt64 { messages.indices.reduce(0) { $0 + messages[$1] } }
  public var lostTotal: UInt64 { lost.indices.reduce(0) { $0 + lost[$1] } }

  public static func == (left: Self, right: Self) -> Bool {
    left.records == right.records && left.implied == right.implied
      && left.messages.indices.allSatisfy { left.messages[$0] == right.messages[$0] }
      && left.lost.indices.allSatisfy { left.lost[$0] == right.lost[$0] }
  }
}

/// Records of a TotalView-ITCH journal back into ITCH 5.0 messages: what `ItchDecoder` and the
/// worker's books have made of messages, taken apart again.
///
/// | records | message |
/// |---|---|
/// | MBO A | `A` |
/// | MBO T, F, C of one sequence | `E`, or `C` where the price differs |
/// | MBO F, C of one sequence | `C`, not printable |
/// | MBO C | `D` where nothing is left of the order, else `X` |
/// | MBO C without LAST, then A of the same sequence | `U` |
/// | trades | `P`; `Q` for those of size 0 or of several records |
/// | status | `H`, `Y`, `h`, `W` |
/// | definition, symbol mapping | `R` |
/// | imbalance | `I` |
/// | statistics of the venue | `V`, `K`, `J`, `O` |
/// | system events | `S` |
///
/// What DBN has no field for is gone: attribution (`F` comes back as `A`), match and tracking
/// numbers (made anew), participants, broken trades, cross types of `Q`. Lanes are the journal's
/// shards; each keeps its own order of records. One thread.
public struct ItchEncoder: ~Copyable {
  public internal(set) var counts = ItchEncoderCounts()
  var lanes: [ItchEncoderLane]
  /// The stocks by locate, eight characters as they stand on the wire; 0 where not known.
  var stocks: [UInt64]
  var matchNumber: UInt64 = 0
  private var midnight: UInt64 = 0
  private var nextMidnight: UInt64 = 0

  /// - Parameter lanes: how many shards the journal has. What concerns the whole market stands in
  ///   all of them and is sent once, from lane 0.
  public init(lanes count: Int) {
    lanes = Array(repeating: ItchEncoderLane(), count: max(count, 1))
    stocks = Array(repeating: 0, count: 1 << 16)
  }

  /// UTC midnight in New York of the last record's day, from which times are counted; 0 before the
  /// first one.
  public var dayStart: UInt64 { midnight }

  /// Appends the messages that whole records become, each behind its length (u16, big-endian).
  ///
  /// The first records of an execution or a replacement wait for the last one, which stands behind
  /// them in the same lane.
  public mutating func encode(_ records: RawSpan, lane: Int, into frames: inout ByteBuffer) {
    var at = 0
    while let header = RecordHeader(copying: records, at: at), header.length >= 4,
      at + header.byteCount <= records.byteCount
    {
      counts.records &+= 1
      let record = records.extracting(at..<(at + header.byteCount))
      encode(record, header, lane: min(lane, lanes.count - 1), into: &frames)
      at += header.byteCount
    }
  }

  /// Appends what still waits for a last record that will not come.
  public mutating func finish(into frames: inout ByteBuffer) {
    for lane in lanes.indices { release(lane, into: &frames) }
  }

  /// Tells the symbol of an instrument that was defined before the first record: sent as `R`.
  public mutating func define(
    _ symbol: String, instrument: UInt32, tsEvent: UInt64, into frames: inout ByteBuffer
  ) {
    guard let locate = UInt16(exactly: instrument), locate > 0,
      let stock = Self.stock(Array(symbol.utf8))
    else { return }
    stocks[Int(locate)] = stock
    follow(tsEvent)
    writeDirectory(ItchDirectory(stock: stock), locate: locate, tsEvent: tsEvent, into: &frames)
  }

  private mutating func encode(
    _ record: RawSpan, _ header: RecordHeader, lane: Int, into frames: inout ByteBuffer
  ) {
    guard header.publisherID == ItchDecoder.publisherID || header.instrumentID == 0,
      header.instrumentID <= UInt32(UInt16.max)
    else { return lose(header.rtype) }
    if header.instrumentID == 0, lane > 0 {
      counts.implied &+= 1
      if header.rtype == .system { restart(record, lane: lane, into: &frames) }
      return
    }
    if header.tsEvent != Undefined.timestamp { follow(header.tsEvent) }
    if Self.endsGroups(header.rtype) { release(lane, into: &frames) }
    switch header.rtype {
    case .mbo: encodeOrder(record, lane: lane, into: &frames)
    case .trade: encodeTrade(record, lane: lane, into: &frames)
    case .statistics: encodeStatistic(record, lane: lane, into: &frames)
    case .system:
      restart(record, lane: lane, into: &frames)
      encodeSystem(record, into: &frames)
    case .status: encodeStatus(record, into: &frames)
    case .instrumentDefinition: encodeDefinition(record, into: &frames)
    case .symbolMapping: encodeMapping(record, into: &frames)
    case .imbalance: encodeImbalance(record, into: &frames)
    case .mbp1, .mbp10, .bbo1s, .bbo1m, .ohlcv1s, .ohlcv1m: counts.implied &+= 1
    default: lose(header.rtype)
    }
  }

  /// Whether nothing that came before in the lane can go on behind a record of this type.
  private static func endsGroups(_ type: RType) -> Bool {
    type == .status || type == .system || type == .imbalance || type == .instrumentDefinition
      || type == .symbolMapping
  }

  /// A session that starts over has no orders.
  private mutating func restart(_ record: RawSpan, lane: Int, into frames: inout ByteBuffer) {
    guard let system = SystemMessage(copying: record), SessionRecord.isStart(system) else {
      return
    }
    release(lane, into: &frames)
    lanes[lane].open.removeAll(keepingCapacity: true)
  }

  /// Finds the midnight from which a time is counted.
  private mutating func follow(_ tsEvent: UInt64) {
    guard tsEvent < midnight || tsEvent >= nextMidnight else { return }
    let date = NewYorkTime.date(of: tsEvent)
    midnight = NewYorkTime.midnight(of: date)
    nextMidnight = NewYorkTime.midnight(of: CivilDate(daysSince1970: date.daysSince1970 + 1))
  }

  /// ns since midnight in New York.
  func time(_ tsEvent: UInt64) -> UInt64 {
    tsEvent == Undefined.timestamp || tsEvent < midnight ? 0 : tsEvent - midnight
  }

  mutating func lose(_ type: RType, count: UInt64 = 1) {
    counts.lost[Int(type.rawValue)] &+= count
  }

  /// Eight characters padded with spaces, in the order of the wire; nil for longer texts.
  static func stock(_ text: [UInt8]) -> UInt64? {
    guard text.count <= 8 else { return nil }
    var value: UInt64 = 0
    for index in 0..<8 { value = value << 8 | UInt64(index < text.count ? text[index] : 0x20) }
    return value
  }
}

/// What waits in one lane for the record that completes it.
struct ItchEncoderLane {
  /// The trade of an execution (MBO T), its fill (F), or the first half of a replacement (C).
  var trade: MBOMessage?
  var fill: MBOMessage?
  var retired: MBOMessage?
  /// The first records of a cross that one record does not hold.
  var cross: TradeMessage?
  var crossShares: UInt64 = 0
  /// Statistics of one message.
  var statistics: [StatisticsMessage] = []
  /// Shares that are left of each open order.
  var open: [UInt64: UInt32] = [:]
}
