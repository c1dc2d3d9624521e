/// The equations in which a counter stands.
public struct EquationSet: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Per source: messages = decoded + ignored(type) + rejected(reason).
  public static var messages: Self { Self(rawValue: 1) }
  /// Per source: records = sum over its lanes of enqueued.
  public static var records: Self { Self(rawValue: 2) }
  /// Per shard: sum over its lanes of enqueued = received + dropped(source) (+ what is in flight).
  /// Only the worker learns which records were overwritten, so it counts them.
  public static var lanes: Self { Self(rawValue: 4) }
  /// Per shard: received = delivered + duplicate + filtered.
  public static var shard: Self { Self(rawValue: 8) }
  /// Per outlet: its shard's delivered + derived = offered (+ what is in flight to a journal).
  public static var offers: Self { Self(rawValue: 16) }
  /// Per outlet: offered = written + lost(cause).
  public static var outlet: Self { Self(rawValue: 32) }
}

/// One equation of the ledger ("Every message is accounted for" in the design).
///
/// The terms are those counters of `CounterTable` that name the equation; this says for which
/// blocks it is drawn up, and what may stand between its sides while the program runs.
struct Equation: Sendable {
  let id: EquationSet
  let name: String
  /// The equation holds for each block of this scope.
  let owner: CounterScope
  /// Whether records may be on their way between the left and the right side.
  let allowsInFlight: Bool

  static let all: [Equation] = [
    .init(id: .messages, name: "messages", owner: .source, allowsInFlight: false),
    .init(id: .records, name: "records", owner: .source, allowsInFlight: false),
    .init(id: .lanes, name: "lanes", owner: .shard, allowsInFlight: true),
    .init(id: .shard, name: "shard", owner: .shard, allowsInFlight: false),
    .init(id: .offers, name: "offers", owner: .outlet, allowsInFlight: true),
    .init(id: .outlet, name: "outlet", owner: .outlet, allowsInFlight: false),
  ]
}
