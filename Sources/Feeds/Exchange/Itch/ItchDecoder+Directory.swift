internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

extension ItchDecoder {
  /// Stock directory (`R`): a definition, then the symbol mapping that ties the day's locate to the
  /// symbol.
  func decodeDirectory(
    _ message: borrowing Message, into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) {
    let bytes = message.bytes
    let start = message.start
    let stockAt = start + Itch.StockDirectory.stockOffset
    var definition = InstrumentDefinitionMessage(
      publisherID: Self.publisherID, instrumentID: message.locate, tsEvent: message.tsEvent)
    definition.tsRecv = message.tsRecv
    definition.rawInstrumentID = UInt64(message.locate)
    definition.minPriceIncrement = Itch.price4Factor
    definition.displayFactor = 1_000_000_000
    let roundLot = Itch.StockDirectory.RoundLotSize.read(bytes, at: start)
    definition.minLotSizeRoundLot = Int32(exactly: roundLot) ?? Int32.max
    definition.rawSymbol.setText(spacePadded: bytes, at: stockAt, count: 8)
    definition.currency.setText("USD".utf8)
    definition.exchange.setText("XNAS".utf8)
    definition.group.setText(
      CollectionOfOne(Itch.StockDirectory.MarketCategory.read(bytes, at: start)))
    definition.securityType.setText(
      spacePadded: bytes, at: start + Itch.StockDirectory.issueSubTypeOffset, count: 2)
    definition.cfi.setText(
      CollectionOfOne(Itch.StockDirectory.IssueClassification.read(bytes, at: start)))
    definition.instrumentClass =
      Itch.StockDirectory.IssueClassification.read(bytes, at: start) == UInt8(ascii: "B")
      ? .bond : .stock
    write(definition, into: &lanes)

    var mapping = SymbolMappingMessage(
      publisherID: Self.publisherID, instrumentID: message.locate, tsEvent: message.tsEvent,
      stypeIn: .rawSymbol, stypeOut: .instrumentID, startTs: message.midnight,
      endTs: message.midnight &+ Self.dayNanos)
    mapping.stypeInSymbol.setText(spacePadded: bytes, at: stockAt, count: 8)
    mapping.stypeOutSymbol.setText(spacePadded: bytes, at: stockAt, count: 8)
    write(mapping, into: &lanes)
    counters.decoded &+= 1
  }

  /// A day in ns; a locate is valid for the trading day.
  private static var dayNanos: UInt64 { 86_400 * 1_000_000_000 }
}
