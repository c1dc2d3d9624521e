/// One price level of both sides, 32 bytes (DBN, "MBP-1"); an empty side has no price and size 0.
@frozen
public struct BidAskPair: Hashable, Sendable, BitwiseCopyable {
  /// Bid price in units of 1e-9.
  public var bidPx: Int64
  /// Ask price in units of 1e-9.
  public var askPx: Int64
  /// Quantity bid.
  public var bidSz: UInt32
  /// Quantity offered.
  public var askSz: UInt32
  /// Number of bids.
  public var bidCt: UInt32
  /// Number of offers.
  public var askCt: UInt32

  @inlinable
  public init(
    bidPx: Int64 = Undefined.price, askPx: Int64 = Undefined.price, bidSz: UInt32 = 0,
    askSz: UInt32 = 0, bidCt: UInt32 = 0, askCt: UInt32 = 0
  ) {
    self.bidPx = bidPx
    self.askPx = askPx
    self.bidSz = bidSz
    self.askSz = askSz
    self.bidCt = bidCt
    self.askCt = askCt
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
        FieldDescription("bid_ct" + suffix, at: base + 24, .u32),
        FieldDescription("ask_ct" + suffix, at: base + 28, .u32),
      ]
    }
  }
}
