internal import Records
internal import Wire

/// A file for each instrument.
extension DayArchiver {
  /// Sorts all records by instrument and writes a file for each; false where it was stopped.
  mutating func writeInstruments(
    _ stream: inout JournalStream, _ intake: ArchiveIntake,
    _ goesOn: (ArchiveProgress) -> Bool
  ) throws(JournalError) -> Bool {
    var spill = try InstrumentSpill(folder: folder, budget: options.spillBytes)
    var names = SymbolLearner(stream.metadata)
    var repeated: [UInt32: [UInt8]] = [:]
    var tally = RecordTally()
    while try stream.next() {
      try Self.takeRepeated(intake, &names, &repeated)
      tally.add(stream.records)
      try Self.sort(stream.records, to: &spill, &names)
      let (done, total) = stream.progress
      guard
        goesOn(
          ArchiveProgress(stage: .reading, done: done, total: total, records: tally.records))
      else { return false }
    }
    // What stood behind the last of the other records.
    try Self.takeRepeated(intake, &names, &repeated)
    manifest.totals = tally.value
    try FileTree.makeFolders(temporaryFolder)
    var taken: Set<String> = []
    var done: UInt64 = 0
    for instrument in spill.instruments {
      let symbol = names.symbols[instrument] ?? ""
      var name =
        symbol.isEmpty
        ? ArchiveName.file(instrument: instrument) : ArchiveName.file(symbol: symbol)
      // Two instruments may have had the same symbol.
      if !taken.insert(name).inserted { name += "=\(instrument)" }
      let output = try write(
        instrument, symbol, name, repeated[instrument] ?? [], stream.metadata, &spill)
      done &+= output.totals.bytes
      manifest.outputs.append(output)
      guard
        goesOn(
          ArchiveProgress(
            stage: .writing, done: done, total: manifest.totals.bytes, records: tally.records))
      else { return false }
    }
    return true
  }

  private static func takeRepeated(
    _ intake: ArchiveIntake, _ names: inout SymbolLearner, _ repeated: inout [UInt32: [UInt8]]
  ) throws(JournalError) {
    try intake.fetchRepeated { records, _ throws(JournalError) in
      split(records) { record, header in
        names.learn(record, header)
        repeated[header.instrumentID, default: []] += copy(record)
      }
    }
  }

  private var temporaryFolder: String {
    "\(options.archive)/\(job.name)\(ArchiveName.temporaryEnding)"
  }

  private mutating func write(
    _ instrument: UInt32, _ symbol: String, _ name: String, _ repeated: [UInt8],
    _ metadata: DBNMetadata, _ spill: inout InstrumentSpill
  ) throws(JournalError) -> ArchiveManifest.Output {
    let path = "\(temporaryFolder)/\(name).\(options.codec.fileEnding)"
    var file = try ArchiveFile(
      path: path, header: header, metadata: Self.metadata(metadata, of: symbol, instrument))
    var gather = BlockGather(mostRecords: options.blockRecords)
    var repeatedCount = 0
    Self.split(rawBytes(of: repeated)) { _, _ in repeatedCount += 1 }
    try file.add(rawBytes(of: repeated), count: repeatedCount, isRepeated: true)
    var tally = RecordTally()
    let before = spill.totals(of: instrument)
    try spill.drain(instrument) { records throws(JournalError) in
      let known = tally.records
      tally.add(records)
      try gather.add(records, count: Int(tally.records - known)) {
        records, count throws(JournalError) in try file.add(records, count: count)
      }
    }
    try gather.flush { records, count throws(JournalError) in
      try file.add(records, count: count)
    }
    var output = ArchiveManifest.Output()
    output.bytes = try file.finish()
    output.totals = tally.value
    guard output.totals.records == before.records, output.totals.hash == before.hash else {
      throw .damaged(path: path, block: nil, detail: "records came back changed from their buffer")
    }
    output.path = "\(job.name)/\(name).\(options.codec.fileEnding)"
    (output.instrument, output.symbol) = (instrument, symbol)
    output.segmentID = file.segmentID
    output.repeatedRecords = file.repeatedRecords
    temporaryPaths.append(path)
    return output
  }

  private static func sort(
    _ records: RawSpan, to spill: inout InstrumentSpill, _ names: inout SymbolLearner
  ) throws(JournalError) {
    var offset = 0
    while let header = RecordHeader(copying: records, at: offset) {
      let size = header.byteCount
      guard size >= 16, offset + size <= records.byteCount else { return }
      let record = records.extracting(offset..<(offset + size))
      if SymbolLearner.tells(header.rtype) { names.learn(record, header) }
      try spill.add(record, instrument: header.instrumentID)
      offset += size
    }
  }

  private static func split(_ records: RawSpan, _ body: (RawSpan, RecordHeader) -> Void) {
    var offset = 0
    while let header = RecordHeader(copying: records, at: offset) {
      let size = header.byteCount
      guard size >= 16, offset + size <= records.byteCount else { return }
      body(records.extracting(offset..<(offset + size)), header)
      offset += size
    }
  }

  private static func copy(_ record: RawSpan) -> [UInt8] {
    (0..<record.byteCount).map { record.uncheckedByte(at: $0) }
  }

  /// The day's metadata with what concerns one instrument.
  private static func metadata(
    _ all: DBNMetadata, of symbol: String, _ instrument: UInt32
  ) -> DBNMetadata {
    var metadata = all
    let number = "\(instrument)"
    metadata.mappings = all.mappings.filter { mapping in
      mapping.rawSymbol == symbol || mapping.rawSymbol == number
        || mapping.intervals.contains { $0.symbol == number }
    }
    let kept = Set(metadata.mappings.map(\.rawSymbol) + [symbol, number])
    metadata.symbols = all.symbols.filter(kept.contains)
    metadata.partial = all.partial.filter(kept.contains)
    metadata.notFound = []
    return metadata
  }
}

/// The symbols of instruments, from metadata, mappings and definitions as they pass.
struct SymbolLearner {
  private(set) var symbols: [UInt32: String] = [:]

  init(_ metadata: DBNMetadata) {
    for mapping in metadata.mappings {
      for interval in mapping.intervals {
        // Requests by number have number and symbol the other way round.
        if let id = UInt32(interval.symbol) {
          symbols[id] = mapping.rawSymbol
        } else if let id = UInt32(mapping.rawSymbol) {
          symbols[id] = interval.symbol
        }
      }
    }
  }

  @inline(__always)
  static func tells(_ type: RType) -> Bool {
    type == .symbolMapping || type == .instrumentDefinition
  }

  /// Looks at a record; the last word on an instrument counts.
  mutating func learn(_ record: RawSpan, _ header: RecordHeader) {
    guard header.instrumentID != 0 else { return }
    var symbol = ""
    if header.rtype == .symbolMapping, let mapping = SymbolMappingMessage(copying: record) {
      symbol = mapping.stypeInSymbol.text
    } else if header.rtype == .instrumentDefinition,
      let definition = InstrumentDefinitionMessage(copying: record)
    {
      symbol = definition.rawSymbol.text
    }
    if !symbol.isEmpty { symbols[header.instrumentID] = symbol }
  }
}
