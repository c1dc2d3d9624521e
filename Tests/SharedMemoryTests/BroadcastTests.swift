import SharedMemory
import Testing

/// One writer and readers in one process, step by step.
@Suite struct BroadcastTests {
  static func options(_ store: LineStore, lines: Int = 64) -> BroadcastWriter.Options {
    BroadcastWriter.Options(
      instance: "test", dataset: "XNAS.ITCH", capacityLines: lines, store: store)
  }

  @Test(arguments: LineStore.runnable)
  func everySizeArrivesWhole(store: LineStore) throws {
    let folder = try TestFolder()
    var writer = try BroadcastWriter(
      path: folder.ring, options: Self.options(store, lines: 1024))
    var reader = try BroadcastReader(path: folder.ring)
    let sizes = Array(stride(from: 16, through: 560, by: 8))
    writer.publish(sizes: sizes)
    let found = reader.drain()
    let sent = sizes.enumerated().map { testRecord(UInt64($0.offset + 1), byteCount: $0.element) }
    #expect(found.records == sent)
    #expect(found.lost == 0)
    #expect(found.end == .none)
    #expect(reader.received == UInt64(sizes.count))
    #expect(reader.nextOrdinal == UInt64(sizes.count + 1))
  }

  @Test(arguments: LineStore.runnable)
  func threeWaysToPublishGiveTheSameBytes(store: LineStore) throws {
    let folder = try TestFolder()
    var writer = try BroadcastWriter(path: folder.ring, options: Self.options(store))
    var reader = try BroadcastReader(path: folder.ring)
    let words = SIMD8<UInt64>(0x2_A00E, 11, 12, 13, 14, 15, 16, 17)
    writer.publish(line: words)
    writer.publish(InlineArray<7, UInt64> { words[$0] })
    let plain = (0..<7).flatMap { word in (0..<8).map { UInt8(words[word] >> ($0 * 8) & 0xFF) } }
    writer.publish(array: plain)
    #expect(reader.drain().records == [plain, plain, plain])
  }

  @Test(arguments: LineStore.runnable)
  func wrapsAroundTheEndLineByLine(store: LineStore) throws {
    let folder = try TestFolder()
    var writer = try BroadcastWriter(path: folder.ring, options: Self.options(store))
    var reader = try BroadcastReader(path: folder.ring)
    // Seven lines a record into 64 lines: every tenth record wraps, each time at another line.
    for ordinal in 1...200 as ClosedRange<UInt64> {
      writer.publish(sizes: [368])
      let found = reader.drain()
      #expect(found.records == [testRecord(ordinal, byteCount: 368)])
      #expect(found.lost == 0)
    }
  }

  @Test(arguments: LineStore.runnable)
  func aLappedReaderLearnsItsLoss(store: LineStore) throws {
    let folder = try TestFolder()
    var writer = try BroadcastWriter(path: folder.ring, options: Self.options(store))
    var reader = try BroadcastReader(path: folder.ring)
    writer.publish(sizes: Array(repeating: 56, count: 1000))
    let found = reader.drain()
    // Half a ring behind the writer: 64 / 2 lines.
    #expect(found.lost == 1000 - 32)
    #expect(found.records == (969...1000).map { testRecord($0) })
  }

  @Test func aLappedReaderGoesOnInPlaceWithoutAHint() throws {
    let folder = try TestFolder()
    var writer = try BroadcastWriter(path: folder.ring, options: Self.options(.best))
    var reader = try BroadcastReader(path: folder.ring)
    for ordinal in 1...67 as ClosedRange<UInt64> {
      writer.publish(array: testRecord(ordinal))
    }
    // Line 0 holds record 65; with no flush there is no better place than that line itself.
    let found = reader.drain()
    #expect(found.lost == 64)
    #expect(found.records == (65...67).map { testRecord($0) })
  }

  @Test func startModes() throws {
    let folder = try TestFolder()
    var writer = try BroadcastWriter(path: folder.ring, options: Self.options(.best))
    var empty = try BroadcastReader(path: folder.ring, start: .newest)
    #expect(empty.drain() == Drained())
    writer.publish(sizes: Array(repeating: 56, count: 100))
    var oldest = try BroadcastReader(path: folder.ring, start: .oldest)
    #expect(oldest.nextOrdinal == 37)
    #expect(oldest.drain().records == (37...100).map { testRecord($0) })
    var newest = try BroadcastReader(path: folder.ring, start: .newest)
    #expect(newest.nextOrdinal == 101)
    var present = try BroadcastReader(path: folder.ring, start: .ordinal(90))
    #expect(present.drain().records == (90...100).map { testRecord($0) })
    #expect(present.lost == 0)
    var gone = try BroadcastReader(path: folder.ring, start: .ordinal(5))
    #expect(gone.lost == 32)
    #expect(gone.drain().records.first == testRecord(37))
    var next = try BroadcastReader(path: folder.ring, start: .ordinal(101))
    writer.publish(sizes: [56])
    #expect(newest.drain().records == [testRecord(101)])
    #expect(next.drain().records == [testRecord(101)])
    #expect(throws: SharedMemoryError.ordinalAhead(path: folder.ring, ordinal: 103)) {
      _ = try BroadcastReader(path: folder.ring, start: .ordinal(103))
    }
  }

  @Test func oldestIsFoundAlthoughTheHintIsOld() throws {
    let folder = try TestFolder()
    var writer = try BroadcastWriter(path: folder.ring, options: Self.options(.best))
    writer.publish(sizes: Array(repeating: 80, count: 50))
    for ordinal in 51...60 as ClosedRange<UInt64> {
      writer.publish(array: testRecord(ordinal, byteCount: 80))
    }
    // 64 lines of two lines a record: 29 ... 60 are there, the hint ends at 50.
    var reader = try BroadcastReader(path: folder.ring)
    let found = reader.drain()
    #expect(found.records == (29...60).map { testRecord($0, byteCount: 80) })
    #expect(found.lost == 0)
  }

  @Test func closedAfterTheLastRecord() throws {
    let folder = try TestFolder()
    var writer = try BroadcastWriter(path: folder.ring, options: Self.options(.best))
    writer.publish(sizes: [56, 320, 176])
    var reader = try BroadcastReader(path: folder.ring)
    writer.close()
    let found = reader.drain()
    #expect(found.records.count == 3)
    #expect(found.end == .closed)
    #expect(reader.poll() == .closed)
    var late = try BroadcastReader(path: folder.ring)
    #expect(late.drain().records == found.records)
  }
}
