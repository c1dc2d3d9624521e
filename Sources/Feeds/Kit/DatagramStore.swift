/// Datagrams held back behind a gap, in the order of their sequence numbers. Fixed memory.
@safe struct DatagramStore: ~Copyable {
  struct Entry {
    var header: DatagramHeader
    var byteCount: Int
    var tsRecv: UInt64
    var slot: Int
  }

  private(set) var entries: [Entry] = []
  private var free: [Int]
  private let slotBytes: Int
  private let memory: UnsafeMutableRawPointer

  /// `slots` datagrams of at most `slotBytes` bytes. The memory is touched only when it is used.
  init(slots: Int, slotBytes: Int) {
    precondition(slots > 0 && slotBytes > 0)
    self.slotBytes = slotBytes
    // Safety: owned by this value alone; slots are written before they are read.
    unsafe memory = .allocate(byteCount: slots * slotBytes, alignment: 64)
    free = Array((0..<slots).reversed())
    entries.reserveCapacity(slots)
  }

  deinit { unsafe memory.deallocate() }

  var isEmpty: Bool { entries.isEmpty }

  /// Sequence number of the first message held, or nil.
  var firstSequence: UInt64? { entries.first?.header.sequence }

  /// What has become of a datagram that came too early.
  enum Insertion { case held, known, full, oversized }

  mutating func insert(_ datagram: RawSpan, header: DatagramHeader, tsRecv: UInt64) -> Insertion {
    guard datagram.byteCount <= slotBytes else { return .oversized }
    // Datagrams come nearly in order: look from the end.
    var index = entries.count
    while index > 0, entries[index - 1].header.sequence > header.sequence { index -= 1 }
    if index > 0 {
      let before = entries[index - 1].header
      let end = before.sequence &+ UInt64(before.count)
      if header.sequence &+ UInt64(header.count) <= end { return .known }
    }
    guard let slot = free.popLast() else { return .full }
    // Safety: the slot has `slotBytes` bytes, enough for the datagram.
    unsafe datagram.withUnsafeBytes { source in
      if let base = source.baseAddress {
        unsafe (memory + slot * slotBytes).copyMemory(from: base, byteCount: source.count)
      }
    }
    entries.insert(
      Entry(header: header, byteCount: datagram.byteCount, tsRecv: tsRecv, slot: slot), at: index)
    return .held
  }

  /// Takes the first datagram out; its bytes stay until `recycle`. Not empty.
  mutating func removeFirst() -> Entry { entries.removeFirst() }

  /// The bytes of an entry. Only until it is recycled, which the caller sees to.
  @unsafe @_lifetime(immortal)
  func bytes(of entry: Entry) -> RawSpan {
    // Safety: these bytes were written by `insert`; the memory lives as long as the store.
    let span = unsafe RawSpan(
      _unsafeStart: memory + entry.slot * slotBytes, byteCount: entry.byteCount)
    return unsafe _overrideLifetime(span, copying: ())
  }

  /// Gives the room of an entry free.
  mutating func recycle(_ entry: Entry) { free.append(entry.slot) }
}
