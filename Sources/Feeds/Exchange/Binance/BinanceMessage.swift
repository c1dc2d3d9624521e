internal import FeedKit
internal import Wire

/// A message as the general path has found it: its type, and where the values lie that records
/// need.
///
/// Takes keys in any order, with spaces and escapes, and passes over keys that it does not know. A
/// known key that comes twice makes the message ambiguous, and so a rejection (`bad_field`).
struct BinanceMessage {
  /// 0 where the message is none of the feed's.
  private(set) var type: UInt8 = 0
  /// Why it is none.
  private(set) var problem = RejectReason.unknownType
  private(set) var event = BinanceToken()
  private(set) var symbol = BinanceToken()
  private(set) var price = BinanceToken()
  private(set) var quantity = BinanceToken()
  private(set) var eventTime = BinanceToken()
  private(set) var transactionTime = BinanceToken()
  private(set) var isBuyerMaker = BinanceToken()
  private(set) var updateID = BinanceToken()
  private(set) var bid = BinanceToken()
  private(set) var bidSize = BinanceToken()
  private(set) var ask = BinanceToken()
  private(set) var askSize = BinanceToken()
  private var names: Names = []

  /// Keys of more than one letter that tell a message's kind.
  private struct Names: OptionSet {
    let rawValue: UInt8
    static var snapshot: Self { Self(rawValue: 1) }
    static var result: Self { Self(rawValue: 2) }
    static var failure: Self { Self(rawValue: 4) }
    static var list: Self { Self(rawValue: 8) }
  }

  init(_ bytes: RawSpan, from start: Int, to end: Int) {
    var walker = BinanceWalker(bytes, from: start, to: end)
    if walk(&walker) {
      type = classify(bytes)
    } else {
      problem = walker.problem
    }
  }

  private mutating func walk(_ walker: inout BinanceWalker) -> Bool {
    guard let first = walker.peek() else { return false }
    if first == UInt8(ascii: "[") {
      names.insert(.list)
      guard walker.value() != nil else { return false }
    } else {
      guard members(&walker, depth: 0) else { return false }
    }
    return walker.isAtEnd()
  }

  /// Walks an object; that of the key `data` in the outermost one is taken for the message itself.
  private mutating func members(_ walker: inout BinanceWalker, depth: Int) -> Bool {
    guard walker.take(UInt8(ascii: "{")), let first = walker.peek() else { return false }
    guard first != UInt8(ascii: "}") else {
      walker.at += 1
      return true
    }
    while true {
      guard let key = walker.text(), walker.take(UInt8(ascii: ":")), let next = walker.peek()
      else { return false }
      if depth == 0, isData(key, walker.bytes), next == UInt8(ascii: "{") {
        guard members(&walker, depth: 1) else { return false }
      } else {
        guard let value = walker.value() else { return false }
        guard note(key, value, walker.bytes) else { return false }
      }
      guard let after = walker.peek() else { return false }
      walker.at += 1
      if after == UInt8(ascii: "}") { return true }
      guard after == UInt8(ascii: ",") else { return false }
    }
  }

  private func isData(_ key: BinanceToken, _ bytes: RawSpan) -> Bool {
    guard key.count >= 4, let text = BinanceShortText(bytes, key) else { return false }
    return text.count == 4 && text.key.w0 == 0x6174_6164
  }

  /// Keeps a value under its key; false where the key has one.
  @inline(__always)
  private mutating func note(
    _ key: BinanceToken, _ value: BinanceToken, _ bytes: RawSpan
  ) -> Bool {
    guard key.count == 1, key.kind == .text else { return noteLong(key, value, bytes) }
    return note(bytes.uncheckedByte(at: Int(key.start)), value)
  }

  @inline(__always)
  private mutating func note(_ letter: UInt8, _ value: BinanceToken) -> Bool {
    switch letter {
    case UInt8(ascii: "e"): Self.set(&event, value)
    case UInt8(ascii: "s"): Self.set(&symbol, value)
    case UInt8(ascii: "p"): Self.set(&price, value)
    case UInt8(ascii: "q"): Self.set(&quantity, value)
    case UInt8(ascii: "E"): Self.set(&eventTime, value)
    case UInt8(ascii: "T"): Self.set(&transactionTime, value)
    case UInt8(ascii: "m"): Self.set(&isBuyerMaker, value)
    case UInt8(ascii: "u"): Self.set(&updateID, value)
    case UInt8(ascii: "b"): Self.set(&bid, value)
    case UInt8(ascii: "B"): Self.set(&bidSize, value)
    case UInt8(ascii: "a"): Self.set(&ask, value)
    case UInt8(ascii: "A"): Self.set(&askSize, value)
    default: true
    }
  }

  @inline(__always)
  private static func set(_ field: inout BinanceToken, _ value: BinanceToken) -> Bool {
    guard field.kind == .none else { return false }
    field = value
    return true
  }

  private mutating func noteLong(
    _ key: BinanceToken, _ value: BinanceToken, _ bytes: RawSpan
  ) -> Bool {
    guard let text = BinanceShortText(bytes, key) else { return true }
    if text.count == 1 { return note(UInt8(truncatingIfNeeded: text.key.w0), value) }
    if text.matches("lastUpdateId") { names.insert(.snapshot) }
    if text.matches("result") { names.insert(.result) }
    if text.matches("code") || text.matches("error") { names.insert(.failure) }
    if text.matches("data"), value.kind == .list { names.insert(.list) }
    return true
  }

  private mutating func classify(_ bytes: RawSpan) -> UInt8 {
    if event.kind != .none {
      guard event.isText, let name = BinanceShortText(bytes, event) else {
        problem = .badField
        return 0
      }
      return Self.type(ofEvent: name)
    }
    if names.contains(.list) { return Binance.MessageType.list }
    if names.contains(.snapshot) { return Binance.MessageType.snapshot }
    if updateID.kind != .none, bidSize.kind != .none, askSize.kind != .none {
      return Binance.MessageType.bookTicker
    }
    if names.contains(.failure) { return Binance.MessageType.errorResponse }
    return names.contains(.result) ? Binance.MessageType.response : 0
  }

  /// The type of an event; one that is not known is another one.
  private static func type(ofEvent name: BinanceShortText) -> UInt8 {
    if name.matches("depthUpdate") { return Binance.MessageType.depthUpdate }
    if name.matches("bookTicker") { return Binance.MessageType.bookTicker }
    if name.matches("trade") { return Binance.MessageType.trade }
    if name.matches("aggTrade") { return Binance.MessageType.aggregateTrade }
    if name.matches("kline") { return Binance.MessageType.kline }
    if name.matches("24hrMiniTicker") { return Binance.MessageType.miniTicker }
    if name.matches("24hrTicker") || name.matches("1hTicker") || name.matches("4hTicker")
      || name.matches("1dTicker")
    {
      return Binance.MessageType.ticker
    }
    if name.matches("avgPrice") { return Binance.MessageType.averagePrice }
    if name.matches("serverShutdown") { return Binance.MessageType.serverShutdown }
    return Binance.MessageType.other
  }
}

extension BinanceShortText {
  /// Whether the text is this one.
  func matches(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for index in 0..<count {
      // Safety: the index is below the number of code units, which lie in the program's constants.
      let wanted = unsafe text.utf8Start[index]
      guard byte(index) == wanted else { return false }
    }
    return true
  }
}
