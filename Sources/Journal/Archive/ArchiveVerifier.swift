internal import Wire

/// Compares an archive with its manifest by reading all of it.
public struct ArchiveVerifier: ~Copyable {
  private let folder: String
  private var buffer = ByteBuffer()
  /// Bytes of files read so far.
  private var bytesRead: UInt64 = 0
  private var recordsRead: UInt64 = 0

  /// Bytes of the files that are to be read, for the progress.
  private let total: UInt64

  /// `folder` is the archive's; `outputs` are those that will be read.
  public init(folder: String, outputs: [ArchiveManifest.Output]) {
    self.folder = folder
    total = outputs.reduce(0) { $0 &+ $1.bytes }
  }

  private var progress: ArchiveProgress {
    ArchiveProgress(stage: .verifying, done: bytesRead, total: total, records: recordsRead)
  }

  /// One sentence for each thing that is not as the manifest says; nil where `goesOn`, which is
  /// called after each block, has answered false.
  public mutating func findings(
    _ manifest: ArchiveManifest, goesOn: (ArchiveProgress) -> Bool
  ) -> [String]? {
    var list = sidesFindings(manifest)
    var sum = RecordTotals()
    for output in manifest.outputs {
      let path = "\(folder)/\(output.path)"
      do throws(JournalError) {
        guard let found = try findings(of: output, at: path, goesOn: goesOn) else { return nil }
        list += found
      } catch {
        list.append("\(error)")
      }
      sum.records &+= output.totals.records
      sum.bytes &+= output.totals.bytes
      sum.types.merge(output.totals.types) { $0 &+ $1 }
    }
    let totals = manifest.totals
    if sum.records != totals.records || sum.bytes != totals.bytes || sum.types != totals.types {
      list.append("\(manifest.name): the files do not add up to the day's records")
    }
    if manifest.layout == .day, manifest.outputs.map(\.totals.hash) != [totals.hash] {
      list.append("\(manifest.name): the file's hash is not the day's")
    }
    return list
  }

  /// The other text of the manifest, and the list of instruments.
  private func sidesFindings(_ manifest: ArchiveManifest) -> [String] {
    let base = "\(folder)/\(manifest.name)"
    var expected = [("\(base)\(ArchiveName.jsonEnding)", manifest.json)]
    if manifest.layout == .instrument {
      expected.append(("\(base)/\(ArchiveName.indexName)", manifest.index))
    }
    return expected.compactMap { path, text in
      let bytes = try? FileTree.read(path, limit: text.utf8.count)
      return bytes == Array(text.utf8) ? nil : "\(path): is not what the manifest says"
    }
  }

  /// What is not as the manifest says about one file, which may still have another name.
  mutating func findings(
    of output: ArchiveManifest.Output, at path: String,
    goesOn: (ArchiveProgress) -> Bool
  ) throws(JournalError) -> [String]? {
    var reader = try SegmentReader(path: path)
    guard UInt64(reader.byteCount) == output.bytes else {
      return ["\(path): has \(reader.byteCount) bytes, not \(output.bytes)"]
    }
    guard !reader.isForeign, reader.isSealed, reader.header.segmentID == output.segmentID else {
      return ["\(path): is not the segment that was archived"]
    }
    var tally = RecordTally()
    var repeated: UInt64 = 0
    let start = bytesRead
    while let block = try reader.nextBlock() {
      buffer.removeAll()
      do throws(JournalError) {
        try reader.appendRecords(to: &buffer)
      } catch {
        // The reader has noted it among its findings and goes on behind the block.
        continue
      }
      if block.isRepeated {
        repeated &+= UInt64(block.recordCount)
      } else {
        tally.add(buffer.bytes)
        recordsRead &+= UInt64(block.recordCount)
      }
      bytesRead = start &+ UInt64(reader.bytesRead)
      guard goesOn(progress) else { return nil }
    }
    bytesRead = start &+ output.bytes
    var findings = reader.findings.map(\.description)
    if tally.value != output.totals || repeated != output.repeatedRecords {
      findings.append("\(path): its records are not those that were archived")
    }
    return findings
  }
}

extension ArchiveManifest {
  /// The list of instruments of an archive by instrument: a head line, then a line for each file,
  /// tabs between the cells.
  public var index: String {
    var text = ManifestLines()
    text.add(
      "instrument_id", "symbol", "file", "records", "record_bytes", "file_bytes", "first_ts_recv",
      "last_ts_recv", "first_sequence", "last_sequence")
    for output in outputs {
      let cells = ManifestLines.values(output.totals)
      text.add(
        [
          "\(output.instrument)", output.symbol, FileTree.name(of: output.path), cells[0],
          cells[1], "\(output.bytes)",
        ] + cells[3...6].map { $0 == "-" ? "" : $0 })
    }
    return text.text
  }
}
