internal import Lanes
internal import Ledger
internal import Synchronization

/// The thread that calls one subscriber with the records of one shard, and its account.
final class SubscriberThread: @unchecked Sendable {
  // Safety of `@unchecked`: reader and outlet are touched by the thread alone until it was joined.
  let subscriber: PipelineSubscriber
  let shard: Int
  let link: SubscriberLink
  private var reader: BlockLaneReader
  private var outlet: CounterBlock<OutletCounters>
  private var failures = 0
  private var isDetached = false
  private let isDraining = Atomic(false)
  private let events = Mutex<[SubscriberEvent]>([])
  private var thread: NativeThread?

  /// Between two looks while no block comes: what was lost meanwhile is accounted then.
  private static var tickNanos: Int64 { 50_000_000 }
  private static var eventLimit: Int { 64 }
  private static var textLimit: Int { 256 }

  init(
    _ subscriber: PipelineSubscriber, shard: Int, link: SubscriberLink,
    outlet: consuming CounterBlock<OutletCounters>
  ) {
    self.subscriber = subscriber
    self.shard = shard
    self.link = link
    self.outlet = outlet
    reader = BlockLaneReader(link.lane)
  }

  func start() throws(EngineError) {
    thread = try NativeThread(name: "\(subscriber.name)-\(shard)", cpu: nil) { [self] in run() }
  }

  /// Calls with what the worker has handed over, and ends. The worker has ended. Waits for a call
  /// that is under way.
  func drain() {
    isDraining.store(true, ordering: .releasing)
    link.lane.ringReader()
    thread?.join()
  }

  /// What has happened since the last call. Any thread.
  func takeEvents() -> [SubscriberEvent] {
    events.withLock { events in
      defer { events.removeAll() }
      return events
    }
  }

  private func run() {
    while true {
      while reader.next() { deliver() }
      publish()
      // Pairs with the store in `drain`: the lane is looked at once more after it was seen.
      if isDraining.load(ordering: .acquiring) {
        if reader.hasBlock { continue }
        publish()
        return
      }
      reader.wait(timeoutNanos: Self.tickNanos) { isDraining.load(ordering: .acquiring) }
    }
  }

  /// One block: to the callback, or to the account of what was lost.
  private func deliver() {
    let count = UInt64(reader.recordCount)
    if isDetached {
      outlet.counters.lost[Int(LossCause.closed.rawValue)] &+= count
    } else {
      do {
        try subscriber.callback(
          reader.records,
          PipelineSubscriber.Block(
            shard: shard, count: reader.recordCount, lost: link.lost.load(ordering: .acquiring)))
        outlet.counters.written &+= count
        failures = 0
      } catch {
        outlet.counters.lost[Int(LossCause.failed.rawValue)] &+= count
        fail("\(error)")
      }
    }
    outlet.counters.offered &+= count
    outlet.counters.blocks &+= 1
    reader.release()
    publish()
  }

  /// The first failure of a row is told, and the last one.
  private func fail(_ text: String) {
    failures += 1
    outlet.counters.failures &+= 1
    isDetached = failures >= max(subscriber.failureLimit, 1)
    guard failures == 1 || isDetached else { return }
    let event = SubscriberEvent(
      subscriber: subscriber.name, shard: shard,
      error: String(decoding: text.utf8.prefix(Self.textLimit), as: UTF8.self),
      failures: failures, isDetached: isDetached)
    events.withLock { if $0.count < Self.eventLimit { $0.append(event) } }
  }

  /// What found no room was offered too.
  private func publish() {
    let full = link.lost.load(ordering: .acquiring)
    let place = Int(LossCause.full.rawValue)
    let before = outlet.counters.lost[place]
    outlet.counters.offered &+= full &- before
    outlet.counters.lost[place] = full
    outlet.publish()
  }
}
