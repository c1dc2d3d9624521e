import FeedKit
import TestSupport
import Testing

@testable import ExchangeFeeds

/// The wide and the scalar path, one shard and four, whole and in pieces: the same records.
@Suite struct ItchParityTests {
  /// A day of the simulator, and the same with damage: lengths, sides, ids far apart, zero lengths.
  static func day(seed: UInt64, messages: Int, damage: Bool) throws -> [UInt8] {
    var market = try ItchMarket(eventfulOptions(seed: seed, messages: messages))
    let bytes = market.rest()
    guard damage else { return bytes }
    var random = SeededGenerator(seed: seed)
    var result: [UInt8] = []
    for frame in splitFrames(bytes) {
      var message = Array(frame.dropFirst(2))
      switch random.next() % 12 {
      case 0: mutate(&message, &random)
      case 1: message += [UInt8](repeating: 0x5A, count: Int(random.next() % 40))
      case 2: message.removeLast(Int(random.next() % UInt64(message.count)))
      default: break
      }
      result += [UInt8(message.count >> 8), UInt8(message.count & 255)] + message
    }
    return result
  }

  private static func mutate(_ message: inout [UInt8], _ random: inout SeededGenerator) {
    switch random.next() % 4 {
    case 0: message[0] = UInt8(truncatingIfNeeded: random.next())
    case 1 where message.count > 19: message[19] = UInt8(truncatingIfNeeded: random.next())
    // The upper half of an id: replacements whose ids are far apart.
    case 2 where message.count > 19: message[11 + Int(random.next() % 4)] ^= 1
    default:
      message[Int(random.next() % UInt64(message.count))] = UInt8(truncatingIfNeeded: random.next())
    }
  }

  @Test(arguments: [(1, false), (2, true), (3, true), (4, true)] as [(UInt64, Bool)])
  func pathsAgree(seed: UInt64, damage: Bool) throws {
    let bytes = try Self.day(seed: seed, messages: 4_000, damage: damage)
    for shards in [1, 4] {
      let scalar = TappedRunner(ItchFeed.self, shards: shards, wide: false)
      let wide = TappedRunner(ItchFeed.self, shards: shards, wide: true)
      scalar.read(bytes)
      wide.read(bytes)
      let (one, other) = (scalar.records(), wide.records())
      #expect(one == other, "seed \(seed), \(shards) shards")
      #expect(one.allSatisfy { !$0.isEmpty }, "every shard has records")
      #expect(scalar.isBalanced && wide.isBalanced)
      let (left, right) = (scalar.runner.report, wide.runner.report)
      #expect(counts(left) == counts(right))
      #expect(left.records == one.map { UInt64($0.count) })
      if damage {
        #expect(left.decode.rejectedTotal > 0)
      } else {
        #expect(left.decode.rejectedTotal == 0)
      }
    }
  }

  /// A shard's records are those of its instruments, in the order in which one shard has them all.
  @Test func shardsKeepTheOrderOfTheirInstruments() throws {
    let bytes = try Self.day(seed: 5, messages: 3_000, damage: false)
    let all = TappedRunner(ItchFeed.self, shards: 1)
    let parts = TappedRunner(ItchFeed.self, shards: 4)
    all.read(bytes)
    parts.read(bytes)
    let whole = all.records()[0]
    for (shard, records) in parts.records().enumerated() {
      let wanted = whole.filter { record in
        let instrument = (0..<4).reduce(UInt32(0)) { $0 | UInt32(record[4 + $1]) << UInt32(8 * $1) }
        // The whole market's records go to every shard.
        return instrument == 0 || ShardModel.shard(instrument, 4) == shard
      }
      #expect(records == wanted, "shard \(shard)")
    }
  }

  @Test(arguments: [true, false]) func piecesGiveTheSameRecords(wide: Bool) throws {
    // Twelve messages with damage, the end of the session, and bytes behind it.
    let day = try Self.day(seed: 6, messages: 2_400, damage: true)
    let frames = splitFrames(day).suffix(12).flatMap { $0 }
    let bytes = frames + [0, 0] + [0, 12, 0x53, 1, 2]
    let whole = TappedRunner(ItchFeed.self, wide: wide)
    whole.read(bytes)
    let wanted = whole.records()
    let report = whole.runner.report
    #expect(report.hasEnded)
    #expect(report.decode.rejected[9] == 1, "trailing bytes count once")
    #expect(report.bytes == UInt64(bytes.count))
    // A wide runner takes long to make in a debug build: every third cut has to do.
    for cut in stride(from: 1, to: bytes.count, by: wide ? 3 : 1) {
      let pieces = TappedRunner(ItchFeed.self, wide: wide, capacityLines: 1_024)
      pieces.read(bytes, cuts: [cut])
      #expect(pieces.records() == wanted, "cut \(cut)")
      #expect(counts(pieces.runner.report) == counts(report), "cut \(cut)")
      #expect(pieces.isBalanced)
    }
    let crumbs = TappedRunner(ItchFeed.self, wide: wide, capacityLines: 1_024)
    crumbs.read(bytes, cuts: Array(1..<bytes.count))
    #expect(crumbs.records() == wanted)
    #expect(counts(crumbs.runner.report) == counts(report))
  }

  @Test(arguments: [FileFraming.lengthPrefixed, .zeroPrefixed, .bare])
  func framingsAgree(framing: FileFraming) throws {
    let frames = splitFrames(try Self.day(seed: 7, messages: 2_400, damage: false)).suffix(300)
    let day = Array(frames.joined())
    let framed = TappedRunner(ItchFeed.self)
    framed.read(day)
    var bytes: [UInt8] = []
    for frame in frames {
      switch framing {
      case .lengthPrefixed: bytes += frame
      case .zeroPrefixed: bytes += [0, 0] + frame.dropFirst(2)
      default: bytes += frame.dropFirst(2)
      }
    }
    for cuts in [[], [1], [2, 3], Array(stride(from: 7, to: bytes.count, by: 13))] {
      let tapped = TappedRunner(ItchFeed.self)
      tapped.read(bytes, framing: framing, cuts: cuts)
      #expect(tapped.records() == framed.records())
      #expect(counts(tapped.runner.report) == counts(framed.runner.report))
    }
  }

  /// Where a file can no longer be followed, the rest is one rejection, however it is cut.
  @Test(
    arguments: [
      ([0x53] + [UInt8](repeating: 0, count: 11) + [0x3F, 1, 2, 3, 4], .bare, 2),
      ([0, 0, 0x53] + [UInt8](repeating: 0, count: 11) + [0, 1, 0x53], .zeroPrefixed, 1),
      ([0, 12, 0x53] + [UInt8](repeating: 0, count: 11) + [0, 20, 0x53], .lengthPrefixed, 0),
      ([0, 12, 0x53] + [UInt8](repeating: 0, count: 11) + [0], .lengthPrefixed, 0),
      ([0x53] + [UInt8](repeating: 0, count: 9), .bare, 0),
    ] as [([UInt8], FileFraming, Int)])
  func restIsOneRejection(bytes: [UInt8], framing: FileFraming, reason: Int) {
    for cut in 1...bytes.count {
      let tapped = TappedRunner(ItchFeed.self, wide: false, capacityLines: 64)
      tapped.read(bytes, framing: framing, cuts: cut == bytes.count ? [] : [cut])
      let report = tapped.runner.report
      #expect(report.decode.rejected[reason] == 1, "cut \(cut)")
      #expect(report.decode.rejectedTotal == 1, "cut \(cut)")
      #expect(report.messages == report.decode.decoded + 1)
      #expect(report.bytes == UInt64(bytes.count))
    }
  }
}

/// Counters that must not depend on the path or the pieces.
func counts(_ report: SourceReport) -> [UInt64] {
  [report.messages, report.decode.decoded]
    + (0..<256).map { report.decode.ignored[$0] } + (0..<32).map { report.decode.rejected[$0] }
}

/// The shard map, written down a second time.
enum ShardModel {
  static func shard(_ instrument: UInt32, _ shards: UInt64) -> Int {
    let hash = UInt64(instrument) * 2_654_435_769 % 4_294_967_296
    return Int(hash * shards / 4_294_967_296)
  }
}
