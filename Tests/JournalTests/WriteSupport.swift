import Records
import TestSupport
import Wire

@testable import Journal

/// Made records for the writers' tests: mostly orders, some of every other kind.
struct MadeRecords {
  var bytes: [UInt8] = []
  var count = 0
  private var generator: SeededGenerator
  private(set) var nanos: UInt64
  private var sequence: UInt32 = 1

  init(seed: UInt64, from nanos: UInt64 = 1_700_000_000_000_000_000) {
    generator = SeededGenerator(seed: seed)
    self.nanos = nanos
  }

  /// Appends `amount` records, each up to `step` ns after the one before it.
  mutating func append(_ amount: Int, step: UInt64 = 2_000, instruments: UInt32 = 300) {
    for _ in 0..<amount {
      nanos += generator.next() % max(step, 1)
      sequence &+= 1
      let instrument = UInt32(generator.next() % UInt64(instruments))
      switch generator.next() % 40 {
      case 0: appendTrade(instrument)
      case 1:
        StatusMessage(publisherID: 2, instrumentID: instrument, tsEvent: nanos, tsRecv: nanos + 5)
          .append(to: &bytes)
      case 2:
        OHLCVMessage(rtype: .ohlcv1s, publisherID: 2, instrumentID: instrument, tsEvent: nanos)
          .append(to: &bytes)
      case 3:
        MBP10Message(publisherID: 2, instrumentID: instrument, tsEvent: nanos).append(
          to: &bytes)
      default: appendOrder(instrument)
      }
      count += 1
    }
  }

  mutating func appendMapping(_ symbol: String, _ instrument: UInt32) {
    SymbolMappingMessage(
      publisherID: 2, instrumentID: instrument, tsEvent: nanos, stypeIn: .rawSymbol,
      stypeInSymbol: InlineArray(text: symbol), stypeOut: .instrumentID,
      stypeOutSymbol: InlineArray(text: String(instrument))
    ).append(to: &bytes)
    count += 1
  }

  mutating func appendDefinition(_ symbol: String, _ instrument: UInt32) {
    var definition = InstrumentDefinitionMessage(
      publisherID: 2, instrumentID: instrument, tsEvent: nanos)
    definition.tsRecv = nanos
    definition.rawSymbol.setText(symbol)
    definition.append(to: &bytes)
    count += 1
  }

  /// Appends an order that was received at `time`.
  mutating func appendOrder(_ instrument: UInt32, at time: UInt64) {
    MBOMessage(
      publisherID: 2, instrumentID: instrument, tsEvent: time, action: .add, side: .bid,
      tsRecv: time
    ).append(to: &bytes)
    count += 1
  }

  /// Appends a sampled quote: its receive time is the end of its interval, `end`.
  mutating func appendSampled(_ instrument: UInt32, end: UInt64) {
    BBOMessage(publisherID: 2, instrumentID: instrument, tsEvent: end, tsRecv: end)
      .append(to: &bytes)
    count += 1
  }

  private mutating func appendOrder(_ instrument: UInt32) {
    MBOMessage(
      publisherID: 2, instrumentID: instrument,
      tsEvent: generator.next() % 50 == 0 ? Undefined.timestamp : nanos,
      orderID: generator.next() % 100_000, price: Int64(generator.next() % 500) * 10_000_000,
      size: UInt32(generator.next() % 900), action: .add, side: .bid,
      tsRecv: generator.next() % 90 == 0 ? Undefined.timestamp : nanos + 300, sequence: sequence
    ).append(to: &bytes)
  }

  private mutating func appendTrade(_ instrument: UInt32) {
    TradeMessage(
      publisherID: 2, instrumentID: instrument, tsEvent: nanos, price: 1_000_000_000, size: 5,
      tsRecv: nanos + 10, sequence: sequence
    ).append(to: &bytes)
  }
}

/// A copy of the buffer's bytes.
func bytes(of buffer: borrowing ByteBuffer) -> [UInt8] {
  let span = buffer.bytes
  return (0..<span.byteCount).map { span.uncheckedByte(at: $0) }
}
