internal import Records
internal import Wire

extension SegmentReader {
  /// From bytes at `position` that are no header, goes on to the next one of this segment, or to
  /// the index, and names what lies between; false where none follows.
  mutating func passOver() throws(JournalError) -> Bool {
    let next = try frames.nextBlock(
      from: position + 1, to: frames.byteCount, segmentID: header.segmentID)
    guard let next else {
      guard let end = try SegmentIndexTable.offset(in: &frames), end > position,
        try SegmentIndexTable.begins(at: end, in: &frames, segmentID: header.segmentID)
      else { return false }
      note(expected?.number, position..<end, "a block header is damaged; the block is passed over")
      position = end
      expected = nil
      return true
    }
    let first = expected?.number
    let text =
      first.map { $0 + 1 < next.header.number } ?? false
      ? "block headers are damaged up to block \(next.header.number); they are passed over"
      : "a block header is damaged; the block is passed over"
    note(first, position..<next.offset, text)
    try passOverRecords(to: next.header)
    position = next.offset
    expected = (next.header.number, next.header.firstRecord)
    return true
  }

  /// In a plain file the records between are counted off: only their lost header told their bytes.
  private mutating func passOverRecords(to next: BlockHeader) throws(JournalError) {
    guard isPlain, let expected, next.firstRecord > expected.record else { return }
    var left = next.firstRecord - expected.record
    while left > 0 {
      let count = try plain.load(at: plainPosition, count: 256 << 10)
      let bytes = plain.bytes(at: plainPosition, count: count)
      var at = 0
      while left > 0, at < count {
        let size = Int(bytes.uncheckedByte(at: at)) * 4
        guard size >= 16, at + size <= count else { break }
        at += size
        left -= 1
      }
      guard at > 0 else { return }
      plainPosition += at
    }
  }

  /// Reads the index at `offset`, once, and goes behind it.
  mutating func readIndex(at offset: Int) throws(JournalError) {
    let end = frames.byteCount
    position = end
    guard !isIndexRead else { return }
    isIndexRead = true
    index = try SegmentIndexTable(at: offset, in: &frames, segmentID: header.segmentID)
    if let index {
      isSealed = true
      if let expected, UInt64(index.entries.count) != expected.number {
        note(
          nil, offset..<end,
          "the index has \(index.entries.count) blocks where \(expected.number) were met")
      }
    } else {
      note(nil, offset..<end, "the index is damaged")
    }
  }
}

/// The part for files that are not ours.
extension SegmentReader {
  mutating func nextForeign() throws(JournalError) -> BlockHeader? {
    if isHeld, let block {
      isHeld = false
      return block
    }
    block = nil
    guard let found = try foreign.next(&frames, kinds: kinds) else {
      try noteForeignEnd()
      return nil
    }
    block = found
    return found
  }

  /// Appends a made-up block's records; false for a file with headers.
  mutating func appendForeign(to buffer: inout ByteBuffer) -> Bool {
    guard isForeign else { return false }
    buffer.append(foreign.records.bytes)
    return true
  }

  private mutating func noteForeignEnd() throws(JournalError) {
    guard !foreign.isComplete, findings.isEmpty else { return }
    let text = foreign.failure.map { "\($0)" } ?? "the file ends inside a record or a frame"
    note(nil, min(foreign.bytesRead, frames.byteCount)..<frames.byteCount, text)
  }
}
