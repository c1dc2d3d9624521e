internal import CLinux
internal import Glibc
internal import Records
internal import Wire

/// A file's bytes through a moving window, or bytes in memory.
///
/// Read with `pread` and not mapped: a file that another process cuts short while it is read then
/// ends early, where a mapping would end this process; and the memory is one window's, whatever the
/// file's size. One thread.
@safe struct SegmentBytes: ~Copyable {
  let path: String
  /// Bytes of the file when it was last looked at, or as far as it could be read since.
  private(set) var byteCount: Int
  /// -1 for bytes in memory, which are one window.
  private let descriptor: Int32
  private var window = ByteBuffer()
  private var windowStart = 0

  /// Opens a regular file.
  init(path: String) throws(JournalError) {
    // O_NONBLOCK: opening a named pipe must not wait for its writer.
    // Safety: the call only reads the NUL-terminated copy of the path.
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { throw .system(call: "open", path: path, code: errno) }
    guard let count = Self.regularFileBytes(number) else {
      close(number)
      throw .notASegment(path: path, detail: "it is not a regular file")
    }
    self.path = path
    byteCount = count
    descriptor = number
  }

  /// Bytes in memory, under a name for messages.
  init(path: String, bytes: [UInt8]) {
    self.path = path
    byteCount = bytes.count
    descriptor = -1
    window.append(rawBytes(of: bytes))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Brings `count` bytes from `offset` on into the window; fewer where the file ends. The answer
  /// is how many of them are there.
  mutating func load(at offset: Int, count: Int) throws(JournalError) -> Int {
    let wanted = min(count, byteCount - offset)
    guard offset >= 0, wanted > 0 else { return 0 }
    if offset >= windowStart, offset + wanted <= windowStart + window.count { return wanted }
    guard descriptor >= 0 else { return 0 }
    if offset >= windowStart, offset < windowStart + window.count {
      window.removeFirst(offset - windowStart)
    } else {
      window.removeAll()
    }
    windowStart = offset
    try fill(wanted)
    return min(window.count, wanted)
  }

  private mutating func fill(_ wanted: Int) throws(JournalError) {
    window.reserve(wanted)
    while window.count < wanted {
      // Safety: the room behind `count` was reserved.
      let got = unsafe pread(
        descriptor, window.base + window.count, wanted - window.count,
        windowStart + window.count)
      if got < 0 {
        if errno == EINTR { continue }
        throw .system(call: "read", path: path, code: errno)
      }
      guard got > 0 else {
        // Cut short since it was looked at.
        byteCount = windowStart + window.count
        return
      }
      // Safety: the kernel has written these bytes.
      unsafe window.setCount(window.count + got)
    }
  }

  /// Bytes that `load` has brought; fewer where it brought fewer.
  @_lifetime(borrow self)
  func bytes(at offset: Int, count: Int) -> RawSpan {
    let start = min(max(offset - windowStart, 0), window.count)
    return window.bytes.extracting(start..<(start + min(count, window.count - start)))
  }

  /// Whether something of that name is there.
  static func exists(_ path: String) -> Bool {
    // Safety: the call only reads the NUL-terminated copy of the path.
    unsafe access(path, F_OK) == 0
  }

  /// Looks at the file's size again; whether it has another one now.
  mutating func refresh() throws(JournalError) -> Bool {
    guard descriptor >= 0 else { return false }
    guard let count = Self.regularFileBytes(descriptor) else {
      throw .system(call: "fstat", path: path, code: errno)
    }
    defer { byteCount = count }
    // What lies behind a shorter end is not to be answered from the window.
    if count < byteCount { window.removeAll() }
    return count != byteCount
  }

  /// Tells the kernel not to read ahead, for jumps, or to do so again.
  func expectJumps(_ isJumping: Bool) {
    guard descriptor >= 0 else { return }
    // Only advice: a refusal changes the speed, not the result.
    _ = posix_fadvise(
      descriptor, 0, 0, isJumping ? POSIX_FADV_RANDOM : POSIX_FADV_SEQUENTIAL)
  }

  /// Where `pattern` begins first at or behind `offset`, before `end`; nil where it does not.
  mutating func find(
    _ pattern: UInt64, from offset: Int, to end: Int
  ) throws(JournalError) -> Int? {
    var position = offset
    let end = min(end, byteCount)
    while position <= end - 8 {
      let count = try load(at: position, count: min(Self.scanBytes, end - position))
      guard count >= 8 else { return nil }
      if let found = Self.find(pattern, in: bytes(at: position, count: count)) {
        return position + found
      }
      // The pattern may lie across the border.
      position += count - 7
    }
    return nil
  }

  /// Bytes that a search reads at once.
  private static var scanBytes: Int { 64 << 10 }

  private static func find(_ pattern: UInt64, in bytes: RawSpan) -> Int? {
    var needle = pattern.littleEndian
    // Safety: the call stays within the two sizes given and both outlive it.
    let found = unsafe bytes.withUnsafeBytes { hay in
      unsafe ml_find_bytes(hay.baseAddress, hay.count, &needle, 8)
    }
    return found < 0 ? nil : found
  }

  private static func regularFileBytes(_ descriptor: Int32) -> Int? {
    var status = stat()
    // Safety: `status` is ours and has the size that the call expects.
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    return Int(status.st_size)
  }
}
