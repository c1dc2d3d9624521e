internal import Glibc

/// Where lines go: a descriptor of somebody else's, or a file of our own.
struct LogFile {
  private(set) var descriptor: Int32
  /// Nil for a descriptor that was given.
  let path: String?

  init(descriptor: Int32) {
    self.descriptor = descriptor
    path = nil
  }

  /// Opens or makes the file, for appending; readable by its owner and group.
  init(path: String) throws(LogError) {
    self.path = path
    descriptor = try Self.open(path)
  }

  private static func open(_ path: String) throws(LogError) -> Int32 {
    // Safety: the path is a NUL-terminated copy for the time of the call.
    let opened = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard opened >= 0 else { throw LogError("open", path, errno: errno) }
    return opened
  }

  /// Opens the path anew, for a program that has moved the file away; the old file stays in use
  /// where that fails.
  mutating func reopen() throws(LogError) {
    guard let path else { return }
    let opened = try Self.open(path)
    close()
    descriptor = opened
  }

  mutating func close() {
    if path != nil, descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
  }

  /// Writes the line, by one system call unless the system takes only a part; whether all of it
  /// was taken. A terminal or pipe that does not read now (EAGAIN) loses the line.
  func write(_ line: [UInt8]) -> Bool {
    var done = 0
    while done < line.count {
      // Safety: the rest lies inside `line`, which outlives the call.
      let count = unsafe line.withUnsafeBytes { bytes in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
        return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  var isTerminal: Bool { isatty(descriptor) == 1 }
}

/// Why a log file or an audit file could not be had or written.
public struct LogError: Error, Sendable, Equatable, CustomStringConvertible {
  public var call: String
  public var path: String
  public var code: Int32
  public var text: String

  init(_ call: String, _ path: String, errno code: Int32) {
    self.call = call
    self.path = path
    self.code = code
    // Safety: the text is the C library's, and is copied at once.
    text = unsafe String(cString: strerror(code))
  }

  init(_ call: String, _ path: String, text: String) {
    self.call = call
    self.path = path
    code = 0
    self.text = text
  }

  public var description: String { "cannot \(call) \(path): \(text)" }
}
