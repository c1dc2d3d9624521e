internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Lists of levels, and the instrument that a message's sizes belong to.
extension BinanceDecoder {
  /// Bytes behind the start of a level that `fastLevel` may look at: 4 brackets and quotes, two
  /// decimals of 17 characters, the 3 between them, and 17 that a decimal reads ahead.
  private static var levelReadAhead: Int { 64 }

  /// Reads `[[price,size],...]` into `levels` from `count` on; gives why not.
  mutating func readLevels(
    _ list: BinanceToken, _ bytes: RawSpan, _ count: inout Int
  ) -> RejectReason? {
    guard list.kind == .list else { return .badField }
    let end = Int(list.start) &+ Int(list.count)
    // The list has been walked over once, so that its brackets and quotes are in order.
    var walker = BinanceWalker(bytes, from: Int(list.start) &+ 1, to: end)
    guard let first = walker.peek() else { return .badField }
    if first == UInt8(ascii: "]") { return nil }
    while true {
      guard count < BinanceLimits.levels else { return .oversized }
      if let problem = readLevel(&walker, count) { return problem }
      count &+= 1
      guard let next = walker.peek() else { return .badField }
      walker.at &+= 1
      if next == UInt8(ascii: "]") { return nil }
    }
  }

  @inline(__always)
  private mutating func readLevel(_ walker: inout BinanceWalker, _ index: Int) -> RejectReason? {
    if walker.at &+ Self.levelReadAhead <= walker.bytes.byteCount {
      var scan = BinanceScan(walker.bytes, at: walker.at)
      scan.expect(0x225B, 2)
      let price = scan.decimal()
      scan.expect(0x22_2C22, 3)
      let quantity = scan.decimal()
      scan.expect(0x5D22, 2)
      if scan.bad == 0, scan.at <= walker.end {
        walker.at = scan.at
        levels[index] = BinanceLevel(price: Int64(bitPattern: price &* 10), quantity: quantity)
        return nil
      }
    }
    guard walker.take(UInt8(ascii: "[")), let price = walker.value(),
      walker.take(UInt8(ascii: ",")), let quantity = walker.value()
    else { return .badField }
    // What the venue may once add behind the two is passed over.
    while walker.peek() == UInt8(ascii: ",") {
      walker.at &+= 1
      guard walker.value() != nil else { return .badField }
    }
    guard walker.take(UInt8(ascii: "]")) else { return .badField }
    var problem: RejectReason?
    levels[index] = Self.level(walker.bytes, price, quantity, &problem)
    return problem
  }

  /// Where the sizes of a message go.
  struct Target {
    let instrument: UInt32
    let lot: Lot

    /// The size in lots; undefined where it does not fit.
    @inline(__always)
    func size(_ quantity: UInt64) -> UInt32 {
      let size = lot.size(quantity)
      return size <= Lot.largest ? UInt32(truncatingIfNeeded: size) : Undefined.orderSize
    }
  }

  /// The instrument of a symbol whose lot the first `count` of `levels` fit; announces a new one.
  mutating func place(
    _ token: BinanceToken, _ bytes: RawSpan, count: Int, tsEvent: UInt64,
    _ context: MessageContext, into lanes: inout LaneWriter
  ) -> Result<Target, RejectReason> {
    guard token.isText else { return .failure(.badField) }
    guard let symbol = BinanceShortText(bytes, token) else { return .failure(.oversized) }
    guard symbol.isSymbol else { return .failure(.badField) }
    var slot = instruments.find(symbol.key)
    if slot < 0 {
      guard instruments.hasRoom else { return .failure(.instrumentLimit) }
      let (finest, largest) = survey(count, finest: 0)
      slot = instruments.add(
        symbol.key, lot: Lot(places: Lot.choose(finest: finest, largest: largest)),
        finest: UInt8(finest))
      announce(symbol, slot, tsEvent: tsEvent, context, into: &lanes)
    } else if !fits(count, instruments.lot(slot)) {
      changeLot(symbol, slot, count, tsEvent: tsEvent, context, into: &lanes)
    }
    return .success(
      Target(instrument: instruments.instrument(slot), lot: instruments.lot(slot)))
  }

  private func fits(_ count: Int, _ lot: Lot) -> Bool {
    for index in 0..<count where lot.size(levels[index].quantity) > Lot.largest { return false }
    return true
  }

  /// The most decimals and the largest of the quantities.
  private func survey(_ count: Int, finest: Int) -> (finest: Int, largest: UInt64) {
    var finest = finest
    var largest: UInt64 = 0
    for index in 0..<count {
      let quantity = levels[index].quantity
      guard quantity != UInt64.max else {
        largest = quantity
        continue
      }
      largest = max(largest, quantity)
      finest = max(finest, Lot.places(of: quantity))
    }
    return (finest, largest)
  }

  /// Gives the symbol a new instrument where another lot holds more of its quantities; the levels
  /// of the older one are cleared.
  private mutating func changeLot(
    _ symbol: BinanceShortText, _ slot: Int, _ count: Int, tsEvent: UInt64,
    _ context: MessageContext, into lanes: inout LaneWriter
  ) {
    let older = (instrument: instruments.instrument(slot), lot: instruments.lot(slot))
    let (finest, largest) = survey(count, finest: Int(instruments.finest(slot)))
    let places = Lot.choose(finest: finest, largest: largest)
    guard places != older.lot.places else {
      return instruments.note(slot, finest: UInt8(finest))
    }
    instruments.replace(slot, lot: Lot(places: places), finest: UInt8(finest))
    write(
      MBOMessage(
        publisherID: Binance.publisherID, instrumentID: older.instrument, tsEvent: tsEvent,
        size: 0, flags: [.mbp, .last], action: .clear, tsRecv: context.tsRecv,
        sequence: UInt32(truncatingIfNeeded: context.sequence)),
      into: &lanes)
    announce(symbol, slot, tsEvent: tsEvent, context, into: &lanes)
  }

  /// The mapping of a new instrument, and its definition, which says what a lot is.
  private func announce(
    _ symbol: BinanceShortText, _ slot: Int, tsEvent: UInt64, _ context: MessageContext,
    into lanes: inout LaneWriter
  ) {
    let instrument = instruments.instrument(slot)
    let start = tsEvent == Undefined.timestamp ? context.tsRecv : tsEvent
    var mapping = SymbolMappingMessage(
      publisherID: Binance.publisherID, instrumentID: instrument, tsEvent: tsEvent,
      stypeIn: .rawSymbol, stypeOut: .instrumentID, startTs: start)
    for index in 0..<symbol.count { mapping.stypeInSymbol[index] = symbol.byte(index) }
    mapping.stypeOutSymbol = mapping.stypeInSymbol
    write(mapping, into: &lanes)
    var definition = InstrumentDefinitionMessage(
      publisherID: Binance.publisherID, instrumentID: instrument, tsEvent: tsEvent)
    definition.tsRecv = context.tsRecv
    definition.rawInstrumentID = UInt64(instrument)
    definition.displayFactor = 1_000_000_000
    definition.unitOfMeasureQty = instruments.lot(slot).units
    definition.minLotSize = 1
    for index in 0..<symbol.count { definition.rawSymbol[index] = symbol.byte(index) }
    write(definition, into: &lanes)
  }
}
