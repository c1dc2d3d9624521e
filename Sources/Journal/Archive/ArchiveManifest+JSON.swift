internal import Ledger

/// The manifest for other programs; it depends on nothing but the manifest, so that it can be
/// compared with what it should be.
extension ArchiveManifest {
  /// One object, ended by a line feed. Hashes and ids are hexadecimal strings, since many readers
  /// of JSON are exact up to 2^53 only.
  public var json: String {
    var json = JSONText()
    json.object { json in
      json.field("format", Self.formatVersion)
      json.field("dataset", dataset)
      json.field("day", day)
      json.field("part", part)
      json.field("layout", layout.rawValue)
      json.field("codec", codec.name)
      json.field("block_records", blockRecords)
      json.field("tool", tool)
      json.field("created_ns", createdNanos)
      Self.write(totals, to: &json)
      json.field("sources") { json in
        json.array { json in for source in sources { Self.write(source, to: &json) } }
      }
      json.field("outputs") { json in
        json.array { json in for output in outputs { write(output, to: &json) } }
      }
      json.field("findings") { json in
        json.array { json in for finding in findings { json.value(finding) } }
      }
    }
    return json.text + "\n"
  }

  private static func write(_ totals: RecordTotals, to json: inout JSONText) {
    json.field("records", totals.records)
    json.field("record_bytes", totals.bytes)
    json.field("record_hash", ManifestLines.hex(totals.hash))
    if totals.hasReceiveTimes {
      json.field("first_ts_recv", totals.minTsRecv)
      json.field("last_ts_recv", totals.maxTsRecv)
    }
    if totals.hasSequences {
      json.field("first_sequence", totals.minSequence)
      json.field("last_sequence", totals.maxSequence)
    }
    json.field("schemas") { json in
      json.object { json in
        for (name, count) in totals.namedTypes { json.field(name, count) }
      }
    }
  }

  private static func write(_ source: Source, to json: inout JSONText) {
    json.object {
      $0.field("path", source.path)
      $0.field("bytes", source.bytes)
      $0.field("segment_id", ManifestLines.hex(source.segmentID))
      $0.field("run_id", ManifestLines.hex(source.runID))
      $0.field("shard", source.shard)
      $0.field("first_ordinal", source.firstOrdinal)
      $0.field("sealed", source.isSealed)
      $0.field("records", source.records)
      $0.field("record_hash", ManifestLines.hex(source.recordHash))
    }
  }

  private func write(_ output: Output, to json: inout JSONText) {
    json.object { json in
      json.field("path", output.path)
      json.field("bytes", output.bytes)
      json.field("segment_id", ManifestLines.hex(output.segmentID))
      if layout == .instrument {
        json.field("instrument_id", output.instrument)
        json.field("symbol", output.symbol)
      }
      json.field("repeated_records", output.repeatedRecords)
      Self.write(output.totals, to: &json)
    }
  }
}
