/// How an archive's files are cut.
public enum ArchiveLayout: String, Sendable, CaseIterable {
  /// One file a day: `<dataset>/<yyyy-mm-dd>.mrc`.
  case day
  /// One file a day and instrument: `<dataset>/<yyyy-mm-dd>/<symbol>.mrc`.
  case instrument
}

/// What an archive of one day holds and what it was made from.
///
/// It stands beside the archive twice, and both say the same (`docs/archive.md`): as
/// `<day>.manifest.tsv`, one fact a line, which is what Millrace reads and which is written last;
/// and as `<day>.manifest.json` for other programs.
public struct ArchiveManifest: Equatable, Sendable {
  public var dataset = ""
  /// `yyyy-mm-dd`, UTC: the day's folder in the journal.
  public var day = ""
  /// 1 for the day's first archive; 2 for the segments that came after it was made, and so on.
  public var part = 1
  public var layout = ArchiveLayout.day
  public var codec = JournalCodec(payload: .columnar)
  /// Records a block at most.
  public var blockRecords = 0
  /// Name and version of the program.
  public var tool = ""
  /// When the archive was finished, ns since the Unix epoch.
  public var createdNanos: UInt64 = 0
  /// All records in merge order, without repeated ones.
  public var totals = RecordTotals()
  public var sources: [Source] = []
  public var outputs: [Output] = []
  /// What was wrong with the sources: one sentence each.
  public var findings: [String] = []

  public init() {}

  /// A segment that was archived.
  public struct Source: Equatable, Sendable {
    /// Relative to the journal's root.
    public var path = ""
    public var bytes: UInt64 = 0
    public var segmentID: UInt64 = 0
    public var runID: UInt64 = 0
    public var shard: UInt32 = 0
    public var firstOrdinal: UInt64 = 0
    /// Whether the segment ends with its index.
    public var isSealed = false
    /// Records archived, without repeated ones.
    public var records: UInt64 = 0
    /// XXH3-64 of those records, in their order in the segment.
    public var recordHash: UInt64 = 0

    public init() {}
  }

  /// A file of the archive.
  public struct Output: Equatable, Sendable {
    /// Relative to the archive's folder.
    public var path = ""
    public var bytes: UInt64 = 0
    public var segmentID: UInt64 = 0
    /// Instrument and symbol where a file holds one only (`ArchiveLayout.instrument`); 0 and empty
    /// for records that belong to no instrument.
    public var instrument: UInt32 = 0
    public var symbol = ""
    /// Records of blocks that are marked as repeated; `totals` does not count them.
    public var repeatedRecords: UInt64 = 0
    public var totals = RecordTotals()

    public init() {}
  }

  /// `2023-08-22`, `2023-08-22.2`: what the names of the day's files and folder begin with.
  public var baseName: String { ArchiveName.base(day: day, part: part) }
}

/// Paths in an archive, relative to its folder.
public enum ArchiveName {
  public static func base(day: String, part: Int) -> String {
    part == 1 ? day : "\(day).\(part)"
  }

  /// What stands behind the base name of a manifest as Millrace reads it.
  public static var manifestEnding: String { ".manifest.tsv" }
  /// What stands behind the base name of a manifest for other programs.
  public static var jsonEnding: String { ".manifest.json" }
  /// The list of instruments in the folder of an archive by instrument.
  public static var indexName: String { "index.tsv" }
  /// What stands behind the name of a file that is being written.
  public static var temporaryEnding: String { ".tmp" }

  /// Day and part from `2023-08-22` or `2023-08-22.2`; nil for another text.
  public static func parse(base: String) -> (day: String, part: Int)? {
    let day = String(base.prefix(10))
    guard JournalPath.isDay(day) else { return nil }
    let rest = base.dropFirst(10)
    if rest.isEmpty { return (day, 1) }
    guard rest.hasPrefix("."), let part = Int(rest.dropFirst()), part > 1,
      "\(part)" == rest.dropFirst()
    else { return nil }
    return (day, part)
  }

  /// The name of an instrument's file without folder and ending: bytes outside letters, digits,
  /// `-`, `_` and `.` (not at the front) become `%NN`, so that every symbol has a name of its own.
  public static func file(symbol: String) -> String {
    var name = ""
    for (index, byte) in symbol.utf8.enumerated() {
      let isPlain =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: "_") || (byte == UInt8(ascii: ".") && index > 0)
      if isPlain {
        name.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        name += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return name
  }

  /// The name where no symbol is known; 0 is the whole market. No symbol gives such a name, since
  /// `=` is not plain.
  public static func file(instrument: UInt32) -> String { "instrument=\(instrument)" }
}
