internal import Glibc

/// Memory for `WindowMarks`, of this process alone or shared with others through a file.
@safe public final class MarkMemory: Sendable {
  public let marks: WindowMarks
  // Safety of `nonisolated(unsafe)`: set once, unmapped once.
  private nonisolated(unsafe) let memory: UnsafeMutableRawPointer
  private let byteCount: Int

  /// Why the memory cannot be had: an errno, of which call, and the file.
  public struct Failure: Error, Sendable, Equatable {
    public var call: String
    public var path: String
    public var code: Int32
  }

  /// Memory for `windows` windows. `path`: a file that is made, or made anew, for other processes
  /// to `open`; best on a file system in memory. Nil: anonymous.
  public init(
    windows: Int, windowNanos: UInt64 = WindowMarks.defaultWindowNanos, path: String? = nil
  ) throws(Failure) {
    byteCount = WindowMarks.byteCount(windows: windows)
    if let path {
      let file = try Self.file(path, flags: O_RDWR | O_CREAT | O_TRUNC)
      defer { close(file) }
      guard ftruncate(file, byteCount) == 0 else {
        throw Failure(call: "ftruncate", path: path, code: errno)
      }
      unsafe memory = try Self.map(file, byteCount: byteCount, path: path)
    } else {
      unsafe memory = try Self.map(-1, byteCount: byteCount, path: "")
    }
    // Safety: fresh pages are zero; the mapping has these bytes until `deinit`.
    marks = unsafe WindowMarks(makingIn: memory, windows: windows, windowNanos: windowNanos)
  }

  /// Opens what another process has made.
  public init(opening path: String) throws(Failure) {
    let file = try Self.file(path, flags: O_RDWR)
    defer { close(file) }
    let end = lseek(file, 0, SEEK_END)
    guard end >= WindowMarks.headerBytes else {
      throw Failure(call: "lseek", path: path, code: end < 0 ? errno : EINVAL)
    }
    byteCount = Int(end)
    unsafe memory = try Self.map(file, byteCount: byteCount, path: path)
    // Safety: the mapping has these bytes until `deinit`.
    guard let marks = unsafe WindowMarks(attaching: memory, byteCount: byteCount) else {
      unsafe munmap(memory, byteCount)
      throw Failure(call: "attach", path: path, code: EINVAL)
    }
    self.marks = marks
  }

  deinit {
    // Safety: mapped by `init` with this size; who uses `marks` holds this object.
    unsafe munmap(memory, byteCount)
  }

  /// Removes the file; who has opened it keeps its memory.
  public static func removeFile(_ path: String) {
    // Safety: the kernel copies the name.
    _ = unsafe unlink(path)
  }

  private static func file(_ path: String, flags: Int32) throws(Failure) -> Int32 {
    // Safety: the kernel copies the name.
    let file = unsafe open(path, flags | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Failure(call: "open", path: path, code: errno) }
    return file
  }

  /// Maps all pages at once, so that marking never faults one.
  private static func map(
    _ file: Int32, byteCount: Int, path: String
  ) throws(Failure) -> UnsafeMutableRawPointer {
    let flags = MAP_SHARED | MAP_POPULATE | (file < 0 ? MAP_ANONYMOUS : 0)
    // Safety: a new mapping at an address of the kernel's choice.
    let address = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, file, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw Failure(call: "mmap", path: path, code: errno)
    }
    return unsafe address
  }
}
