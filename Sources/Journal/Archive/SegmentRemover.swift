internal import Glibc

/// Deletes segments of a journal that have been found dispensable, and looks once more before it
/// does: under the claims' lock, through folders opened without following links, and only the very
/// file that was looked at.
public struct SegmentRemover: ~Copyable {
  private let root: String
  private let gate: LockedFile
  private let claims: [ClaimFolder.Claim]
  /// Bytes and files deleted so far.
  public private(set) var bytesFreed: UInt64 = 0
  public private(set) var filesRemoved = 0

  /// Waits until no reader is about to claim; from then on none can before this value is gone.
  public init(root: String) throws(JournalError) {
    let folder = "\(root)/\(ClaimFolder.name)"
    try FileTree.makeFolders(folder)
    guard let gate = try LockedFile("\(folder)/\(ClaimFolder.gate)", waits: true) else {
      throw .system(call: "flock", path: folder, code: EWOULDBLOCK)
    }
    let found = ClaimFolder(root: root)
    for path in found.stale { try FileTree.remove(path) }
    claims = found.claims
    self.root = root
    self.gate = gate
  }

  /// Deletes a segment and what goes with it. Answers why not where it may not be deleted.
  public mutating func remove(_ segment: SegmentFacts) throws(JournalError) -> String? {
    if let claim = claims.first(where: { $0.needs(segment.path, lastTime: segment.lastTime) }) {
      return "the reader \(claim.owner) still needs it"
    }
    let parts = segment.path.split(separator: "/").map(String.init)
    guard parts.count == 3, !parts.contains(".."), !parts.contains(".") else {
      return "its path is not that of a segment"
    }
    let folder = try FolderHandle(root, below: parts[0], parts[1])
    // The segment last: what is left after an interruption is still known as a segment.
    let names = segment.sidecars.map { FileTree.name(of: $0) } + [parts[2]]
    var total: UInt64 = 0
    for name in names { total &+= folder.entry(name)?.bytes ?? 0 }
    guard total == segment.bytes else { return "it has changed since it was looked at" }
    for name in names where folder.isHeld(name) {
      return "it is being written"
    }
    for name in names {
      try folder.remove(name)
      filesRemoved += 1
    }
    try folder.sync()
    bytesFreed &+= total
    return nil
  }

  /// Removes the folder of a day where it is empty, then that of its dataset.
  public func removeEmptyFolders(dataset: String, day: String) {
    let folder = "\(root)/\(dataset)"
    guard FileTree.removeEmptyFolder("\(folder)/\(day)") else { return }
    _ = FileTree.removeEmptyFolder(folder)
  }
}

/// A folder of a day, opened step by step without following links.
private struct FolderHandle: ~Copyable {
  private let descriptor: Int32
  private let path: String

  init(_ root: String, below dataset: String, _ day: String) throws(JournalError) {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    path = "\(root)/\(dataset)/\(day)"
    // Safety: all names are NUL-terminated for their calls.
    let top = unsafe open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard top >= 0 else { throw FileTree.failure("open", root) }
    let middle = unsafe openat(top, dataset, flags)
    close(top)
    guard middle >= 0 else { throw FileTree.failure("open", path) }
    let last = unsafe openat(middle, day, flags)
    close(middle)
    guard last >= 0 else { throw FileTree.failure("open", path) }
    descriptor = last
  }

  deinit { close(descriptor) }

  /// What stands under a name; nil for anything but a regular file.
  func entry(_ name: String) -> FileTree.Entry? {
    var status = stat()
    // Safety: the name is NUL-terminated for the call, which fills the structure.
    guard unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
    let entry = FileTree.Entry(status)
    return entry.kind == .file ? entry : nil
  }

  func isHeld(_ name: String) -> Bool { LockedFile.isHeld("\(path)/\(name)") }

  func remove(_ name: String) throws(JournalError) {
    guard entry(name) != nil else {
      throw .notASegment(path: "\(path)/\(name)", detail: "not a regular file")
    }
    // Safety: the name is NUL-terminated for the call.
    guard unsafe unlinkat(descriptor, name, 0) == 0 else {
      throw FileTree.failure("unlink", "\(path)/\(name)")
    }
  }

  func sync() throws(JournalError) {
    guard fsync(descriptor) == 0 else { throw FileTree.failure("fsync", path) }
  }
}
