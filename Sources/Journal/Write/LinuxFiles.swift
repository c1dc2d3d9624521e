internal import Glibc
internal import Wire

/// The real file system.
struct LinuxFiles: JournalFiles {
  /// Owner writes, group reads, nobody else: market data is licensed.
  private static var mode: mode_t { 0o640 }
  private static var folderMode: mode_t { 0o750 }

  func create(_ path: String) throws(JournalError) -> LinuxFile {
    try open(path, O_RDWR | O_CREAT | O_EXCL)
  }

  func open(_ path: String) throws(JournalError) -> LinuxFile { try open(path, O_RDWR) }

  /// A file that is only read.
  func openReadOnly(_ path: String) throws(JournalError) -> LinuxFile {
    try open(path, O_RDONLY)
  }

  private func open(_ path: String, _ flags: Int32) throws(JournalError) -> LinuxFile {
    while true {
      // Safety: the path is NUL-terminated for the call.
      let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, Self.mode)
      if descriptor >= 0 { return LinuxFile(path: path, descriptor: descriptor) }
      guard errno == EINTR else { throw FileTree.failure("open", path) }
    }
  }

  func makeFolders(_ path: String) throws(JournalError) {
    // A root may be a symbolic link to a folder on another disk.
    var status = stat()
    // Safety: the path is NUL-terminated for the call, which fills the structure.
    if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
    let parent = FileTree.parent(of: path)
    if let parent { try makeFolders(parent) }
    // Safety: as above.
    guard unsafe mkdir(path, Self.folderMode) == 0 || errno == EEXIST else {
      throw FileTree.failure("mkdir", path)
    }
    try syncFolder(parent ?? ".")
  }

  func names(in folder: String) -> [String] { FileTree.names(in: folder) ?? [] }

  func rename(_ from: String, to path: String) throws(JournalError) {
    try FileTree.rename(from, to: path)
  }

  func remove(_ path: String) throws(JournalError) { try FileTree.remove(path) }

  func syncFolder(_ path: String) throws(JournalError) { try FileTree.sync(path) }
}

/// A file of the real file system.
final class LinuxFile: JournalFile {
  private let path: String
  private let descriptor: Int32

  init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  func write(_ bytes: RawSpan, at offset: UInt64) throws(JournalError) {
    var done = 0
    while done < bytes.byteCount {
      // Safety: the kernel reads the rest of the span, which lives through the call.
      let written = unsafe bytes.withUnsafeBytes { source in
        unsafe pwrite(
          descriptor, source.baseAddress.map { unsafe $0 + done }, source.count - done,
          off_t(offset) + off_t(done))
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        throw .system(call: "write", path: path, code: written == 0 ? ENOSPC : errno)
      }
      done += written
    }
  }

  func read(_ count: Int, at offset: UInt64, into buffer: inout ByteBuffer) throws(JournalError) {
    buffer.reserve(buffer.count + count)
    var done = 0
    while done < count {
      // Safety: the kernel writes `count - done` bytes at most, into room that was reserved.
      let got = unsafe pread(
        descriptor, buffer.base + buffer.count, count - done, off_t(offset) + off_t(done))
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw FileTree.failure("read", path) }
      if got == 0 { return }
      unsafe buffer.setCount(buffer.count + got)
      done += got
    }
  }

  func byteCount() throws(JournalError) -> UInt64 {
    var status = stat()
    // Safety: the call fills the structure.
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileTree.failure("fstat", path) }
    return UInt64(clamping: status.st_size)
  }

  func truncate(to size: UInt64) throws(JournalError) {
    while ftruncate(descriptor, off_t(size)) != 0 {
      guard errno == EINTR else { throw FileTree.failure("ftruncate", path) }
    }
  }

  func sync() throws(JournalError) {
    while fdatasync(descriptor) != 0 {
      guard errno == EINTR else { throw FileTree.failure("fdatasync", path) }
    }
  }
}
