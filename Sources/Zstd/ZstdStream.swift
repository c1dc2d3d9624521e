internal import CZstd
public import Wire

/// One frame written piece by piece, for streams whose length is not known before their end.
extension ZstdCompressor {
  /// Appends to `output` what the library gives out for the next piece of the frame; with `isLast`
  /// the frame ends. The library may hold a piece back until later ones come.
  ///
  /// `appendFrame` must not be called before the frame has ended.
  public mutating func appendPiece(
    _ input: RawSpan, isLast: Bool, to output: inout ByteBuffer
  ) throws(ZstdError) {
    let step = ZSTD_CStreamOutSize()
    var consumed = 0
    var isDone = false
    while !isDone {
      output.reserve(output.count + step)
      var into = unsafe ZSTD_outBuffer(dst: output.base + output.count, size: step, pos: 0)
      // Safety: the source outlives the call; the target has `step` bytes behind `count`.
      let status = unsafe input.withUnsafeBytes { source in
        var from = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: consumed)
        let status = unsafe ZSTD_compressStream2(
          context, &into, &from, isLast ? ZSTD_e_end : ZSTD_e_continue)
        consumed = unsafe from.pos
        return status
      }
      guard ZSTD_isError(status) == 0 else { throw .refused(zstdErrorName(status)) }
      unsafe output.setCount(output.count + into.pos)
      // Before the end the status is only a hint: what counts is whether the input was taken.
      isDone = isLast ? status == 0 : consumed == input.byteCount
    }
  }
}
