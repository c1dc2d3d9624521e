internal import CZstd
public import Wire

/// Writes zstd frames of Huffman-coded literals alone: no matches are looked for. Several times as
/// fast as level 1, and as small where nothing repeats. One thread at a time.
@safe public struct ZstdEntropyCompressor: ~Copyable {
  private let context: OpaquePointer

  /// A compressor whose frames have no checksums.
  public init() throws(ZstdError) {
    // Safety: creates a context or answers nil; this value alone owns it and frees it once.
    guard let created = unsafe ZSTD_createCCtx() else { throw .outOfMemory }
    // The lowest level steps over its input in such strides that it finds next to nothing; literals
    // are compressed all the same where the second parameter says so (ZSTD_ps_enable).
    let results = unsafe [
      ZSTD_CCtx_setParameter(created, ZSTD_c_compressionLevel, ZSTD_minCLevel()),
      ZSTD_CCtx_setParameter(created, ZSTD_c_experimentalParam5, 1),
      ZSTD_CCtx_setParameter(created, ZSTD_c_hashLog, 6),
      ZSTD_CCtx_setParameter(created, ZSTD_c_checksumFlag, 0),
    ]
    if let failure = results.first(where: { ZSTD_isError($0) != 0 }) {
      // Safety: not stored yet, so `deinit` cannot free it again.
      _ = unsafe ZSTD_freeCCtx(created)
      throw .refused(zstdErrorName(failure))
    }
    unsafe context = created
  }

  deinit {
    // Safety: the context was made in `init` and is not used afterwards.
    _ = unsafe ZSTD_freeCCtx(context)
  }

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
