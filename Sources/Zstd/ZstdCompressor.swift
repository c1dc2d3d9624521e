internal import CZstd

/// Writes zstd frames with one context that is kept from frame to frame. One thread at a time.
@safe
public struct ZstdCompressor: ~Copyable {
  let context: OpaquePointer

  /// A compressor of the given level (1...19; 3 is the library's default); with `checksum`, every
  /// frame ends with a hash of its content, which readers check.
  public init(level: Int = 3, checksum: Bool = true) throws(ZstdError) {
    try self.init([
      (ZSTD_c_compressionLevel, Int32(truncatingIfNeeded: min(max(level, 1), 19))),
      (ZSTD_c_checksumFlag, checksum ? 1 : 0),
    ])
  }

  /// A compressor of literals alone: no matches are looked for, no checksums written. Several times
  /// as fast as level 1, and as small where nothing repeats.
  public static func ofLiterals() throws(ZstdError) -> ZstdCompressor {
    // The lowest level steps over its input in such strides that it finds next to nothing; literals
    // are compressed all the same where the second parameter says so (ZSTD_ps_enable).
    try ZstdCompressor([
      (ZSTD_c_compressionLevel, ZSTD_minCLevel()), (ZSTD_c_experimentalParam5, 1),
      (ZSTD_c_hashLog, 6), (ZSTD_c_checksumFlag, 0),
    ])
  }

  private init(_ parameters: [(ZSTD_cParameter, Int32)]) throws(ZstdError) {
    // Safety: creates a context or answers nil; this value alone owns it and frees it once.
    guard let created = unsafe ZSTD_createCCtx() else { throw .outOfMemory }
    for (parameter, value) in parameters {
      let result = unsafe ZSTD_CCtx_setParameter(created, parameter, value)
      guard ZSTD_isError(result) == 0 else {
        // Safety: not stored yet, so `deinit` cannot free it again.
        _ = unsafe ZSTD_freeCCtx(created)
        throw .refused(zstdErrorName(result))
      }
    }
    unsafe context = created
  }

  deinit {
    // Safety: the context was made in `init` and is not used afterwards.
    _ = unsafe ZSTD_freeCCtx(context)
  }

  /// Appends `input` as one independent frame with its size in the header.
  public mutating func appendFrame(
    _ input: ArraySlice<UInt8>, to output: inout [UInt8]
  ) throws(ZstdError) {
    let start = output.count
    let bound = ZSTD_compressBound(input.count)
    output.append(contentsOf: repeatElement(0, count: bound))
    var status = 0
    // Safety: both buffers outlive the call; the target has the bound's bytes from `start` on.
    unsafe input.withUnsafeBytes { source in
      unsafe output.withUnsafeMutableBytes { target in
        status = unsafe ZSTD_compress2(
          context, target.baseAddress?.advanced(by: start), bound, source.baseAddress,
          source.count)
      }
    }
    guard ZSTD_isError(status) == 0 else {
      output.removeLast(bound)
      throw .refused(zstdErrorName(status))
    }
    output.removeLast(bound - status)
  }
}
