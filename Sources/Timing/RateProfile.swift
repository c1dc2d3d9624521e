/// What is offered to a pipeline, and when: rates over time, or the arrivals of a capture.
///
/// A profile says nothing about the clock; `Schedule` turns it into the moments at which messages
/// are due.
public struct RateProfile: Sendable, Equatable, CustomStringConvertible {
  /// A stretch of time in which the rate runs straight from one value to another.
  public struct Piece: Sendable, Equatable {
    public var nanos: UInt64
    /// Messages a second at its beginning and at its end; 0 is silence.
    public var fromRate: Double
    public var toRate: Double

    public init(nanos: UInt64, fromRate: Double, toRate: Double) {
      self.nanos = nanos
      self.fromRate = fromRate
      self.toRate = toRate
    }

    public init(nanos: UInt64, rate: Double) {
      self.init(nanos: nanos, fromRate: rate, toRate: rate)
    }
  }

  /// The stretches in their order; empty where `arrivals` says it all.
  public var pieces: [Piece]
  /// Whether they start over until `nanos` have passed.
  public var repeats: Bool
  /// Offsets of a capture's messages in ns, ascending from 0, played over and over.
  public var arrivals: [UInt64]
  /// The whole length.
  public var nanos: UInt64
  /// One line for people, such as `constant 1M/s for 5 s`.
  public var description: String

  /// A profile of stretches. `nanos` nil: as long as they are together.
  public init(
    pieces: [Piece], repeats: Bool = false, nanos: UInt64? = nil, description: String
  ) {
    self.pieces = pieces.filter { $0.nanos > 0 }
    self.repeats = repeats
    arrivals = []
    self.nanos = nanos ?? pieces.reduce(0) { $0 &+ $1.nanos }
    self.description = description
  }

  /// Time of one round of the arrivals: the last one is followed by the mean distance.
  var roundNanos: UInt64 {
    guard arrivals.count > 1, let last = arrivals.last else { return 1_000_000_000 }
    return max(1, last &+ last / UInt64(arrivals.count - 1))
  }

  /// The rate at a moment, messages a second; of a capture's arrivals their mean.
  public func rate(at moment: UInt64) -> Double {
    guard moment < nanos else { return 0 }
    guard arrivals.isEmpty else {
      return Double(arrivals.count) * 1e9 / Double(roundNanos)
    }
    let round = pieces.reduce(0) { $0 &+ $1.nanos }
    guard round > 0, repeats || moment < round else { return 0 }
    var left = moment % round
    for piece in pieces {
      if left < piece.nanos {
        let share = Double(left) / Double(piece.nanos)
        return piece.fromRate + (piece.toRate - piece.fromRate) * share
      }
      left -= piece.nanos
    }
    return 0
  }

  /// The greatest rate that is asked for; of a capture's arrivals their mean.
  public var peakRate: Double {
    arrivals.isEmpty
      ? pieces.reduce(0) { max($0, $1.fromRate, $1.toRate) } : rate(at: 0)
  }

  /// Messages over the whole length, divided by it.
  public var meanRate: Double {
    nanos == 0 ? 0 : Double(messageCount) * 1e9 / Double(nanos)
  }

  /// How many messages `Schedule` will give, exactly.
  public var messageCount: Int {
    guard arrivals.isEmpty else {
      let rounds = nanos / roundNanos
      let rest = nanos % roundNanos
      return Int(rounds) * arrivals.count + arrivals.count { $0 < rest }
    }
    var cursor = PieceCursor(self)
    var count = 0
    while cursor.enterNext() { count += cursor.left }
    return count
  }

  /// What a profile must be so that a schedule can be made of it; nil, or what is wrong.
  public var problem: String? {
    if pieces.isEmpty, arrivals.isEmpty { return "nothing is offered" }
    if nanos == 0 { return "it takes no time" }
    for piece in pieces where !(Self.rates.contains(piece.fromRate)) {
      return "a rate of \(piece.fromRate): 0 to 1,000,000,000 messages a second"
    }
    for piece in pieces where !(Self.rates.contains(piece.toRate)) {
      return "a rate of \(piece.toRate): 0 to 1,000,000,000 messages a second"
    }
    return messageCount == 0 ? "no message is due in its length" : nil
  }

  private static var rates: ClosedRange<Double> { 0...1e9 }
}
