import BrokerFeeds
import FeedKit
import Lanes
import Records
import Sessions
import TestSupport
import Wire

/// Our own client on a simulated IQConnect: real session, decoder and lane; no sockets, and a time
/// of the test's own.
final class IqfeedLoop {
  let upstream: FaultyUpstream
  let session: any LiveRunning
  let tap: LoopTap
  private(set) var now: UInt64
  private(set) var notes: [LiveNote] = []
  private let start: UInt64
  private var isOpen: [Bool]
  private var queues: [[UInt8]]
  private var nextTry: UInt64 = 0

  init(
    _ simulator: SimulatorOptions, faults: String, instruments: [LiveInstrument],
    settings: [String: String] = [:]
  ) throws {
    upstream = try FaultyUpstream(
      IqfeedSimulator.self, simulator, faults: try FaultScript(parsing: faults))
    var options = LiveOptions(
      decoder: DecoderOptions(shards: 1), instruments: instruments, settings: settings,
      policy: IqfeedFeed.policy)
    options.source = "loop"
    let grid = LaneGrid(
      readers: 1, shards: 1, options: LaneOptions(capacityLines: 1 << 14, policy: .wait))
    tap = LoopTap(grid)
    session = IqfeedFeed.makeLive(options, lanes: grid.writer(0))
    grid.consumeInline(by: tap)
    start = simulator.start
    now = start
    isOpen = session.channels.map { _ in false }
    queues = session.channels.map { _ in [] }
    session.start(now: monotonic)
  }

  /// An hour after zero, so that no time lies below it.
  private var monotonic: UInt64 { now &- start &+ 3_600_000_000_000 }

  /// Lets time pass in steps of 2 ms.
  func pass(_ seconds: Double) {
    let end = now + UInt64(seconds * 1e9)
    while now < end {
      now = min(now + 2_000_000, end)
      upstream.turn(now: now)
      for _ in 0..<8 where !exchange() { break }
      session.look(now: monotonic, tsRecv: now)
      session.flush()
      tap.drain()
      notes += session.takeNotes()
    }
  }

  /// What both sides have to say now; whether anything was said.
  private func exchange() -> Bool {
    act()
    for channel in isOpen.indices {
      var output: [UInt8] = []
      session.takeOutput(channel: channel, into: &output)
      guard isOpen[channel], upstream.isReading(channel, now: now), !output.isEmpty else {
        continue
      }
      _ = upstream.received(output.rawSpan, on: channel, now: now)
    }
    var isAny = false
    for (channel, info) in session.channels.enumerated() where isOpen[channel] {
      let before = queues[channel].count
      upstream.output(channel, now: now) { (span: RawSpan) in
        for index in 0..<span.byteCount {
          queues[channel].append(span.uncheckedByte(at: index))
        }
        return span.byteCount
      }
      if queues[channel].count > before {
        isAny = true
        let queue = queues[channel]
        let consumed = session.read(
          queue.rawSpan, channel: channel, now: monotonic, tsRecv: now)
        queues[channel].removeFirst(consumed)
      }
      guard let closing = upstream.closing(channel, now: now) else { continue }
      close(channel)
      if info.isVital {
        session.lost(
          closing == .reset ? .reset : .ended, text: "ended", now: monotonic, tsRecv: now)
      }
    }
    return isAny
  }

  private func act() {
    while true {
      switch session.next(now: monotonic, tsRecv: now) {
      case .open:
        for channel in isOpen.indices { close(channel) }
        guard !upstream.isRefusing(now: now) else {
          session.lost(.refused, text: "nobody listens", now: monotonic, tsRecv: now)
          continue
        }
        for (channel, info) in session.channels.enumerated() where info.isVital { open(channel) }
      case .close: for channel in isOpen.indices { close(channel) }
      case .wait:
        guard session.state.delivers, now >= nextTry else { return }
        nextTry = now + 1_000_000_000
        for (channel, info) in session.channels.enumerated() where !info.isVital && !isOpen[channel]
        { open(channel) }
        return
      default: continue
      }
    }
  }

  private func open(_ channel: Int) {
    guard let port = upstream.ports.firstIndex(where: { $0.name == session.channels[channel].name })
    else { return }
    isOpen[channel] = true
    queues[channel] = []
    upstream.opened(id: channel, port: port, now: now)
    session.opened(channel: channel, now: monotonic, tsRecv: now)
  }

  private func close(_ channel: Int) {
    guard isOpen[channel] else { return }
    isOpen[channel] = false
    upstream.closed(channel, now: now)
  }
}

/// The consuming end of the lane: all trades of the stream.
final class LoopTap: InlineConsumer {
  private var reader: LaneReader
  private var batch = RecordBatch()
  private(set) var trades: [TradeMessage] = []
  private(set) var records = 0

  init(_ grid: LaneGrid) { reader = grid.reader(0, shard: 0) }

  func empty(shard: Int) { drain() }

  func drain() {
    while true {
      reader.take(into: &batch)
      guard !batch.isEmpty else { return }
      records += batch.count
      for index in 0..<batch.count {
        let bytes = batch.bytes(index)
        guard RecordHeader(copying: bytes)?.rtype == .trade,
          let trade = TradeMessage(copying: bytes)
        else { continue }
        trades.append(trade)
      }
      reader.release()
    }
  }
}
