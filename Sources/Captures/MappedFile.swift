import Glibc

/// A regular file mapped read-only for as long as the value lives.
///
/// The mapping is private and its length is the file's at opening. A file that another process cuts
/// short while it is mapped ends this process with SIGBUS, as with every mapped file: do not
/// truncate inputs in use. Any thread may read; nobody writes.
@safe
public struct MappedFile: ~Copyable {
  /// The file's size in bytes when it was opened, at least 1.
  public let byteCount: Int

  /// First byte of the mapping; for `ByteSource`, which owns the file that it points into.
  internal let base: UnsafeRawPointer

  /// How far `release` has given pages back.
  private var released = 0

  /// Opens and maps `path`.
  ///
  /// Throws: `InputError` for a file that is missing, unreadable, empty or not a regular file.
  public init(path: String) throws(InputError) {
    // O_NONBLOCK: opening a named pipe must not wait for its writer.
    // Safety: the string is NUL-terminated for the time of the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw InputError(inputErrorKind(errno), path: path, operation: "open")
    }
    defer { close(descriptor) }
    var status = stat()
    // Safety: `status` is ours and has the size that the call expects.
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw InputError(inputErrorKind(errno), path: path, operation: "fstat")
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw InputError(.isDirectory, path: path, operation: "open")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw InputError(.notRegularFile, path: path, operation: "open")
    }
    guard status.st_size > 0 else { throw InputError(.isEmpty, path: path, operation: "open") }
    let count = Int(status.st_size)
    // Safety: a new mapping at an address of the kernel's choice touches no memory of ours.
    let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw InputError(inputErrorKind(errno), path: path, operation: "mmap")
    }
    // Only advice: a refusal changes the speed, not the result.
    _ = unsafe madvise(address, count, MADV_SEQUENTIAL)
    byteCount = count
    unsafe base = UnsafeRawPointer(address)
  }

  deinit {
    // Safety: the mapping was made in init with this length; spans of it cannot outlive the value.
    _ = unsafe munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
  }

  /// Gives the memory of the bytes before `position` back to the system, in steps of
  /// `CaptureLimits.releaseBytes`, so that a long file does not fill the memory that the process is
  /// charged for. The bytes stay readable: the system would fetch them again.
  internal mutating func release(before position: Int) {
    let end = position / CaptureLimits.releaseBytes * CaptureLimits.releaseBytes
    guard end > released, end <= byteCount else { return }
    // Safety: whole pages inside the mapping, which is never written to; only advice.
    _ = unsafe madvise(
      UnsafeMutableRawPointer(mutating: base + released), end - released, MADV_DONTNEED)
    released = end
  }

  /// The file's contents.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // Safety: the mapping has this length and lives as long as self.
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: base, byteCount: byteCount), borrowing: self)
    }
  }
}
