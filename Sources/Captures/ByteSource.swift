public import Gzip

/// A file's plain bytes as a moving window: the whole mapping, or inflated piece by piece.
///
/// An uncompressed file is one window and is never copied. Of a gzip file the window holds what is
/// not consumed yet; a refill moves that to the front and inflates at most
/// `CaptureLimits.refillBytes` behind it. So memory stays below `CaptureLimits.blockBytes` plus one
/// refill, and untouched parts of that are never backed by the kernel. One thread.
@safe
public struct ByteSource: ~Copyable {
  /// Whether the bytes are inflated from gzip.
  public let isCompressed: Bool
  /// Position of the window's first byte in the plain bytes.
  public private(set) var offset: UInt64 = 0
  /// Why the bytes ended before their time; nil at a clean end.
  public private(set) var error: GzipError?

  private var file: MappedFile
  private var inflater: GzipInflater?
  private var isExhausted: Bool
  private let buffer: UnsafeMutableRawPointer?
  @usableFromInline internal var base: UnsafeRawPointer
  @usableFromInline internal var start = 0
  @usableFromInline internal var end: Int

  private static var bufferBytes: Int {
    CaptureLimits.blockBytes + CaptureLimits.refillBytes
  }

  /// Opens `path` and decides by its first bytes whether to inflate.
  public init(path: String) throws(InputError) {
    let file = try MappedFile(path: path)
    let isCompressed = Self.isGzip(file)
    var inflater: GzipInflater?
    if isCompressed {
      do throws(GzipError) {
        inflater = try GzipInflater()
      } catch {
        throw InputError(.compression(error), path: path, operation: "inflate")
      }
    }
    self.isCompressed = isCompressed
    isExhausted = !isCompressed
    let buffer =
      isCompressed
      ? UnsafeMutableRawPointer.allocate(byteCount: Self.bufferBytes, alignment: 64) : nil
    // Safety: only stores the pointer; deinit frees it.
    unsafe self.buffer = buffer
    // Safety: the mapping stays at its address until `file`, which this value owns, is destroyed.
    if let buffer = unsafe buffer {
      unsafe base = UnsafeRawPointer(buffer)
    } else {
      unsafe base = file.base
    }
    end = isCompressed ? 0 : file.byteCount
    self.inflater = consume inflater
    self.file = file
  }

  private static func isGzip(_ file: borrowing MappedFile) -> Bool {
    GzipInflater.isGzip(file.bytes)
  }

  deinit {
    // Safety: allocated in init, and spans of it cannot outlive the value.
    unsafe buffer?.deallocate()
  }

  /// The bytes that are there and not consumed; valid until the next mutating call.
  @inlinable
  public var window: RawSpan {
    @_lifetime(borrow self)
    @inline(__always)
    get {
      // Safety: start ... end lies in the mapping or in the buffer, both owned by self.
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: base + start, byteCount: end &- start), borrowing: self)
    }
  }

  /// Gives up the first `count` bytes of the window; at most what is there.
  public mutating func consume(_ count: Int) {
    precondition(count >= 0 && count <= end - start, "consume: more than the window holds")
    start += count
    offset += UInt64(count)
    if !isCompressed { file.release(before: start) }
  }

  /// Brings more bytes behind the window.
  ///
  /// False: nothing came, because the file ended, is corrupt (see `error`), or the window has
  /// reached its limit of `CaptureLimits.blockBytes`.
  public mutating func refill() -> Bool {
    // Safety: only reads the pointer, which lives until deinit.
    guard !isExhausted, let buffer = unsafe buffer else { return false }
    let kept = end - start
    guard kept <= CaptureLimits.blockBytes else { return false }
    // Safety: both ranges lie in the buffer; memmove semantics allow the overlap.
    unsafe buffer.copyMemory(from: buffer + start, byteCount: kept)
    start = 0
    end = kept
    do throws(GzipError) {
      let produced = try inflate(at: kept)
      end += produced
      return produced > 0
    } catch {
      isExhausted = true
      self.error = error
      return false
    }
  }

  private mutating func inflate(at kept: Int) throws(GzipError) -> Int {
    // Safety: only reads the pointer, which lives until deinit.
    guard let buffer = unsafe buffer, let taken = inflater?.consumedBytes else { return 0 }
    // Safety: `refill` has checked that one refill fits behind the kept bytes.
    var room = unsafe MutableRawSpan(
      _unsafeStart: buffer + kept, byteCount: CaptureLimits.refillBytes)
    let mapping = unsafe file.base
    // Safety: the inflater never takes more than the mapping has.
    let input = unsafe RawSpan(
      _unsafeStart: mapping + taken, byteCount: file.byteCount - taken)
    let produced = try inflater?.inflate(input, into: &room).produced ?? 0
    if produced == 0 {
      isExhausted = true
      try inflater?.finish()
    }
    return produced
  }
}
