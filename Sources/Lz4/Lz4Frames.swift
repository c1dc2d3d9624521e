internal import CLZ4
public import Wire

/// Writes LZ4 frames (`lz4 -t` reads them): independent, with their size, 4 MiB blocks.
///
/// One thread at a time.
@safe public struct Lz4FrameCompressor: ~Copyable {
  private var preferences: LZ4F_preferences_t
  private let context: OpaquePointer

  /// A compressor of the given level (0...2 is the fast one, 3...12 the high one); with `checksum`
  /// every frame ends with a hash of its content.
  public init(level: Int = 0, checksum: Bool = true) throws(Lz4Error) {
    var made: OpaquePointer?
    // Safety: creates a context or says why not; this value alone owns it and frees it once.
    let status = unsafe LZ4F_createCompressionContext(&made, UInt32(LZ4F_VERSION))
    guard LZ4F_isError(status) == 0, let made = unsafe made else { throw .outOfMemory }
    unsafe context = made
    preferences = LZ4F_preferences_t()
    preferences.compressionLevel = Int32(clamping: level)
    preferences.autoFlush = 1
    preferences.frameInfo.blockSizeID = LZ4F_max4MB
    preferences.frameInfo.blockMode = LZ4F_blockIndependent
    preferences.frameInfo.contentChecksumFlag =
      checksum ? LZ4F_contentChecksumEnabled : LZ4F_noContentChecksum
  }

  deinit {
    // Safety: made in `init` and not used afterwards.
    _ = unsafe LZ4F_freeCompressionContext(context)
  }

  /// Appends `input` as one frame.
  public mutating func appendFrame(
    _ input: RawSpan, to output: inout ByteBuffer
  ) throws(Lz4Error) {
    preferences.frameInfo.contentSize = UInt64(input.byteCount)
    let bound = unsafe LZ4F_compressFrameBound(input.byteCount, &preferences)
    output.reserve(output.count + bound)
    let written = unsafe write(input, to: output.base + output.count, room: bound)
    guard LZ4F_isError(written) == 0 else { throw .refused(lz4ErrorName(written)) }
    unsafe output.setCount(output.count + written)
  }

  /// Header, blocks and end mark; bytes written, or one of the library's error codes.
  private mutating func write(
    _ input: RawSpan, to target: UnsafeMutableRawPointer, room: Int
  ) -> Int {
    var made = unsafe LZ4F_compressBegin(context, target, room, &preferences)
    guard LZ4F_isError(made) == 0 else { return made }
    // The source stays where it is until the frame ends: nothing is copied aside.
    var options = LZ4F_compressOptions_t()
    options.stableSrc = 1
    // Safety: the library stays within `room` bytes from `target` and the source's own.
    let body = unsafe input.withUnsafeBytes { source in
      unsafe LZ4F_compressUpdate(
        context, target + made, room - made, source.baseAddress, source.count, &options)
    }
    guard LZ4F_isError(body) == 0 else { return body }
    made += body
    let end = unsafe LZ4F_compressEnd(context, target + made, room - made, &options)
    return LZ4F_isError(end) == 0 ? made + end : end
  }
}

/// Reads LZ4 frames of a known size. One thread at a time.
@safe public struct Lz4FrameDecompressor: ~Copyable {
  private let context: OpaquePointer

  /// A decompressor between two frames.
  public init() throws(Lz4Error) {
    var made: OpaquePointer?
    // Safety: as for the compressor.
    let status = unsafe LZ4F_createDecompressionContext(&made, UInt32(LZ4F_VERSION))
    guard LZ4F_isError(status) == 0, let made = unsafe made else { throw .outOfMemory }
    unsafe context = made
  }

  deinit {
    // Safety: made in `init` and not used afterwards.
    _ = unsafe LZ4F_freeDecompressionContext(context)
  }

  /// Appends what the one frame `input` holds: exactly `rawBytes` bytes, or it throws and appends
  /// nothing.
  public mutating func appendContent(
    of input: RawSpan, rawBytes: Int, to output: inout ByteBuffer
  ) throws(Lz4Error) {
    // One byte more than expected, so that a frame that holds more is seen.
    output.reserve(output.count + rawBytes + 1)
    var made = 0
    var read = 0
    var status = 1
    // Safety: the library stays within the sizes given; both buffers outlive the calls.
    unsafe input.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      while status != 0, LZ4F_isError(status) == 0, read < source.count, made <= rawBytes {
        var room = rawBytes + 1 - made
        var rest = source.count - read
        unsafe status = LZ4F_decompress(
          context, output.base + output.count + made, &room, start + read, &rest, nil)
        if room == 0, rest == 0 { break }
        made += room
        read += rest
      }
    }
    guard status == 0, read == input.byteCount, made == rawBytes else {
      unsafe LZ4F_resetDecompressionContext(context)
      throw .refused(
        LZ4F_isError(status) != 0
          ? lz4ErrorName(status) : "the frame is not of \(rawBytes) bytes in \(input.byteCount)")
    }
    unsafe output.setCount(output.count + made)
  }
}

/// The library's text for one of its error codes.
func lz4ErrorName(_ code: Int) -> String {
  // Safety: the library returns a NUL-terminated string of its own that is never freed.
  unsafe String(cString: LZ4F_getErrorName(code))
}
