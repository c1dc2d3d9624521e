/// When another source takes an instrument over, and when the first one gets it back. Times in ns.
public struct FallbackPolicy: Sendable, Equatable {
  /// How long the present source must have been of no use: its session delivers nothing, or it is
  /// dead by its own rhythm. Zero for at once.
  public var takeOverNanos: UInt64 = 5_000_000_000
  /// How long a source that stands before the present one must have been good without a break.
  public var returnNanos: UInt64 = 60_000_000_000

  public init() {}
}

/// Why an instrument has changed its source.
public enum FallbackReason: String, Sendable, Equatable {
  /// The session of the present source delivers nothing.
  case notDelivering = "not-delivering"
  /// The present source is dead by its rhythm, as a whole or for this instrument.
  case dead
  /// A source that stands before the present one is good again.
  case recovered = "recovered"
}

/// Which of several sources an instrument is taken from. One value an instrument; sources are
/// numbered by their order of preference. Monotonic ns.
public struct FallbackSelector: Sendable {
  /// Sources of one instrument at most.
  public static var limit: Int { 4 }

  /// What is known of one source for this instrument.
  private struct Standing: Sendable {
    var delivers = true
    var feed = Health.unknown
    var instrument = Health.unknown
    var uselessSince: UInt64?
    var goodSince: UInt64?

    var isUseless: Bool { !delivers || feed == .dead || instrument == .dead }
    /// Not merely not dead: who is to get the instrument back must not be in doubt.
    var isGood: Bool {
      !isUseless && feed != .suspicious && instrument != .suspicious
    }

    mutating func settle(_ now: UInt64) {
      uselessSince = isUseless ? (uselessSince ?? now) : nil
      goodSince = isGood ? (goodSince ?? now) : nil
    }
  }

  public let policy: FallbackPolicy
  public let count: Int
  /// The source in use, by its place in the order.
  public private(set) var active = 0
  private var standings: [Standing]

  /// - Parameter count: sources, 1 to `limit`.
  public init(count: Int, policy: FallbackPolicy, now: UInt64) {
    self.policy = policy
    self.count = min(max(count, 1), Self.limit)
    standings = Array(repeating: Standing(), count: self.count)
    for place in standings.indices { standings[place].settle(now) }
  }

  /// The session of a source delivers, or not.
  public mutating func setDelivering(_ place: Int, _ delivers: Bool, now: UInt64) {
    guard standings.indices.contains(place) else { return }
    standings[place].delivers = delivers
    standings[place].settle(now)
  }

  /// The health of a source as a whole.
  public mutating func setFeedHealth(_ place: Int, _ health: Health, now: UInt64) {
    guard standings.indices.contains(place) else { return }
    standings[place].feed = health
    standings[place].settle(now)
  }

  /// The health of the instrument at a source.
  public mutating func setHealth(_ place: Int, _ health: Health, now: UInt64) {
    guard standings.indices.contains(place) else { return }
    standings[place].instrument = health
    standings[place].settle(now)
  }

  /// Decides. At most one change a call; nil where the source stays.
  ///
  /// Where no other source is of use the present one stays: a dead source is no worse than another
  /// dead source.
  public mutating func choose(now: UInt64) -> (from: Int, to: Int, reason: FallbackReason)? {
    let from = active
    let present = standings[from]
    if let since = present.uselessSince, elapsed(from: since, to: now) >= policy.takeOverNanos {
      // The most preferred one that is of use now.
      guard let to = standings.indices.first(where: { $0 != from && !standings[$0].isUseless })
      else { return nil }
      active = to
      return (from, to, present.delivers ? .dead : .notDelivering)
    }
    for place in 0..<from {
      guard let since = standings[place].goodSince,
        elapsed(from: since, to: now) >= policy.returnNanos
      else { continue }
      active = place
      return (from, place, .recovered)
    }
    return nil
  }
}
