public import FeedKit
internal import Lanes
internal import Ledger
public import Sessions
internal import Synchronization

/// Decides which source each instrument with several of them is taken from, and tells the workers.
///
///     session's notes, health ─▶ FallbackDesk ─▶ box of the shard ─▶ worker: filters, switches
///                                     ▲                                 │
///                                     └──────── divergence ◀────────────┘
///
/// Any thread; called a few times a second, never by a data thread.
public final class FallbackDesk: Sendable {
  private struct Entry {
    let rule: FallbackPlan.Rule
    var selector: FallbackSelector
  }

  private struct State {
    var entries: [Entry]
    /// Entries by instrument, and by source with the source's place in the rule.
    var byInstrument: [UInt32: Int] = [:]
    var bySource: [String: [(entry: Int, place: Int)]] = [:]
    var events: [FallbackEvent] = []
  }

  private let state: Mutex<State>
  /// One box a shard.
  let boxes: [SwitchBox]

  /// Events that wait for their reader.
  private static var eventLimit: Int { 4_096 }

  /// Rules of one source, or of none, are left out, and the second rule of an instrument.
  init(plan: FallbackPlan, shards: Int) {
    let now = MonotonicClock.now().rawValue
    var entries: [Entry] = []
    var byInstrument: [UInt32: Int] = [:]
    var bySource: [String: [(entry: Int, place: Int)]] = [:]
    for rule in plan.rules where rule.sources.count > 1 && !rule.isComparedOnly {
      guard byInstrument[rule.instrument] == nil else { continue }
      let selector = FallbackSelector(
        count: rule.sources.count, policy: rule.policy ?? plan.policy, now: now)
      byInstrument[rule.instrument] = entries.count
      for (place, source) in rule.sources.prefix(FallbackSelector.limit).enumerated() {
        bySource[source, default: []].append((entries.count, place))
      }
      entries.append(Entry(rule: rule, selector: selector))
    }
    state = Mutex(State(entries: entries, byInstrument: byInstrument, bySource: bySource))
    boxes = (0..<shards).map { _ in SwitchBox() }
  }

  /// The session of a source delivers from now on, or no longer.
  public func setDelivering(_ delivers: Bool, source: String) {
    let now = MonotonicClock.now().rawValue
    state.withLock { state in
      for (entry, place) in state.bySource[source] ?? [] {
        state.entries[entry].selector.setDelivering(place, delivers, now: now)
      }
    }
  }

  /// The health of an instrument at a source, or of the source as a whole (`instrument` 0).
  public func setHealth(_ health: Health, source: String, instrument: UInt32 = 0) {
    let now = MonotonicClock.now().rawValue
    state.withLock { state in
      if instrument == 0 {
        for (entry, place) in state.bySource[source] ?? [] {
          state.entries[entry].selector.setFeedHealth(place, health, now: now)
        }
      } else if let entry = state.byInstrument[instrument],
        let place = state.entries[entry].rule.sources.firstIndex(of: source)
      {
        state.entries[entry].selector.setHealth(place, health, now: now)
      }
    }
  }

  /// Takes what a session has to say, as far as it matters here.
  public func take(_ note: LiveNote) {
    switch note.content {
    case .state(_, let to, _, _):
      setDelivering(to.delivers, source: note.source)
      // Each connection asks anew: what was not served in the one before may be served now.
      if to == .subscribing { forgetInstruments(source: note.source) }
    case .health(let instrument, _, let to, _):
      setHealth(to, source: note.source, instrument: instrument)
    case .notServed(let instrument, _, _, _):
      if instrument > 0 { setHealth(.dead, source: note.source, instrument: instrument) }
    default: break
    }
  }

  private func forgetInstruments(source: String) {
    let now = MonotonicClock.now().rawValue
    state.withLock { state in
      for (entry, place) in state.bySource[source] ?? [] {
        state.entries[entry].selector.setHealth(place, .unknown, now: now)
      }
    }
  }

  /// Changes sources where it is time to. Call it several times a second.
  public func decide() {
    let now = MonotonicClock.now().rawValue
    let shards = boxes.count
    state.withLock { state in
      for index in state.entries.indices {
        guard let change = state.entries[index].selector.choose(now: now) else { continue }
        let rule = state.entries[index].rule
        let event = FallbackEvent(
          instrument: rule.instrument, time: RealtimeClock.now().rawValue,
          content: .switched(
            from: rule.sources[change.from], to: rule.sources[change.to], reason: change.reason))
        boxes[ShardMap.shard(instrument: rule.instrument, shards: shards)].add(
          SwitchBox.Change(place: change.to, event: event))
        Self.add(event, to: &state.events)
      }
    }
  }

  /// Changes and alarms since the last call, those of the workers too.
  public func takeEvents() -> [FallbackEvent] {
    let alarms = boxes.flatMap { $0.takeAlarms() }
    return state.withLock { state in
      for alarm in alarms { Self.add(alarm, to: &state.events) }
      defer { state.events.removeAll() }
      return state.events
    }
  }

  /// The source that an instrument is taken from; nil where none is chosen.
  public func source(of instrument: UInt32) -> String? {
    state.withLock { state in
      state.byInstrument[instrument].map { entry in
        state.entries[entry].rule.sources[state.entries[entry].selector.active]
      }
    }
  }

  private static func add(_ event: FallbackEvent, to events: inout [FallbackEvent]) {
    if events.count < eventLimit { events.append(event) }
  }
}

/// What the desk wants of one worker, and what that worker tells the desk.
final class SwitchBox: Sendable {
  struct Change: Sendable {
    /// The source's place in the rule.
    let place: Int
    let event: FallbackEvent
  }

  private let isFilled = Atomic(false)
  private let changes = Mutex<[Change]>([])
  private let alarms = Mutex<[FallbackEvent]>([])

  private static var alarmLimit: Int { 256 }

  func add(_ change: Change) {
    changes.withLock { $0.append(change) }
    // Pairs with the exchange in `take`.
    isFilled.store(true, ordering: .releasing)
  }

  /// What is to be changed, oldest first; a look at one word where there is nothing.
  func take() -> [Change] {
    guard isFilled.load(ordering: .relaxed), isFilled.exchange(false, ordering: .acquiring) else {
      return []
    }
    return changes.withLock { changes in
      defer { changes.removeAll() }
      return changes
    }
  }

  /// Leaves an alarm for the desk; rare.
  func addAlarm(_ event: FallbackEvent) {
    alarms.withLock { if $0.count < Self.alarmLimit { $0.append(event) } }
  }

  func takeAlarms() -> [FallbackEvent] {
    alarms.withLock { alarms in
      defer { alarms.removeAll() }
      return alarms
    }
  }
}
