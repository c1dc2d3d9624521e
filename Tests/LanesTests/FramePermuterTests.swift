import Lanes
import TestSupport
import Testing

/// The permuter against a model that moves byte by byte, over random templates and frames.
@Suite(.enabled(if: FramePermuter.isAvailable, "needs AVX-512 VBMI"))
struct FramePermuterTests {
  @Test(arguments: 0..<120 as Range<UInt64>)
  func agreesWithAByteByByteModel(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let model = PermuterModel(&random)
    let shards = [1, 1, 2, 5][Int(seed % 4)]
    let bytes = model.frames(&random)
    let capacity = seed % 7 == 0 ? 64 : 4_096
    let grid = LaneGrid(
      readers: 1, shards: shards,
      options: LaneOptions(
        capacityLines: capacity, wideStores: seed % 2 == 0 && hasWideStores))
    var lanes = grid.writer(0)
    guard
      var permuter = FramePermuter(
        templates: model.templates, shape: model.shape, shards: shards)
    else {
      Issue.record("seed \(seed): refused")
      return
    }
    var run = PermuterModel.Run(
      start: Int(random.next() % 70), end: bytes.count - Int(random.next() % 80),
      limit: seed % 3 == 0 ? Int(random.next() % 20) : Int.max,
      sequence: UInt32(truncatingIfNeeded: random.boundaryValue()),
      eventBase: random.boundaryValue(), tsRecv: random.boundaryValue())
    run.end = max(run.end, run.start)
    // The frames begin anywhere: bytes before the first one are none of the run's.
    let padded = [UInt8](repeating: 0xEE, count: run.start) + bytes
    run.end = min(run.end + run.start, padded.count)
    let progress = permuter.decode(
      padded.rawSpan, from: run.start, to: run.end, limit: run.limit, sequence: run.sequence,
      eventBase: run.eventBase, tsRecv: run.tsRecv, into: &lanes)
    let expected = model.decode(padded, run, shards: shards, capacity: capacity)
    #expect(progress.offset == expected.offset, "seed \(seed)")
    #expect(progress.messages == expected.messages, "seed \(seed)")
    for shard in 0..<shards {
      var reader = grid.reader(0, shard: shard)
      let found = takeLines(&reader)
      #expect(found.count == expected.records[shard].count, "seed \(seed), shard \(shard)")
      let wrong = zip(found, expected.records[shard]).enumerated().first { $1.0 != $1.1 }?.offset
      #expect(wrong == nil, "seed \(seed), shard \(shard)")
    }
  }

  @Test func tooManyConstantsAreRefused() {
    var template = FramePermuter.Template(messageBytes: 20)
    template.bytes(at: 0, (0..<54).map { UInt8($0 + 1) })
    let shape = FramePermuter.Shape(sideAt: 1, olderIDAt: 1, newerIDAt: 1, priceFactor: 1)
    let fits = FramePermuter(templates: [65: template], shape: shape, shards: 1) != nil
    #expect(fits)
    var second = template
    second.bytes(at: 0, (100..<120).map { UInt8($0) })
    let isRefused =
      FramePermuter(templates: [65: template, 66: second], shape: shape, shards: 1) == nil
    #expect(isRefused)
  }
}

/// Random templates, and what they mean.
struct PermuterModel {
  enum Pick {
    case message(Int)
    case constant(UInt8)
  }

  struct Kind {
    var picks: [Pick]
    var byteCount: Int
    var isSided: Bool
    var isPriced: Bool
    var isReplace: Bool
  }

  struct Run {
    var start: Int
    var end: Int
    var limit: Int
    var sequence: UInt32
    var eventBase: UInt64
    var tsRecv: UInt64
  }

  var kinds: [UInt8: Kind] = [:]
  var templates: [UInt8: FramePermuter.Template] = [:]
  let shape: FramePermuter.Shape

  init(_ random: inout SeededGenerator) {
    shape = FramePermuter.Shape(
      sideAt: Int(random.next() % 40), olderIDAt: Int(random.next() % 40),
      newerIDAt: Int(random.next() % 40), priceFactor: UInt32(truncatingIfNeeded: random.next()))
    for _ in 0..<5 { addKind(type: UInt8(truncatingIfNeeded: random.next()), &random) }
  }

  private mutating func addKind(type: UInt8, _ random: inout SeededGenerator) {
    let byteCount = 10 + Int(random.next() % 51)
    var template = FramePermuter.Template(messageBytes: byteCount)
    var picks = [Pick](repeating: .constant(0), count: 56)
    var at = 0
    while at < 56 {
      let count = min(1 + Int(random.next() % 8), 56 - at)
      if random.next() % 3 != 0, count <= byteCount {
        let from = Int(random.next() % UInt64(byteCount - count + 1))
        template.field(at: at, from: from, count: count)
        for index in 0..<count { picks[at + index] = .message(from + count - 1 - index) }
      } else {
        let values = (0..<count).map { _ in UInt8(random.next() % 9) }
        template.bytes(at: at, values)
        for index in 0..<count { picks[at + index] = .constant(values[index]) }
      }
      at += count
    }
    // A lane reads a record's length from its first byte: 56 bytes in 4-byte words.
    template.bytes(at: 0, [14])
    picks[0] = .constant(14)
    template.isSided = random.next() % 2 == 0
    template.isPriced = random.next() % 2 == 0
    template.isReplace = random.next() % 3 == 0
    kinds[type] = Kind(
      picks: picks, byteCount: byteCount, isSided: template.isSided,
      isPriced: template.isPriced, isReplace: template.isReplace)
    templates[type] = template
  }

  /// Frames of which few must be left to the caller, and those late.
  func frames(_ random: inout SeededGenerator) -> [UInt8] {
    let types = kinds.keys.sorted()
    var bytes: [UInt8] = []
    for index in 0..<100 {
      let type = types[Int(random.next() % UInt64(types.count))]
      var message = (0..<(kinds[type]?.byteCount ?? 10)).map { _ in
        UInt8(truncatingIfNeeded: random.next())
      }
      message[0] = type
      if shape.sideAt > 0, shape.sideAt < message.count {
        message[shape.sideAt] = random.next() % 2 == 0 ? 0x42 : 0x53
      }
      if kinds[type]?.isReplace == true {
        // Ids of the same upper half, where the message has room for them.
        for byte in 0..<4 where max(shape.olderIDAt, shape.newerIDAt) + byte < message.count {
          message[shape.newerIDAt + byte] = message[shape.olderIDAt + byte]
        }
        message[0] = type
      }
      if index > 20, random.next() % 40 == 0 { message.append(0) }
      bytes += [0, UInt8(message.count)] + message
    }
    return bytes
  }

  /// What the permuter must do: offset, messages, and the records of each shard.
  func decode(
    _ bytes: [UInt8], _ run: Run, shards: Int, capacity: Int
  ) -> (offset: Int, messages: Int, records: [[[UInt64]]]) {
    var offset = run.start
    var messages = 0
    var records = [[[UInt64]]](repeating: [], count: shards)
    while offset + 64 <= run.end, messages < run.limit {
      let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
      let message = Array(bytes[(offset + 2)..<(offset + 64)])
      guard let kind = kinds[message[0]], kind.byteCount == length else { break }
      let letter = message[shape.sideAt]
      if kind.isSided, letter != 0x42, letter != 0x53 { break }
      if kind.isReplace,
        message[shape.olderIDAt..<shape.olderIDAt + 4]
          != message[shape.newerIDAt..<shape.newerIDAt + 4]
      {
        break
      }
      let locate = UInt32(message[1]) << 8 | UInt32(message[2])
      let shard = shards == 1 ? 0 : ShardMap.shard(instrument: locate, shards: shards)
      guard records[shard].count < capacity else { break }
      records[shard].append(
        record(message, kind, letter, run, sequence: run.sequence &+ UInt32(messages)))
      messages += 1
      offset += 2 + length
    }
    return (offset, messages, records)
  }

  private func record(
    _ message: [UInt8], _ kind: Kind, _ letter: UInt8, _ run: Run, sequence: UInt32
  ) -> [UInt64] {
    var bytes = kind.picks.map { pick in
      switch pick {
      case .message(let at): message[at]
      case .constant(let value): value
      }
    }
    if kind.isSided { bytes[39] = letter == 0x42 ? 0x42 : 0x41 }
    var words = (0..<7).map { word in
      (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[8 * word + $1]) << UInt64(8 * $1) }
    }
    if kind.isPriced { words[3] = (words[3] & 0xFFFF_FFFF) * UInt64(shape.priceFactor) }
    words[1] &+= run.eventBase
    words[5] &+= run.tsRecv
    words[6] &+= UInt64(sequence) << 32
    return words
  }
}
