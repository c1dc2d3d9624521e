internal import Wire

/// What the journal's writers want of a file system.
///
/// Generic and not existential, so that the real one costs nothing and a test can put one in its
/// place that fails when the test wants it to.
protocol JournalFiles: Sendable {
  associatedtype File: JournalFile

  /// Makes a file for writing; `EEXIST` where the name is taken, be it by a symbolic link.
  func create(_ path: String) throws(JournalError) -> File
  /// Opens a file that is there, for reading and writing.
  func open(_ path: String) throws(JournalError) -> File
  /// Makes a folder and those above it, and sees to it that their names survive a power cut.
  func makeFolders(_ path: String) throws(JournalError)
  /// Names in a folder, sorted; none where there is no such folder.
  func names(in folder: String) -> [String]
  func rename(_ from: String, to path: String) throws(JournalError)
  func remove(_ path: String) throws(JournalError)
  /// Makes the names in a folder safe from a power cut.
  func syncFolder(_ path: String) throws(JournalError)
}

/// An open file. Closed with its last reference. One thread at a time.
protocol JournalFile: AnyObject {
  /// Writes all of `bytes` at `offset`, or throws after any part of them.
  func write(_ bytes: RawSpan, at offset: UInt64) throws(JournalError)
  /// Appends up to `count` bytes from `offset` on to `buffer`: fewer only at the end of the file.
  func read(_ count: Int, at offset: UInt64, into buffer: inout ByteBuffer) throws(JournalError)
  func byteCount() throws(JournalError) -> UInt64
  func truncate(to size: UInt64) throws(JournalError)
  /// Returns when all that was written is on the disk (fdatasync).
  func sync() throws(JournalError)
}
