/// Best level over several venues, 32 bytes (DBN, "CBBO"); publisher ids name those venues.
@frozen
public struct ConsolidatedBidAskPair: Sendable, BitwiseCopyable {
  /// Bid price in units of 1e-9.
  public var bidPx: Int64
  /// Ask price in units of 1e-9.
  public var askPx: Int64
  /// Quantity bid.
  public var bidSz: UInt32
  /// Quantity offered.
  public var askSz: UInt32
  /// Publisher id of the bid.
  public var bidPb: UInt16
  /// Reserved, zero.
  public var reserved1: InlineArray<2, UInt8>
  /// Publisher id of the ask.
  public var askPb: UInt16
  /// Reserved, zero.
  public var reserved2: InlineArray<2, UInt8>

  @inlinable
  public init(
    bidPx: Int64 = Undefined.price, askPx: Int64 = Undefined.price, bidSz: UInt32 = 0,
    askSz: UInt32 = 0, bidPb: UInt16 = 0, askPb: UInt16 = 0
  ) {
    self.bidPx = bidPx
    self.askPx = askPx
    self.bidSz = bidSz
    self.askSz = askSz
    self.bidPb = bidPb
    reserved1 = InlineArray(repeating: 0)
    self.askPb = askPb
    reserved2 = InlineArray(repeating: 0)
  }

  static func fields(levels: Int, at start: Int) -> [FieldDescription] {
    (0..<levels).flatMap { level in
      let suffix = level < 10 ? "_0\(level)" : "_\(level)"
      let base = start + level * MemoryLayout<Self>.size
      return [
        FieldDescription("bid_px" + suffix, at: base, .price),
        FieldDescription("ask_px" + suffix, at: base + 8, .price),
        FieldDescription("bid_sz" + suffix, at: base + 16, .u32),
        FieldDescription("ask_sz" + suffix, at: base + 20, .u32),
        FieldDescription("bid_pb" + suffix, at: base + 24, .u16),
        FieldDescription("ask_pb" + suffix, at: base + 28, .u16),
      ]
    }
  }
}
