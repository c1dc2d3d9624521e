internal import Records

/// What archive and prune know of a file in a journal's tree.
public struct SegmentFacts: Equatable, Sendable {
  /// Relative to the root: `<dataset>/<yyyy-mm-dd>/<name>`.
  public var path = ""
  public var dataset = ""
  public var day = ""
  /// Hour of the day, from the name.
  public var hour = 0
  /// Of the file and of what lies beside it and goes with it.
  public var bytes: UInt64 = 0
  /// Paths of the files that go with it (`.dbn.blocks`), relative to the root.
  public var sidecars: [String] = []
  public var kind = Kind.foreign
  /// Nil for what is no segment.
  public var header: SegmentHeader?
  /// Whether the file ends with its index.
  public var isSealed = false
  /// Whether a writer holds it.
  public var isLocked = false
  /// Records without repeated ones; nil where nobody has counted.
  public var records: UInt64?
  /// Last receive time, ns; nil where not known.
  public var lastTime: UInt64?

  public init() {}

  public enum Kind: Equatable, Sendable {
    /// Records: DBN or columnar.
    case ticks
    /// Raw datagrams or streams.
    case raw
    /// The torn tail of a segment, kept aside by recovery.
    case torn
    /// Not one of the journal's files by its content.
    case foreign
  }

  /// Whether nobody will write to it again: sealed, or of an hour that is over and not held.
  func isFinished(now: UInt64) -> Bool {
    if isLocked { return false }
    if isSealed { return true }
    let hourText = hour < 10 ? "0\(hour)" : "\(hour)"
    return "\(day)T\(hourText)" < JournalTime.hour(now)
  }

  /// Older segments first: day, hour, then name.
  static func isOlder(_ one: SegmentFacts, _ other: SegmentFacts) -> Bool {
    (one.day, one.hour, one.path) < (other.day, other.hour, other.path)
  }
}

/// Days and hours of UTC as the names of folders and segments spell them.
enum JournalTime {
  static var dayNanos: UInt64 { 86_400_000_000_000 }

  /// `2023-08-22`.
  static func day(_ nanos: UInt64) -> String { String(Timestamp.text(nanos).prefix(10)) }

  /// `2023-08-22T13`.
  static func hour(_ nanos: UInt64) -> String { String(Timestamp.text(nanos).prefix(13)) }
}
