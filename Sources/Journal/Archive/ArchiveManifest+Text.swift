internal import Hashing
internal import Wire

/// The manifest as lines: a word, then its values, tabs between them (`docs/archive.md`).
extension ArchiveManifest {
  /// Version of the text, its first line.
  static var formatVersion: Int { 1 }

  /// The lines. The last one is the hash of those before, so that a torn or changed text is known.
  public var lines: String {
    var text = ManifestLines()
    text.add("millrace-archive", "\(Self.formatVersion)")
    text.add("dataset", dataset)
    text.add("day", day)
    text.add("part", "\(part)")
    text.add("layout", layout.rawValue)
    text.add("codec", codec.name)
    text.add("block_records", "\(blockRecords)")
    text.add("tool", tool)
    text.add("created_ns", "\(createdNanos)")
    text.add(["total"] + ManifestLines.values(totals))
    for source in sources {
      text.add([
        "source", source.path, "\(source.bytes)", ManifestLines.hex(source.segmentID),
        ManifestLines.hex(source.runID), "\(source.shard)", "\(source.firstOrdinal)",
        source.isSealed ? "sealed" : "open", "\(source.records)",
        ManifestLines.hex(source.recordHash),
      ])
    }
    for output in outputs {
      text.add(
        [
          "output", output.path, "\(output.bytes)", ManifestLines.hex(output.segmentID),
          "\(output.instrument)", output.symbol, "\(output.repeatedRecords)",
        ] + ManifestLines.values(output.totals))
    }
    for finding in findings { text.add("finding", finding) }
    text.add("end", ManifestLines.hex(ManifestLines.hash(text.text)))
    return text.text
  }

  /// Reads what `lines` gives; nil for anything else, a text cut short or changed among it.
  public init?(lines text: String) {
    self.init()
    var rows = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    guard rows.popLast() == "", let last = rows.popLast(), last.hasPrefix("end\t"),
      UInt64(last.dropFirst(4), radix: 16)
        == ManifestLines.hash(String(text.dropLast(last.count + 1)))
    else { return nil }
    guard let first = rows.popFirst(), first == "millrace-archive\t\(Self.formatVersion)" else {
      return nil
    }
    for row in rows {
      let cells = row.split(separator: "\t", omittingEmptySubsequences: false)
        .map { ManifestLines.plain($0) }
      guard read(cells) else { return nil }
    }
  }

  /// Takes one line; false where it is not understood.
  private mutating func read(_ cells: [String]) -> Bool {
    guard cells.count > 1 else { return false }
    let value = cells[1]
    switch cells[0] {
    case "dataset": dataset = value
    case "day": day = value
    case "part": return ManifestLines.set(&part, Int(value))
    case "layout": return ManifestLines.set(&layout, ArchiveLayout(rawValue: value))
    case "codec": return ManifestLines.set(&codec, JournalCodec(name: value))
    case "block_records": return ManifestLines.set(&blockRecords, Int(value))
    case "tool": tool = value
    case "created_ns": return ManifestLines.set(&createdNanos, UInt64(value))
    case "total": return ManifestLines.set(&totals, ManifestLines.totals(cells[1...]))
    case "source":
      guard let source = Self.source(cells) else { return false }
      sources.append(source)
    case "output":
      guard let output = Self.output(cells) else { return false }
      outputs.append(output)
    case "finding": findings.append(value)
    default: return false
    }
    return true
  }

  private static func source(_ cells: [String]) -> Source? {
    guard cells.count == 10, let bytes = UInt64(cells[2]),
      let segment = UInt64(cells[3], radix: 16),
      let run = UInt64(cells[4], radix: 16), let shard = UInt32(cells[5]),
      let ordinal = UInt64(cells[6]), ["sealed", "open"].contains(cells[7]),
      let records = UInt64(cells[8]), let hash = UInt64(cells[9], radix: 16)
    else { return nil }
    var source = Source()
    (source.path, source.bytes, source.segmentID, source.runID) = (cells[1], bytes, segment, run)
    (source.shard, source.firstOrdinal) = (shard, ordinal)
    (source.isSealed, source.records) = (cells[7] == "sealed", records)
    source.recordHash = hash
    return source
  }

  private static func output(_ cells: [String]) -> Output? {
    guard cells.count > 7, let bytes = UInt64(cells[2]), let segment = UInt64(cells[3], radix: 16),
      let instrument = UInt32(cells[4]), let repeated = UInt64(cells[6]),
      let totals = ManifestLines.totals(cells[7...])
    else { return nil }
    var output = Output()
    (output.path, output.bytes, output.segmentID) = (cells[1], bytes, segment)
    (output.instrument, output.symbol) = (instrument, cells[5])
    (output.repeatedRecords, output.totals) = (repeated, totals)
    return output
  }
}

/// The spelling of a manifest's lines.
struct ManifestLines {
  private(set) var text = ""

  mutating func add(_ cells: String...) { add(cells) }

  mutating func add(_ cells: [String]) {
    text += cells.map(Self.escaped).joined(separator: "\t") + "\n"
  }

  /// Sixteen hexadecimal digits.
  static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  static func hash(_ text: String) -> UInt64 {
    var bytes = ByteBuffer(capacity: text.utf8.count)
    for byte in text.utf8 { bytes.append(value: byte) }
    return ContentHash.hash(bytes.bytes)
  }

  static func set<Value>(_ place: inout Value, _ value: Value?) -> Bool {
    guard let value else { return false }
    place = value
    return true
  }

  /// Records, bytes, hash, receive times, sequences, then types as `160=12,22=3`. Ranges without a
  /// value are `-`.
  static func values(_ totals: RecordTotals) -> [String] {
    [
      "\(totals.records)", "\(totals.bytes)", hex(totals.hash),
      totals.hasReceiveTimes ? "\(totals.minTsRecv)" : "-",
      totals.hasReceiveTimes ? "\(totals.maxTsRecv)" : "-",
      totals.hasSequences ? "\(totals.minSequence)" : "-",
      totals.hasSequences ? "\(totals.maxSequence)" : "-",
      totals.types.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        .joined(separator: ","),
    ]
  }

  static func totals(_ cells: ArraySlice<String>) -> RecordTotals? {
    let cells = Array(cells)
    guard cells.count == 8, let records = UInt64(cells[0]), let bytes = UInt64(cells[1]),
      let hash = UInt64(cells[2], radix: 16)
    else { return nil }
    var totals = RecordTotals()
    (totals.records, totals.bytes, totals.hash) = (records, bytes, hash)
    if cells[3] != "-" {
      guard let first = UInt64(cells[3]), let last = UInt64(cells[4]) else { return nil }
      (totals.minTsRecv, totals.maxTsRecv) = (first, last)
    }
    if cells[5] != "-" {
      guard let first = UInt64(cells[5]), let last = UInt64(cells[6]) else { return nil }
      (totals.minSequence, totals.maxSequence) = (first, last)
    }
    for part in cells[7].split(separator: ",") {
      let pair = part.split(separator: "=")
      guard pair.count == 2, let type = UInt8(pair[0]), let count = UInt64(pair[1]) else {
        return nil
      }
      totals.types[type] = count
    }
    return totals
  }

  private static func escaped(_ cell: String) -> String {
    guard cell.utf8.contains(where: { [0x09, 0x0A, 0x0D, 0x5C].contains($0) }) else { return cell }
    var text = ""
    for scalar in cell.unicodeScalars {
      switch scalar {
      case "\t": text += "\\t"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\\": text += "\\\\"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static let meaning: [Unicode.Scalar: Unicode.Scalar] = ["t": "\t", "n": "\n", "r": "\r"]

  static func plain(_ cell: Substring) -> String {
    guard cell.utf8.contains(0x5C) else { return String(cell) }
    var text = ""
    var isEscaped = false
    for scalar in cell.unicodeScalars {
      if isEscaped {
        text.unicodeScalars.append(Self.meaning[scalar] ?? scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
