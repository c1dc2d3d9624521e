import CZlib

/// Inflates a gzip stream of any number of members, one bounded piece at a time (RFC 1952).
///
/// It does no I/O: compressed bytes in, plain bytes out, into memory of the caller's. It belongs to
/// one thread. Its memory is zlib's window, about 40 KiB, whatever the input claims.
@safe
public struct GzipInflater: ~Copyable {
  /// Whether the bytes begin a gzip member with the only method that is defined, deflate.
  public static func isGzip(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount >= 3 else { return false }
    return byte(bytes, 0) == 0x1F && byte(bytes, 1) == 0x8B && byte(bytes, 2) == 8
  }

  /// Compressed bytes taken since the start.
  public private(set) var consumedBytes = 0
  /// Members begun so far.
  public private(set) var members = 0

  /// zlib keeps a pointer back to its stream, so the stream has a place of its own in memory.
  private let stream: UnsafeMutablePointer<z_stream>
  private var isInsideMember = false
  /// Met after bytes that were still good; thrown by the next call.
  private var failure: GzipError?

  /// Prepares for the first member.
  ///
  /// Throws: `GzipError.outOfMemory`.
  public init() throws(GzipError) {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    // Safety: freshly allocated for exactly one stream; all zero is zlib's documented initial
    // state.
    unsafe stream.initialize(to: z_stream())
    // 15 + 16: the largest window, gzip framing only (zlib.h, inflateInit2).
    // Safety: the stream is initialised and stays at this address until deinit.
    let code = unsafe inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      unsafe stream.deallocate()
      throw .outOfMemory
    }
    unsafe self.stream = stream
  }

  deinit {
    // Safety: both were set up in init, and nobody else has the pointer.
    _ = unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// What one call took and gave, in bytes.
  public struct Step: Equatable, Sendable {
    public let consumed: Int
    public let produced: Int
  }

  /// Inflates from the start of `input` until the input is used up or `output` is full.
  ///
  /// A step that produces less than the output holds means: more input is wanted. All good bytes
  /// before a corrupt one are given first, then the error is thrown, again by every later call.
  public mutating func inflate(
    _ input: RawSpan, into output: inout MutableRawSpan
  ) throws(GzipError) -> Step {
    var consumed = 0
    var produced = 0
    while produced < output.byteCount, failure == nil {
      if !isInsideMember {
        consumed = skipPadding(input, from: consumed)
        guard consumed < input.byteCount else { break }
        if members > 0, Self.byte(input, consumed) != 0x1F {
          failure = .trailingBytes(offset: consumedBytes + consumed)
          break
        }
        isInsideMember = true
        members += 1
      }
      let step = inflateOnce(input, consumed, &output, produced)
      consumed += step.consumed
      produced += step.produced
      if isInsideMember, step.consumed == 0, step.produced == 0 { break }
    }
    consumedBytes += consumed
    if produced == 0, let failure { throw failure }
    return Step(consumed: consumed, produced: produced)
  }

  /// Says that the input has ended.
  ///
  /// Throws: `GzipError.truncated` inside a member, or the error that stopped the stream.
  public func finish() throws(GzipError) {
    if let failure { throw failure }
    if isInsideMember { throw .truncated(member: members, offset: consumedBytes) }
  }

  /// Zero bytes after a member are padding of tapes and block devices; gzip itself skips them.
  private func skipPadding(_ input: RawSpan, from start: Int) -> Int {
    guard members > 0 else { return start }
    var index = start
    while index < input.byteCount, Self.byte(input, index) == 0 { index += 1 }
    return index
  }

  private mutating func inflateOnce(
    _ input: RawSpan, _ start: Int, _ output: inout MutableRawSpan, _ filled: Int
  ) -> Step {
    let given = min(input.byteCount - start, GzipLimits.callBytes)
    let room = min(output.byteCount - filled, GzipLimits.callBytes)
    // Safety: only reads the pointer, which lives until deinit.
    let stream = unsafe self.stream
    // Safety: neither buffer leaves the closures; see inside for the bounds.
    let code = unsafe input.withUnsafeBytes { source in
      unsafe output.withUnsafeMutableBytes { target in
        // Safety: zlib reads at most `given` and writes at most `room` bytes, both inside the
        // spans, and keeps neither pointer: both are set anew before every call. It never writes to
        // next_in.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: source.baseAddress?.advanced(by: start).assumingMemoryBound(to: UInt8.self))
        unsafe stream.pointee.avail_in = UInt32(given)
        unsafe stream.pointee.next_out = target.baseAddress?.advanced(by: filled)
          .assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = UInt32(room)
        return unsafe CZlib.inflate(stream, Z_NO_FLUSH)
      }
    }
    // Safety: the stream is ours and initialised.
    let step = unsafe Step(
      consumed: given - Int(stream.pointee.avail_in),
      produced: room - Int(stream.pointee.avail_out))
    switch code {
    case Z_OK, Z_BUF_ERROR:
      break
    case Z_STREAM_END:
      isInsideMember = false
      // Safety: the stream is ours and initialised.
      _ = unsafe inflateReset(stream)
    case Z_MEM_ERROR:
      failure = .outOfMemory
    default:
      // Safety: zlib's message is a constant, NUL-terminated string or null.
      let detail = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "code \(code)"
      failure = .corrupt(
        member: members, offset: consumedBytes + start + step.consumed, detail: detail)
    }
    return step
  }

  private static func byte(_ bytes: RawSpan, _ index: Int) -> UInt8 {
    // Safety: every caller has compared the index with the span's length.
    unsafe bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
  }
}
