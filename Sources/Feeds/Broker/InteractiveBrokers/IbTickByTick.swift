internal import Wire

/// One tick of tick-by-tick (99), or of the past (96, 97, 98): all kinds in one shape (sections 7,
/// 9 and 14).
struct IbTimedTick {
  /// Last, AllLast, BidAsk, MidPoint.
  struct Kind: RawRepresentable, Equatable {
    var rawValue: Int
    static var last: Self { Self(rawValue: 1) }
    static var allLast: Self { Self(rawValue: 2) }
    static var bidAsk: Self { Self(rawValue: 3) }
    static var midPoint: Self { Self(rawValue: 4) }
    var isTrade: Bool { self == .last || self == .allLast }
  }

  var kind = Kind(rawValue: 0)
  /// Whole seconds since the Unix epoch.
  var time = 0
  /// Of a trade or midpoint; of the bid.
  var price = IbDecimal.unset
  var size = IbDecimal.unset
  var askPrice = IbDecimal.unset
  var askSize = IbDecimal.unset
  /// A trade beyond its limit (with price and size 0: a halt); not reported to the tape.
  var isPastLimit = false
  var isUnreported = false
  /// A bid below the day's low, an ask above its high.
  var isBidPastLow = false
  var isAskPastHigh = false
  var exchange = 0..<0
  /// As it comes: leading blanks mean something.
  var conditions = 0..<0

  init(_ kind: Kind) { self.kind = kind }

  /// What follows request id and kind: `time`, then by kind.
  @inline(__always)
  mutating func read(_ fields: inout IbFields) {
    time = fields.int()
    price = fields.decimal()
    switch kind {
    case .last, .allLast:
      size = fields.decimal()
      let mask = fields.int(unset: 0)
      isPastLimit = mask & 1 != 0
      isUnreported = mask & 2 != 0
      exchange = fields.text()
      conditions = fields.text()
    case .bidAsk:
      askPrice = fields.decimal()
      size = fields.decimal()
      askSize = fields.decimal()
      let mask = fields.int(unset: 0)
      isBidPastLow = mask & 1 != 0
      isAskPastHigh = mask & 2 != 0
    case .midPoint: break
    default: fields.fail(.badField)
    }
  }

  /// A row of 96, 97 or 98: the mask stands behind the time, and the bits of bid and ask are the
  /// other way round than in 99.
  mutating func readPast(_ fields: inout IbFields) {
    time = fields.int()
    let mask = fields.int(unset: 0)
    price = fields.decimal()
    switch kind {
    case .midPoint: size = fields.decimal()
    case .bidAsk:
      askPrice = fields.decimal()
      size = fields.decimal()
      askSize = fields.decimal()
      isAskPastHigh = mask & 1 != 0
      isBidPastLow = mask & 2 != 0
    default:
      size = fields.decimal()
      isPastLimit = mask & 1 != 0
      isUnreported = mask & 2 != 0
      exchange = fields.text()
      conditions = fields.text()
    }
  }

  /// `HistoricalTickLast`, `HistoricalTickBidAsk` or `HistoricalTick`, by the kind.
  @inline(__always)
  mutating func read(_ message: inout IbProtobuf) {
    let isQuote = kind == .bidAsk
    while message.next() {
      switch message.number {
      case 1: time = message.int()
      case 2 where kind == .midPoint: price = message.price()
      case 2: readMask(&message)
      case 3 where kind == .midPoint: size = message.decimal()
      case 3: price = message.price()
      case 4 where isQuote: askPrice = message.price()
      case 4: size = message.decimal()
      case 5 where isQuote: size = message.decimal()
      case 5: exchange = message.range()
      case 6 where isQuote: askSize = message.decimal()
      case 6: conditions = message.range()
      default: message.skip()
      }
    }
  }

  /// `TickAttribLast` or `TickAttribBidAsk`: an absent flag is false.
  @inline(__always)
  private mutating func readMask(_ message: inout IbProtobuf) {
    let range = message.range()
    var mask = IbProtobuf(message.bytes, from: range.lowerBound, to: range.upperBound)
    var first = false
    var second = false
    while mask.next() {
      switch mask.number {
      case 1: first = mask.bool()
      case 2: second = mask.bool()
      default: mask.skip()
      }
    }
    if let failure = mask.failure { message.fail(failure) }
    if kind == .bidAsk {
      (isBidPastLow, isAskPastHigh) = (first, second)
    } else {
      (isPastLimit, isUnreported) = (first, second)
    }
  }
}

/// Tick-by-tick (99).
struct IbTickByTick {
  var reqID = 0
  var tick = IbTimedTick(IbTimedTick.Kind(rawValue: 0))

  /// `reqId, kind, time, ...`.
  @inline(__always)
  init(_ fields: inout IbFields) {
    reqID = fields.int()
    tick.kind = IbTimedTick.Kind(rawValue: fields.int())
    tick.read(&fields)
  }

  /// `TickByTickData`: 1 reqId, 2 kind, and one of 3, 4, 5.
  init(_ message: inout IbProtobuf) {
    var kind = 0
    while message.next() {
      switch message.number {
      case 1: reqID = message.int()
      case 2: kind = message.int()
      case 3, 4, 5:
        // The kind's number may stand behind the tick; which of the three it is tells enough.
        tick.kind =
          message.number == 3
          ? kind == 2 ? .allLast : .last : message.number == 4 ? .bidAsk : .midPoint
        let range = message.range()
        var part = IbProtobuf(message.bytes, from: range.lowerBound, to: range.upperBound)
        tick.read(&part)
        if let failure = part.failure { message.fail(failure) }
      default: message.skip()
      }
    }
    if kind == 2, tick.kind == .last { tick.kind = .allLast }
    if tick.kind.rawValue == 0 { message.fail(.truncated) }
  }
}

/// The ticks of a message of the past (96, 97, 98), one after the other, of either form.
struct IbPastTicks: ~Escapable {
  private var fields: IbFields
  private var message: IbProtobuf
  private let isText: Bool
  private let kind: IbTimedTick.Kind
  /// Rows that the text form still announces.
  private var left = 0
  var reqID = 0
  /// Whether the request is answered in full; known behind the last tick.
  private(set) var isDone = false

  /// `reqId, n, (...)*, done`.
  @_lifetime(copy bytes)
  init(text bytes: RawSpan, from start: Int, to end: Int, kind: IbTimedTick.Kind) {
    fields = IbFields(bytes, from: start, to: end)
    message = IbProtobuf(bytes, from: end, to: end)
    isText = true
    self.kind = kind
    reqID = fields.int()
    left = fields.int()
    if left < 0 || left > end &- start { fields.fail(.badField) }
  }

  /// 1 reqId, 2 repeated ticks, 3 isDone. Request id and end are looked for ahead of the ticks.
  @_lifetime(copy bytes)
  init(protobuf bytes: RawSpan, from start: Int, to end: Int, kind: IbTimedTick.Kind) {
    fields = IbFields(bytes, from: end, to: end)
    message = IbProtobuf(bytes, from: start, to: end)
    isText = false
    self.kind = kind
    var scan = IbProtobuf(bytes, from: start, to: end)
    while scan.next() {
      switch scan.number {
      case 1: reqID = scan.int()
      case 3: isDone = scan.bool()
      default: scan.skip()
      }
    }
    if let failure = scan.failure { message.fail(failure) }
  }

  var failure: RejectReason? { isText ? fields.failure : message.failure }

  /// The next tick, or nil behind the last one.
  mutating func next() -> IbTimedTick? {
    var tick = IbTimedTick(kind)
    if isText {
      guard failure == nil else { return nil }
      guard left > 0 else {
        isDone = fields.isAtEnd ? isDone : fields.bool()
        fields.at = fields.end
        return nil
      }
      left -= 1
      tick.readPast(&fields)
      return fields.failure == nil ? tick : nil
    }
    while message.next() {
      guard message.number == 2 else {
        message.skip()
        continue
      }
      let range = message.range()
      var part = IbProtobuf(message.bytes, from: range.lowerBound, to: range.upperBound)
      tick.read(&part)
      if let failure = part.failure { message.fail(failure) }
      return message.failure == nil ? tick : nil
    }
    return nil
  }
}
