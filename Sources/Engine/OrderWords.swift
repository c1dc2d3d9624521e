internal import Books
internal import FeedKit
internal import Records

/// An order record of a lane as the words of its line, so that the worker changes it in registers.
///
///     word 0: length, rtype, publisher | instrument << 32      3: price
///          1: ts_event                                         4: size | flags << 32 |
///          2: order_id                                             action << 48 | side << 56
///          5: ts_recv                                          6: ts_in_delta | sequence << 32
///
/// A struct whose fields were stored one by one and that is then copied in words of eight bytes
/// makes each copy wait until the stores have left the core: no load is served from several stores
/// that are under way. Here a change is a mask and an or, and what does not change comes from the
/// lane's line.
@safe struct OrderWords {
  /// The record in the lane, for the words that no worker changes.
  private let line: UnsafeRawPointer
  private var head: UInt64
  var orderID: UInt64
  private var rawPrice: UInt64
  private var tail: UInt64
  private var last: UInt64

  /// Safety: a whole MBO record, 8-byte aligned, lies at `record` as long as this value is used.
  @inline(__always)
  @unsafe init(at record: UnsafeRawPointer) {
    unsafe line = record
    unsafe head = record.load(as: UInt64.self)
    unsafe orderID = record.load(fromByteOffset: 16, as: UInt64.self)
    unsafe rawPrice = record.load(fromByteOffset: 24, as: UInt64.self)
    unsafe tail = record.load(fromByteOffset: 32, as: UInt64.self)
    unsafe last = record.load(fromByteOffset: 48, as: UInt64.self)
  }

  var instrument: UInt32 { UInt32(truncatingIfNeeded: head &>> 32) }
  var publisherID: UInt16 { UInt16(truncatingIfNeeded: head &>> 16) }
  // Safety, for the two: words of the record that `init` was promised.
  var tsEvent: UInt64 { unsafe line.load(fromByteOffset: 8, as: UInt64.self) }
  var tsRecv: UInt64 { unsafe line.load(fromByteOffset: 40, as: UInt64.self) }
  var sequence: UInt32 { UInt32(truncatingIfNeeded: last &>> 32) }
  /// Whether both ids stand in full (`ReplaceRecord`).
  var hasOlderID: Bool { UInt8(truncatingIfNeeded: head) == ReplaceRecord.lengthWords }

  /// The id that a replacement retires.
  var olderID: UInt64 {
    // Safety: a record of this length has eight bytes more than an MBO record.
    if hasOlderID { return unsafe line.load(fromByteOffset: 56, as: UInt64.self) }
    return orderID & ~0xFFFF_FFFF | last & 0xFFFF_FFFF
  }

  var price: Int64 {
    get { Int64(bitPattern: rawPrice) }
    set { rawPrice = UInt64(bitPattern: newValue) }
  }

  var size: UInt32 {
    get { UInt32(truncatingIfNeeded: tail) }
    set { tail = tail & ~0xFFFF_FFFF | UInt64(newValue) }
  }

  var flags: Flags {
    get { Flags(rawValue: UInt8(truncatingIfNeeded: tail &>> 32)) }
    set { tail = tail & ~(0xFF &<< 32) | UInt64(newValue.rawValue) &<< 32 }
  }

  var action: Action {
    get { Action(rawValue: UInt8(truncatingIfNeeded: tail &>> 48)) }
    set { tail = tail & ~(0xFF &<< 48) | UInt64(newValue.rawValue) &<< 48 }
  }

  var side: Side {
    get { Side(rawValue: UInt8(truncatingIfNeeded: tail &>> 56)) }
    set { tail = tail & ~(0xFF &<< 56) | UInt64(newValue.rawValue) &<< 56 }
  }

  /// Side of the resting order in the book's terms.
  var bookSide: BookSide { side == .bid ? .bid : .ask }

  /// Makes it a plain MBO record, without the lane's way to name the older id.
  @inline(__always)
  mutating func dropOlderID() {
    head = head & ~0xFF | UInt64(MBOMessage.lengthWords)
    last &= ~0xFFFF_FFFF
  }

  /// The record as a line; the eighth word is the writer's.
  @inline(__always)
  var words: SIMD8<UInt64> {
    SIMD8(head, tsEvent, orderID, rawPrice, tail, tsRecv, last, 0)
  }

  /// The record as a struct, for what is not hot.
  var header: RecordHeader {
    RecordHeader(
      length: UInt8(truncatingIfNeeded: head), rtype: .mbo, publisherID: publisherID,
      instrumentID: instrument, tsEvent: tsEvent)
  }

  /// The two lines of the MBP-1 record that tells what the order has changed.
  @inline(__always)
  func quote(depth: UInt16, _ pair: BidAskPair) -> (SIMD8<UInt64>, SIMD8<UInt64>) {
    let kind =
      UInt64(MBP1Message.lengthWords) | UInt64(RType.mbp1.rawValue) &<< 8
      | UInt64(publisherID) &<< 16 | head & ~0xFFFF_FFFF
    let what =
      UInt64(size) | UInt64(action.rawValue) &<< 32 | UInt64(side.rawValue) &<< 40
      | UInt64(flags.union(.last).rawValue) &<< 48 | UInt64(UInt8(clamping: depth)) &<< 56
    return (
      SIMD8(
        kind, tsEvent, rawPrice, what, tsRecv, last & ~0xFFFF_FFFF,
        UInt64(bitPattern: pair.bidPx), 0),
      SIMD8(
        UInt64(bitPattern: pair.askPx), UInt64(pair.bidSz) | UInt64(pair.askSz) &<< 32,
        UInt64(pair.bidCt) | UInt64(pair.askCt) &<< 32, 0, 0, 0, 0, 0)
    )
  }
}
