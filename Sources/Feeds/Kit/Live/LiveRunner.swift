public import Lanes
internal import Records
public import Sessions
internal import Wire
public import Zones

/// The only `LiveRunning`: a live protocol, the machine of its session, and the lanes, joined. A
/// feed makes it with its own protocol type, so that no call on the way of a message is dynamic.
public final class LiveRunner<Upstream: LiveProtocol & ~Copyable>: LiveRunning {
  var wire: Upstream
  var lanes: LaneWriter
  var machine: SessionMachine
  var counters = DecodeCounters()
  var outcome: LiveReport
  public let channels: [LiveChannel]
  let instruments: [LiveInstrument]
  let publisherID: UInt16
  let source: String
  var notes = LiveNotes()
  var fills = LiveFills()
  /// Since when records may be missing, Unix ns, while there is a hole.
  var holeBegan: UInt64?
  var watch: LiveWatch
  var messages: UInt64 = 0
  var bytes: UInt64 = 0
  /// Receive time of the last bytes on a vital channel, Unix ns; 0 for none yet.
  var lastHeard: UInt64 = 0
  /// Receive time of the last bytes that held a message with records, Unix ns.
  var lastDecoded: UInt64 = 0
  /// `lastHeard` on the monotonic clock.
  var heardAt: UInt64 = 0
  /// What `update` puts into the ledger beside the machine's counts.
  var tally = LiveTally()

  public init(_ options: LiveOptions, publisherID: UInt16, lanes: consuming LaneWriter) {
    wire = Upstream(options)
    channels = wire.channels
    self.lanes = lanes
    self.publisherID = publisherID
    source = options.source
    instruments = options.instruments
    outcome = LiveReport(channels: channels.count)
    var costs: [Int] = []
    for index in options.instruments.indices { costs.append(wire.requests(index: index)) }
    machine = SessionMachine(
      policy: options.policy, costs: costs, seed: UInt64.random(in: .min ... .max))
    watch = LiveWatch(options.instruments, health: options.health, hours: options.hours)
  }

  func context(_ now: UInt64, _ tsRecv: UInt64) -> LiveContext {
    LiveContext(tsRecv: tsRecv, now: now, epoch: machine.epoch)
  }

  public var state: SessionState { machine.state }

  public func start(now: UInt64) { machine.start(now: now) }

  public func next(now: UInt64, tsRecv: UInt64) -> SessionAction {
    let action = step(now: now, tsRecv: tsRecv)
    drainMachine(now: now, tsRecv: tsRecv)
    return action
  }

  /// Does what the protocol can do by itself, until something is the caller's.
  private func step(now: UInt64, tsRecv: UInt64) -> SessionAction {
    while true {
      let action = machine.next(now: now)
      switch action {
      case .subscribe(let index):
        wire.subscribe(index: index, context: context(now, tsRecv), report: &outcome)
      case .unsubscribe(let index):
        wire.unsubscribe(index: index, context: context(now, tsRecv), report: &outcome)
      case .keepAlive:
        wire.keepAlive(context: context(now, tsRecv), report: &outcome)
      case .backfill(let index, let from, let to):
        backfill(index, from: from, to: to, now: now, tsRecv: tsRecv)
      case .renewToken:
        continue
      case .close(let cause):
        closed(cause, tsRecv: tsRecv)
        return action
      case .open, .wait:
        return action
      }
      takeEvents(now: now, tsRecv: tsRecv)
    }
  }

  public func opened(channel: Int, now: UInt64, tsRecv: UInt64) {
    if channel == 0 { machine.opened(now: now) }
    wire.opened(channel: channel, context: context(now, tsRecv), report: &outcome)
    takeEvents(now: now, tsRecv: tsRecv)
    drainMachine(now: now, tsRecv: tsRecv)
  }

  public func read(_ bytes: RawSpan, channel: Int, now: UInt64, tsRecv: UInt64) -> Int {
    let decoded = counters.decoded
    let progress = wire.read(
      bytes, channel: channel, context: context(now, tsRecv), into: &lanes, counters: &counters,
      report: &outcome)
    messages &+= UInt64(truncatingIfNeeded: progress.messages)
    self.bytes &+= UInt64(truncatingIfNeeded: progress.consumed)
    if counters.decoded != decoded { lastDecoded = tsRecv }
    if channels[channel].isVital {
      machine.heard(now: now)
      lastHeard = tsRecv
      heardAt = now
    }
    if !outcome.poison.isEmpty { quarantine(bytes, channel: channel, tsRecv: tsRecv) }
    if !outcome.events.isEmpty { takeEvents(now: now, tsRecv: tsRecv) }
    return progress.consumed
  }

  public func lost(_ cause: DisconnectCause, text: String, now: UInt64, tsRecv: UInt64) {
    machine.lost(cause, text: text, now: now)
    drainMachine(now: now, tsRecv: tsRecv)
  }

  public func stop(now: UInt64, tsRecv: UInt64) {
    wire.logOut(report: &outcome)
    machine.stop(now: now)
    drainMachine(now: now, tsRecv: tsRecv)
  }

  public func resetCircuit(now: UInt64) { machine.resetCircuit(now: now) }

  public func want(instrument: UInt32, _ isWanted: Bool, now: UInt64) {
    for index in instruments.indices where instruments[index].instrumentID == instrument {
      machine.setWanted(index: index, isWanted, now: now)
    }
  }

  public func judge(by policy: HealthPolicy, hours: [TradingHours]) {
    watch = LiveWatch(instruments, health: policy, hours: hours)
  }

  public func takeOutput(channel: Int, into bytes: inout [UInt8]) {
    guard !outcome.output[channel].isEmpty else { return }
    bytes.append(contentsOf: outcome.output[channel])
    outcome.output[channel].removeAll(keepingCapacity: true)
  }

  public func takeNotes() -> [LiveNote] { notes.take() }

  /// Looks at a part of the instruments' silence; once a turn, it does its share when it is due.
  public func look(now: UInt64, tsRecv: UInt64) {
    guard watch.isDue(now) else { return }
    watch.look(
      wire.activity, delivers: machine.state.delivers, last: lastDecoded, count: counters.decoded,
      now: now, tsRecv: tsRecv
    ) { notes.add(note($0, tsRecv)) }
  }

  public func finish(tsRecv: UInt64) { lanes.flush() }

  public func flush() { lanes.flush() }

  func note(_ content: LiveNote.Content, _ tsRecv: UInt64) -> LiveNote {
    LiveNote(source: source, time: tsRecv, epoch: machine.epoch, content: content)
  }

  func broadcast(_ record: some Record) { lanes.broadcast(record) }

  func push(_ record: some Record, instrument: UInt32) {
    lanes.push(record, shard: ShardMap.shard(instrument: instrument, shards: lanes.shards))
  }
}
