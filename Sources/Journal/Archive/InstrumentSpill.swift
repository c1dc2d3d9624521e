internal import Glibc
internal import Hashing
internal import Lz4
internal import Records
internal import Wire

/// Records sorted by instrument with bounded memory: buffers for all instruments share a budget,
/// and what does not fit goes to a file without a name, which ends with the process.
///
///     file:  | chunk | chunk | chunk | ...     chunk: | 24-byte head | LZ4 block |
///              ^--------------+ previous chunk of the same instrument
///
/// When the budget is used up, every buffer of at least half the mean size is written out, which
/// frees at least half of it; so chunks do not get small, however many instruments there are. An
/// instrument's chunks are a list from its last one to its first: nothing in memory grows with the
/// day but the list of the one instrument that is read back. One thread.
struct InstrumentSpill: ~Copyable {
  /// What one instrument has, in memory.
  private final class Slot {
    var buffer = ByteBuffer()
    var hash = RunningHash()
    var records: UInt64 = 0
    var lastChunk: UInt64?
  }

  private let path: String
  private let descriptor: Int32
  private let budget: Int
  private var slots: [UInt32: Slot] = [:]
  private var lastInstrument: UInt32 = 0
  private var lastSlot: Slot?
  private var buffered = 0
  private var end: UInt64 = 0
  private var scratch = ByteBuffer()

  /// Bytes of a chunk's head: its predecessor's offset (2^64-1 for none), raw and stored bytes.
  private static var headBytes: Int { 24 }

  /// The file lies in `folder`; buffers hold `budget` bytes together, half as much again while
  /// they grow.
  init(folder: String, budget: Int) throws(JournalError) {
    let path = "\(folder)/.spill-\(getpid())"
    // Safety: the path is NUL-terminated for the calls.
    let made = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard made >= 0 else { throw FileTree.failure("open", path) }
    unsafe unlink(path)
    descriptor = made
    self.path = path
    self.budget = budget
  }

  deinit { close(descriptor) }

  /// Instruments that have records, ascending.
  var instruments: [UInt32] { slots.keys.sorted() }

  /// Bytes written to the file.
  var bytesSpilled: UInt64 { end }

  /// Adds one record.
  mutating func add(_ record: RawSpan, instrument: UInt32) throws(JournalError) {
    let slot = slot(of: instrument)
    slot.buffer.append(record)
    slot.records &+= 1
    buffered &+= record.byteCount
    if buffered > budget { try spill() }
  }

  private mutating func slot(of instrument: UInt32) -> Slot {
    if let lastSlot, lastInstrument == instrument { return lastSlot }
    let slot: Slot
    if let known = slots[instrument] {
      slot = known
    } else {
      slot = Slot()
      slots[instrument] = slot
    }
    lastInstrument = instrument
    lastSlot = slot
    return slot
  }

  private mutating func spill() throws(JournalError) {
    let least = buffered / max(slots.count, 1) / 2
    for slot in slots.values where slot.buffer.count > 0 && slot.buffer.count >= least {
      try write(slot)
    }
  }

  private mutating func write(_ slot: Slot) throws(JournalError) {
    let count = slot.buffer.count
    slot.hash.add(slot.buffer.bytes)
    scratch.removeAll()
    scratch.append(value: slot.lastChunk ?? .max)
    scratch.append(value: UInt64(count))
    let sizeAt = scratch.count
    scratch.append(value: UInt64(0))
    let stored = Lz4Block.append(slot.buffer.bytes, to: &scratch)
    // Safety: the eight bytes at `sizeAt` were appended above.
    unsafe (scratch.base + sizeAt).storeBytes(of: UInt64(stored), as: UInt64.self)
    try writeScratch()
    slot.lastChunk = end
    end &+= UInt64(scratch.count)
    buffered &-= count
    slot.buffer = ByteBuffer()
  }

  private func writeScratch() throws(JournalError) {
    var written = 0
    while written < scratch.count {
      // Safety: the range lies in the buffer.
      let count = unsafe pwrite(
        descriptor, scratch.base + written, scratch.count - written, Int(end) + written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileTree.failure("write", path) }
      written += count
    }
  }

  /// Records of an instrument, and the hash of their bytes in the order in which they came.
  mutating func totals(of instrument: UInt32) -> (records: UInt64, hash: UInt64) {
    guard let slot = slots[instrument] else { return (0, 0) }
    // What is still buffered is hashed at last; nothing is added afterwards.
    slot.hash.add(slot.buffer.bytes)
    return (slot.records, slot.hash.value)
  }

  /// Gives an instrument's records back in order, in pieces of whole records, and forgets them.
  mutating func drain(
    _ instrument: UInt32, into body: (RawSpan) throws(JournalError) -> Void
  ) throws(JournalError) {
    guard let slot = slots.removeValue(forKey: instrument) else { return }
    lastSlot = nil
    for offset in try chunks(endingAt: slot.lastChunk).reversed() {
      let head = try head(at: offset)
      scratch.removeAll()
      try read(Int(head.stored), at: offset + UInt64(Self.headBytes))
      var plain = ByteBuffer(capacity: Int(head.raw))
      do {
        try Lz4Block.appendContent(of: scratch.bytes, rawBytes: Int(head.raw), to: &plain)
      } catch {
        throw .coder("\(path): \(error)")
      }
      try body(plain.bytes)
    }
    if slot.buffer.count > 0 { try body(slot.buffer.bytes) }
    buffered &-= slot.buffer.count
  }

  /// Offsets of the chunks from the last to the first.
  private mutating func chunks(endingAt last: UInt64?) throws(JournalError) -> [UInt64] {
    var offsets: [UInt64] = []
    var next = last
    while let offset = next {
      offsets.append(offset)
      let previous = try head(at: offset).previous
      // Chunks are written one behind the other: a list that goes forward would never end.
      guard previous == .max || previous < offset else { throw .coder("\(path): damaged") }
      next = previous == .max ? nil : previous
    }
    return offsets
  }

  private mutating func head(
    at offset: UInt64
  ) throws(JournalError) -> (previous: UInt64, raw: UInt64, stored: UInt64) {
    scratch.removeAll()
    try read(Self.headBytes, at: offset)
    let bytes = scratch.bytes
    return (
      bytes.uncheckedLE(UInt64.self, at: 0), bytes.uncheckedLE(UInt64.self, at: 8),
      bytes.uncheckedLE(UInt64.self, at: 16)
    )
  }

  /// Appends `count` bytes of the file to `scratch`.
  private mutating func read(_ count: Int, at offset: UInt64) throws(JournalError) {
    guard offset <= end, UInt64(count) <= end - offset else { throw .coder("\(path): damaged") }
    scratch.reserve(scratch.count + count)
    var got = 0
    while got < count {
      // Safety: the room was reserved.
      let amount = unsafe pread(
        descriptor, scratch.base + scratch.count, count - got, Int(offset) + got)
      if amount < 0, errno == EINTR { continue }
      guard amount > 0 else { throw FileTree.failure("read", path) }
      // Safety: the kernel has written these bytes.
      unsafe scratch.setCount(scratch.count + amount)
      got += amount
    }
  }
}
