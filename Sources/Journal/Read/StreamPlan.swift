internal import Records
internal import Wire

/// What a stream is made of: its lanes, and what their files say together.
struct StreamPlan {
  let context: StreamContext
  private(set) var lanes: [JournalLane] = []
  private(set) var metadata = DBNMetadata(dataset: "")
  private(set) var totalBytes: UInt64 = 0
  private(set) var findings: [JournalFinding] = []
  /// Paths of all files that were listed, those that are left out too.
  private(set) var known: Set<String> = []
  private var hasMetadata = false

  init(_ query: JournalQuery) { context = StreamContext(query) }

  /// Looks at all files under the paths, once each, and leaves out what lies outside of the time.
  mutating func add(_ paths: [String]) throws(JournalError) {
    let listing = try JournalListing(paths: paths)
    known.formUnion(listing.files.map(\.path))
    for file in listing.files.sorted(by: Self.isBefore) {
      do throws(JournalError) {
        try add(file)
      } catch {
        // A segment whose beginning is being written is taken up when it is readable.
        if case .notASegment = error, context.query.followsLive, let name = file.name {
          put(file, dataset: file.dataset, shard: UInt32(clamping: name.shard ?? 0))
        } else if file.isNamed || !Self.isOfFile(error) {
          throw error
        } else {
          findings.append(
            JournalFinding(path: file.path, block: nil, range: 0..<0, text: "\(error)"))
        }
      }
    }
    lanes.sort { ($0.dataset, $0.shard, $0.place) < ($1.dataset, $1.shard, $1.place) }
  }

  /// Of the same lane in the order of their hours and parts.
  static func isBefore(_ one: JournalListing.File, _ other: JournalListing.File) -> Bool {
    if let first = one.name, let second = other.name, first != second { return first < second }
    return one.path < other.path
  }

  private static func isOfFile(_ error: JournalError) -> Bool {
    if case .badOption = error { return false }
    return true
  }

  private mutating func add(_ file: JournalListing.File) throws(JournalError) {
    var reader = try SegmentReader(path: file.path)
    guard reader.header.codec.payload.hasRecords else {
      let detail = JournalFinding.rawText
      if file.isNamed { throw .notASegment(path: file.path, detail: detail) }
      findings.append(JournalFinding(path: file.path, block: nil, range: 0..<0, text: detail))
      return
    }
    guard try isInTime(&reader) else { return }
    if let found = reader.metadata { try merge(found, path: file.path) }
    if reader.isForeign, context.query.followsLive, let name = file.name {
      // Or one of ours whose header is not there yet.
      put(file, dataset: file.dataset, shard: UInt32(clamping: name.shard ?? 0))
      return
    }
    let dataset = reader.header.dataset
    if let selection = context.selection(dataset, date: file.name?.date) {
      try prime(selection, &reader, date: file.name?.date)
    }
    totalBytes += UInt64(reader.byteCount)
    put(file, dataset: dataset, shard: reader.header.shard)
  }

  private mutating func put(_ file: JournalListing.File, dataset: String, shard: UInt32) {
    let place = file.root
    if let lane = lanes.first(where: {
      $0.dataset == dataset && $0.shard == shard && $0.place == place
    }) {
      lane.add(file)
    } else {
      lanes.append(
        JournalLane(
          dataset: dataset, shard: shard, place: place, files: [file], context: context))
    }
  }

  private func isInTime(_ reader: inout SegmentReader) throws(JournalError) -> Bool {
    let query = context.query
    guard query.from != nil || query.to != nil, !reader.isForeign else { return true }
    guard let range = try reader.tsRecvRange() else { return true }
    if let from = query.from, range.upperBound < from, reader.isSealed || !query.followsLive {
      return false
    }
    if let to = query.to, range.lowerBound >= to { return false }
    return true
  }

  /// Symbols are known before the first record is filtered: from the metadata, or from the blocks
  /// that repeat mappings at a segment's beginning.
  private func prime(
    _ selection: InstrumentSelection, _ reader: inout SegmentReader, date: UInt32?
  ) throws(JournalError) {
    selection.version = reader.header.dbnVersion
    if let metadata = reader.metadata { selection.take(metadata, date: date) }
    var buffer = ByteBuffer()
    while !selection.isResolved, !reader.isForeign, let block = try reader.nextBlock() {
      guard block.isRepeated || block.number == 0 else { return }
      buffer.removeAll()
      guard block.payload.hasRecords, !block.hasNoSymbols,
        (try? reader.appendRecords(to: &buffer)) != nil
      else { continue }
      var at = 0
      while let header = RecordHeader(copying: buffer.bytes, at: at), header.length >= 4 {
        selection.observe(header.rtype.rawValue, buffer.bytes, at: at)
        at += header.byteCount
      }
    }
  }

  private mutating func merge(_ other: DBNMetadata, path: String) throws(JournalError) {
    guard hasMetadata else {
      metadata = other
      hasMetadata = true
      return
    }
    guard other.version == metadata.version, other.hasSendTime == metadata.hasSendTime else {
      throw .badOption(
        "\(path): its records are of another layout (DBN \(other.version)) than those of the"
          + " files before it (DBN \(metadata.version))")
    }
    if other.dataset != metadata.dataset { metadata.dataset = "" }
    if other.schema != metadata.schema { metadata.schema = .none }
    if other.stypeIn != metadata.stypeIn { metadata.stypeIn = .none }
    if other.stypeOut != metadata.stypeOut { metadata.stypeOut = .none }
    metadata.start = min(metadata.start, other.start)
    metadata.end = max(metadata.end, other.end)
    metadata.limit = 0
    metadata.symbols = Self.union(metadata.symbols, other.symbols)
    metadata.partial = Self.union(metadata.partial, other.partial)
    metadata.notFound = Self.union(metadata.notFound, other.notFound)
    mergeMappings(other.mappings)
  }

  private mutating func mergeMappings(_ others: [DBNMetadata.Mapping]) {
    guard others != metadata.mappings else { return }
    var places: [String: Int] = [:]
    for (index, mapping) in metadata.mappings.enumerated() { places[mapping.rawSymbol] = index }
    for mapping in others {
      guard let index = places[mapping.rawSymbol] else {
        places[mapping.rawSymbol] = metadata.mappings.count
        metadata.mappings.append(mapping)
        continue
      }
      for interval in mapping.intervals
      where !metadata.mappings[index].intervals.contains(interval) {
        metadata.mappings[index].intervals.append(interval)
      }
    }
  }

  private static func union(_ one: [String], _ other: [String]) -> [String] {
    guard one != other else { return one }
    var known = Set(one)
    return one + other.filter { known.insert($0).inserted }
  }
}
