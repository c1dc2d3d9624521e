internal import Sessions
internal import Zones

/// Looks after the silence of a session and of its instruments: a slice of them each tenth of a
/// second, so that all have their turn in a second and no look takes long.
struct LiveWatch {
  private var health: FeedHealth
  private let instruments: [LiveInstrument]
  private var nextLook: UInt64 = 0
  private var slices: UInt64 = 0

  private static var lookNanos: UInt64 { 100_000_000 }
  private static var slicesPerSecond: Int { 10 }

  init(_ instruments: [LiveInstrument], health policy: HealthPolicy, hours: [TradingHours]) {
    self.instruments = instruments
    health = FeedHealth(
      count: instruments.count, policy: policy, hours: hours,
      calendars: hours.isEmpty ? [] : instruments.map { _ in 0 })
  }

  /// The feed as a whole.
  var feed: Health { health.feedVerdict }
  /// Instruments, by their health.
  var tally: InlineArray<8, UInt64> { health.counts }

  func isDue(_ now: UInt64) -> Bool { now >= nextLook }

  /// `last` and `count` are those of the feed's decoded messages. Gives each change to `body`.
  mutating func look(
    _ activity: borrowing LiveActivity, delivers: Bool, last: UInt64, count: UInt64, now: UInt64,
    tsRecv: UInt64, _ body: (LiveNote.Content) -> Void
  ) {
    nextLook = now &+ Self.lookNanos
    health.setDelivering(delivers, now: tsRecv)
    let size = (instruments.count + Self.slicesPerSecond - 1) / Self.slicesPerSecond
    for index in health.nextSlice(of: size) {
      let before = health.verdict(index)
      guard
        let after = health.look(
          index: index, last: activity.last(index), count: activity.count(index), now: tsRecv),
        Self.isTold(before, after)
      else { continue }
      body(
        .health(
          instrument: instruments[index].instrumentID, from: before, to: after,
          evidence: health.evidence(index: index, now: tsRecv)))
    }
    slices &+= 1
    guard slices % UInt64(Self.slicesPerSecond) == 1 else { return }
    let before = health.feedVerdict
    guard let after = health.lookAtFeed(last: last, count: count, now: tsRecv) else { return }
    body(
      .health(
        instrument: 0, from: before, to: after, evidence: health.feedEvidence(now: tsRecv)))
  }

  /// Quiet and healthy follow each other all day long: only what is wrong is told, and its end.
  private static func isTold(_ before: Health, _ after: Health) -> Bool {
    after == .suspicious || after == .dead || before == .suspicious || before == .dead
  }
}
