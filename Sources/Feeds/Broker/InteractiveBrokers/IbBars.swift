internal import Wire

/// A bar: of 5 seconds (50), of the past (17), or the one that is being formed (90).
struct IbBar {
  /// Seconds since the Unix epoch, a date, or a time with or without a zone: text.
  var date = 0..<0
  /// The same where it is a number on the wire (protobuf's real-time bar).
  var seconds: Int?
  var open = IbDecimal.unset
  var high = IbDecimal.unset
  var low = IbDecimal.unset
  var close = IbDecimal.unset
  var volume = IbDecimal.unset
  var average = IbDecimal.unset
  /// Trades in it; -1 unknown.
  var count = -1

  init() {}

  /// `date, open, high, low, close, volume, wap, [hasGaps <124], count`.
  mutating func read(_ fields: inout IbFields, version: Int) {
    date = fields.text()
    open = fields.decimal()
    high = fields.decimal()
    low = fields.decimal()
    close = fields.decimal()
    volume = fields.decimal()
    average = fields.decimal()
    if version < Ib.historyVersionless { fields.skip() }
    count = fields.int(unset: -1)
  }

  /// 90: `barCount, date, open, close, high, low, wap, volume`: another order than 17's.
  mutating func readUpdate(_ fields: inout IbFields) {
    count = fields.int(unset: -1)
    date = fields.text()
    open = fields.decimal()
    close = fields.decimal()
    high = fields.decimal()
    low = fields.decimal()
    average = fields.decimal()
    volume = fields.decimal()
  }

  /// `HistoricalDataBar`: 1 date as text, 2 open, 3 high, 4 low, 5 close, 6 volume, 7 WAP, 8 count.
  mutating func read(_ message: inout IbProtobuf) {
    while message.next() {
      switch message.number {
      case 1: date = message.range()
      case 2: open = message.price()
      case 3: high = message.price()
      case 4: low = message.price()
      case 5: close = message.price()
      case 6: volume = message.decimal()
      case 7: average = message.decimal()
      case 8: count = message.int()
      default: message.skip()
      }
    }
  }
}

/// Real-time bar (50).
struct IbRealTimeBar {
  var reqID = 0
  var bar = IbBar()

  /// `version(3), reqId, time, open, high, low, close, volume, wap, count`.
  init(_ fields: inout IbFields) {
    fields.skip()
    reqID = fields.int()
    bar.read(&fields, version: Ib.historyVersionless)
  }

  /// 1 reqId, 2 time, 3 open, 4 high, 5 low, 6 close, 7 volume, 8 WAP, 9 count.
  init(_ message: inout IbProtobuf) {
    while message.next() {
      switch message.number {
      case 1: reqID = message.int()
      case 2: bar.seconds = message.int()
      case 3: bar.open = message.price()
      case 4: bar.high = message.price()
      case 5: bar.low = message.price()
      case 6: bar.close = message.price()
      case 7: bar.volume = message.decimal()
      case 8: bar.average = message.decimal()
      case 9: bar.count = message.int()
      default: message.skip()
      }
    }
  }
}

/// The bars of the past (17), one after the other, of either form.
struct IbPastBars: ~Escapable {
  private var fields: IbFields
  private var message: IbProtobuf
  private let isText: Bool
  private let version: Int
  private var left = 0
  var reqID = 0
  /// Beginning and end of what was asked for; below version 196 only.
  var start = 0..<0
  var end = 0..<0

  /// `reqId, [start, end <196], n, (...)*`.
  @_lifetime(copy bytes)
  init(text bytes: RawSpan, from start: Int, to end: Int, version: Int) {
    fields = IbFields(bytes, from: start, to: end)
    message = IbProtobuf(bytes, from: end, to: end)
    isText = true
    self.version = version
    if version < Ib.historyVersionless { fields.skip() }
    reqID = fields.int()
    if version < Ib.historicalEnd {
      self.start = fields.text()
      self.end = fields.text()
    }
    left = fields.int()
    if left < 0 || left > end &- start { fields.fail(.badField) }
  }

  /// 1 reqId, 2 repeated bars.
  @_lifetime(copy bytes)
  init(protobuf bytes: RawSpan, from start: Int, to end: Int) {
    fields = IbFields(bytes, from: end, to: end)
    message = IbProtobuf(bytes, from: start, to: end)
    isText = false
    version = 0
    var scan = IbProtobuf(bytes, from: start, to: end)
    while scan.next() {
      if scan.number == 1 { reqID = scan.int() } else { scan.skip() }
    }
    if let failure = scan.failure { message.fail(failure) }
  }

  var failure: RejectReason? { isText ? fields.failure : message.failure }

  mutating func next() -> IbBar? {
    var bar = IbBar()
    if isText {
      guard left > 0, fields.failure == nil else { return nil }
      left -= 1
      bar.read(&fields, version: version)
      return fields.failure == nil ? bar : nil
    }
    while message.next() {
      guard message.number == 2 else {
        message.skip()
        continue
      }
      let range = message.range()
      var part = IbProtobuf(message.bytes, from: range.lowerBound, to: range.upperBound)
      bar.read(&part)
      if let failure = part.failure { message.fail(failure) }
      return message.failure == nil ? bar : nil
    }
    return nil
  }
}
