internal import Hashing
internal import Wire

/// The index at a sealed segment's end (`millrace_index_head`, `…_entry`, `…_tail`).
struct SegmentIndexTable: Sendable {
  struct Entry: Equatable, Sendable {
    var offset: UInt64
    var firstRecord: UInt64
    var minTsRecv: UInt64
    var maxTsRecv: UInt64
    var minSequence: UInt64
    var maxSequence: UInt64
    var recordCount: UInt32
    var hasSequences: Bool
    var hasReceiveTimes: Bool
  }

  private(set) var entries: [Entry] = []
  /// The greatest receive time and sequence number of each block and all before it: they rise, so
  /// that they can be searched, where the blocks' own may fall a little.
  private var greatestTsRecv: [UInt64] = []
  private var greatestSequence: [UInt64] = []

  /// First and last receive time; nil where no block has one.
  var tsRecvRange: ClosedRange<UInt64>? {
    let timed = entries.filter { $0.hasReceiveTimes && $0.minTsRecv <= $0.maxTsRecv }
    guard let least = timed.map(\.minTsRecv).min(), let last = greatestTsRecv.last else {
      return nil
    }
    return least...max(least, last)
  }

  /// Where the first block begins that answers the key; nil where none does.
  func offset(of key: SeekKey) -> UInt64? {
    let number =
      switch key {
      case .tsRecv(let time): Self.first(greatestTsRecv, where: { $0 >= time })
      case .sequence(let sequence): Self.first(greatestSequence, where: { $0 >= sequence })
      case .record(let record):
        Self.first(entries, where: { $0.endRecord > record })
      }
    return number < entries.count ? entries[number].offset : nil
  }

  /// The first element for which the condition holds, as it does for all behind it.
  private static func first<Element>(
    _ elements: [Element], where holds: (Element) -> Bool
  ) -> Int {
    var (low, high) = (0, elements.count)
    while low < high {
      let middle = (low + high) / 2
      if holds(elements[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  static var headBytes: Int { 32 }
  static var entryBytes: Int { 56 }
  static var tailBytes: Int { 24 }

  /// Where the index begins, from the file's last bytes; nil for a segment without one.
  static func offset(in file: inout SegmentBytes) throws(JournalError) -> Int? {
    let at = file.byteCount - tailBytes
    guard at >= headBytes, try file.load(at: at, count: tailBytes) == tailBytes else { return nil }
    let tail = file.bytes(at: at, count: tailBytes)
    guard tail.loadLE(UInt64.self, at: 16) == SegmentMagic.index,
      let offset = tail.loadLE(UInt64.self, at: 0), offset <= UInt64(at - headBytes)
    else { return nil }
    return Int(offset)
  }

  /// Whether an index of the segment begins at `offset`, by its head alone.
  static func begins(
    at offset: Int, in file: inout SegmentBytes, segmentID: UInt64
  ) throws(JournalError) -> Bool {
    guard try file.load(at: offset, count: headBytes) == headBytes else { return false }
    let head = file.bytes(at: offset, count: headBytes)
    return head.loadLE(UInt64.self, at: 8) == SegmentMagic.index
      && head.loadLE(UInt64.self, at: 16) == segmentID
  }

  /// Whether the file has all bytes that the head at `offset` announces.
  static func isWhole(at offset: Int, in file: inout SegmentBytes) throws(JournalError) -> Bool {
    guard try file.load(at: offset, count: headBytes) == headBytes else { return false }
    let length = file.bytes(at: offset, count: headBytes).uncheckedLE(UInt32.self, at: 4)
    return offset + 8 + Int(length) <= file.byteCount
  }

  /// Reads the index at `offset` and checks it with its hash; nil where it is not whole.
  init?(at offset: Int, in file: inout SegmentBytes, segmentID: UInt64) throws(JournalError) {
    let count = file.byteCount - offset
    guard offset >= 0, count >= Self.headBytes + Self.tailBytes, count <= Self.largestBytes,
      try Self.begins(at: offset, in: &file, segmentID: segmentID),
      try file.load(at: offset, count: count) == count
    else { return nil }
    let frame = file.bytes(at: offset, count: count)
    let blocks = frame.uncheckedLE(UInt64.self, at: 24)
    let size = Self.headBytes + Self.tailBytes
    guard blocks <= UInt64((count - size) / Self.entryBytes),
      count == size + Int(blocks) * Self.entryBytes,
      frame.uncheckedLE(UInt32.self, at: 0) == 0x184D_2A5D,
      frame.uncheckedLE(UInt32.self, at: 4) == UInt32(count - 8),
      frame.uncheckedLE(UInt64.self, at: count - 24) == UInt64(offset),
      frame.uncheckedLE(UInt64.self, at: count - 8) == SegmentMagic.index,
      Self.hash(frame) == frame.uncheckedLE(UInt64.self, at: count - 16)
    else { return nil }
    entries.reserveCapacity(Int(blocks))
    for number in 0..<Int(blocks) {
      let entry = Entry(frame, at: Self.headBytes + number * Self.entryBytes)
      entries.append(entry)
      greatestTsRecv.append(
        max(greatestTsRecv.last ?? 0, entry.hasReceiveTimes ? entry.maxTsRecv : 0))
      greatestSequence.append(
        max(greatestSequence.last ?? 0, entry.hasSequences ? entry.maxSequence : 0))
    }
  }

  /// An index is read whole: more blocks than this are found by bisection.
  private static var largestBytes: Int { 256 << 20 }

  /// Over the frame with the hash's own field as zero.
  private static func hash(_ frame: RawSpan) -> UInt64 {
    let field = frame.byteCount - 16
    var hash = RunningHash()
    hash.add(frame.extracting(0..<field))
    var zero = ByteBuffer()
    zero.append(value: UInt64(0))
    hash.add(zero.bytes)
    hash.add(frame.extracting((field + 8)..<frame.byteCount))
    return hash.value
  }
}

extension SegmentIndexTable.Entry {
  /// Records up to the end of the block; whatever the entry says.
  var endRecord: UInt64 { firstRecord &+ UInt64(recordCount) }

  /// The 56 bytes at `offset`, which lie in `bytes`.
  fileprivate init(_ bytes: RawSpan, at offset: Int) {
    self.offset = bytes.uncheckedLE(UInt64.self, at: offset)
    firstRecord = bytes.uncheckedLE(UInt64.self, at: offset + 8)
    minTsRecv = bytes.uncheckedLE(UInt64.self, at: offset + 16)
    maxTsRecv = bytes.uncheckedLE(UInt64.self, at: offset + 24)
    minSequence = bytes.uncheckedLE(UInt64.self, at: offset + 32)
    maxSequence = bytes.uncheckedLE(UInt64.self, at: offset + 40)
    recordCount = bytes.uncheckedLE(UInt32.self, at: offset + 48)
    let flags = bytes.uncheckedLE(UInt16.self, at: offset + 52)
    hasSequences = flags & 2 != 0
    hasReceiveTimes = flags & 4 != 0
  }
}
