internal import Journal
internal import Ledger
internal import Records

extension SegmentSummary {
  /// Findings that the text lists; JSON has them all.
  private static var findingLines: Int { 20 }

  /// For people.
  func text(_ terminal: Terminal, segments parts: [SegmentSummary] = []) -> String {
    var text = terminal.styled(path, .bold) + ": " + kind + "\n"
    if !parts.isEmpty { text += Self.table(of: parts, under: path) }
    text += TextTable(rows: facts).text
    if counts.total > 0 {
      text += terminal.styled("  records:", .faint) + "\n"
      text += TextTable(rows: counts.named.map { [$0.name, $0.count.grouped] }).text
    }
    for finding in findings.prefix(Self.findingLines) {
      text += terminal.styled("  \(finding)", .red) + "\n"
    }
    if findings.count > Self.findingLines {
      text += "  and \(findings.count - Self.findingLines) more findings\n"
    }
    return text
  }

  private var kind: String {
    guard let header else { return "\(segments.grouped) segments" }
    let form =
      isForeign ? "DBN file, \(codecName ?? "")" : "journal segment, \(codecName ?? "")"
    var words = form
    if !header.dataset.isEmpty { words += ", \(header.dataset)" }
    if !isForeign {
      words += ", shard \(header.shard) of \(header.shardCount)"
      words += isSealed ? ", sealed" : ", not sealed"
    }
    return words
  }

  /// A foreign file's level is not known.
  private var codecName: String? {
    isForeign ? header.map { "\($0.codec.coder)" } : header?.codec.name
  }

  private var facts: [[String]] {
    var rows: [[String]] = []
    if let header, !isForeign {
      rows.append(["instance", header.instance])
      rows.append(["segment, run", "\(Self.hex(header.segmentID)), \(Self.hex(header.runID))"])
      rows.append(["created", Timestamp.text(header.createdNanos)])
      rows.append(["part, first ordinal", "\(header.part), \(header.firstOrdinal.grouped)"])
    }
    if let metadata {
      rows.append(["DBN version", "\(metadata.version)"])
      rows.append(["schema", metadata.schema.name ?? "mixed"])
      rows.append(["symbols in the metadata", "\(symbolCount.grouped)"])
    }
    rows.append(["bytes", bytes.grouped])
    if header == nil || !isForeign { rows.append(["blocks", blocks.grouped]) }
    rows.append(["records", records.grouped])
    if repeatedRecords > 0 { rows.append(["of them repeated", repeatedRecords.grouped]) }
    if let share = bytesPerRecord {
      let hundredths = Int((share * 100).rounded())
      let rest = hundredths % 100
      rows.append(["bytes a record", "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"])
    }
    if !instruments.isEmpty { rows.append(["instruments", namedInstruments.grouped]) }
    if let range = tsRecv {
      rows.append(["received", Timestamp.text(range.lowerBound)])
      rows.append(["", Timestamp.text(range.upperBound)])
    }
    if let range = sequence {
      rows.append(["sequence", "\(range.lowerBound.grouped) to \(range.upperBound.grouped)"])
    }
    if let tail { rows.append(["torn or unfinished tail", "\(tail.count.grouped) bytes"]) }
    return rows
  }

  private static func table(of parts: [SegmentSummary], under path: String) -> String {
    let prefix = path.hasSuffix("/") ? path : path + "/"
    var rows = [["segment", "codec", "records", "bytes", "from", "to", ""]]
    for part in parts {
      let name = part.path.hasPrefix(prefix) ? String(part.path.dropFirst(prefix.count)) : part.path
      rows.append([
        name, part.codecName ?? "-", part.records.grouped, part.bytes.grouped,
        clock(part.tsRecv?.lowerBound), clock(part.tsRecv?.upperBound),
        part.isForeign ? "DBN" : part.isSealed ? "sealed" : "open",
      ])
    }
    return TextTable(rows: rows).text
  }

  /// Day and time to the second.
  private static func clock(_ nanos: UInt64?) -> String {
    nanos.map { String(Timestamp.text($0).prefix(19)) } ?? "-"
  }

  private static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private var symbolCount: Int {
    guard let metadata else { return 0 }
    return max(metadata.symbols.count, metadata.mappings.count)
  }

  /// The whole market (0) is no instrument.
  private var namedInstruments: Int { instruments.count - (instruments.contains(0) ? 1 : 0) }

  /// Writes the summary as an object, with those of the segments where it is of several.
  func write(to json: inout JSONText, segments parts: [SegmentSummary]? = nil) {
    json.object { json in
      json.field(parts == nil ? "file" : "folder", path)
      json.field("format", parts != nil ? "journal" : isForeign ? "dbn" : "segment")
      if let header { writeHeader(header, to: &json) }
      json.field("bytes", bytes)
      json.field("blocks", blocks)
      json.field("records_total", records)
      json.field("repeated_records", repeatedRecords)
      json.field("raw_bytes", rawBytes)
      json.field("bytes_per_record") { json in
        if let share = bytesPerRecord { json.value(share, decimals: 3) } else { json.null() }
      }
      json.field("records") { json in
        json.object { json in for (name, count) in counts.named { json.field(name, count) } }
      }
      json.field("instruments", namedInstruments)
      json.range("ts_recv", tsRecv)
      json.range("ts_event", tsEvent)
      json.range("sequence", sequence)
      json.field("tail_bytes", tail?.count ?? 0)
      json.field("findings") { json in
        json.array { json in for finding in findings { finding.write(to: &json) } }
      }
      if let parts {
        json.field("segments") { json in
          json.array { json in for part in parts { part.write(to: &json) } }
        }
      }
    }
  }

  private func writeHeader(_ header: SegmentHeader, to json: inout JSONText) {
    json.field("codec", codecName)
    json.field("dataset", header.dataset)
    if !isForeign {
      json.field("instance", header.instance)
      json.field("shard", header.shard)
      json.field("shard_count", header.shardCount)
      json.field("part", header.part)
      json.field("segment_id", Self.hex(header.segmentID))
      json.field("run_id", Self.hex(header.runID))
      json.field("created", header.createdNanos)
      json.field("first_ordinal", header.firstOrdinal)
      json.field("block_records", header.blockRecords)
      json.field("sealed", isSealed)
    }
    json.field("dbn_version", metadata?.version ?? header.dbnVersion)
    json.field("schema", metadata?.schema.name)
    json.field("metadata_symbols", symbolCount)
  }
}

extension JournalFinding {
  /// Writes the finding as an object.
  func write(to json: inout JSONText) {
    json.object {
      $0.field("file", path)
      $0.field("block") { json in
        if let block { json.value(block) } else { json.null() }
      }
      $0.field("first_byte", range.lowerBound)
      $0.field("end_byte", range.upperBound)
      $0.field("text", text)
    }
  }
}
