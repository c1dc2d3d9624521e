internal import Glibc

/// Small text files of the system (`/proc`, `/sys`), read whole.
enum LabFiles {
  /// Most bytes that are read: `/proc/cpuinfo` of a machine with hundreds of CPUs.
  private static var limitBytes: Int { 1 << 20 }

  /// The text of a file without white space around it; nil where it cannot be read.
  static func text(_ path: String) -> String? {
    // Safety: the path is NUL-terminated for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { _ = close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: limitBytes)
    var filled = 0
    while filled < limitBytes {
      // Safety: the call writes at most as many bytes as are left behind `filled`.
      let count = unsafe bytes.withUnsafeMutableBytes { room in
        unsafe read(descriptor, room.baseAddress?.advanced(by: filled), room.count - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      filled += count
    }
    return trimmed(String(decoding: bytes[..<filled], as: UTF8.self)[...])
  }

  /// The first line of a file that has any text, or nil.
  static func line(_ path: String) -> String? {
    guard let text = text(path), let line = text.split(separator: "\n").first else { return nil }
    return String(line)
  }

  /// The value of `name: value` or `name=value`, without quotes; nil where there is none.
  static func field(_ name: String, of text: String, separator: Character = ":") -> String? {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: separator, maxSplits: 1)
      guard parts.count == 2, trimmed(parts[0]) == name else { continue }
      return trimmed(parts[1]).filter { $0 != "\"" }
    }
    return nil
  }

  /// Time of the last change in seconds since 1970; nil where there is nothing.
  static func changeTime(_ path: String) -> Int? {
    var status = stat()
    // Safety: the path is NUL-terminated for the call, which fills the structure.
    guard unsafe stat(path, &status) == 0 else { return nil }
    return status.st_mtim.tv_sec
  }

  /// Where a symbolic link points to, as `/proc/self/exe`.
  static func target(ofLink path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: 4096)
    // Safety: the path is NUL-terminated, and the room is one byte larger than the call is told.
    let count = unsafe bytes.withUnsafeMutableBufferPointer { room in
      guard let start = room.baseAddress else { return 0 }
      return unsafe readlink(path, start, room.count - 1)
    }
    guard count > 0 else { return nil }
    return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The system's words for an error number.
  static func message(ofCode code: Int32) -> String {
    // Safety: strerror gives a NUL-terminated text that is copied at once.
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
