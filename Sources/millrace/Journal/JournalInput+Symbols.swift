internal import Journal
internal import Records
internal import Wire

extension JournalInput {
  /// Adds what mappings and definitions among the records tell of symbols to the metadata of a file
  /// that leaves those records out.
  ///
  /// The metadata of a segment know what was known when it was begun. Only blocks that may hold
  /// such records are read.
  func addSymbols(to metadata: inout DBNMetadata) throws(CommandError) {
    guard !query.schemas.isEmpty, metadata.stypeOut == .instrumentID else { return }
    var found = MappingTable(metadata)
    for segment in segments where !segment.isForeign && mayBeWanted(segment) {
      try addSymbols(of: segment, to: &found)
    }
    metadata.symbols += found.added.filter { !metadata.symbols.contains($0) }
    metadata.mappings = found.mappings
  }

  private func mayBeWanted(_ segment: JournalCatalog.Segment) -> Bool {
    guard let range = segment.tsRecv else { return true }
    return range.upperBound >= query.from ?? 0 && range.lowerBound < query.to ?? .max
  }

  private func addSymbols(
    of segment: JournalCatalog.Segment, to found: inout MappingTable
  ) throws(CommandError) {
    let day = SegmentName(
      nanos: segment.tsRecv?.lowerBound ?? segment.header.createdNanos, source: "0",
      ending: "dbn")
    let name = segment.name ?? day
    var reader = try JournalFiles.reader(of: segment.path, verb: verb)
    var records = ByteBuffer()
    while let block = try JournalFiles.nextBlock(&reader, verb: verb) {
      if StopSignals.hasCome { throw .stopped(verb: verb) }
      guard !block.hasNoSymbols, block.payload.hasRecords else { continue }
      records.removeAll()
      // Damage is told of by the stream.
      guard (try? reader.appendRecords(to: &records)) != nil else { continue }
      let bytes = records.bytes
      var at = 0
      while let header = RecordHeader(copying: bytes, at: at), header.length >= 4 {
        if let symbol = JournalSymbols.symbol(bytes, at: at, header) {
          found.add(
            symbol, instrument: header.instrumentID,
            DBNMetadata.Interval(
              startDate: name.date, endDate: name.nextDate, symbol: "\(header.instrumentID)"))
        }
        at += header.byteCount
      }
    }
  }
}

/// A file's mappings, and where each symbol's stand.
private struct MappingTable {
  private(set) var mappings: [DBNMetadata.Mapping]
  /// Symbols that were not there before.
  private(set) var added: [String] = []
  private var places: [String: Int] = [:]

  /// Symbols in a file's metadata: some 225 bytes each.
  private static var limit: Int { 200_000 }

  init(_ metadata: DBNMetadata) {
    mappings = metadata.mappings
    for (index, mapping) in mappings.enumerated() { places[mapping.rawSymbol] = index }
  }

  /// Takes a symbol's instrument of a day, where it is not there yet.
  mutating func add(_ symbol: String, instrument: UInt32, _ interval: DBNMetadata.Interval) {
    guard !symbol.isEmpty, symbol.utf8.count < 71 else { return }
    guard let place = places[symbol] else {
      guard mappings.count < Self.limit else { return }
      places[symbol] = mappings.count
      mappings.append(DBNMetadata.Mapping(rawSymbol: symbol, intervals: [interval]))
      added.append(symbol)
      return
    }
    let isKnown = mappings[place].intervals.contains {
      $0.symbol == interval.symbol && $0.startDate <= interval.startDate
        && interval.endDate <= $0.endDate
    }
    if !isKnown { mappings[place].intervals.append(interval) }
  }
}
