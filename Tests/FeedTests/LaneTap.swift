import FeedKit
import Lanes
import Records
import TestSupport

/// A runner of one feed with everything that comes out of its lanes.
struct TappedRunner {
  let runner: any SourceRunner
  private let taps: [LaneTap]
  let shards: Int

  init(
    _ feed: any Feed.Type, shards: Int = 1, wide: Bool = true, midnight: UInt64 = 0,
    gaps: GapPolicy = GapPolicy(), capacityLines: Int = 1 << 14
  ) {
    let grid = LaneGrid(
      readers: 1, shards: shards, options: LaneOptions(capacityLines: capacityLines))
    var options = DecoderOptions(shards: shards, midnight: midnight)
    options.usesWideInstructions = wide
    runner = feed.makeRunner(
      RunnerOptions(decoder: options, gaps: gaps), lanes: grid.writer(0))
    taps = (0..<shards).map { LaneTap(grid, shard: $0) }
    self.shards = shards
  }

  /// All records so far, by shard, each as its bytes.
  func records() -> [[[UInt8]]] {
    for tap in taps { tap.drain() }
    return taps.map(\.records)
  }

  /// Reads a file that comes in pieces, each of which ends `cuts` bytes from the start.
  func read(_ bytes: [UInt8], framing: FileFraming = .lengthPrefixed, cuts: [Int] = []) {
    var kept: [UInt8] = []
    var from = 0
    for cut in cuts + [bytes.count] {
      kept += bytes[from..<cut]
      from = cut
      let consumed = runner.readFile(
        kept.rawSpan, framing: framing, tsRecv: 99, isLast: cut == bytes.count)
      kept.removeFirst(consumed)
      for tap in taps { tap.drain() }
    }
  }

  /// Whether every message is accounted for exactly once.
  var isBalanced: Bool {
    let report = runner.report
    return report.messages
      == report.decode.decoded + report.decode.ignoredTotal + report.decode.rejectedTotal
  }
}

/// The consuming end of a lane, and what came.
private final class LaneTap {
  private var reader: LaneReader
  private var batch = RecordBatch()
  private(set) var records: [[UInt8]] = []

  init(_ grid: LaneGrid, shard: Int) { reader = grid.reader(0, shard: shard) }

  func drain() {
    repeat {
      reader.take(into: &batch)
      for index in 0..<batch.count {
        // Safety: the lane gives out whole records, whose first byte is their length.
        let record = unsafe batch[index]
        let count = unsafe LineWord.recordBytes(length: record.load(as: UInt8.self))
        unsafe records.append(Array(UnsafeRawBufferPointer(start: record, count: count)))
      }
      reader.release()
    } while !batch.isEmpty
  }
}

extension Record {
  /// The record as it stands in a lane.
  var laneBytes: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }
}
