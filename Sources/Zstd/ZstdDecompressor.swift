import CZstd

/// Reads a stream of zstd frames, step by step; skippable frames are passed over.
///
/// One thread at a time. The caller says how much output it will take, so a small file that
/// expands without end costs no more memory than that (plus the window, `ZstdLimits.windowLog`).
@safe
public struct ZstdDecompressor: ~Copyable {
  private let context: OpaquePointer
  /// Room for one step's output, before it is appended to the caller's array.
  private let scratch: UnsafeMutableRawBufferPointer

  /// Whether the bytes consumed so far end with a whole frame (true before the first).
  public private(set) var isAtFrameEnd = true

  /// A decompressor at the start of a stream.
  public init() throws(ZstdError) {
    // Safety: creates a context or answers nil; this value alone owns it and frees it once.
    guard let created = unsafe ZSTD_createDCtx() else { throw .outOfMemory }
    let limit = unsafe ZSTD_DCtx_setParameter(
      created, ZSTD_d_windowLogMax, Int32(ZstdLimits.windowLog))
    guard ZSTD_isError(limit) == 0 else {
      // Safety: not stored yet, so `deinit` cannot free it again.
      _ = unsafe ZSTD_freeDCtx(created)
      throw .refused(zstdErrorName(limit))
    }
    unsafe context = created
    // Safety: owned by this value alone, freed once in `deinit`.
    unsafe scratch = UnsafeMutableRawBufferPointer.allocate(
      byteCount: ZstdLimits.stepBytes, alignment: 16)
  }

  deinit {
    // Safety: both were made in `init` and are not used afterwards.
    _ = unsafe ZSTD_freeDCtx(context)
    unsafe scratch.deallocate()
  }

  /// Appends at most `ZstdLimits.stepBytes` decompressed bytes and says how many bytes of `input`
  /// were consumed.
  ///
  /// Call again with the rest of `input` until nothing is consumed and nothing comes out: the
  /// library may hold output back. Throws `refused` for bytes that are not zstd; the stream cannot
  /// go on after that.
  public mutating func decompress(
    _ input: ArraySlice<UInt8>, to output: inout [UInt8]
  ) throws(ZstdError) -> Int {
    var produced = 0
    var consumed = 0
    var status = 0
    // Safety: both buffers outlive the call, and the library stays within the sizes given.
    unsafe input.withUnsafeBytes { source in
      var from = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
      var into = unsafe ZSTD_outBuffer(dst: scratch.baseAddress, size: scratch.count, pos: 0)
      repeat {
        status = unsafe ZSTD_decompressStream(context, &into, &from)
        // A return of 0 ends a frame; the next one follows at once.
      } while unsafe ZSTD_isError(status) == 0 && from.pos < from.size && into.pos < into.size
      produced = unsafe into.pos
      consumed = unsafe from.pos
    }
    guard ZSTD_isError(status) == 0 else { throw .refused(zstdErrorName(status)) }
    // Safety: the library has written the first `produced` bytes.
    unsafe output.append(contentsOf: scratch[..<produced])
    if consumed > 0 || produced > 0 { isAtFrameEnd = status == 0 }
    return consumed
  }
}

/// The library's text for one of its error codes.
func zstdErrorName(_ code: Int) -> String {
  // Safety: the library returns a NUL-terminated string of its own that is never freed.
  unsafe String(cString: ZSTD_getErrorName(code))
}
