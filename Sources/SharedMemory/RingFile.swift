internal import CMillrace
internal import Glibc

/// A ring file that this process alone may write: lock, mapping, header.
///
/// The lock is a `flock` on a file beside the ring. The kernel releases it when the process ends in
/// whatever way, so a killed writer blocks nobody.
struct RingFile: ~Copyable {
  let mapping: SharedMapping
  let capacityLines: Int
  /// Where the file stood before: the epoch and last ordinal of the writer before, 0 if none.
  let previousEpoch: UInt64
  let previousLastOrdinal: UInt64
  private let lock: Descriptor

  /// Takes the ring at `path` over, or makes it; the state is `initialising` afterwards.
  init(path: String, capacityLines: Int, mode: UInt32) throws(SharedMemoryError) {
    let split = path.lastIndex(of: "/") ?? path.startIndex
    let name = String(path[split...].drop { $0 == "/" })
    let folderPath = split == path.startIndex ? "." : String(path[..<split])
    // Who may read a file must be able to search its folder: x wherever r is.
    let folderMode = mode | 0o300 | (mode & 0o444) >> 2
    let folder = try Descriptor(folder: folderPath, mode: folderMode)
    let lock = try Self.lock(name + ".lock", in: folder, path: path, mode: mode)
    let byteCount = Int(MILLRACE_HEADER_BYTES) + capacityLines * Int(MILLRACE_LINE_BYTES)
    var before: (epoch: UInt64, ordinal: UInt64) = (0, 0)
    let mapping = try Self.reuseOrMake(
      name, in: folder, byteCount: byteCount, path: path, mode: mode, before: &before)
    self.lock = lock
    self.mapping = mapping
    self.capacityLines = capacityLines
    previousEpoch = before.epoch
    previousLastOrdinal = before.ordinal
  }

  /// The file that is there, if it is a ring of this size; else a new one in its place.
  private static func reuseOrMake(
    _ name: String, in folder: borrowing Descriptor, byteCount: Int, path: String, mode: UInt32,
    before: inout (epoch: UInt64, ordinal: UInt64)
  ) throws(SharedMemoryError) -> SharedMapping {
    if let old = try Descriptor(name, in: folder, path: path, flags: O_RDWR),
      let size = old.regularFileBytes, size >= Int(MILLRACE_HEADER_BYTES)
    {
      let mapping = try SharedMapping(old, byteCount: size, path: path)
      if mapping.isRing {
        before = mapping.lastPublished()
        if size == byteCount { return mapping }
        // Before the rename: killed in between, the next writer finds the old file and goes on.
        mapping.setState(MILLRACE_STATE_REPLACED)
      }
    }
    return try make(name, in: folder, byteCount: byteCount, path: path, mode: mode)
  }

  private static func lock(
    _ name: String, in folder: borrowing Descriptor, path: String, mode: UInt32
  ) throws(SharedMemoryError) -> Descriptor {
    guard
      let lock = try Descriptor(
        name, in: folder, path: path + ".lock", flags: O_RDWR | O_CREAT, mode: mode)
    else {
      throw .system(call: "open", path: path + ".lock", code: ENOENT)
    }
    if flock(lock.number, LOCK_EX | LOCK_NB) != 0 {
      if errno == EWOULDBLOCK { throw .writerAlive(path: path) }
      throw .system(call: "flock", path: path, code: errno)
    }
    return lock
  }

  /// Makes a zeroed file under a temporary name and renames it, so that a reader that opens `name`
  /// finds a whole file: at worst one that is still initialising.
  private static func make(
    _ name: String, in folder: borrowing Descriptor, byteCount: Int, path: String, mode: UInt32
  ) throws(SharedMemoryError) -> SharedMapping {
    let temporary = name + ".new"
    // Safety: this and the calls below only read the NUL-terminated copies of the names.
    unsafe unlinkat(folder.number, temporary, 0)
    guard
      let file = try Descriptor(
        temporary, in: folder, path: path + ".new", flags: O_RDWR | O_CREAT | O_EXCL, mode: mode)
    else { throw .system(call: "open", path: path + ".new", code: ENOENT) }
    // Real pages now: a full /dev/shm is an error here, not a SIGBUS at some later store.
    let code = posix_fallocate(file.number, 0, byteCount)
    guard code == 0 else {
      unsafe unlinkat(folder.number, temporary, 0)
      throw .system(call: "posix_fallocate", path: path, code: code)
    }
    let mapping = try SharedMapping(file, byteCount: byteCount, path: path)
    mapping.describe(capacityLines: (byteCount - Int(MILLRACE_HEADER_BYTES)) / 64)
    // Safety: as above.
    guard unsafe renameat(folder.number, temporary, folder.number, name) == 0 else {
      throw .system(call: "rename", path: path, code: errno)
    }
    return mapping
  }
}
