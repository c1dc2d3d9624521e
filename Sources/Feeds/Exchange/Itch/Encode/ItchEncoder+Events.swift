internal import Records
internal import Wire

/// Everything but orders and trades: the inverse of `ItchDecoder+Events` and `+Directory`.
extension ItchEncoder {
  /// `system event X: ...` is `S`; starts and ends of sessions are the transport's.
  mutating func encodeSystem(_ bytes: RawSpan, into frames: inout ByteBuffer) {
    guard let record = SystemMessage(copying: bytes) else { return lose(.system) }
    let text = record.msg.textBytes
    let prefix = Array("system event ".utf8)
    guard text.starts(with: prefix), text.count > prefix.count + 1,
      text[prefix.count + 1] == UInt8(ascii: ":")
    else {
      guard text.starts(with: "session ".utf8) else { return lose(.system) }
      counts.implied &+= 1
      return
    }
    begin(
      Itch.MessageType.systemEvent, byteCount: Itch.SystemEvent.byteCount, locate: 0,
      tsEvent: record.header.tsEvent, into: &frames)
    frames.append(value: text[prefix.count])
  }

  mutating func encodeStatus(_ bytes: RawSpan, into frames: inout ByteBuffer) {
    guard let record = StatusMessage(copying: bytes) else { return lose(.status) }
    let locate = UInt16(truncatingIfNeeded: record.header.instrumentID)
    if record.action == .shortSellRestrictionChange {
      writeRestriction(record, locate: locate, into: &frames)
    } else if locate == 0 {
      writeBreach(record, into: &frames)
    } else if record.reason == .operational, record.isQuoting == .notAvailable {
      begin(
        Itch.MessageType.operationalHalt, byteCount: Itch.OperationalHalt.byteCount,
        locate: locate, tsEvent: record.header.tsEvent, into: &frames)
      frames.appendBE(stock(locate))
      frames.append(value: UInt8(ascii: "Q"))
      frames.append(
        value: record.action == .halt
          ? UInt8(ascii: "H") : record.action == .trading ? UInt8(ascii: "T") : UInt8(ascii: " "))
    } else {
      writeTradingAction(record, locate: locate, into: &frames)
    }
  }

  private mutating func writeTradingAction(
    _ record: StatusMessage, locate: UInt16, into frames: inout ByteBuffer
  ) {
    let state: UInt8? =
      switch record.action {
      case .halt: UInt8(ascii: "H")
      case .pause: UInt8(ascii: "P")
      case .quoting: UInt8(ascii: "Q")
      case .trading: UInt8(ascii: "T")
      case .none: UInt8(ascii: " ")
      default: nil
      }
    guard let state, let reason = ItchCodes.code(of: record.reason) else { return lose(.status) }
    begin(
      Itch.MessageType.stockTradingAction, byteCount: Itch.StockTradingAction.byteCount,
      locate: locate, tsEvent: record.header.tsEvent, into: &frames)
    frames.appendBE(stock(locate))
    frames.append(value: state)
    frames.append(value: UInt8(ascii: " "))
    frames.appendBE(reason)
  }

  private mutating func writeRestriction(
    _ record: StatusMessage, locate: UInt16, into frames: inout ByteBuffer
  ) {
    begin(
      Itch.MessageType.regSHORestriction, byteCount: Itch.RegSHORestriction.byteCount,
      locate: locate, tsEvent: record.header.tsEvent, into: &frames)
    frames.appendBE(stock(locate))
    let action: UInt8 =
      switch record.isShortSellRestricted {
      case .no: UInt8(ascii: "0")
      case .yes: UInt8(ascii: "1")
      default: UInt8(ascii: " ")
      }
    frames.append(value: action)
  }

  /// The whole market: a circuit breaker (`W`).
  private mutating func writeBreach(_ record: StatusMessage, into frames: inout ByteBuffer) {
    let level: UInt8? =
      switch record.reason {
      case .marketWideHaltLevel1: UInt8(ascii: "1")
      case .marketWideHaltLevel2: UInt8(ascii: "2")
      case .marketWideHaltLevel3: UInt8(ascii: "3")
      case .none: UInt8(ascii: " ")
      default: nil
      }
    guard let level, record.action == .halt else { return lose(.status) }
    begin(
      Itch.MessageType.mwcbStatus, byteCount: Itch.MWCBStatus.byteCount, locate: 0,
      tsEvent: record.header.tsEvent, into: &frames)
    frames.append(value: level)
  }

  mutating func encodeDefinition(_ bytes: RawSpan, into frames: inout ByteBuffer) {
    guard let record = InstrumentDefinitionMessage(copying: bytes),
      let stock = Self.stock(record.rawSymbol.textBytes), stock != Self.noStock
    else { return lose(.instrumentDefinition) }
    let locate = UInt16(truncatingIfNeeded: record.header.instrumentID)
    stocks[Int(locate)] = stock
    var directory = ItchDirectory(stock: stock)
    directory.category = record.group[0] == 0 ? UInt8(ascii: " ") : record.group[0]
    directory.classification = record.cfi[0] == 0 ? UInt8(ascii: " ") : record.cfi[0]
    directory.roundLot = UInt32(exactly: record.minLotSizeRoundLot) ?? 0
    let type = (record.securityType[0], record.securityType[1])
    directory.subType =
      UInt16(type.0 == 0 ? 0x20 : type.0) << 8 | UInt16(type.1 == 0 ? 0x20 : type.1)
    writeDirectory(directory, locate: locate, tsEvent: record.header.tsEvent, into: &frames)
  }

  /// A mapping comes with its definition; alone, it is a directory message with a symbol only.
  mutating func encodeMapping(_ bytes: RawSpan, into frames: inout ByteBuffer) {
    guard let record = SymbolMappingMessage(copying: bytes),
      let stock = Self.stock(record.stypeInSymbol.textBytes), stock != Self.noStock
    else { return lose(.symbolMapping) }
    let locate = UInt16(truncatingIfNeeded: record.header.instrumentID)
    guard stocks[Int(locate)] != stock else {
      counts.implied &+= 1
      return
    }
    stocks[Int(locate)] = stock
    writeDirectory(
      ItchDirectory(stock: stock), locate: locate, tsEvent: record.header.tsEvent, into: &frames)
  }

  private static var noStock: UInt64 { 0x2020_2020_2020_2020 }

  /// Net Order Imbalance Indicator (`I`): sizes beyond 32 bits are undefined in DBN and stay so.
  mutating func encodeImbalance(_ bytes: RawSpan, into frames: inout ByteBuffer) {
    guard let record = ImbalanceMessage(copying: bytes),
      let far = Self.optionalPrice4(record.auctInterestClrPrice),
      let near = Self.optionalPrice4(record.contBookClrPrice),
      let reference = Self.optionalPrice4(record.refPrice)
    else { return lose(.imbalance) }
    let locate = UInt16(truncatingIfNeeded: record.header.instrumentID)
    begin(
      Itch.MessageType.netOrderImbalance, byteCount: Itch.NetOrderImbalance.byteCount,
      locate: locate, tsEvent: record.header.tsEvent, into: &frames)
    frames.appendBE(UInt64(record.pairedQty))
    frames.appendBE(UInt64(record.totalImbalanceQty))
    let direction: UInt8 =
      switch record.side {
      case .bid: UInt8(ascii: "B")
      case .ask: UInt8(ascii: "S")
      default: UInt8(ascii: "N")
      }
    frames.append(value: direction)
    frames.appendBE(stock(locate))
    frames.appendBE(far)
    frames.appendBE(near)
    frames.appendBE(reference)
    frames.append(value: record.auctionType)
    frames.append(value: record.significantImbalance)
  }
}
