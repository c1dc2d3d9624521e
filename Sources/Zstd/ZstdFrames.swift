internal import CZstd
public import Wire

extension ZstdCompressor {
  /// Appends `input` as one independent frame with its size in the header.
  public mutating func appendFrame(
    _ input: RawSpan, to output: inout ByteBuffer
  ) throws(ZstdError) {
    let bound = ZSTD_compressBound(input.byteCount)
    output.reserve(output.count + bound)
    // Safety: the target has the bound's bytes behind `count`; the library stays within both.
    let status = unsafe input.withUnsafeBytes { source in
      unsafe ZSTD_compress2(
        context, output.base + output.count, bound, source.baseAddress, source.count)
    }
    guard ZSTD_isError(status) == 0 else { throw .refused(zstdErrorName(status)) }
    unsafe output.setCount(output.count + status)
  }
}

/// Reads zstd frames of a known size in one step each. One thread at a time.
@safe public struct ZstdFrameDecompressor: ~Copyable {
  private let context: OpaquePointer

  /// A decompressor; `checksChecksum` false passes the frames' own checksums over, for callers that
  /// have checked the compressed bytes with a hash of their own.
  public init(checksChecksum: Bool = true) throws(ZstdError) {
    // Safety: creates a context or answers nil; this value alone owns it and frees it once.
    guard let created = unsafe ZSTD_createDCtx() else { throw .outOfMemory }
    unsafe context = created
    if !checksChecksum {
      _ = unsafe ZSTD_DCtx_setParameter(created, ZSTD_d_experimentalParam3, 1)
    }
  }

  deinit {
    // Safety: made in `init` and not used afterwards.
    _ = unsafe ZSTD_freeDCtx(context)
  }

  /// Appends what the one frame `input` holds: exactly `rawBytes` bytes, or it throws and appends
  /// nothing.
  public mutating func appendContent(
    of input: RawSpan, rawBytes: Int, to output: inout ByteBuffer
  ) throws(ZstdError) {
    output.reserve(output.count + rawBytes)
    // Safety: the library writes at most `rawBytes` bytes into room for as many.
    let status = unsafe input.withUnsafeBytes { source in
      unsafe ZSTD_decompressDCtx(
        context, output.base + output.count, rawBytes, source.baseAddress, source.count)
    }
    guard ZSTD_isError(status) == 0 else { throw .refused(zstdErrorName(status)) }
    guard status == rawBytes else {
      throw .refused("the frame holds \(status) bytes where \(rawBytes) were expected")
    }
    unsafe output.setCount(output.count + rawBytes)
  }
}
