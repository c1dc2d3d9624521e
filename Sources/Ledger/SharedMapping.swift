internal import Glibc
internal import Synchronization

/// A mapping of the counters file, unmapped when its last user is gone.
///
/// All access is by atomic words, so that any number of threads and processes may share it.
@safe
final class SharedMapping: @unchecked Sendable {
  let byteCount: Int
  private let base: UnsafeMutableRawPointer

  /// Maps `byteCount` bytes of an open file, which must be at least that long and never shrink.
  init(descriptor: Int32, byteCount: Int, path: String, writable: Bool) throws(CounterFileError) {
    let protection = writable ? PROT_READ | PROT_WRITE : PROT_READ
    // Safety: a fresh mapping at an address of the kernel's choice touches no other memory.
    let mapped = unsafe mmap(nil, byteCount, protection, MAP_SHARED, descriptor, 0)
    // Safety: compares addresses only.
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      throw .system(call: "mmap", path: path, errno: errno)
    }
    unsafe base = mapped
    self.byteCount = byteCount
  }

  deinit {
    // Safety: the mapping is ours, and every pointer into it lives beside a reference to it.
    unsafe munmap(base, byteCount)
  }

  /// The atomic words at `byteOffset`; traps unless they lie inside (files are checked before).
  func words(at byteOffset: Int, count: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    precondition(byteOffset >= 0 && byteOffset % 8 == 0 && count >= 0)
    precondition(byteOffset <= byteCount && count <= (byteCount - byteOffset) / 8)
    // Safety: checked above; Atomic<UInt64> has the layout of UInt64, and all bits are valid.
    return unsafe (base + byteOffset).bindMemory(to: Atomic<UInt64>.self, capacity: count)
  }

  /// Loads the word at `byteOffset`.
  func load(at byteOffset: Int) -> UInt64 {
    // Safety: `words` checks the bounds.
    unsafe words(at: byteOffset, count: 1).pointee.load(ordering: .acquiring)
  }

  /// Stores a word at `byteOffset` of a writable mapping.
  func store(_ value: UInt64, at byteOffset: Int) {
    // Safety: `words` checks the bounds.
    unsafe words(at: byteOffset, count: 1).pointee.store(value, ordering: .releasing)
  }
}

/// The text of a Linux error number.
func systemMessage(_ number: Int32) -> String {
  // Safety: strerror gives a NUL-terminated text that is copied at once.
  unsafe String(cString: strerror(number))
}
