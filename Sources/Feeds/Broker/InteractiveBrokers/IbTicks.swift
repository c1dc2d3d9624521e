internal import Wire

/// Level 1 messages, read from either form (fact sheet, sections 6 and 14).

/// Tick price (1), tick size (2), tick generic (45): a number of one type.
struct IbTick: BitwiseCopyable {
  var reqID = 0
  var type = IbFields.unset
  var value = IbDecimal.unset
  /// Size of the partner tick; tick price only.
  var size = IbDecimal.unset
  /// Bit 0 can be executed automatically, 1 beyond limit, 2 before the opening; tick price only.
  var mask = 0

  init() {}

  /// `version, reqId, tickType, price, size, attrMask`.
  @inline(__always)
  init(price fields: inout IbFields) {
    fields.skip()
    reqID = fields.int()
    type = fields.int()
    value = fields.decimal()
    size = fields.decimal()
    mask = fields.int(unset: 0)
  }

  /// `version, reqId, tickType, size` or `value`.
  @inline(__always)
  init(value fields: inout IbFields) {
    fields.skip()
    reqID = fields.int()
    type = fields.int()
    value = fields.decimal()
  }

  /// `TickPrice`, 1 reqId, 2 tickType, 3 price, 4 size, 5 attrMask.
  init(price message: inout IbProtobuf) {
    while message.next() {
      switch message.number {
      case 1: reqID = message.int()
      case 2: type = message.int()
      case 3: value = message.price()
      case 4: size = message.decimal()
      case 5: mask = message.int()
      default: message.skip()
      }
    }
    if !value.isSet, value.kind == .unset { message.fail(.truncated) }
  }

  /// `TickSize`, 3 size as text.
  init(size message: inout IbProtobuf) {
    while message.next() {
      switch message.number {
      case 1: reqID = message.int()
      case 2: type = message.int()
      case 3: value = message.decimal()
      default: message.skip()
      }
    }
  }

  /// `TickGeneric`, 3 value.
  init(generic message: inout IbProtobuf) {
    while message.next() {
      switch message.number {
      case 1: reqID = message.int()
      case 2: type = message.int()
      case 3: value = message.model()
      default: message.skip()
      }
    }
  }
}

/// Tick string (46).
struct IbTickString {
  var reqID = 0
  var type = IbFields.unset
  var value = 0..<0

  @inline(__always)
  init(_ fields: inout IbFields) {
    fields.skip()
    reqID = fields.int()
    type = fields.int()
    value = fields.text()
  }

  init(_ message: inout IbProtobuf) {
    while message.next() {
      switch message.number {
      case 1: reqID = message.int()
      case 2: type = message.int()
      case 3: value = message.range()
      default: message.skip()
      }
    }
  }
}

/// RT volume (48) and RT trade volume (77): `price;size;time in ms;total volume;vwap;single`.
struct IbRTVolume {
  var price = IbDecimal.unset
  var size = IbDecimal.unset
  var millis = 0
  var totalVolume = IbDecimal.unset
  var vwap = IbDecimal.unset
  var isSingle = false

  /// Nil where a part is missing or no number.
  init?(_ bytes: RawSpan, _ range: Range<Int>) {
    var at = range.lowerBound
    func part() -> Range<Int>? {
      guard at <= range.upperBound else { return nil }
      var end = at
      while end < range.upperBound, bytes.uncheckedByte(at: end) != UInt8(ascii: ";") { end &+= 1 }
      defer { at = end &+ 1 }
      return at..<end
    }
    guard let first = part(), let second = part(), let third = part(), let fourth = part(),
      let fifth = part(), let sixth = part()
    else { return nil }
    guard let price = IbDecimal(bytes, first), let size = IbDecimal(bytes, second),
      let time = IbDecimal(bytes, third)?.whole, time >= 0, time < 1 << 43,
      let total = IbDecimal(bytes, fourth), let vwap = IbDecimal(bytes, fifth)
    else { return nil }
    (self.price, self.size, millis) = (price, size, Int(time))
    (totalVolume, self.vwap) = (total, vwap)
    isSingle = !sixth.isEmpty && bytes.uncheckedByte(at: sixth.lowerBound) == UInt8(ascii: "t")
  }
}

/// Tick option computation (21): greeks of an option, or of the model.
struct IbOptionTick: BitwiseCopyable {
  var reqID = 0
  var type = IbFields.unset
  /// 0 return based, 1 price based.
  var attribute = IbFields.unset
  var impliedVolatility = IbDecimal.unset
  var delta = IbDecimal.unset
  var price = IbDecimal.unset
  var dividends = IbDecimal.unset
  var gamma = IbDecimal.unset
  var vega = IbDecimal.unset
  var theta = IbDecimal.unset
  var underlying = IbDecimal.unset

  /// `version [<156], reqId, tickType, tickAttrib [>=156], impliedVol, delta, optPrice, pvDividend,
  /// gamma, vega, theta, undPrice`.
  init(_ fields: inout IbFields, version: Int) {
    if version < Ib.optionTickAttrib { fields.skip() }
    reqID = fields.int()
    type = fields.int()
    if version >= Ib.optionTickAttrib { attribute = fields.int() }
    impliedVolatility = fields.decimal()
    delta = fields.decimal()
    price = fields.decimal()
    dividends = fields.decimal()
    gamma = fields.decimal()
    vega = fields.decimal()
    theta = fields.decimal()
    underlying = fields.decimal()
    clearMarkers()
  }

  init(_ message: inout IbProtobuf) {
    while message.next() {
      switch message.number {
      case 1: reqID = message.int()
      case 2: type = message.int()
      case 3: attribute = message.int()
      case 4: impliedVolatility = message.model()
      case 5: delta = message.model()
      case 6: price = message.model()
      case 7: dividends = message.model()
      case 8: gamma = message.model()
      case 9: vega = message.model()
      case 10: theta = message.model()
      case 11: underlying = message.model()
      default: message.skip()
      }
    }
    clearMarkers()
  }

  /// -1 and, for greeks, -2 say that a value was not computed.
  private mutating func clearMarkers() {
    func cleared(_ value: IbDecimal, _ marker: Int64) -> IbDecimal {
      value.isSet && value.scaled(0) == marker ? .unset : value
    }
    impliedVolatility = cleared(impliedVolatility, -1)
    price = cleared(price, -1)
    dividends = cleared(dividends, -1)
    underlying = cleared(underlying, -1)
    delta = cleared(delta, -2)
    gamma = cleared(gamma, -2)
    vega = cleared(vega, -2)
    theta = cleared(theta, -2)
  }
}
