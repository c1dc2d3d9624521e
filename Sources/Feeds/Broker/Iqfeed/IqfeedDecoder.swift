internal import FeedKit
internal import Lanes
internal import Records
internal import Sessions
internal import Wire

/// IQFeed's lines to DBN. Keeps the symbols, the current field set, the last tick ids and the books
/// that are open. The mapping of each line stands in `Iqfeed.docc`.
///
/// Used by the session, which knows its instruments, and for recorded lines, whose instruments are
/// numbered in the order of first sight.
struct IqfeedDecoder: ~Copyable, MessageDecoder {
  let shards: Int
  /// Whether symbols that are not known yet become instruments.
  let learns: Bool
  var instruments: IqfeedInstruments
  var activity: LiveActivity
  /// Canonical symbols of the session's list, by index.
  var canonicals: [String] = []
  var fields = IqfeedFields()
  var set = IqfeedFieldSet(list: Iqfeed.defaultFields)
  /// Whether nothing has said what the field set is: the default one, or one of its known kin.
  var isSetAssumed = true
  var clock = IqfeedClock()
  var link = IqfeedLink()
  /// The last time line, Unix ns; 0 for none yet.
  var serverTime: UInt64 = 0
  /// The least that a trade was behind the server's clock since the last look, and how many were.
  var leastLag = UInt64.max
  var lagTrades = 0
  /// The largest difference of the server's clock and ours of the last time lines, and how many.
  var clockOffset = Int64.min
  var clockLines = 0
  var ticks = IqfeedTicks()
  /// Trades that did not come, by their numbers.
  var missingTicks: UInt64 = 0
  var books = IqfeedBooks()
  var fundamentals = IqfeedFundamentalSet()
  var codes = IqfeedCodes()
  var requests = IqfeedRequests()
  /// Length of each instrument's bars.
  var barSeconds: [Int] = []
  /// What the upstream says beside records; taken by the session after each read.
  var events: [LiveEvent] = []
  /// The line in which the current message lies, with room behind it, where the buffer has none.
  private var scratch = FixedTable<UInt8>(
    repeating: 0, count: IqfeedLimits.lineBytes + 64)

  /// For recorded lines.
  init(_ options: DecoderOptions) {
    self.init(options, limit: IqfeedLimits.instruments, learns: true)
  }

  init(_ options: DecoderOptions, limit: Int, learns: Bool) {
    shards = options.shards
    self.learns = learns
    instruments = IqfeedInstruments(limit: limit)
    activity = LiveActivity(count: limit)
    events.reserveCapacity(64)
  }

  /// Messages of text have no length fields.
  mutating func decodeRun(
    _ bytes: RawSpan, from start: Int, to end: Int, limit: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) -> RunProgress {
    RunProgress(offset: start, messages: 0)
  }

  mutating func decodeMessage(
    _ bytes: RawSpan, from start: Int, to end: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) {
    let context = IqfeedContext(
      tsRecv: context.tsRecv, sequence: UInt32(truncatingIfNeeded: context.sequence))
    let verdict = decodeCopied(bytes, from: start, to: end, context, into: &lanes)
    // Empty lines do not come here, but perhaps one of line ends only.
    (verdict == .empty ? .rejected(.unknownType) : verdict).count(in: &counters)
    events.removeAll(keepingCapacity: true)
  }

  mutating func decodeLines(
    _ bytes: RawSpan, from start: Int, to end: Int, isLast: Bool, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) -> RunProgress {
    var progress = RunProgress(offset: start, messages: 0)
    let safe = end - IqfeedLimits.readAhead
    while true {
      // Q and P lines as they came; a recorder's time before them is told by the general way.
      while isUpdate(bytes, progress.offset, end) {
        let start = progress.offset
        let line = IqfeedContext(
          tsRecv: context.tsRecv,
          sequence: UInt32(
            truncatingIfNeeded: context.sequence &+ UInt64(truncatingIfNeeded: progress.messages)))
        var (verdict, feed) = (IqfeedVerdict.empty, -1)
        if start < safe {
          (verdict, feed) = decode(bytes, from: start, to: safe, line, into: &lanes)
        }
        if feed < 0 {
          guard let found = lineEnd(bytes, start, end, isLast: isLast) else { return progress }
          feed = found
          verdict = decodeCopied(bytes, from: start, to: feed, line, into: &lanes)
        }
        progress.offset = min(feed &+ 1, end)
        progress.messages &+= 1
        verdict.count(in: &counters)
      }
      if !events.isEmpty { events.removeAll(keepingCapacity: true) }
      guard
        decodeLine(
          bytes, to: end, isLast: isLast, context: context, into: &lanes, counters: &counters,
          progress: &progress)
      else { return progress }
    }
  }

  private func lineEnd(_ bytes: RawSpan, _ start: Int, _ end: Int, isLast: Bool) -> Int? {
    bytes.firstOffset(of: UInt8(ascii: "\n"), from: start, to: end) ?? (isLast ? end : nil)
  }

  @inline(__always)
  private func isUpdate(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
    guard end &- start >= 2 else { return false }
    let letters = bytes.uncheckedLE(UInt16.self, at: start)
    return letters == 0x2C51 || letters == 0x2C50
  }

  /// Decodes the line `start ..< end`, its end not included, in the scratch.
  @inline(never)
  mutating func decodeCopied(
    _ bytes: RawSpan, from start: Int, to end: Int, _ context: IqfeedContext,
    into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    guard end - start < IqfeedLimits.lineBytes else { return .rejected(.oversized) }
    scratch.store(bytes.extracting(start..<end), at: 0)
    scratch[end - start] = UInt8(ascii: "\n")
    // The decoder must not be borrowed by its own scratch while it decodes: it is lent out.
    var taken = FixedTable<UInt8>(repeating: 0, count: 0)
    swap(&taken, &scratch)
    let length = taken.count
    let verdict = decode(
      taken.bytes(0..<length), from: 0, to: end - start + 1, context, into: &lanes
    ).verdict
    swap(&taken, &scratch)
    return verdict
  }

  /// Decodes the line that begins at `start` and ends with the first line feed before `limit`;
  /// `end` is the offset of the line feed, or -1 where there is none.
  ///
  /// `IqfeedLimits.readAhead` bytes behind `limit` must be readable.
  @inline(__always)
  mutating func decode(
    _ bytes: RawSpan, from start: Int, to limit: Int, _ context: IqfeedContext,
    into lanes: inout LaneWriter
  ) -> (verdict: IqfeedVerdict, end: Int) {
    let end = fields.split(bytes, from: start, to: min(limit, start &+ IqfeedLimits.lineBytes))
    guard end >= 0 else { return (.rejected(.oversized), end) }
    guard fields.end(0) == start &+ 1 else {
      return (decodeUnlettered(bytes, context, into: &lanes), end)
    }
    let letter = bytes.uncheckedByte(at: start)
    if letter == Iqfeed.MessageType.update {
      return (decodeUpdate(bytes, isSummary: false, context, into: &lanes), end)
    }
    return (decodeOther(bytes, letter, context, into: &lanes), end)
  }

  /// A new connection: nothing that was said on the one before counts.
  mutating func begin() {
    set = IqfeedFieldSet(list: Iqfeed.defaultFields)
    isSetAssumed = true
    link.begin()
    (serverTime, leastLag, lagTrades) = (0, UInt64.max, 0)
    (clockOffset, clockLines) = (Int64.min, 0)
    ticks.removeAll()
    books.removeAll()
    requests.removeAll()
    fundamentals = IqfeedFundamentalSet()
  }

  @inline(never)
  mutating func decodeOther(
    _ bytes: RawSpan, _ letter: UInt8, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    switch letter {
    case Iqfeed.MessageType.summary:
      return decodeUpdate(bytes, isSummary: true, context, into: &lanes)
    case Iqfeed.MessageType.system: return decodeSystem(bytes, context, into: &lanes)
    case Iqfeed.MessageType.time: return decodeTime(bytes, context)
    case Iqfeed.MessageType.notFound, Iqfeed.MessageType.noDepth:
      return decodeRefusal(bytes, letter, context)
    case Iqfeed.MessageType.fundamental:
      return decodeFundamental(bytes, context, into: &lanes)
    case Iqfeed.MessageType.regional: return decodeRegional(bytes, context, into: &lanes)
    case Iqfeed.MessageType.news: return decodeNews(bytes, context, into: &lanes)
    case Iqfeed.MessageType.correction: return decodeCorrection(bytes, context, into: &lanes)
    case Iqfeed.MessageType.error: return decodeError(bytes, context)
    case Iqfeed.MessageType.leftover, Iqfeed.MessageType.marketMaker: return .ignored(letter)
    case 0x30...0x39, Iqfeed.MessageType.oldDepthImage, Iqfeed.MessageType.oldestDepth:
      return decodeDigit(bytes, letter, context, into: &lanes)
    default: return .rejected(.unknownType)
    }
  }
}

extension IqfeedDecoder {
  /// Depth, or a recorded row whose request had a name of one digit.
  @inline(never)
  mutating func decodeDigit(
    _ bytes: RawSpan, _ letter: UInt8, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    if learns, isRow(bytes) { return decodeUnlettered(bytes, context, into: &lanes) }
    guard letter != UInt8(ascii: "1"), letter != UInt8(ascii: "2") || fields.count > 11 else {
      return .rejected(.unknownType)
    }
    return decodeDepth(bytes, letter, context, into: &lanes)
  }

  private func isRow(_ bytes: RawSpan) -> Bool {
    isBar(bytes, 1) || looksLikeRow(bytes)
  }
}

/// When a line came, and what number its records carry.
struct IqfeedContext {
  /// Unix ns.
  var tsRecv: UInt64
  /// The connection's number in a session, the line's in a file.
  var sequence: UInt32
  /// Where it came from; recorded lines are taken for level 1 and tell the rest by themselves.
  var channel = IqfeedChannel.level1
}

/// What became of a line.
struct IqfeedVerdict: Equatable {
  /// A reason to reject, or one of the kinds below with the line's letter in the upper byte.
  private let code: UInt16

  private init(code: UInt16) { self.code = code }

  /// It became records, or changed what the decoder knows.
  static var decoded: Self { Self(code: 0x100) }
  /// An empty line: no message at all.
  static var empty: Self { Self(code: 0x200) }
  static func ignored(_ letter: UInt8) -> Self { Self(code: 0x8000 | UInt16(letter)) }
  static func rejected(_ reason: RejectReason) -> Self { Self(code: UInt16(reason.rawValue)) }

  /// Why it was rejected; nil where it was not.
  var reason: RejectReason? {
    code < 0x100 ? RejectReason(rawValue: UInt8(truncatingIfNeeded: code)) : nil
  }

  @inline(__always)
  func count(in counters: inout DecodeCounters) {
    if self == .decoded {
      counters.decoded &+= 1
    } else if code & 0x8000 != 0 {
      counters.ignore(type: UInt8(truncatingIfNeeded: code))
    } else if let reason {
      counters.reject(reason)
    }
  }
}
