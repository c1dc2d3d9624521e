internal import Lanes
internal import Records

/// Counts the records that a runner writes into its one lane, and the instruments that they name.
///
/// Runner and tally work on the same thread, in turns: the lane never has to hold more than one
/// turn's records. It drops the oldest when full, so that too many in a turn are a number in the
/// report and not a standstill.
struct RecordTally: ~Copyable {
  private let grid: LaneGrid
  private var reader: LaneReader
  private var batch = RecordBatch()
  private var counts = InlineArray<256, UInt64>(repeating: 0)
  private var instruments: Set<UInt32> = []
  /// The last instrument seen in each slot, so that the set is asked only about new ones.
  private var recent: [UInt32]

  /// Slots of `recent`; a power of two.
  private static var slots: Int { 1 << 16 }

  init(capacityLines: Int) {
    grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(capacityLines: capacityLines, policy: .dropOldest))
    reader = grid.reader(0, shard: 0)
    recent = Array(repeating: 0, count: Self.slots)
  }

  /// The producing end, for the runner. Once.
  func writer() -> LaneWriter { grid.writer(0) }

  /// Counts what was written since the last call. After every datagram or chunk.
  mutating func drain() {
    repeat {
      reader.take(into: &batch)
      for index in 0..<batch.count {
        // Safety: a batch holds whole records, each of which begins with a header.
        let header = unsafe batch[index].loadUnaligned(as: RecordHeader.self)
        counts[Int(header.rtype.rawValue)] &+= 1
        note(header.instrumentID)
      }
      reader.release()
    } while batch.isFull
  }

  @inline(__always)
  private mutating func note(_ instrument: UInt32) {
    let slot = Int(truncatingIfNeeded: instrument) & (Self.slots - 1)
    guard instrument != recent[slot] else { return }
    recent[slot] = instrument
    instruments.insert(instrument)
  }

  /// Instruments that records name; the whole market (0) is none.
  var symbols: Int { instruments.count }

  /// Records that gave way before they were counted: 0, or the turns were too long.
  var dropped: UInt64 { reader.dropped }

  /// Number of records by the name of their schema, or of their type where it has none.
  var records: [(name: String, count: UInt64)] {
    var result: [(name: String, count: UInt64)] = []
    for code in counts.indices where counts[code] > 0 {
      result.append((RType(rawValue: UInt8(code)).name, counts[code]))
    }
    return result.sorted { ($0.count, $1.name) > ($1.count, $0.name) }
  }
}
