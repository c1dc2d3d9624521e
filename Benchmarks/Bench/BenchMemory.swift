import CBenchHooks
import Glibc
import Wire

/// Zeroed memory of a bench, in large pages where the kernel has them.
@safe struct BenchMemory: ~Copyable {
  private let base: UnsafeMutableRawPointer
  let byteCount: Int
  private let mapped: Int

  /// Bytes behind the end that may be read: decoders load 64 at a time.
  private static var slack: Int { 4096 }

  init(byteCount: Int) throws(BenchError) {
    mapped = byteCount + Self.slack
    // Safety: a fresh mapping of this size, which `deinit` gives back.
    guard let memory = unsafe bench_map(mapped) else {
      throw .missing("\(byteCount) bytes of memory")
    }
    unsafe base = memory
    self.byteCount = byteCount
  }

  deinit { unsafe bench_unmap(base, mapped) }

  /// The first `count` bytes.
  @_lifetime(borrow self)
  func bytes(_ count: Int) -> RawSpan {
    precondition(count >= 0 && count <= byteCount)
    // Safety: the count was checked; the memory lives as long as the borrow of `self`.
    return unsafe _overrideLifetime(
      RawSpan(_unsafeStart: base, byteCount: count), borrowing: self)
  }

  /// The bytes from `start` on, to be written.
  @_lifetime(&self)
  mutating func mutableBytes(from start: Int) -> MutableRawSpan {
    precondition(start >= 0 && start <= byteCount)
    // Safety: the start was checked; the span borrows `self` exclusively.
    return unsafe _overrideLifetime(
      MutableRawSpan(_unsafeStart: base + start, byteCount: byteCount - start), mutating: &self)
  }

  /// Writes the first `count` bytes to a file.
  func write(_ count: Int, to path: String) throws(BenchError) {
    precondition(count >= 0 && count <= byteCount)
    // Safety: the count was checked.
    let code = unsafe bench_write(path, base, count)
    guard code == 0 else { throw .missing("\(path): error \(-code)") }
  }
}

/// Small files and names of the system.
enum BenchFile {
  private static var room: Int { 1 << 16 }

  // Safety, of all of these: the calls write at most `$1` bytes at `$0` and answer how many.

  /// A text file of at most 64 KiB, "" where it cannot be read.
  static func text(_ path: String) -> String {
    unsafe filled { unsafe bench_read(path, $0, $1) }
  }

  static func exists(_ path: String) -> Bool {
    // Safety: one byte of room for one byte.
    unsafe withText(room: 1) { unsafe bench_read(path, $0, $1) } != nil
  }

  /// Appends the first `count` bytes of a file; false where it has fewer.
  static func read(_ path: String, _ count: Int, into buffer: inout ByteBuffer) -> Bool {
    buffer.reserve(buffer.count + count)
    // Safety: the room was reserved.
    let found = unsafe bench_read(
      path, (buffer.base + buffer.count).assumingMemoryBound(to: CChar.self), count)
    guard found == count else { return false }
    unsafe buffer.setCount(buffer.count + count)
    return true
  }

  /// Writes a whole file anew.
  static func write(_ path: String, _ bytes: borrowing ByteBuffer) throws(BenchError) {
    // Safety: `count` bytes are in use.
    let code = unsafe bench_write(path, bytes.base, bytes.count)
    guard code == 0 else { throw .missing("\(path): error \(-code)") }
  }

  /// Removes these files and then the folder.
  static func removeFolder(_ folder: String, files: [String]) {
    remove(files.map { "\(folder)/\($0)" } + [folder])
  }

  /// Removes files and empty folders, in this order.
  static func remove(_ paths: [String]) {
    // Safety: the paths are texts of our own.
    for path in paths { unsafe bench_remove(path) }
  }

  /// Processor time of the calling thread, ns.
  static func threadNanos() -> UInt64 {
    var time = timespec()
    // Safety: `time` is a local of the right type for the call.
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  static func kernel() -> String { unsafe filled { unsafe bench_kernel($0, $1) } }

  /// Path of the running program.
  static func program() -> String { unsafe filled { unsafe bench_program($0, $1) } }

  private static func filled(_ fill: (UnsafeMutablePointer<CChar>, Int) -> Int) -> String {
    unsafe withText(room: room) { unsafe fill($0, $1) } ?? ""
  }

  /// The text that `fill` puts into memory of `room` bytes, nil where it answers an error.
  static func withText(
    room: Int, _ fill: (UnsafeMutablePointer<CChar>, Int) -> Int
  ) -> String? {
    let memory = UnsafeMutablePointer<CChar>.allocate(capacity: room)
    // Safety: `fill` writes at most `room` bytes and answers how many.
    defer { unsafe memory.deallocate() }
    let count = unsafe fill(memory, room)
    guard count >= 0 else { return nil }
    let bytes = unsafe UnsafeRawBufferPointer(start: memory, count: count)
    return unsafe String(decoding: bytes, as: UTF8.self)
  }
}
