internal import Hashing
public import Wire

extension SegmentReader {
  /// Goes to the next block that is there; nil at the end, which for a segment that is still
  /// written may move (`refresh`). Damage is passed over and noted.
  public mutating func nextBlock() throws(JournalError) -> BlockHeader? {
    if isForeign { return try nextForeign() }
    block = nil
    tail = nil
    while true {
      if let found = try frames.block(at: position, segmentID: header.segmentID) {
        guard hasPayload(of: found) else { return endOfWhole() }
        accept(found)
        return found
      }
      if try SegmentIndexTable.begins(at: position, in: &frames, segmentID: header.segmentID) {
        // An index that is being written is not there yet.
        let isWhole = try SegmentIndexTable.isWhole(at: position, in: &frames)
        guard isSealed || isWhole else { return endOfWhole() }
        try readIndex(at: position)
        return endOfHeaders()
      }
      guard position < frames.byteCount else { return endOfHeaders() }
      guard try passOver() else { return endOfWhole() }
    }
  }

  /// Appends the current block's records, checked with its hash.
  ///
  /// Throws `damaged` where they are not what was written; that is also noted, and `nextBlock` goes
  /// on behind them.
  public mutating func appendRecords(to buffer: inout ByteBuffer) throws(JournalError) {
    guard let block else { return }
    if appendForeign(to: &buffer) { return }
    let before = buffer.count
    do throws(JournalError) {
      try decode(block, to: &buffer)
    } catch {
      buffer.removeLast(buffer.count - before)
      var text = "\(error)"
      if case .damaged(_, _, let detail) = error { text = detail }
      let range = payloadRange(of: block)
      add(JournalFinding(path: path, block: block.number, range: range, text: text))
      throw .damaged(path: path, block: block.number, detail: text)
    }
  }

  /// Appends the current block's payload as it is stored, its hash checked: for whoever moves
  /// blocks without decompressing them, or reads single columns. Nothing of a file not ours.
  public mutating func appendPayload(to buffer: inout ByteBuffer) throws(JournalError) {
    guard let block, !isForeign else { return }
    let before = buffer.count
    let size = Int(block.storedBytes)
    let start = Int(payloadRange(of: block).lowerBound)
    if isPlain {
      guard try plain.load(at: start, count: size) == size else { throw cut(block) }
      buffer.append(plain.bytes(at: start, count: size))
    } else {
      guard try frames.load(at: start, count: size) == size else { throw cut(block) }
      buffer.append(frames.bytes(at: start, count: size))
    }
    guard ContentHash.hash(buffer.bytes.extracting(before..<buffer.count)) != block.payloadHash
    else { return }
    buffer.removeLast(size)
    let text = "the payload's hash does not match"
    add(
      JournalFinding(path: path, block: block.number, range: payloadRange(of: block), text: text))
    throw .damaged(path: path, block: block.number, detail: text)
  }

  /// Whether the current block may hold records of an instrument, by its map.
  public func mayHold(instrument: UInt32) -> Bool {
    guard block != nil else { return false }
    return map.count == 0 || InstrumentSet.mayHold(instrument, map: map.bytes)
  }

  /// Looks whether the file has grown; then `nextBlock` may find more.
  public mutating func refresh() throws(JournalError) -> Bool {
    let before = byteCount
    _ = try frames.refresh()
    _ = try plain.refresh()
    guard byteCount != before else { return false }
    if !isSealed, !isForeign { isSealed = try SegmentIndexTable.offset(in: &frames) != nil }
    return byteCount > before
  }

  /// Whether the payload of the block at `position` lies whole in its file.
  private func hasPayload(of found: BlockHeader) -> Bool {
    guard isPlain else { return position <= frames.byteCount - found.totalBytes }
    return position <= frames.byteCount - found.headerBytes
      && plainPosition <= plain.byteCount - Int(found.storedBytes)
  }

  private mutating func accept(_ found: BlockHeader) {
    if let expected, expected.number != found.number || expected.record != found.firstRecord {
      note(
        found.number, position..<(position + found.headerBytes),
        "block \(expected.number) with record \(expected.record) was expected, and this one"
          + " begins with record \(found.firstRecord)")
    }
    map.removeAll()
    map.append(
      frames.bytes(
        at: position + JournalLimits.blockHeaderBytes, count: Int(found.mapBytes)))
    blockOffset = position
    blockPlainPosition = plainPosition
    if !isPlain {
      position += found.totalBytes
    } else {
      position += found.headerBytes
      plainPosition += Int(found.storedBytes)
    }
    expected = (found.number &+ 1, found.firstRecord &+ UInt64(found.recordCount))
    block = found
  }

  /// Ends behind the last header; a plain file may still have records that no header announces.
  private mutating func endOfHeaders() -> BlockHeader? {
    guard isPlain, plainPosition < plain.byteCount else { return nil }
    if isSealed {
      add(
        JournalFinding(
          path: path, block: nil, range: UInt64(plainPosition)..<UInt64(plain.byteCount),
          text: "the file goes on behind the last block that its headers name"))
    } else {
      tail = UInt64(plainPosition)..<UInt64(plain.byteCount)
    }
    return nil
  }

  /// Ends at bytes that are no whole block, with none behind them.
  private mutating func endOfWhole() -> BlockHeader? {
    if isSealed {
      note(nil, position..<frames.byteCount, "the index, or what stands before it, is damaged")
      position = frames.byteCount
    } else {
      tail = UInt64(position)..<UInt64(frames.byteCount)
    }
    return nil
  }

  func payloadRange(of block: BlockHeader) -> Range<UInt64> {
    let start = !isPlain ? blockOffset + block.headerBytes : blockPlainPosition
    return UInt64(start)..<UInt64(start + Int(block.storedBytes))
  }

  mutating func note(_ block: UInt64?, _ range: Range<Int>, _ text: String) {
    add(
      JournalFinding(
        path: frames.path, block: block, range: UInt64(range.lowerBound)..<UInt64(range.upperBound),
        text: text))
  }

  /// A seek may meet the same damage again; and a file of damage alone is not listed byte by byte.
  private mutating func add(_ finding: JournalFinding) {
    guard findings.count < Self.findingLimit, !findings.contains(finding) else { return }
    findings.append(finding)
  }

  private static var findingLimit: Int { 1_000 }

  private mutating func decode(
    _ block: BlockHeader, to buffer: inout ByteBuffer
  ) throws(JournalError) {
    let before = buffer.count
    let start = Int(payloadRange(of: block).lowerBound)
    let size = Int(block.storedBytes)
    if !isPlain {
      // The next header comes along.
      let more = size + JournalLimits.blockHeaderBytes + JournalLimits.mapBytes
      guard try frames.load(at: start, count: more) >= size else { throw cut(block) }
      try decoder.appendRecords(
        of: frames.bytes(at: start, count: size), header: block, path: path, to: &buffer)
    } else {
      try decodePlain(block, at: start, to: &buffer)
    }
    guard block.payload == .dbn || block.payload == .columnar else { return }
    let made = buffer.bytes.extracting(before..<buffer.count)
    guard RecordWalk.isWhole(made, count: Int(block.recordCount), kinds: kinds) else {
      throw .damaged(path: path, block: block.number, detail: "its bytes are no whole records")
    }
  }

  private mutating func decodePlain(
    _ block: BlockHeader, at start: Int, to buffer: inout ByteBuffer
  ) throws(JournalError) {
    let size = Int(block.storedBytes)
    guard try plain.load(at: start, count: size) == size else { throw cut(block) }
    try decoder.appendRecords(
      of: plain.bytes(at: start, count: size), header: block, path: path, to: &buffer)
  }

  private func cut(_ block: BlockHeader) -> JournalError {
    .damaged(path: path, block: block.number, detail: "the file was cut short while it was read")
  }
}
