internal import Glibc

/// Files and folders that verbs make. Failures are `errno` values.
extension SystemCalls {
  /// A call that failed.
  struct FileFailure: Error {
    let code: Int32
    let path: String

    /// The system's words for it.
    var text: String {
      // Safety: strerror answers a NUL-terminated text that is copied at once.
      unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
  }

  /// What stands at a path.
  enum FileKind { case file, folder, other }

  /// Kind, size and identity of what is at `path`; nil where there is nothing.
  static func look(at path: String) -> (kind: FileKind, byteCount: UInt64)? {
    var status = stat()
    // Safety: the path is NUL-terminated for the call, which fills the structure.
    guard unsafe stat(path, &status) == 0 else { return nil }
    let kind: FileKind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      default: .other
      }
    return (kind, UInt64(max(status.st_size, 0)))
  }

  /// Opens a new file for writing; what was there under the name is emptied.
  static func create(_ path: String) throws(FileFailure) -> Int32 {
    // Safety: the path is NUL-terminated for the call.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileFailure(code: errno, path: path) }
    return descriptor
  }

  /// Waits until the file's bytes are on the disk; 0 or an `errno` value.
  static func synchronize(_ descriptor: Int32) -> Int32 {
    // Pipes and devices have nothing to wait for (EINVAL).
    fdatasync(descriptor) == 0 || errno == EINVAL ? 0 : errno
  }

  static func closeFile(_ descriptor: Int32) { _ = close(descriptor) }

  /// Writes all bytes of a span, however many calls that takes; 0 or an `errno` value.
  static func write(_ bytes: RawSpan, to descriptor: Int32) -> Int32 {
    var written = 0
    while written < bytes.byteCount {
      // Safety: the span is readable for the call, and the count stays inside of it.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          descriptor, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count < 0 ? errno : EIO }
      written += count
    }
    return 0
  }

  /// The first bytes of a file, `count` at most; empty where it cannot be read.
  static func firstBytes(of path: String, count: Int) -> [UInt8] {
    // Safety: the path is NUL-terminated for the call. A pipe must not be waited for.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return [] }
    defer { closeFile(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    // Safety: the call writes at most `count` bytes into the array's own room.
    let got = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, count) }
    return Array(bytes.prefix(max(got, 0)))
  }

  /// Appends a part of one file to another, a MiB at a time, as much of it as is there; gives the
  /// bytes appended.
  static func append(
    _ range: Range<UInt64>, ofFile path: String, to descriptor: Int32
  ) throws(FileFailure) -> UInt64 {
    // Safety: the path is NUL-terminated for the call.
    let source = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw FileFailure(code: errno, path: path) }
    defer { closeFile(source) }
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    var position = range.lowerBound
    while position < range.upperBound {
      let most = Int(min(range.upperBound - position, UInt64(piece.count)))
      // Safety: the call writes at most as many bytes as the array has.
      let count = unsafe piece.withUnsafeMutableBytes {
        unsafe pread(source, $0.baseAddress, most, off_t(clamping: position))
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFailure(code: errno, path: path) }
      if count == 0 { break }
      // Safety: the span is of the array, for this call.
      let code = unsafe write(piece.span.bytes.extracting(0..<count), to: descriptor)
      guard code == 0 else { throw FileFailure(code: code, path: path) }
      position += UInt64(count)
    }
    return position - range.lowerBound
  }

  static func rename(_ old: String, to new: String) throws(FileFailure) {
    // Safety: both paths are NUL-terminated for the call.
    guard unsafe Glibc.rename(old, new) == 0 else { throw FileFailure(code: errno, path: new) }
  }

  /// Removes a file; nothing happens where there is none.
  static func remove(_ path: String) {
    // Safety: the path is NUL-terminated for the call.
    _ = unsafe unlink(path)
  }

  /// Removes an empty folder.
  static func removeFolder(_ path: String) {
    // Safety: the path is NUL-terminated for the call.
    _ = unsafe rmdir(path)
  }

  /// Makes a folder and those above it, for a verb.
  static func makeFolder(_ path: String, verb: String) throws(CommandError) {
    do throws(FileFailure) {
      try makeFolders(path.hasSuffix("/") ? String(path.dropLast()) : path)
    } catch {
      throw CommandError(error, verb: verb)
    }
  }

  /// Makes a folder and those above it.
  static func makeFolders(_ path: String) throws(FileFailure) {
    if look(at: path)?.kind == .folder { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeFolders(String(path[..<slash]))
    }
    // Safety: the path is NUL-terminated for the call.
    guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw FileFailure(code: errno, path: path)
    }
  }

  static var processID: Int32 { getpid() }
}
