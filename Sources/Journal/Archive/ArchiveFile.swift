internal import Glibc
internal import Records
internal import Wire

/// One segment of an archive, written front to back under a temporary name; a file that was not
/// finished is removed. One thread.
struct ArchiveFile: ~Copyable {
  let path: String
  let segmentID: UInt64
  private(set) var repeatedRecords: UInt64 = 0
  private var writer: SegmentWriter?

  /// Makes the file, in the place of what an interrupted run may have left.
  init(path: String, header: SegmentHeader, metadata: DBNMetadata) throws(JournalError) {
    try FileTree.remove(path)
    var header = header
    header.segmentID = .random(in: 1...UInt64.max)
    let made = try SegmentWriter(path: path, header: header, metadata: metadata)
    segmentID = header.segmentID
    self.path = path
    writer = consume made
  }

  deinit {
    // Safety: the path is NUL-terminated for the call.
    if writer != nil { unsafe unlink(path) }
  }

  /// Writes a block of whole records.
  mutating func add(
    _ records: RawSpan, count: Int, isRepeated: Bool = false
  ) throws(JournalError) {
    guard count > 0 else { return }
    try writer?.append(records, recordCount: count, isRepeated: isRepeated)
    if isRepeated { repeatedRecords += UInt64(count) }
  }

  /// Writes the index and brings all of it to the disk; gives the file's bytes.
  mutating func finish() throws(JournalError) -> UInt64 {
    guard let open = writer.take() else { return 0 }
    do throws(JournalError) {
      try open.close()
    } catch {
      try FileTree.remove(path)
      throw error
    }
    dropFromCache()
    guard let entry = FileTree.entry(path) else { throw FileTree.failure("stat", path) }
    return entry.bytes
  }

  /// What is read back is to come from the disk. Only advice: nothing depends on it.
  private func dropFromCache() {
    // Safety: the path is NUL-terminated for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    close(descriptor)
  }
}
