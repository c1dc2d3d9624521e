import Records
import TestSupport

/// Makes blocks of records of all kinds, from likely to absurd.
struct RecordMaker {
  var random: SeededGenerator
  private var time: UInt64 = 1_577_664_000_000_000_000
  private var sequence: UInt32 = 0
  private var orderID: UInt64 = 1000

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func below(_ limit: UInt64) -> UInt64 { random.next() % limit }

  /// An order record as an exchange would have it.
  mutating func order() -> MBOMessage {
    time &+= below(10) == 0 ? below(1_000_000) : below(400)
    sequence &+= 1
    orderID &+= below(4)
    let isNew = below(2) == 0
    return MBOMessage(
      publisherID: 2, instrumentID: UInt32(below(500)) + 1, tsEvent: time,
      orderID: isNew ? orderID : orderID &- below(1000),
      price: Int64(10_000 + below(500)) * 10_000_000, size: UInt32(below(10) + 1) * 100,
      flags: .last, action: isNew ? .add : .cancel, side: below(2) == 0 ? .bid : .ask,
      tsRecv: time &+ 9000 &+ below(5000), tsInDelta: 0, sequence: sequence)
  }

  /// The quote that follows from an order record.
  mutating func quote(after cause: MBOMessage) -> MBP1Message {
    let bid = Int64(10_000 + below(3)) * 10_000_000
    return MBP1Message(
      publisherID: cause.header.publisherID, instrumentID: cause.header.instrumentID,
      tsEvent: cause.header.tsEvent, price: cause.price, size: cause.size, action: cause.action,
      side: cause.side, flags: cause.flags, depth: 0, tsRecv: cause.tsRecv,
      sequence: cause.sequence,
      levels: [
        BidAskPair(
          bidPx: bid, askPx: below(20) == 0 ? Undefined.price : bid + 10_000_000,
          bidSz: UInt32(below(9)) * 100, askSz: 100, bidCt: 3, askCt: UInt32(below(4)))
      ])
  }

  /// Orders with quotes and trades between them.
  mutating func market(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var made = 0
    while made < count {
      let cause = order()
      cause.append(to: &bytes)
      made += 1
      guard made < count, below(3) == 0 else { continue }
      if below(8) == 0 {
        TradeMessage(
          publisherID: 2, instrumentID: cause.header.instrumentID, tsEvent: cause.header.tsEvent,
          price: cause.price, size: cause.size, action: .trade, side: cause.side,
          tsRecv: cause.tsRecv, sequence: cause.sequence
        ).append(to: &bytes)
      } else {
        quote(after: cause).append(to: &bytes)
      }
      made += 1
    }
    return bytes
  }

  /// Order records only.
  mutating func orders(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<count { order().append(to: &bytes) }
    return bytes
  }

  /// Every known type with boundary values in every byte, with and without a send time.
  mutating func garbage(_ count: Int, kinds: UInt64) -> [UInt8] {
    var types: [(UInt8, Int)] = []
    for rtype in UInt8.min...UInt8.max {
      guard let layout = RecordLayout.of(RType(rawValue: rtype)) else { continue }
      types.append((rtype, layout.byteCount))
      types.append((rtype, layout.byteCount + 8))
      types.append((rtype, layout.byteCount + 4 * Int(below(9))))
      types.append((rtype, 16))
    }
    for _ in 0..<8 { types.append((UInt8(below(256)), 16 + 4 * Int(below(60)))) }
    types.append((7, 1020))
    types.shuffle(using: &random)
    let chosen = Array(types.prefix(Int(max(kinds, 1))))
    var bytes: [UInt8] = []
    for _ in 0..<count {
      let (rtype, size) = chosen[Int(below(UInt64(chosen.count)))]
      let isSame = below(3) == 0
      let start = bytes.count
      for _ in 0..<size / 4 {
        let value = isSame ? 7 : random.boundaryValue()
        for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * shift))) }
      }
      bytes[start] = UInt8(size / 4)
      bytes[start + 1] = rtype
    }
    return bytes
  }
}
