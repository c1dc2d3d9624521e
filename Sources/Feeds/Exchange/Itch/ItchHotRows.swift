internal import Records
internal import Wire

/// The order messages on machines without wide permutes: the same moves, field by field, without a
/// branch on the type (types alternate at random, and each mispredicted branch costs more than all
/// the moves).
@safe struct ItchHotRows: ~Copyable {
  struct Row {
    /// Length of the message; another one is left to the caller.
    var byteCount = UInt64.max
    /// Record word 0 without the instrument.
    var head: UInt64 = 0
    /// Record word 4 without the size: flags, channel, action, side.
    var tail: UInt64 = 0
    var idAt = Itch.Header.byteCount
    var priceAt = 0
    var priceMask: UInt64 = 0
    var priceFixed: UInt64 = 0
    var sizeAt = 0
    var sizeMask: UInt64 = 0
    var sizeFixed: UInt64 = 0
    /// All ones for replacements.
    var olderMask: UInt64 = 0
    var reserved: UInt64 = 0
  }

  private let rows: UnsafeMutablePointer<Row>
  private let sideClass: UnsafeMutablePointer<UInt8>

  /// Type byte times side class (buy, sell, neither).
  private static var rowCount: Int { 1024 }

  init(publisherID: UInt16) {
    unsafe rows = .allocate(capacity: Self.rowCount)
    unsafe sideClass = .allocate(capacity: 256)
    // Safety: both are initialised over their whole length.
    unsafe rows.initialize(repeating: Row(), count: Self.rowCount)
    unsafe sideClass.initialize(repeating: 2, count: 256)
    unsafe sideClass[Int(UInt8(ascii: "B"))] = 0
    unsafe sideClass[Int(UInt8(ascii: "S"))] = 1
    for hot in ItchHotType.all {
      for side in 0..<3 where !(hot.isSided && side == 2) {
        unsafe rows[4 * Int(hot.type) + side] = Self.row(hot, side: side, publisherID)
      }
    }
  }

  deinit {
    unsafe rows.deallocate()
    unsafe sideClass.deallocate()
  }

  private static func row(_ hot: ItchHotType, side: Int, _ publisherID: UInt16) -> Row {
    let letter: Side = hot.isSided ? (side == 0 ? .bid : .ask) : .none
    var row = Row()
    row.byteCount = UInt64(hot.byteCount)
    row.head =
      UInt64(MBOMessage.lengthWords) | UInt64(RType.mbo.rawValue) << 8 | UInt64(publisherID) << 16
    row.tail =
      (UInt64(Flags.last.rawValue) | UInt64(hot.action.rawValue) << 16
        | UInt64(letter.rawValue) << 24) << 32
    row.idAt = hot.idAt
    if let priceAt = hot.priceAt {
      row.priceAt = priceAt
      row.priceMask = UInt64.max
    } else {
      row.priceFixed = UInt64(Undefined.price)
    }
    if let sizeAt = hot.sizeAt {
      row.sizeAt = sizeAt
      row.sizeMask = UInt64.max
    } else {
      row.sizeFixed = UInt64(Undefined.orderSize)
    }
    row.olderMask = hot.isReplace ? UInt64.max : 0
    return row
  }

  /// The record of the order message `bytes[start ..< start + count]`, or nil for one that is left
  /// to the caller. At least `Itch.OrderDelete.byteCount` + 12 bytes must be readable at `start`.
  @inline(__always)
  func record(
    _ bytes: RawSpan, at start: Int, count: Int, eventBase: UInt64, context: UInt64,
    tsRecv: UInt64
  ) -> InlineArray<7, UInt64>? {
    // Safety: the type times 4 plus a class of 0, 1 or 2 is below 1,024.
    let type = Int(bytes.uncheckedByte(at: start))
    let side = Int(
      unsafe sideClass[Int(Itch.AddOrder.Side.read(bytes, at: start))])
    let row = unsafe rows + (type &* 4 &+ side)
    let older = Itch.OrderReplace.OriginalReference.read(bytes, at: start)
    let id = unsafe bytes.uncheckedBE(UInt64.self, at: start &+ row.pointee.idAt)
    // One branch for all doubts: the length, and ids that are too far apart.
    let doubt =
      unsafe (UInt64(truncatingIfNeeded: count) ^ row.pointee.byteCount)
      | ((id ^ older) >> 32) & row.pointee.olderMask
    guard doubt == 0 else { return nil }
    let locate = UInt64(Itch.Header.StockLocate.read(bytes, at: start))
    let price = unsafe UInt64(bytes.uncheckedBE(UInt32.self, at: start &+ row.pointee.priceAt))
    let size = unsafe UInt64(bytes.uncheckedBE(UInt32.self, at: start &+ row.pointee.sizeAt))
    var words = InlineArray<7, UInt64>(repeating: 0)
    words[0] = unsafe row.pointee.head | locate << 32
    words[1] = eventBase &+ Itch.Header.Timestamp.read(bytes, at: start)
    words[2] = id
    words[3] =
      unsafe (price &* UInt64(Itch.price4Factor)) & row.pointee.priceMask
      | row.pointee.priceFixed
    words[4] = unsafe size & row.pointee.sizeMask | row.pointee.sizeFixed | row.pointee.tail
    words[5] = tsRecv
    words[6] = unsafe context | older & 0xFFFF_FFFF & row.pointee.olderMask
    return words
  }
}
