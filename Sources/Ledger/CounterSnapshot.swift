/// All counters of an instance at one time.
public struct CounterSnapshot: Sendable {
  /// Who wrote the file.
  public let header: CounterFileHeader
  /// When the snapshot was taken.
  public let takenAt: RealtimeInstant
  /// When the writer last said that it lives.
  public let heartbeat: RealtimeInstant
  /// What the writer last said about itself.
  public let state: InstanceState
  /// Whether a process with the writer's number exists (not in another container's numbering).
  public let writerIsAlive: Bool
  let catalog: CounterCatalog
  /// The blocks in the order of the file.
  public let blocks: [BlockSnapshot]

  /// Whether the writer has stopped in order, so that all counters are final.
  public var isQuiesced: Bool { state == .stopped }

  /// The block of a source, shard or outlet (`minor` is the outlet), or of a lane (`major` is its
  /// source, `minor` its shard).
  public func block(_ scope: CounterScope, _ major: Int = 0, _ minor: Int = 0) -> BlockSnapshot? {
    blocks.first { $0.scope == scope && $0.major == major && $0.minor == minor }
  }

  /// The sum of a counter over all blocks of its scope.
  public func total(_ id: CounterID) -> UInt64 {
    blocks.reduce(0) { $0 &+ ($1.scope == id.scope ? $1[id] : 0) }
  }
}

/// One block's counters, as its writer published them.
public struct BlockSnapshot: Sendable {
  /// The words of one reading; not consistent where the writer always was faster.
  struct Reading: Sendable {
    var words: [UInt64]
    var isConsistent: Bool
  }

  public let scope: CounterScope
  public let major: Int
  public let minor: Int
  /// The name that the plan gave to the block.
  public let name: String
  /// The most records that a lane holds (all ones: older ones give way); 0 for other blocks.
  public let capacityRecords: UInt64
  /// The most records between two publications of the block.
  public let batchRecords: UInt64
  let earlier: Reading
  let reading: Reading
  let catalog: CounterCatalog

  /// Whether all words are of one publication.
  public var isConsistent: Bool { earlier.isConsistent && reading.isConsistent }

  /// A counter's value, for an array the sum of its elements; 0 where the file does not have it.
  public subscript(_ id: CounterID) -> UInt64 { sum(id, in: reading) ?? 0 }

  /// The elements of an array counter that are not zero, with their names.
  public func elements(_ id: CounterID) -> [(name: String, value: UInt64)] {
    guard let entry = catalog.entries[id], id.scope == scope else { return [] }
    return (0..<entry.wordCount).compactMap { element in
      let value = reading.words[entry.firstWord + element]
      return value == 0 ? nil : (catalog.elementName(entry, element), value)
    }
  }

  /// All elements of an array counter; empty where the file does not have it.
  public func words(_ id: CounterID) -> [UInt64] {
    guard let entry = catalog.entries[id], id.scope == scope else { return [] }
    return Array(reading.words[entry.firstWord..<(entry.firstWord + entry.wordCount)])
  }

  /// The sum of a counter's words in one of the two readings; nil where the file does not have it.
  func sum(_ id: CounterID, in reading: Reading) -> UInt64? {
    guard let entry = catalog.entries[id], id.scope == scope else { return nil }
    return reading.words[entry.firstWord..<(entry.firstWord + entry.wordCount)].reduce(0, &+)
  }
}
