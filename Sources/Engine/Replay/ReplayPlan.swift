public import Journal

/// What is to be played: the lanes of a journal, each with its files.
public struct ReplayPlan: Sendable {
  /// One shard of one pipeline.
  public struct Lane: Sendable {
    /// Index of the ring that it is played into.
    public let ring: Int
    public let paths: [String]
  }

  public let lanes: [Lane]
  public let dataset: String

  public init(paths: [String]) throws(JournalError) {
    lanes = paths.enumerated().map { Lane(ring: $0.offset, paths: [$0.element]) }
    dataset = "XNAS.ITCH"
  }

  public var ringCount: Int { (lanes.map(\.ring).max() ?? 0) + 1 }

  /// Opens all files.
  func open() throws(ReplayError) -> ReplayMerge {
    var opened: [ReplayLane] = []
    do throws(JournalError) {
      for lane in lanes {
        opened.append(ReplayLane(try LaneCursor(ring: lane.ring, paths: lane.paths)))
      }
    } catch {
      throw .journal(error)
    }
    return ReplayMerge(opened)
  }
}
