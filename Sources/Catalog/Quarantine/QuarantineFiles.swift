internal import Glibc

/// The file system under the quarantine. Failures are typed; nothing follows a symbolic link where
/// it writes.
enum QuarantineFiles {
  static func failure(_ code: Int32, _ path: String) -> QuarantineError {
    let kind: QuarantineError.Kind =
      switch code {
      case ENOENT: .notFound
      case EACCES, EPERM, EROFS: .access
      case EWOULDBLOCK: .inUse
      default: .system
      }
    // Safety: strerror answers a NUL-terminated text that is copied at once.
    let text = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    return QuarantineError(kind: kind, path: path, text: text)
  }

  /// Makes the folder for this user alone; one that is there is left as it is.
  static func makeFolder(_ path: String) throws(QuarantineError) {
    // Safety: the path is NUL-terminated for the call.
    guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(errno, path) }
  }

  /// Names of the files in a folder, sorted; none where there is no folder.
  static func names(in folder: String) throws(QuarantineError) -> [String] {
    // Safety: the path is NUL-terminated for the call; the stream is closed below.
    guard let stream = unsafe opendir(folder) else {
      if errno == ENOENT { return [] }
      throw failure(errno, folder)
    }
    defer { _ = unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      // Safety: the name is NUL-terminated and copied before the next call.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe String(cString: UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self))
      }
      names.append(name)
    }
    return names.sorted()
  }

  /// Bytes of a regular file; 0 for anything else.
  static func size(of path: String) -> UInt64 {
    var status = stat()
    // Safety: the path is NUL-terminated for the call, which fills the structure.
    guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
    return UInt64(clamping: status.st_size)
  }

  /// Opens a file for appending, shared with other writers and closed to `rewrite`.
  static func openToAppend(_ path: String) throws(QuarantineError) -> Int32 {
    while true {
      // Safety: the path is NUL-terminated for the call.
      let file = unsafe open(
        path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard file >= 0 else { throw failure(errno, path) }
      guard flock(file, LOCK_SH | LOCK_NB) == 0 else {
        let error = failure(errno, path)
        close(file)
        throw error
      }
      var status = stat()
      // Safety: the call fills the structure. A file that was replaced in between has no name.
      if unsafe fstat(file, &status) == 0, status.st_nlink > 0 { return file }
      close(file)
    }
  }

  static func size(ofOpen file: Int32) -> UInt64 {
    UInt64(clamping: lseek(file, 0, SEEK_END))
  }

  /// Appends all bytes, or takes back what it has written of them.
  static func append(
    _ bytes: [UInt8], to file: Int32, _ path: String
  ) throws(QuarantineError) {
    let start = lseek(file, 0, SEEK_END)
    var written = 0
    while written < bytes.count {
      // Safety: the buffer lives through the call, and the count stays inside of it.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        return unsafe write(file, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let error = failure(errno, path)
        // What cannot be taken back is passed over by the reader.
        if start >= 0 { _ = ftruncate(file, start) }
        throw error
      }
      written += count
    }
  }

  static func shut(_ file: Int32) { close(file) }

  static func sync(_ file: Int32) { _ = fdatasync(file) }

  /// The whole of a file.
  static func read(_ path: String) throws(QuarantineError) -> [UInt8] {
    // Safety: the path is NUL-terminated for the call. A pipe must not be waited for.
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw failure(errno, path) }
    defer { close(file) }
    return try read(file, path)
  }

  private static func read(_ file: Int32, _ path: String) throws(QuarantineError) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      // Safety: the call writes at most as many bytes as the array has.
      let count = unsafe piece.withUnsafeMutableBytes {
        unsafe Glibc.read(file, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(errno, path) }
      if count == 0 { return bytes }
      bytes += piece[..<count]
    }
  }

  /// Replaces a file's content by what `change` makes of it, in one step, unless a writer has it
  /// open; nil deletes it.
  static func rewrite(
    _ path: String, _ change: ([UInt8]) throws(QuarantineError) -> [UInt8]?
  ) throws(QuarantineError) {
    // Safety: the paths are NUL-terminated for the calls.
    let held = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard held >= 0 else { throw failure(errno, path) }
    defer { close(held) }
    guard flock(held, LOCK_EX | LOCK_NB) == 0 else { throw failure(errno, path) }
    guard let bytes = try change(try read(held, path)) else {
      guard unsafe unlink(path) == 0 else { throw failure(errno, path) }
      return
    }
    let made = path + ".new"
    _ = unsafe unlink(made)
    let file = unsafe open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw failure(errno, made) }
    defer { close(file) }
    try append(bytes, to: file, made)
    guard fdatasync(file) == 0, unsafe rename(made, path) == 0 else { throw failure(errno, path) }
  }
}
