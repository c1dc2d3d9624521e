extension [UInt8] {
  /// The array's bytes as decoders take them, for as long as the array is there.
  public var rawSpan: RawSpan {
    @_lifetime(borrow self)
    // Safety: bytes have no invalid bit patterns and no padding.
    get { unsafe span.bytes }
  }
}
