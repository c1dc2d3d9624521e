internal import Wire

/// What a seek compares.
enum SeekKey {
  case tsRecv(UInt64)
  case sequence(UInt64)
  case record(UInt64)

  /// Whether the block is one that the seek looks for, or lies behind it; nil if it does not say.
  func isAnswered(by block: BlockHeader) -> Bool? {
    switch self {
    case .tsRecv(let time): block.hasReceiveTimes ? block.maxTsRecv >= time : nil
    case .sequence(let sequence): block.hasSequences ? block.maxSequence >= sequence : nil
    case .record(let record): block.endRecord > record
    }
  }

  /// Where a bisection may begin to walk: receive times may fall a little.
  var early: SeekKey {
    guard case .tsRecv(let time) = self else { return self }
    return .tsRecv(time - min(time, SegmentReader.slackNanos))
  }
}

extension SegmentReader {
  /// Goes so that `nextBlock` answers the first block with a receive time at or behind `tsRecv`.
  ///
  /// A sealed segment is searched by its index. Without one its headers are bisected, which takes
  /// blocks' greatest times to rise, but for `slackNanos`.
  public mutating func seek(tsRecv: UInt64) throws(JournalError) {
    try seek(.tsRecv(tsRecv))
  }

  /// Goes so that `nextBlock` answers the first block with a sequence number of at least that.
  public mutating func seek(sequence: UInt64) throws(JournalError) {
    try seek(.sequence(sequence))
  }

  /// Goes so that `nextBlock` answers the block with the record of that number, counted from 0.
  public mutating func seek(record: UInt64) throws(JournalError) {
    try seek(.record(record))
  }

  /// How far a receive time may lie behind an earlier one's, for a search without an index: 1 s.
  public static var slackNanos: UInt64 { 1_000_000_000 }

  private mutating func seek(_ key: SeekKey) throws(JournalError) {
    block = nil
    expected = nil
    if isForeign {
      try foreign.rewind(&frames)
    } else {
      position = firstBlock
      plainPosition = Int(header.firstFrameBytes)
      if !isPlain { try jump(key) }
    }
    try walk(key)
  }

  /// Passes blocks over from `position` on, by their headers, until one answers the key.
  private mutating func walk(_ key: SeekKey) throws(JournalError) {
    while true {
      let before = (position, plainPosition)
      guard let found = try nextBlock() else { return }
      guard key.isAnswered(by: found) == true else { continue }
      if isForeign {
        isHeld = true
      } else {
        (position, plainPosition) = before
        expected = nil
      }
      return
    }
  }

  private mutating func jump(_ key: SeekKey) throws(JournalError) {
    guard let table = try indexTable() else { return try bisect(key) }
    position = table.offset(of: key).map { Int(clamping: $0) } ?? frames.byteCount
    if position > frames.byteCount || position < firstBlock { position = firstBlock }
  }

  /// The index, read once; nil where there is none or it is damaged.
  mutating func indexTable() throws(JournalError) -> SegmentIndexTable? {
    if !isIndexRead, let offset = try SegmentIndexTable.offset(in: &frames) {
      isIndexRead = true
      index = try SegmentIndexTable(at: offset, in: &frames, segmentID: header.segmentID)
      if index == nil { note(nil, offset..<frames.byteCount, "the index is damaged") }
    }
    return index
  }

  /// Halves the file, looking for the next header behind each middle, until a walk is shorter.
  private mutating func bisect(_ key: SeekKey) throws(JournalError) {
    let goal = key.early
    var (low, high) = (firstBlock, frames.byteCount)
    frames.expectJumps(true)
    while high - low > 64 << 10 {
      let middle = low + (high - low) / 2
      if let (end, isAnswered) = try probe(goal, from: middle, to: high) {
        if isAnswered { high = middle } else { low = end }
      } else {
        high = middle
      }
    }
    frames.expectJumps(false)
    position = low
  }

  /// The first block that begins in a part of the file and says something of the key: where it
  /// ends, and whether it answers.
  private mutating func probe(
    _ key: SeekKey, from start: Int, to end: Int
  ) throws(JournalError) -> (end: Int, isAnswered: Bool)? {
    var position = start
    while let (offset, found) = try frames.nextBlock(
      from: position, to: end, segmentID: header.segmentID)
    {
      position = offset + found.totalBytes
      if let isAnswered = key.isAnswered(by: found) { return (position, isAnswered) }
    }
    return nil
  }
}
