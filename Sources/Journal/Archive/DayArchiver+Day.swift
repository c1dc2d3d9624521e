internal import Records
internal import Wire

/// One file for the day.
extension DayArchiver {
  /// Writes all records in merge order; false where it was stopped.
  mutating func writeDay(
    _ stream: inout JournalStream, _ intake: ArchiveIntake,
    _ goesOn: (ArchiveProgress) -> Bool
  ) throws(JournalError) -> Bool {
    var output = ArchiveManifest.Output()
    output.path = "\(job.name).\(options.codec.fileEnding)"
    let path = "\(options.archive)/\(output.path)\(ArchiveName.temporaryEnding)"
    var file = try ArchiveFile(path: path, header: header, metadata: stream.metadata)
    var gather = BlockGather(mostRecords: options.blockRecords)
    var tally = RecordTally()
    while try stream.next() {
      try addRepeated(from: intake, to: &file)
      tally.add(stream.records)
      try gather.add(stream.records, count: stream.recordCount) {
        records, count throws(JournalError) in try file.add(records, count: count)
      }
      let (done, total) = stream.progress
      guard
        goesOn(
          ArchiveProgress(stage: .reading, done: done, total: total, records: tally.records))
      else { return false }
    }
    try addRepeated(from: intake, to: &file)
    try gather.flush { records, count throws(JournalError) in
      try file.add(records, count: count)
    }
    output.bytes = try file.finish()
    manifest.totals = tally.value
    output.totals = manifest.totals
    output.segmentID = file.segmentID
    output.repeatedRecords = file.repeatedRecords
    manifest.outputs = [output]
    temporaryPaths = [path]
    return true
  }

  /// Header of the archive's files.
  var header: SegmentHeader {
    var header = job.sources.first?.header ?? SegmentHeader()
    // The files of one run share its id; those of several runs have none.
    let runs = Set(job.sources.compactMap { $0.header?.runID })
    header.runID = runs.count == 1 ? header.runID : 0
    header.createdNanos = job.sources.compactMap { $0.header?.createdNanos }.min() ?? 0
    (header.firstOrdinal, header.shard, header.shardCount) = (0, 0, 1)
    header.codec = options.codec
    header.blockRecords = UInt32(options.blockRecords)
    header.part = UInt32(clamping: job.part)
    header.dataset = job.dataset
    return header
  }

  private func addRepeated(
    from intake: ArchiveIntake, to file: inout ArchiveFile
  ) throws(JournalError) {
    let most = options.blockRecords
    try intake.fetchRepeated { records, count throws(JournalError) in
      var gather = BlockGather(mostRecords: most)
      func write(_ records: RawSpan, _ count: Int) throws(JournalError) {
        try file.add(records, count: count, isRepeated: true)
      }
      try gather.add(records, count: count, to: write)
      try gather.flush(to: write)
    }
  }
}
