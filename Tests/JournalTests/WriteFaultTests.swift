import Glibc
import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// A disk that fails loses no block that was reported as durable, and the account always adds up.
struct WriteFaultTests {
  static let second: UInt64 = 1_000_000_000

  static func options(_ codec: String, _ sync: SyncPolicy) throws -> JournalOptions {
    var options = JournalOptions(
      root: "r", dataset: "D", instance: "t", shard: 0, shardCount: 1, runID: 1)
    options.codec = try #require(JournalCodec(name: codec))
    options.sync = sync
    return options
  }

  /// All segments' records in the order of the parts, and how many blocks each has.
  static func segments(_ files: FaultyFiles) -> [WrittenSegment] {
    files.paths.compactMap { path in SegmentName(path: path).map { (path, $0) } }
      .sorted { $0.1 < $1.1 }
      .compactMap { path, _ in
        let side = path.hasSuffix(".dbn") ? files.bytes(path + ".blocks") ?? [] : nil
        return files.bytes(path).flatMap { WrittenSegment($0, side: side) }
      }
  }

  /// A load of small blocks; keeps each block's bytes.
  struct Load {
    var blocks: [[UInt8]] = []
    var nanos = WriteSegmentTests.start
    private var seed: UInt64 = 0

    mutating func next() -> [UInt8] {
      seed += 1
      var made = MadeRecords(seed: seed, from: nanos)
      if seed % 5 == 1 { made.appendMapping("S\(seed)", UInt32(seed)) }
      made.append(20 - made.count)
      nanos += Self.step
      blocks.append(made.bytes)
      return made.bytes
    }

    /// ns from block to block: past every pause of the writer after some of them.
    static var step: UInt64 { 2_000_000_000 }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var cause: JournalLossCause
    /// Whether the blocks meant for the disk while it fails are lost (a failed sync loses none).
    var loses = true
    /// Whether writing goes on in a new segment.
    var opensNew = false
    var set: @Sendable (inout FaultyFiles.Faults) -> Void
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "disk full at once", cause: .noSpace) { $0.freeBytes = 0 },
    Case(name: "disk full within a block", cause: .noSpace) { $0.freeBytes = 170 },
    Case(name: "I/O error", cause: .device) { $0.failing["write"] = EIO },
    Case(name: "I/O error after a part", cause: .device) {
      $0.failing["write"] = EIO
      $0.partBytes = 100
    },
    Case(name: "read-only file system", cause: .readOnly) { $0.failing["write"] = EROFS },
    Case(name: "quota", cause: .noSpace) { $0.failing["write"] = EDQUOT },
    Case(name: "the tail cannot be cut", cause: .device, opensNew: true) {
      $0.failing["write"] = EIO
      $0.failing["truncate"] = EIO
      $0.partBytes = 90
    },
    Case(name: "sync fails", cause: .device, loses: false, opensNew: true) {
      $0.failing["sync"] = EIO
    },
  ]

  @Test(arguments: cases, ["lz4", "none", "columnar+lz4"])
  func writingGoesOnByItself(_ fault: Case, _ codec: String) throws {
    let files = FaultyFiles()
    var writer = ShardWriter(try Self.options(codec, .block), files: files)
    var load = Load()
    func write(_ count: Int) {
      for _ in 0..<count {
        writer.write(load.next().rawSpan, recordCount: 20, nowNanos: load.nanos)
        writer.tick(nowNanos: load.nanos + 1)
        let status = writer.status
        #expect(status.offered == status.written + status.lost)
        #expect(JournalLossCause.allCases.map(status.lost).reduce(0, +) == status.lost)
      }
    }
    write(6)
    let now1 = writer.status
    #expect(now1.durable == 120)
    files.with { fault.set(&$0.faults) }
    write(4)
    let failing = writer.status
    #expect(failing.isFailing && failing.failures > 0 && failing.lastError != nil)
    #expect(failing.lost == (fault.loses ? 80 : failing.lost))
    if fault.loses { #expect(failing.lost(fault.cause) == failing.lost) }
    #expect(failing.durable == 120)
    files.faults = FaultyFiles.Faults()
    write(6)
    writer.close(nowNanos: load.nanos)
    let status = writer.status
    #expect(!status.isFailing)
    #expect(status.durable + status.doubtful == status.written)
    #expect(status.offered == 320)
    let segments = Self.segments(files)
    if fault.opensNew { #expect(segments.count > 1) } else { #expect(segments.count == 1) }
    // Whole blocks, in order, and all that was written.
    let found = segments.flatMap(\.blocks).filter { !$0.header.isRepeated }.map(\.records)
    let kept = load.blocks.filter(found.contains)
    #expect(kept.count * 20 == status.written)
    #expect(found.filter(load.blocks.contains) == kept)
    #expect(Array(found.prefix(6)) == Array(load.blocks.prefix(6)))
    #expect(Array(found.suffix(5)) == Array(load.blocks.suffix(5)))
    checkSymbols(segments, load)
    #expect(segments.allSatisfy { fault.opensNew || ($0.restBytes == 0 && $0.isSealed) })
  }

  /// Every segment knows, from its metadata or its first blocks, every symbol that came before its
  /// end, those of lost blocks too.
  private func checkSymbols(_ segments: [WrittenSegment], _ load: Load) {
    guard let last = segments.last else { return }
    let inBlocks = Set(
      last.blocks.flatMap { block in Self.mappings(block.records) })
    let wanted = stride(from: 1, through: 16, by: 5).map { "S\($0)" }
    let known = Set(last.metadata?.symbols ?? []).union(inBlocks)
    #expect(known.isSuperset(of: wanted), "\(known)")
  }

  private static func mappings(_ records: [UInt8]) -> [String] {
    var found: [String] = []
    var at = 0
    while let head = RecordHeader(copying: records.rawSpan, at: at) {
      if head.rtype == .symbolMapping,
        let mapping = SymbolMappingMessage(copying: records.rawSpan, at: at)
      {
        found.append(mapping.stypeInSymbol.text)
      }
      at += head.byteCount
    }
    return found
  }

  /// A folder that cannot be made or a file that cannot be created is tried again, with pauses.
  @Test(arguments: ["mkdir", "create"])
  func openingIsTriedAgain(_ call: String) throws {
    let files = FaultyFiles()
    files.faults.failing[call] = EACCES
    var writer = ShardWriter(try Self.options("lz4", .off), files: files)
    var load = Load()
    for index in 0..<100 {
      let now = WriteSegmentTests.start + UInt64(index) * 50_000_000
      writer.write(load.next().rawSpan, recordCount: 20, nowNanos: now)
    }
    // 5 s with pauses of 0.1, 0.2, 0.4, 0.8, 1.6 and 3.2 s: not a call per block.
    #expect(files.calls(call) <= 7 && files.calls(call) >= 5)
    let now2 = writer.status
    #expect(now2.lost(.readOnly) == 2_000)
    files.faults = FaultyFiles.Faults()
    writer.write(load.next().rawSpan, recordCount: 20, nowNanos: load.nanos)
    let now3 = writer.status
    #expect(now3.written == 20 && !now3.isFailing)
    let now4 = writer.status
    #expect(now4.durable == 0)
  }

  @Test func recordsThatAreNoneAreLostAlone() throws {
    let files = FaultyFiles()
    var writer = ShardWriter(try Self.options("zstd:1", .block), files: files)
    var load = Load()
    writer.write(load.next().rawSpan, recordCount: 20, nowNanos: load.nanos)
    writer.write([UInt8](repeating: 0, count: 64).rawSpan, recordCount: 3, nowNanos: load.nanos)
    writer.write(load.next().rawSpan, recordCount: 20, nowNanos: load.nanos)
    let status = writer.status
    #expect(status.written == 40 && status.lost(.refused) == 3 && !status.isFailing)
  }

  /// Power cuts and kills at random moments under random faults: every durable block is there
  /// after recovery, what is there is a prefix of each segment, and nothing is there twice.
  @Test(arguments: 0..<60)
  func nothingDurableIsLost(_ seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let codec = ["lz4", "none", "zstd:1", "columnar+lz4"][seed % 4]
    let policy: SyncPolicy = [.block, .interval(3 * Self.second), .off][seed / 4 % 3]
    var files = FaultyFiles()
    var load = Load()
    var durable: [[UInt8]] = []
    for _ in 0..<4 {
      var writer = ShardWriter(try Self.options(codec, policy), files: files)
      let first = load.blocks.count
      for _ in 0..<(generator.next() % 12) {
        if generator.next() % 4 == 0 {
          let fault = Self.cases[Int(generator.next() % UInt64(Self.cases.count))]
          files.with { fault.set(&$0.faults) }
        } else if generator.next() % 2 == 0 {
          files.faults = FaultyFiles.Faults()
        }
        let before = writer.status
        writer.write(load.next().rawSpan, recordCount: 20, nowNanos: load.nanos)
        writer.tick(nowNanos: load.nanos)
        let status = writer.status
        #expect(status.offered == status.written + status.lost, "seed \(seed)")
        #expect(status.durable + status.doubtful <= status.written, "seed \(seed)")
        if policy == .block, status.durable > before.durable {
          durable.append(load.blocks[load.blocks.count - 1])
        }
      }
      // With intervals the first `durable` records of a run without losses are the durable ones.
      if policy != .block, writer.status.lost == 0, writer.status.doubtful == 0 {
        durable += load.blocks[first...].prefix(Int(writer.status.durable / 20))
      }
      files = generator.next() % 3 == 0 ? files.afterKill() : files.afterPowerCut(&generator)
      let outcome = ShardRecovery(files: files, root: "r", dataset: "D").run { _ in true }
      #expect(outcome.errors.isEmpty, "seed \(seed): \(outcome.errors)")
      check(files, load, durable, seed)
    }
  }

  private func check(_ files: FaultyFiles, _ load: Load, _ durable: [[UInt8]], _ seed: Int) {
    let segments = Self.segments(files)
    let found = segments.flatMap(\.blocks).filter { !$0.header.isRepeated }.map(\.records)
    for block in durable { #expect(found.contains(block), "seed \(seed): a durable block") }
    let own = found.filter(load.blocks.contains)
    #expect(own == load.blocks.filter(found.contains), "seed \(seed): order, nothing twice")
    // A second look changes nothing.
    let before = files.paths.map { files.bytes($0) }
    _ = ShardRecovery(files: files, root: "r", dataset: "D").run { _ in true }
    #expect(files.paths.map { files.bytes($0) } == before, "seed \(seed): recovery is idempotent")
  }
}
