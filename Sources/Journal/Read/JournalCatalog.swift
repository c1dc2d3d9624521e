public import Records

/// The segments under some paths: what they are and what time they hold.
///
/// Files beside them (`.blocks`, `.torn`, locks) are left out.
public struct JournalCatalog: Sendable {
  public struct Segment: Sendable {
    public var path: String
    /// Nil for a file that is not called as segments are.
    public var name: SegmentName?
    public var header: SegmentHeader
    /// Nil for raw captures.
    public var metadata: DBNMetadata?
    /// Whether it is DBN without our headers.
    public var isForeign: Bool
    public var isSealed: Bool
    /// Of the file and of the one with its headers, if it has one.
    public var byteCount: Int
    /// First and last receive time, ns; nil where no block has one. Of a file that is not ours,
    /// what its metadata say.
    public var tsRecv: ClosedRange<UInt64>?
    /// The journal's root, and the dataset's folder; empty for files outside of a journal's tree.
    public var root: String
  }

  /// Records, by dataset, shard and time.
  public private(set) var segments: [Segment] = []
  /// Raw captures, by time.
  public private(set) var rawCaptures: [Segment] = []
  /// Files that could not be read, and what is damaged at the others' beginnings.
  public private(set) var findings: [JournalFinding] = []

  /// Looks at files, days, datasets or roots.
  ///
  /// Throws for a path where nothing is, and for a file named itself that is none of ours and no
  /// DBN; such a file in a folder is a finding.
  public init(paths: [String]) throws(JournalError) {
    let listing = try JournalListing(paths: paths)
    for file in listing.files {
      if let segment = try look(at: file) { segments.append(segment) }
    }
    for file in listing.rawCaptures {
      if let segment = try look(at: file) { rawCaptures.append(segment) }
    }
    segments.sort(by: Self.isBefore)
    rawCaptures.sort { ($0.name?.startNanos ?? 0, $0.path) < ($1.name?.startNanos ?? 0, $1.path) }
  }

  private mutating func look(at file: JournalListing.File) throws(JournalError) -> Segment? {
    do throws(JournalError) {
      var reader = try SegmentReader(path: file.path)
      let range = try reader.tsRecvRange()
      findings += reader.findings
      return Segment(
        path: file.path, name: file.name, header: reader.header, metadata: reader.metadata,
        isForeign: reader.isForeign, isSealed: reader.isSealed, byteCount: reader.byteCount,
        tsRecv: range, root: file.name == nil ? "" : file.root)
    } catch {
      if file.isNamed { throw error }
      findings.append(JournalFinding(path: file.path, block: nil, range: 0..<0, text: "\(error)"))
      return nil
    }
  }

  static func isBefore(_ one: Segment, _ other: Segment) -> Bool {
    if one.header.dataset != other.header.dataset {
      return one.header.dataset < other.header.dataset
    }
    if one.header.shard != other.header.shard { return one.header.shard < other.header.shard }
    if let first = one.name, let second = other.name, first != second { return first < second }
    return one.path < other.path
  }
}

extension SegmentReader {
  /// First and last receive time by the index, or by the headers of the first and the last blocks.
  mutating func tsRecvRange() throws(JournalError) -> ClosedRange<UInt64>? {
    if isForeign {
      guard let metadata, metadata.start <= metadata.end else { return nil }
      return metadata.start...metadata.end
    }
    if let table = try indexTable() { return table.tsRecvRange }
    return try headersRange()
  }

  /// Of a segment without an index: from its first block with times, and those of its last part.
  private mutating func headersRange() throws(JournalError) -> ClosedRange<UInt64>? {
    guard let first = try times(from: firstBlock, isFirstEnough: true) else { return nil }
    var step = 1 << 20
    while step < frames.byteCount {
      if let last = try times(from: frames.byteCount - step, isFirstEnough: false) {
        return first.lowerBound...max(first.upperBound, last.upperBound)
      }
      step *= 4
    }
    let all = try times(from: firstBlock, isFirstEnough: false)
    return first.lowerBound...max(first.upperBound, all?.upperBound ?? 0)
  }

  /// Receive times of the blocks that begin behind `start`, or of the first that has any.
  private mutating func times(
    from start: Int, isFirstEnough: Bool
  ) throws(JournalError) -> ClosedRange<UInt64>? {
    var range: ClosedRange<UInt64>?
    var position = max(start, firstBlock)
    while let (offset, found) = try frames.nextBlock(
      from: position, to: frames.byteCount, segmentID: header.segmentID)
    {
      position = offset + (isPlain ? found.headerBytes : found.totalBytes)
      guard found.hasReceiveTimes, found.minTsRecv <= found.maxTsRecv else { continue }
      let lower = min(range?.lowerBound ?? .max, found.minTsRecv)
      let upper = max(range?.upperBound ?? 0, found.maxTsRecv)
      range = lower...upper
      if isFirstEnough { break }
    }
    return range
  }
}
