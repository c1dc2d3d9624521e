import FeedKit
import Lanes
import Records

/// A runner whose records are summed up, lane by lane.
final class DigestedRunner {
  let runner: any SourceRunner
  private let ends: [LaneEnd]

  init(_ feed: any Feed.Type, shards: Int, wide: Bool, gaps: GapPolicy = GapPolicy()) {
    let grid = LaneGrid(
      readers: 1, shards: shards, options: LaneOptions(capacityLines: 4_096))
    runner = feed.makeRunner(
      RunnerOptions(
        decoder: DecoderOptions(shards: shards, midnight: 1, usesWideInstructions: wide),
        gaps: gaps), lanes: grid.writer(0))
    ends = (0..<shards).map { LaneEnd(grid, shard: $0) }
  }

  /// Takes what is in the lanes.
  func drain() {
    for end in ends { end.drain() }
  }

  /// Number and hash of the records of each shard.
  var digest: [UInt64] {
    drain()
    return ends.flatMap { [$0.count, $0.hash] }
  }

  /// Every message is accounted for exactly once.
  func demandBalance() {
    let report = runner.report
    let sum = report.decode.decoded + report.decode.ignoredTotal + report.decode.rejectedTotal
    demand(report.messages == sum, "messages == decoded + ignored + rejected")
  }

  /// Counters that must not depend on the path or on the pieces.
  var counts: [UInt64] {
    let report = runner.report
    return [report.messages, report.decode.decoded]
      + report.decode.ignored.indices.map { report.decode.ignored[$0] }
      + report.decode.rejected.indices.map { report.decode.rejected[$0] }
  }
}

private final class LaneEnd {
  private var reader: LaneReader
  private var batch = RecordBatch()
  private(set) var count: UInt64 = 0
  private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

  init(_ grid: LaneGrid, shard: Int) { reader = grid.reader(0, shard: shard) }

  func drain() {
    repeat {
      reader.take(into: &batch)
      for index in 0..<batch.count {
        // Safety: the lane gives out whole records, whose first byte is their length.
        let record = unsafe batch[index]
        let size = unsafe LineWord.recordBytes(length: record.load(as: UInt8.self))
        let type = unsafe RType(rawValue: record.load(fromByteOffset: 1, as: UInt8.self))
        demand(size >= RecordLayout.of(type)?.byteCount ?? .max, "a record has its layout's size")
        for offset in 0..<size {
          let byte = unsafe record.load(fromByteOffset: offset, as: UInt8.self)
          hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        count += 1
      }
      reader.release()
    } while !batch.isEmpty
  }
}

/// Room for what a sender writes.
func withOutput(byteCount: Int, _ body: (inout MutableRawSpan) -> Void) {
  var bytes = [UInt8](repeating: 0, count: byteCount)
  var span = bytes.mutableSpan
  // Safety: every bit pattern is a valid byte.
  var raw = unsafe span.mutableBytes
  body(&raw)
}
