/// Which files of a journal may go: a decision made from facts alone, so that it can be tested.
public struct PrunePolicy: Sendable {
  /// Days that stay besides the current one; nil for no limit by age.
  public var keepDays: Int?
  /// Bytes that stay at most; nil for no limit by size.
  public var keepBytes: UInt64?
  /// Whether segments may go that no archive holds.
  public var isForced = false
  /// Now, ns since the Unix epoch.
  public var now: UInt64

  public init(keepDays: Int?, keepBytes: UInt64?, isForced: Bool, now: UInt64) {
    self.keepDays = keepDays
    self.keepBytes = keepBytes
    self.isForced = isForced
    self.now = now
  }

  /// What happens to a file, and why.
  public struct Decision: Equatable, Sendable {
    public var segment: SegmentFacts
    public var goes: Bool
    public var reason: String
  }

  /// Segments that archives hold, by segment id, and what speaks against relying on them.
  public struct Archived: Sendable {
    /// Path of the archive's manifest.
    public var manifest: String
    /// Bytes of the segment when it was archived.
    public var bytes: UInt64
    /// Why the archive is not enough; nil where it is.
    public var doubt: String?

    public init(manifest: String, bytes: UInt64, doubt: String?) {
      self.manifest = manifest
      self.bytes = bytes
      self.doubt = doubt
    }
  }

  /// Decides on all files of one root, oldest first.
  ///
  /// What may not go for a reason of its own counts for the size all the same, so that younger
  /// segments go in its place.
  func decide(
    _ segments: [SegmentFacts], claims: [ClaimFolder.Claim], archived: [UInt64: Archived]
  ) -> [Decision] {
    let ordered = segments.sorted(by: SegmentFacts.isOlder)
    var rest = ordered.filter { $0.kind != .foreign }.reduce(0) { $0 &+ $1.bytes }
    return ordered.map { segment in
      guard let reason = reasonToGo(segment, rest: rest) else {
        let isOurs = segment.kind != .foreign
        return Decision(
          segment: segment, goes: false,
          reason: isOurs ? "within what is kept" : "not a file of the journal")
      }
      if let obstacle = obstacle(segment, claims, archived) {
        return Decision(segment: segment, goes: false, reason: obstacle)
      }
      rest -= segment.bytes
      return Decision(segment: segment, goes: true, reason: reason)
    }
  }

  /// Why retention wants the file gone; nil where it does not.
  private func reasonToGo(_ segment: SegmentFacts, rest: UInt64) -> String? {
    guard segment.kind != .foreign else { return nil }
    if let keepDays, segment.day < oldestKept(keepDays) { return "older than \(keepDays) days" }
    // A torn tail says what was lost; only age takes it away.
    guard segment.kind != .torn, let keepBytes, rest > keepBytes else { return nil }
    return "more than \(keepBytes) bytes in all"
  }

  private func oldestKept(_ days: Int) -> String {
    let (span, isTooLong) = UInt64(clamping: days).multipliedReportingOverflow(
      by: JournalTime.dayNanos)
    return isTooLong || span > now ? "" : JournalTime.day(now - span)
  }

  /// Why the file must stay whatever its age; nil where it may go.
  private func obstacle(
    _ segment: SegmentFacts, _ claims: [ClaimFolder.Claim], _ archived: [UInt64: Archived]
  ) -> String? {
    if segment.isLocked { return "it is being written" }
    if let claim = claims.first(where: { $0.needs(segment.path, lastTime: segment.lastTime) }) {
      return "the reader \(claim.owner) still needs it"
    }
    if segment.kind == .torn { return nil }
    guard segment.isSealed else { return "it was not closed in order (see millrace repair)" }
    if isForced { return nil }
    guard let header = segment.header, let copy = archived[header.segmentID] else {
      return "no archive holds it"
    }
    if copy.bytes != segment.bytes { return "it has changed since it was archived" }
    return copy.doubt.map { "its archive is not enough: \($0)" }
  }
}
