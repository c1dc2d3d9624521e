/// What retention does to one journal: decided first, so that it can be shown, then done.
public struct JournalPrune {
  /// Absolute.
  public let root: String
  public let decisions: [PrunePolicy.Decision]
  /// Manifests of the archive that were not understood, and why.
  public let unreadable: [(path: String, reason: String)]

  /// Looks through the journal at `root` and, where one is named, the archive.
  public init(root: String, archive: String?, policy: PrunePolicy) throws(JournalError) {
    guard let whole = JournalPath.absolute(root) else { throw FileTree.failure("open", root) }
    let claims = ClaimFolder(root: whole).claims
    // Receive times cost a look at all block headers: only where a reader has got somewhere.
    let survey = try SegmentSurvey(
      root: whole, lastTimes: claims.contains { $0.cursor > 0 })
    let folder = archive.map { ArchiveFolder(path: $0) }
    self.root = whole
    unreadable = folder?.unreadable ?? []
    decisions = policy.decide(
      survey.segments, claims: claims, archived: folder?.archived ?? [:])
  }

  /// What became of a file that was to go.
  public enum Outcome {
    case removed
    /// Something came between: why it stays after all.
    case stays(String)
    case failed(JournalError)
  }

  /// Deletes what goes, oldest first; `report` is called for each. Gives the bytes set free.
  public func perform(
    report: (PrunePolicy.Decision, Outcome) -> Void
  ) throws(JournalError) -> UInt64 {
    let going = decisions.filter(\.goes)
    guard !going.isEmpty else { return 0 }
    var remover = try SegmentRemover(root: root)
    for decision in going {
      do throws(JournalError) {
        let reason = try remover.remove(decision.segment)
        report(decision, reason.map { .stays($0) } ?? .removed)
      } catch {
        report(decision, .failed(error))
      }
      remover.removeEmptyFolders(
        dataset: decision.segment.dataset, day: decision.segment.day)
    }
    return remover.bytesFreed
  }
}
