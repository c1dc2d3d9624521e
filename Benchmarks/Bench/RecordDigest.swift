import ExchangeFeeds
import FeedKit
import Lanes
import Records

/// What a stream of records amounts to: their number, a hash of all bytes, and the sum that the C
/// baselines form (references, shares and prices of orders and trades).
@safe struct RecordDigest {
  private(set) var records: UInt64 = 0
  private(set) var sum: UInt64 = 0
  private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

  /// Price(4) to 1e-9.
  private static var priceFactor: Int64 { 100_000 }

  mutating func add(_ batch: borrowing RecordBatch) {
    for index in 0..<batch.count {
      // Safety: a whole record lies at each pointer of a batch; its length byte was checked.
      let record = unsafe batch[index]
      let count = unsafe Int(record.load(as: UInt8.self)) * 4
      unsafe add(UnsafeRawBufferPointer(start: record, count: count))
    }
  }

  /// Adds one record as a reader of shared memory has it.
  mutating func add(_ record: RawSpan) {
    // Safety: the bytes are used inside of the closure only.
    unsafe record.withUnsafeBytes { unsafe add($0) }
  }

  /// Adds whole records, back to back.
  mutating func add(run records: RawSpan) {
    // Safety: the bytes are used inside of the closure only; a record ends where the next begins.
    unsafe records.withUnsafeBytes { bytes in
      var at = 0
      while at < bytes.count {
        let count = unsafe Int(bytes[at]) * 4
        guard count >= 16, count <= bytes.count - at else { return }
        unsafe add(UnsafeRawBufferPointer(rebasing: bytes[at..<(at + count)]))
        at += count
      }
    }
  }

  /// Adds one record of at least a header's 16 bytes.
  mutating func add(_ record: UnsafeRawBufferPointer) {
    records &+= 1
    for offset in stride(from: 0, to: record.count & ~7, by: 8) {
      // Safety: the eight bytes lie inside of the record; any bits are valid.
      let word = unsafe record.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      hash = (hash ^ word) &* 0x0000_0100_0000_01B3
      hash ^= hash >> 29
    }
    switch unsafe record.loadUnaligned(fromByteOffset: 1, as: RType.self) {
    case .mbo where record.count == 56:
      unsafe addOrder(record.loadUnaligned(as: MBOMessage.self))
    case .trade:
      let trade = unsafe record.loadUnaligned(as: TradeMessage.self)
      addTrade(trade)
    default: break
    }
  }

  private mutating func addOrder(_ order: MBOMessage) {
    sum &+= order.orderID
    if order.size != Undefined.orderSize { sum &+= UInt64(order.size) }
    if order.price != Undefined.price { sum &+= UInt64(order.price / Self.priceFactor) }
    if order.action == .modify { sum &+= LaneConvention.olderID(of: order) }
  }

  private mutating func addTrade(_ trade: TradeMessage) {
    sum &+= UInt64(trade.size) &+ UInt64(trade.price / Self.priceFactor)
  }
}
