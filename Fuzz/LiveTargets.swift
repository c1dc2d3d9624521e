import FeedKit
import Lanes
import Records
import Sessions
import Wire

/// Live sessions: any bytes from the upstream, in pieces of any length.
///
/// Two sessions hear the same, one in one piece, one cut: they must give the same records, count
/// the same messages, and leave the same bytes over.
enum LiveTargets {
  static func targets(of feed: any Feed.Type) -> [FuzzTarget] {
    guard let live = feed as? any LiveFeed.Type else { return [] }
    return [FuzzTarget("\(feed.description.name)-live") { run(live, $0) }]
  }

  /// Input: choices, a length of pieces, then the bytes of channel 0.
  private static func run(_ feed: any LiveFeed.Type, _ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let choices = input.byte()
    let piece = max(Int(input.byte()), 1)
    let stream = input.rest
    let whole = LiveSession(feed, choices: choices)
    let cut = LiveSession(feed, choices: choices)
    whole.hear(stream, piece: stream.count + 1)
    cut.hear(stream, piece: piece)
    for session in [whole, cut] { session.demandBalance() }
    demand(whole.rest == cut.rest, "the same bytes are left over")
    demand(whole.messages == cut.messages, "the same messages are counted")
  }
}

/// One session and what it made of its bytes.
private final class LiveSession {
  private let runner: any LiveRunning
  private let grid: LaneGrid
  private var reader: LaneReader
  private var batch = RecordBatch()
  private(set) var rest: [UInt8] = []
  private(set) var messages: UInt64 = 0
  private var now: UInt64 = 1_000_000_000

  init(_ feed: any LiveFeed.Type, choices: UInt8) {
    grid = LaneGrid(readers: 1, shards: 1, options: LaneOptions(capacityLines: 1 << 16))
    reader = grid.reader(0, shard: 0)
    let instruments = (1...3).map {
      LiveInstrument(
        instrumentID: UInt32($0), symbol: "S\($0)", interests: LiveInterests(rawValue: 0x7F))
    }
    var settings: [String: String] = [:]
    if choices & 1 != 0 { settings["accounts"] = "true" }
    if choices & 2 != 0 { settings["versions"] = "protobuf" }
    let options = LiveOptions(
      decoder: DecoderOptions(shards: 1), instruments: instruments, settings: settings,
      policy: feed.policy, source: "fuzz")
    runner = feed.makeLive(options, lanes: grid.writer(0))
  }

  func hear(_ stream: [UInt8], piece: Int) {
    runner.start(now: now)
    for _ in 0..<16 {
      guard runner.next(now: now, tsRecv: now) != .open else { break }
      now += 60_000_000_000
    }
    for channel in runner.channels.indices {
      runner.opened(channel: channel, now: now, tsRecv: now)
    }
    var start = 0
    while start < stream.count {
      let end = min(start + piece, stream.count)
      rest += stream[start..<end]
      start = end
      let consumed = runner.read(rawBytes(of: rest), channel: 0, now: now, tsRecv: now)
      demand(consumed >= 0 && consumed <= rest.count, "consumed bytes were there")
      rest.removeFirst(consumed)
      drain()
    }
    messages = runner.report.messages
  }

  private func drain() {
    repeat {
      reader.take(into: &batch)
      reader.release()
    } while !batch.isEmpty
    _ = runner.takeNotes()
  }

  func demandBalance() {
    let report = runner.report
    let sum = report.decode.decoded + report.decode.ignoredTotal + report.decode.rejectedTotal
    demand(report.messages == sum, "messages == decoded + ignored + rejected")
  }
}
