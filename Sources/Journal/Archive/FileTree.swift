internal import Glibc

/// Calls on files and folders that archive, prune and claims need. No call follows a symbolic link
/// in a path's last component unless it says so.
public enum FileTree {
  /// What lies at a path.
  struct Entry: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
      case file
      case folder
      /// Symbolic links, pipes, devices.
      case other
    }
    var kind: Kind
    var bytes: UInt64
    /// Last change of the content, ns since the Unix epoch.
    var changedNanos: UInt64
    /// Which file it is on this machine: device and inode.
    var device: UInt64
    var inode: UInt64
  }

  /// What lies at `path`; nil where nothing does, or it cannot be told.
  static func entry(_ path: String) -> Entry? {
    var status = stat()
    // Safety: the path is NUL-terminated for the call, which fills the structure.
    guard unsafe lstat(path, &status) == 0 else { return nil }
    return Entry(status)
  }

  /// Names in a folder, sorted, without `.` and `..`; nil where it cannot be read.
  public static func names(in folder: String) -> [String]? {
    // Safety: the path is NUL-terminated for the call; the stream is closed below.
    guard let stream = unsafe opendir(folder) else { return nil }
    defer { _ = unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      // Safety: the name is NUL-terminated and copied before the next call.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe String(cString: UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self))
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Names of real folders in a folder, sorted; hidden ones are left out.
  static func folders(in folder: String) -> [String] {
    (names(in: folder) ?? []).filter {
      !$0.hasPrefix(".") && entry("\(folder)/\($0)")?.kind == .folder
    }
  }

  /// Names of regular files in a folder, sorted; hidden ones are left out.
  static func files(in folder: String) -> [String] {
    (names(in: folder) ?? []).filter {
      !$0.hasPrefix(".") && entry("\(folder)/\($0)")?.kind == .file
    }
  }

  /// Makes a folder and those above it.
  static func makeFolders(_ path: String) throws(JournalError) {
    if entry(path)?.kind == .folder { return }
    if let parent = parent(of: path) { try makeFolders(parent) }
    // Safety: the path is NUL-terminated for the call.
    guard unsafe mkdir(path, 0o750) == 0 || errno == EEXIST else { throw failure("mkdir", path) }
  }

  static func remove(_ path: String) throws(JournalError) {
    // Safety: the path is NUL-terminated for the call.
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure("unlink", path) }
  }

  /// Removes a folder where it is empty; says whether it has gone.
  static func removeEmptyFolder(_ path: String) -> Bool {
    // Safety: the path is NUL-terminated for the call.
    unsafe rmdir(path) == 0
  }

  static func rename(_ from: String, to path: String) throws(JournalError) {
    // Safety: both paths are NUL-terminated for the call.
    guard unsafe Glibc.rename(from, path) == 0 else { throw failure("rename", path) }
  }

  /// Makes a file's content, or a folder's names, safe from a power failure.
  static func sync(_ path: String) throws(JournalError) {
    // Safety: the path is NUL-terminated for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("fsync", path) }
  }

  /// Writes a whole file under a temporary name, syncs it and gives it its own name; the folder is
  /// synced too, so that the file is there whole or not at all.
  static func write(_ text: [UInt8], to path: String) throws(JournalError) {
    let temporary = path + ".tmp"
    // Safety: the path is NUL-terminated for the call.
    let descriptor = unsafe open(
      temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else { throw failure("open", temporary) }
    var written = 0
    while written < text.count {
      // Safety: the buffer lives through the call, and the count stays inside of it.
      let count = unsafe text.withUnsafeBytes { buffer -> Int in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      written += count
    }
    let synced = written == text.count && fsync(descriptor) == 0
    let error = failure("write", temporary)
    close(descriptor)
    guard synced else {
      // Safety: the path is NUL-terminated for the call.
      unsafe unlink(temporary)
      throw error
    }
    try rename(temporary, to: path)
    try sync(parent(of: path) ?? ".")
  }

  /// A whole file of at most `limit` bytes; nil where there is none.
  static func read(_ path: String, limit: Int) throws(JournalError) -> [UInt8]? {
    // Safety: the path is NUL-terminated for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw failure("open", path)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= limit {
      // Safety: the buffer lives through the call, which writes no more than its count.
      let count = unsafe piece.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", path) }
      if count == 0 { return bytes }
      bytes += piece[..<count]
    }
    throw .damaged(path: path, block: nil, detail: "more than \(limit) bytes")
  }

  /// The folder of a path; nil for a bare name and for `/`.
  static func parent(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/") else { return nil }
    if slash == path.startIndex { return path.count > 1 ? "/" : nil }
    return String(path[..<slash])
  }

  /// The last component of a path.
  static func name(of path: String) -> String {
    String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
  }

  /// The error of the last call, about `path`.
  static func failure(_ call: String, _ path: String) -> JournalError {
    .system(call: call, path: path, code: errno)
  }
}

extension FileTree.Entry {
  init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .folder
    default: kind = .other
    }
    bytes = UInt64(clamping: status.st_size)
    changedNanos =
      UInt64(clamping: status.st_mtim.tv_sec) &* 1_000_000_000
      &+ UInt64(clamping: status.st_mtim.tv_nsec)
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

/// A file that is locked while this value lives (flock, exclusive); the kernel gives it back when
/// the process ends, however it ends.
struct LockedFile: ~Copyable {
  let descriptor: Int32

  /// Opens and locks `path`, which is made where it is missing; nil where somebody else holds it.
  init?(_ path: String, waits: Bool = false, shared: Bool = false) throws(JournalError) {
    // Safety: the path is NUL-terminated for the call.
    let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard opened >= 0 else { throw FileTree.failure("open", path) }
    let mode = (shared ? LOCK_SH : LOCK_EX) | (waits ? 0 : LOCK_NB)
    var tries = 0
    while flock(opened, mode) != 0 {
      if errno == EINTR { continue }
      // Somebody who looks whether it is held (`isHeld`) holds it himself for some microseconds.
      if errno == EWOULDBLOCK, tries < Self.glances {
        tries += 1
        usleep(Self.glanceMicros)
        continue
      }
      let error = FileTree.failure("flock", path)
      let isHeld = errno == EWOULDBLOCK
      close(opened)
      if isHeld { return nil }
      throw error
    }
    descriptor = opened
  }

  /// How often, and how long, a lock is waited for that may be only looked at: 50 ms in all.
  private static var glances: Int { 25 }
  private static var glanceMicros: UInt32 { 2_000 }

  deinit { close(descriptor) }

  /// Whether another open file description holds an exclusive lock on the file at `path`.
  static func isHeld(_ path: String) -> Bool {
    // Safety: the path is NUL-terminated for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return false }
    return errno == EWOULDBLOCK
  }
}
