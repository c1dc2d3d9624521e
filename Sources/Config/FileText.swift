internal import Glibc

/// Files that a configuration names, read whole. A failure is a sentence about it.
enum FileText {
  struct Failure: Error {
    var message: String
  }

  /// The bytes of a regular file.
  ///
  /// `isPrivate` refuses a file that others than its owner and group can read or write: the check
  /// is made on the open file, so that nobody can change it in between.
  static func bytes(
    _ path: String, limit: Int, isPrivate: Bool = false
  ) throws(Failure) -> [UInt8] {
    guard !path.utf8.contains(0) else { throw Failure(message: "a path without a NUL is needed") }
    // Safety: the path is NUL-terminated for the call. A pipe must not be waited for.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure(message: "cannot read \(path): \(lastError)") }
    defer { _ = close(descriptor) }
    var status = stat()
    // Safety: the call fills the structure.
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw Failure(message: "cannot read \(path): \(lastError)")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(message: "cannot read \(path): not a regular file")
    }
    guard !isPrivate || status.st_mode & 0o007 == 0 else {
      throw Failure(
        message: "\(path) can be read by everybody; make it private: chmod 600 \(path)")
    }
    guard status.st_size <= limit else {
      throw Failure(message: "\(path) has \(status.st_size) bytes; at most \(limit) are taken")
    }
    return try read(descriptor, path, limit)
  }

  private static func read(
    _ descriptor: Int32, _ path: String, _ limit: Int
  ) throws(Failure) -> [UInt8] {
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      // Safety: the call writes at most as many bytes as the array has.
      let count = unsafe piece.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Failure(message: "cannot read \(path): \(lastError)") }
      if count == 0 { return result }
      result += piece[..<count]
      guard result.count <= limit else {
        throw Failure(message: "\(path) has more than \(limit) bytes")
      }
    }
  }

  private static var lastError: String {
    // Safety: the text is constant or the thread's own, and copied at once.
    unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
  }

  /// The folder of a file, absolute.
  static func folder(of path: String) -> String {
    let absolute = path.hasPrefix("/") ? path : workingFolder + "/" + path
    guard let slash = absolute.lastIndex(of: "/"), slash != absolute.startIndex else { return "/" }
    return String(absolute[..<slash])
  }

  /// A path as it is meant in a file of this folder.
  static func resolve(_ path: String, in folder: String) -> String {
    if path.hasPrefix("/") { return path }
    let bare = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    return folder.hasSuffix("/") ? folder + bare : folder + "/" + bare
  }

  private static var workingFolder: String {
    // Safety: the call allocates the text, which is copied and freed.
    guard let raw = unsafe getcwd(nil, 0) else { return "" }
    defer { unsafe free(raw) }
    return unsafe String(cString: raw)
  }
}
