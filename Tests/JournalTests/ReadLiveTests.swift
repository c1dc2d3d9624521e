import Foundation
import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// Segments are followed while they are written, over rotation and with idle shards.
struct ReadLiveTests {
  /// Takes what is there now; ends when the stream waits.
  private static func take(_ stream: inout JournalStream) throws -> [[UInt8]] {
    var found: [[UInt8]] = []
    while try stream.next() {
      let span = stream.records
      found += ReadSupport.split((0..<span.byteCount).map { span.uncheckedByte(at: $0) })
    }
    let isWaiting = stream.isWaiting
    #expect(isWaiting)
    return found
  }

  /// Asks again until as many records have come; the time limit only ends a test that fails.
  private static func take(
    _ stream: inout JournalStream, until count: Int, found: inout [[UInt8]]
  ) throws {
    let limit = ContinuousClock.now + .seconds(60)
    while found.count < count, ContinuousClock.now < limit {
      found += try take(&stream)
      if found.count < count { usleep(20_000) }
    }
  }

  @Test(arguments: ["zstd:1", "none", "columnar"])
  func aShardIsFollowedOverRotation(_ name: String) throws {
    let folder = TemporaryFolder()
    let segments = try [1, 2].map { part in
      try ReadSupport.segment(
        name, blocks: 3, records: 25,
        from: ReadSupport.startNanos + UInt64(part) * 1_000_000_000, seed: UInt64(part)
      ) {
        $0.part = UInt32(part)
        $0.segmentID = UInt64(part)
        $0.firstOrdinal = UInt64(part - 1) * 75
      }
    }
    var expected: [[UInt8]] = []
    var found: [[UInt8]] = []
    var query = JournalQuery()
    query.followsLive = true
    try segments[0].upTo(block: 0).write(folder, hour: 22)
    var stream = try JournalStream(paths: [folder.root], query: query)
    for (part, segment) in segments.enumerated() {
      for block in 0...3 {
        // The last step seals it.
        let now = block < 3 ? segment.upTo(block: block) : segment
        try now.write(folder, hour: 22, part: part + 1)
        if block < 3 { expected += ReadSupport.split(segment.parts[block]) }
        try Self.take(&stream, until: expected.count, found: &found)
        #expect(ReadStreamTests.difference(found, expected) == nil, "part \(part) block \(block)")
      }
    }
    let findings = stream.findings
    #expect(findings == [])
  }

  /// Segments that end before the wanted time are left out when the stream is opened, and do not
  /// come back as new ones with the next look at the folder.
  @Test func followingFromATimeKeepsTheLiveSegment() throws {
    let folder = TemporaryFolder()
    let hour: UInt64 = 3_600_000_000_000
    for (index, number) in [20, 21].enumerated() {
      let old = try ReadSupport.segment(
        "zstd:1", blocks: 2, records: 25,
        from: ReadSupport.startNanos - UInt64(2 - index) * hour, seed: UInt64(number)
      ) { $0.segmentID = UInt64(number) }
      try old.write(folder, hour: number)
    }
    let live = try ReadSupport.segment("zstd:1", blocks: 4, records: 25, seed: 3, step: 2_000) {
      $0.firstOrdinal = 100
    }
    try live.upTo(block: 0).write(folder, hour: 22)
    var query = JournalQuery()
    query.followsLive = true
    query.from = ReadSupport.startNanos
    var stream = try JournalStream(paths: [folder.root], query: query)
    var found: [[UInt8]] = []
    try Self.take(&stream, until: 25, found: &found)
    // Folders are looked at every 100 ms.
    for block in 1..<4 {
      usleep(130_000)
      found += try Self.take(&stream)
      try live.upTo(block: block).write(folder, hour: 22)
      try Self.take(&stream, until: (block + 1) * 25, found: &found)
    }
    #expect(
      ReadStreamTests.difference(found, live.parts.flatMap(ReadSupport.split)) == nil)
    let findings = stream.findings
    #expect(findings == [])
  }

  /// A copy of an earlier hour that somebody lays beside the live segment does not follow it.
  @Test func aSegmentThatComesBeforeTheLiveOneIsRefused() throws {
    let folder = TemporaryFolder()
    let live = try ReadSupport.segment("zstd:1", blocks: 3, records: 25, seed: 3) {
      $0.createdNanos = ReadSupport.startNanos
    }
    try live.upTo(block: 0).write(folder, hour: 22)
    var query = JournalQuery()
    query.followsLive = true
    var stream = try JournalStream(paths: [folder.root], query: query)
    var found: [[UInt8]] = []
    try Self.take(&stream, until: 25, found: &found)
    let copy = try ReadSupport.segment("zstd:1", blocks: 1, records: 5, seed: 9) {
      ($0.segmentID, $0.createdNanos) = (9, ReadSupport.startNanos - 1)
    }
    let path = try copy.write(folder, hour: 20)
    for block in 1..<3 {
      usleep(130_000)
      found += try Self.take(&stream)
      try live.upTo(block: block).write(folder, hour: 22)
      try Self.take(&stream, until: (block + 1) * 25, found: &found)
    }
    #expect(
      ReadStreamTests.difference(found, live.parts.flatMap(ReadSupport.split)) == nil)
    let findings = stream.findings
    #expect(findings.map(\.path) == [path])
  }

  /// A clock that was set back more than an hour: the writer's next segment has an earlier name.
  @Test func theWritersNextSegmentMayHaveAnEarlierName() throws {
    let folder = TemporaryFolder()
    let first = try ReadSupport.segment("zstd:1", blocks: 1, records: 25, seed: 3) {
      $0.createdNanos = ReadSupport.startNanos
    }
    try first.write(folder, hour: 22)
    var query = JournalQuery()
    query.followsLive = true
    var stream = try JournalStream(paths: [folder.root], query: query)
    var found: [[UInt8]] = []
    try Self.take(&stream, until: 25, found: &found)
    let second = try ReadSupport.segment("zstd:1", blocks: 1, records: 5, seed: 9) {
      ($0.segmentID, $0.createdNanos) = (9, ReadSupport.startNanos + 1)
      $0.firstOrdinal = 25
    }
    try folder.write([], to: folder.path("XNAS.ITCH/2023-11-14/20-0.dbn.zst"))
    usleep(130_000)
    found += try Self.take(&stream)
    try second.write(folder, hour: 20)
    try Self.take(&stream, until: 30, found: &found)
    #expect(
      ReadStreamTests.difference(
        found, (first.parts + second.parts).flatMap(ReadSupport.split)) == nil)
  }

  @Test func anUnsealedSegmentIsLeftForALaterOne() throws {
    let folder = TemporaryFolder()
    // The writer was killed: the first segment has no index and a torn end.
    let first = try ReadSupport.segment("zstd:1", blocks: 2, records: 10, sealed: false)
    var torn = first
    torn.cut(to: first.file.count - 5)
    let path = try torn.write(folder, hour: 22)
    var query = JournalQuery()
    query.followsLive = true
    var stream = try JournalStream(paths: [folder.root], query: query)
    var found: [[UInt8]] = []
    var expected = ReadSupport.split(first.parts[0])
    try Self.take(&stream, until: expected.count, found: &found)
    // It begins anew: cuts the torn end, and writes another segment.
    try folder.write(first.upTo(block: 0).file, to: path)
    let second = try ReadSupport.segment(
      "zstd:1", blocks: 1, records: 10, from: ReadSupport.startNanos + 9_000_000_000, seed: 4)
    try second.write(folder, hour: 22, part: 2)
    expected += ReadSupport.split(second.parts[0])
    try Self.take(&stream, until: expected.count, found: &found)
    #expect(ReadStreamTests.difference(found, expected) == nil)
  }

  @Test func anIdleShardDoesNotHoldUpTheOthers() throws {
    let folder = TemporaryFolder()
    let shards = try (0..<3).map { shard in
      try ReadSupport.segment("zstd:1", blocks: 3, records: 25, seed: UInt64(shard)) {
        $0.shard = UInt32(shard)
      }
    }
    for shard in shards { try shard.upTo(block: 0).write(folder, hour: 22) }
    var query = JournalQuery()
    query.followsLive = true
    var stream = try JournalStream(paths: [folder.root], query: query)
    var found: [[UInt8]] = []
    try Self.take(&stream, until: 75, found: &found)
    #expect(found.count == 75)
    // Shard 1 has nothing more; the others go on, and a fourth comes.
    try shards[0].write(folder, hour: 22)
    try shards[2].write(folder, hour: 22)
    let fourth = try ReadSupport.segment("zstd:1", blocks: 1, records: 25, seed: 9) {
      $0.shard = 3
    }
    try fourth.write(folder, hour: 22)
    try Self.take(&stream, until: 75 + 50 + 50 + 25, found: &found)
    #expect(found.count == 200)
    for builder in shards.enumerated().map({ $0 == 1 ? $1.upTo(block: 0) : $1 }) + [fourth] {
      let own = builder.parts.flatMap(ReadSupport.split)
      let kept = Set(own)
      #expect(ReadStreamTests.difference(found.filter(kept.contains), own) == nil)
    }
  }

  @Test func aSegmentThatBeginsLaterIsWaitedFor() throws {
    let folder = TemporaryFolder()
    let segment = try ReadSupport.segment("zstd:1", blocks: 1, records: 5)
    try folder.write([], to: folder.path("XNAS.ITCH/2023-11-14/22-0.dbn.zst"))
    var query = JournalQuery()
    query.followsLive = true
    var stream = try JournalStream(paths: [folder.root], query: query)
    let nothing = try Self.take(&stream)
    #expect(nothing == [])
    try segment.write(folder, hour: 22)
    var found: [[UInt8]] = []
    try Self.take(&stream, until: 5, found: &found)
    #expect(ReadStreamTests.difference(found, ReadSupport.split(segment.parts[0])) == nil)
  }
}

extension SegmentBuilder {
  /// As the segment was when this block had just been written.
  func upTo(block: Int) -> SegmentBuilder {
    var part = self
    part.cut(to: ends[block])
    part.keep(blocks: block + 1)
    return part
  }
}
