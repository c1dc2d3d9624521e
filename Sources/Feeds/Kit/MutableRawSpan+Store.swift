extension MutableRawSpan {
  /// Copies `source` to the bytes from `offset` on; traps where it does not fit.
  public mutating func store(_ source: RawSpan, at offset: Int) {
    precondition(offset >= 0 && offset <= byteCount && source.byteCount <= byteCount - offset)
    // Safety: the bounds were checked above, and this span is borrowed exclusively.
    unsafe source.withUnsafeBytes { from in
      unsafe withUnsafeMutableBytes { target in
        guard let first = from.baseAddress, let start = target.baseAddress else { return }
        unsafe (start + offset).copyMemory(from: first, byteCount: from.count)
      }
    }
  }
}
