internal import Journal
internal import Wire

/// The files of a lane, one after the other, a block at a time. One thread.
struct LaneInput: ~Copyable {
  private let paths: [String]
  private var next = 0
  private var reader: SegmentReader?
  private var block = ByteBuffer()
  private(set) var recordCount = 0
  private var finished: [JournalFinding] = []
  private var doneBytes: UInt64 = 0
  private var totalBytes: UInt64 = 0

  init(paths: [String]) throws(JournalError) {
    self.paths = paths
    for path in paths { totalBytes += UInt64(try SegmentReader(path: path).byteCount) }
  }

  /// Brings the next block with records; false at the end.
  mutating func advance() throws(JournalError) -> Bool {
    block.removeAll()
    recordCount = 0
    while true {
      if reader == nil {
        guard next < paths.count else { return false }
        reader = try SegmentReader(path: paths[next])
        next += 1
      }
      while let header = try reader?.nextBlock() {
        if header.isRepeated, next > 1 { continue }
        do throws(JournalError) {
          try reader?.appendRecords(to: &block)
        } catch {
          block.removeAll()
          continue
        }
        recordCount = Int(header.recordCount)
        if recordCount > 0 { return true }
      }
      finished += reader?.findings ?? []
      doneBytes += UInt64(reader?.byteCount ?? 0)
      reader = nil
    }
  }

  var records: RawSpan {
    @_lifetime(borrow self)
    get { block.bytes }
  }

  var findings: [JournalFinding] {
    switch reader {
    case .some(let open): finished + open.findings
    case .none: finished
    }
  }

  var progress: (done: UInt64, total: UInt64) {
    switch reader {
    case .some(let open): (doneBytes + UInt64(open.bytesRead), totalBytes)
    case .none: (doneBytes, totalBytes)
    }
  }
}
