internal import Glibc
internal import Synchronization

/// What the processes of one run tell each other while it runs: a page in shared memory.
///
/// Words of eight bytes. The run's process writes `ringReady`, `start` and `stop`, the others write
/// the rest. Nobody waits for an answer in a hot loop.
@safe final class LabControl: @unchecked Sendable {
  // Safety of `@unchecked`: all threads and processes access the page by atomic operations only.
  private let words: UnsafeMutablePointer<Atomic<UInt64>>

  /// What a word says.
  enum Word: Int {
    /// Processes that are ready for the ring to be made (a listening port is open), and for the
    /// start.
    case opened, ready
    /// The port that a TCP sender listens at.
    case port
    /// 1: the ring is there.
    case ringReady
    /// When the first message is due, Unix ns; 0 while it is not known.
    case start
    /// 1: end soon.
    case stop
    /// Progress: records seen in the ring, messages sent.
    case seen, sent
    /// 1: everything that was due has been sent.
    case isSent
    /// Messages of the lead that are sent.
    case lead
  }

  private static var byteCount: Int { 4_096 }

  /// Makes the page at `path`, or opens what another process has made.
  init(path: String, isNew: Bool) throws(LabFailure) {
    let flags = isNew ? O_RDWR | O_CREAT | O_TRUNC : O_RDWR
    // Safety: the path is NUL-terminated for the call.
    let file = unsafe open(path, flags | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .system(call: "open", path: path, code: errno) }
    defer { _ = close(file) }
    guard !isNew || ftruncate(file, off_t(Self.byteCount)) == 0 else {
      throw .system(call: "ftruncate", path: path, code: errno)
    }
    // Safety: a new mapping at an address of the kernel's choice.
    let memory = unsafe mmap(
      nil, Self.byteCount, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
      throw .system(call: "mmap", path: path, code: errno)
    }
    // Safety: a page of zeros, which are valid atomic integers; unmapped in deinit.
    unsafe words = memory.assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  deinit {
    // Safety: mapped by init with this size; nobody else has the pointer.
    unsafe munmap(words, Self.byteCount)
  }

  func load(_ word: Word) -> UInt64 {
    // Safety: the raw values lie inside of the page.
    unsafe words[word.rawValue].load(ordering: .acquiring)
  }

  func store(_ value: UInt64, in word: Word) {
    // Safety: as above.
    unsafe words[word.rawValue].store(value, ordering: .releasing)
  }

  func add(_ value: UInt64, to word: Word) {
    // Safety: as above.
    unsafe words[word.rawValue].add(value, ordering: .releasing)
  }
}
