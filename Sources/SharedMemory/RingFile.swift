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
    // A reader that finds the new file finds it at worst still initialising.
    return try SharedMapping.making(
      name, in: folder, byteCount: byteCount, path: path, mode: mode
    ) { $0.describe(capacityLines: (byteCount - Int(MILLRACE_HEADER_BYTES)) / 64) }
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
    // A child that some thread of the last holder has just started keeps the lock until it runs its
    // own program: that passes by itself, a living writer does not.
    for _ in 0..<Self.lockTries {
      if flock(lock.number, LOCK_EX | LOCK_NB) == 0 { return lock }
      guard errno == EWOULDBLOCK else {
        throw .system(call: "flock", path: path, code: errno)
      }
      usleep(Self.lockPauseMicros)
    }
    throw .writerAlive(path: path)
  }

  /// Tries, and pauses between them, until a lock counts as held: 0.5 s in all.
  private static var lockTries: Int { 50 }
  private static var lockPauseMicros: UInt32 { 10_000 }
}
