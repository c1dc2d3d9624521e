internal import Records
internal import Wire

/// Reads a segment from its first to its last byte and compares everything that it says of itself
/// with what is in it.
///
///     var check = try SegmentCheck(path: path)
///     while try check.step() { show(check.bytesRead) }
///     print(check.findings)
///
/// Looked at: the hashes of first frame, headers, payloads and index; that every block decompresses
/// to as many whole records as it says; its times, sequence numbers and instruments; that blocks
/// follow each other; that the index names exactly the blocks that are there. One thread.
public struct SegmentCheck: ~Copyable {
  public let path: String
  public let header: SegmentHeader
  public let isForeign: Bool
  /// Blocks and records that are whole; repeated ones are counted in `repeatedRecords` alone.
  public private(set) var blocks: UInt64 = 0
  public private(set) var records: UInt64 = 0
  public private(set) var repeatedRecords: UInt64 = 0
  /// Bytes of the whole blocks' records, and as stored.
  public private(set) var rawBytes: UInt64 = 0
  public private(set) var storedBytes: UInt64 = 0
  /// First and last receive time, ns.
  public private(set) var tsRecv: ClosedRange<UInt64>?
  /// All that is not as it should be.
  public private(set) var findings: [JournalFinding] = []

  private var reader: SegmentReader
  private var buffer = ByteBuffer()
  private var seen: [SeenBlock] = []
  private var hasEnded = false
  /// Beside the reader's.
  private var ownFindings: [JournalFinding] = []

  private struct SeenBlock {
    var offset: UInt64
    var header: BlockHeader
  }

  /// Opens the file. Throws `system` and `notASegment` as `SegmentReader` does.
  public init(path: String) throws(JournalError) {
    let opened = try SegmentReader(path: path)
    self.init(opened)
  }

  /// Checks what a reader at its first block reads.
  public init(_ reader: consuming SegmentReader) {
    path = reader.path
    header = reader.header
    isForeign = reader.isForeign
    self.reader = reader
  }

  /// Whether an index ends the segment.
  public var isSealed: Bool { reader.isSealed }

  /// Bytes of the file, and how many of them were looked at.
  public var byteCount: Int { reader.byteCount }
  public var bytesRead: Int { reader.bytesRead }

  /// Checks the next block; false at the end.
  public mutating func step() throws(JournalError) -> Bool {
    guard !hasEnded else { return false }
    guard let block = try reader.nextBlock() else {
      hasEnded = true
      try checkEnd()
      return false
    }
    if !isForeign { seen.append(SeenBlock(offset: UInt64(reader.blockOffset), header: block)) }
    buffer.removeAll()
    do throws(JournalError) {
      try reader.appendRecords(to: &buffer)
    } catch {
      // The reader has noted it.
      findings = reader.findings + ownFindings
      return true
    }
    count(block)
    if block.payload == .dbn || block.payload == .columnar { compare(block) }
    findings = reader.findings + ownFindings
    return true
  }

  private mutating func count(_ block: BlockHeader) {
    blocks += 1
    if block.isRepeated {
      repeatedRecords += UInt64(block.recordCount)
    } else {
      records += UInt64(block.recordCount)
    }
    rawBytes += UInt64(block.rawBytes)
    storedBytes += UInt64(block.storedBytes)
    guard block.hasReceiveTimes, block.minTsRecv <= block.maxTsRecv else { return }
    let lower = min(tsRecv?.lowerBound ?? .max, block.minTsRecv)
    tsRecv = lower...max(tsRecv?.upperBound ?? 0, block.maxTsRecv)
  }

  /// What the header says of its records, beside what a walk over them finds.
  private mutating func compare(_ block: BlockHeader) {
    var scan = BlockScan()
    var instruments = InstrumentSet()
    var found = block
    guard reader.scan(buffer, into: &scan, &instruments) else { return }
    scan.describe(in: &found)
    // Up to version 0.2 headers counted the times of sampled quotes, whatever stood beside them.
    if !Self.isSameTimes(found, block) { reader.describeWithSampled(buffer, in: &found) }
    if found.recordCount != block.recordCount { note(block, "it holds another number of records") }
    if !Self.isSameTimes(found, block) {
      note(block, "its receive times are not those of its header")
    }
    if block.hasNoSymbols, !found.hasNoSymbols {
      note(block, "it holds mappings or definitions, which its header says it does not")
    }
    if found.hasSequences != block.hasSequences || found.minSequence != block.minSequence
      || found.maxSequence != block.maxSequence
    {
      note(block, "its sequence numbers are not those of its header")
    }
    if found.minTsEvent != block.minTsEvent || found.maxTsEvent != block.maxTsEvent {
      note(block, "its event times are not those of its header")
    }
    if !isForeign, block.recordCount > header.blockRecords, header.blockRecords > 0 {
      note(block, "it holds more records than the segment's blocks may")
    }
    if !reader.mayHoldAll(of: buffer) { note(block, "its instrument map lacks one of its records") }
  }

  private static func isSameTimes(_ one: BlockHeader, _ other: BlockHeader) -> Bool {
    one.hasReceiveTimes == other.hasReceiveTimes && one.minTsRecv == other.minTsRecv
      && one.maxTsRecv == other.maxTsRecv
  }

  private mutating func note(_ block: BlockHeader, _ text: String) {
    let start = UInt64(reader.blockOffset)
    ownFindings.append(
      JournalFinding(
        path: path, block: block.number, range: start..<(start + UInt64(block.headerBytes)),
        text: text))
  }

  private mutating func checkEnd() throws(JournalError) {
    if let tail = reader.tail, !tail.isEmpty {
      ownFindings.append(
        JournalFinding(
          path: path, block: nil, range: tail,
          text: "\(tail.count) bytes behind the last whole block are none"))
    }
    if reader.isSealed, let table = try reader.indexTable() { compare(table) }
    findings = reader.findings + ownFindings
  }

  private mutating func compare(_ table: SegmentIndexTable) {
    let agrees =
      table.entries.count == seen.count
      && zip(table.entries, seen).allSatisfy { $0.names($1.header, at: $1.offset) }
    guard !agrees, reader.findings.isEmpty else { return }
    ownFindings.append(
      JournalFinding(
        path: path, block: nil, range: 0..<0, text: "the index does not name the blocks as they are"
      ))
  }
}

extension SegmentIndexTable.Entry {
  /// Whether the entry says of a block what its header says.
  fileprivate func names(_ block: BlockHeader, at offset: UInt64) -> Bool {
    self.offset == offset && firstRecord == block.firstRecord && recordCount == block.recordCount
      && minTsRecv == block.minTsRecv && maxTsRecv == block.maxTsRecv
      && minSequence == block.minSequence && maxSequence == block.maxSequence
      && hasSequences == block.hasSequences && hasReceiveTimes == block.hasReceiveTimes
  }
}

extension SegmentReader {
  /// Walks a block's records for what its header should say; false where they are not whole.
  func scan(
    _ buffer: borrowing ByteBuffer, into scan: inout BlockScan,
    _ instruments: inout InstrumentSet
  ) -> Bool {
    scan.scan(buffer.bytes, kinds: kinds, instruments: &instruments)
  }

  /// What a header says that counts the receive times of sampled quotes too.
  func describeWithSampled(_ buffer: borrowing ByteBuffer, in header: inout BlockHeader) {
    var scan = BlockScan()
    var instruments = InstrumentSet()
    let kinds = RecordKinds(version: self.header.dbnVersion, countsSampled: true)
    if scan.scan(buffer.bytes, kinds: kinds, instruments: &instruments) {
      scan.describe(in: &header)
    }
  }

  /// Whether the current block's map has every record's instrument.
  func mayHoldAll(of buffer: borrowing ByteBuffer) -> Bool {
    guard map.count > 0 else { return true }
    var position = 0
    var last: UInt32?
    while let header = RecordHeader(copying: buffer.bytes, at: position), header.length >= 4 {
      if header.instrumentID != last, !mayHold(instrument: header.instrumentID) { return false }
      last = header.instrumentID
      position += header.byteCount
    }
    return true
  }
}
