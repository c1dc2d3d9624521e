internal import Journal
internal import Records
internal import Wire

/// What is in one segment, or in several together.
struct SegmentSummary {
  var path = ""
  /// Nil for several segments.
  var header: SegmentHeader?
  var isForeign = false
  var isSealed = false
  var metadata: DBNMetadata?
  var segments = 1
  var bytes: UInt64 = 0
  var blocks: UInt64 = 0
  var records: UInt64 = 0
  var rawBytes: UInt64 = 0
  /// Blocks and records that repeat what earlier segments have.
  var repeatedRecords: UInt64 = 0
  var tsRecv: ClosedRange<UInt64>?
  var tsEvent: ClosedRange<UInt64>?
  var sequence: ClosedRange<UInt64>?
  /// By schema; empty where only headers were read.
  var counts = RecordCounts()
  var instruments: Set<UInt32> = []
  var findings: [JournalFinding] = []
  /// Bytes behind the last whole block of a segment that was not closed.
  var tail: Range<UInt64>?

  /// Stored bytes a record; nil without records.
  var bytesPerRecord: Double? { records > 0 ? Double(bytes) / Double(records) : nil }

  /// Takes a block's header into account.
  mutating func add(_ block: BlockHeader) {
    blocks &+= 1
    records &+= UInt64(block.recordCount)
    rawBytes &+= UInt64(block.rawBytes)
    if block.isRepeated { repeatedRecords &+= UInt64(block.recordCount) }
    if block.hasReceiveTimes { tsRecv = Self.union(tsRecv, block.minTsRecv, block.maxTsRecv) }
    if block.minTsEvent <= block.maxTsEvent {
      tsEvent = Self.union(tsEvent, block.minTsEvent, block.maxTsEvent)
    }
    if block.hasSequences { sequence = Self.union(sequence, block.minSequence, block.maxSequence) }
  }

  /// Takes a block's records into account.
  mutating func add(_ bytes: RawSpan) {
    var offset = 0
    var last: UInt32 = 0
    while let header = RecordHeader(copying: bytes, at: offset), header.length >= 4 {
      counts.add(header.rtype)
      // Most records name the instrument of the one before or one of few.
      if header.instrumentID != last {
        last = header.instrumentID
        instruments.insert(last)
      }
      offset += header.byteCount
    }
  }

  /// Takes another segment's summary into this one of several.
  mutating func add(_ other: SegmentSummary) {
    segments += 1
    bytes &+= other.bytes
    blocks &+= other.blocks
    records &+= other.records
    rawBytes &+= other.rawBytes
    repeatedRecords &+= other.repeatedRecords
    if let range = other.tsRecv {
      tsRecv = Self.union(tsRecv, range.lowerBound, range.upperBound)
    }
    if let range = other.tsEvent {
      tsEvent = Self.union(tsEvent, range.lowerBound, range.upperBound)
    }
    counts.add(other.counts)
    instruments.formUnion(other.instruments)
    findings += other.findings
  }

  private static func union(
    _ range: ClosedRange<UInt64>?, _ low: UInt64, _ high: UInt64
  ) -> ClosedRange<UInt64>? {
    guard low <= high else { return range }
    guard let range else { return low...high }
    return min(range.lowerBound, low)...max(range.upperBound, high)
  }
}
