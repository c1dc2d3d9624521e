/// When each message of a profile is due: message k at the moment when the rate, summed up over
/// time, passes k.
///
/// Allocates nothing and takes a few ns a message. Never runs backwards; gives exactly
/// `RateProfile.messageCount` messages. Each due time is computed from the beginning of its
/// stretch, so that errors do not add up.
public struct Schedule: Sendable {
  @usableFromInline var cursor: PieceCursor
  private let arrivals: [UInt64]
  private let roundNanos: UInt64
  private let nanos: UInt64
  private var roundStart: UInt64 = 0
  private var index = 0
  @usableFromInline var last: UInt64 = 0

  public init(_ profile: RateProfile) {
    cursor = PieceCursor(profile)
    arrivals = profile.arrivals
    roundNanos = profile.roundNanos
    nanos = profile.nanos
  }

  /// When the next message is due, ns after the start; nil after the last one.
  @inlinable @inline(__always)
  public mutating func next() -> UInt64? {
    if cursor.left == 0, !advance() { return nil }
    if cursor.left > 0 { last = max(last, cursor.take()) }
    return last
  }

  /// Enters the next stretch that has messages, or takes the next arrival into `last`. False where
  /// there is none.
  @usableFromInline @inline(never)
  mutating func advance() -> Bool {
    if !arrivals.isEmpty {
      guard let due = nextArrival() else { return false }
      last = due
      return true
    }
    repeat {
      guard cursor.enterNext() else { return false }
    } while cursor.left == 0
    return true
  }

  private mutating func nextArrival() -> UInt64? {
    let due = roundStart &+ arrivals[index]
    guard due < nanos else { return nil }
    index += 1
    if index == arrivals.count {
      index = 0
      roundStart &+= roundNanos
    }
    return due
  }
}

/// Walks through the stretches of a profile, whole ones and the last one that its length cuts off.
///
/// The sum of the rate over a stretch is its mass, in messages. `need` is what of the mass is left
/// to pass until the next message. A message that would fall on the very end of a stretch belongs
/// to the next one, wherever that begins to send.
@usableFromInline
struct PieceCursor: Sendable {
  private let pieces: [RateProfile.Piece]
  private let repeats: Bool
  private let nanos: UInt64
  private var index = 0
  @usableFromInline var start: UInt64 = 0
  @usableFromInline var end: UInt64 = 0
  private var need = 0.0
  /// Messages of the present stretch that are yet to come.
  @usableFromInline var left = 0
  @usableFromInline var taken = 0.0
  /// Messages a nanosecond at the beginning, and how much that grows each nanosecond.
  @usableFromInline var rate = 0.0
  @usableFromInline var slope = 0.0
  /// Nanoseconds between messages where the rate is constant, else 0.
  @usableFromInline var distance = 0.0

  init(_ profile: RateProfile) {
    pieces = profile.pieces
    repeats = profile.repeats
    nanos = profile.nanos
  }

  /// Enters the next stretch, which may hold no message. False after the last one.
  mutating func enterNext() -> Bool {
    start = end
    guard start < nanos, !pieces.isEmpty, repeats || index < pieces.count else { return false }
    let piece = pieces[index % pieces.count]
    index = repeats ? (index + 1) % pieces.count : index + 1
    let whole = Double(piece.nanos)
    let length = min(piece.nanos, nanos - start)
    end = start + length
    rate = max(0, piece.fromRate) * 1e-9
    let finalRate = max(0, piece.toRate) * 1e-9
    slope = (finalRate - rate) / whole
    distance = piece.fromRate == piece.toRate && rate > 0 ? 1e9 / piece.fromRate : 0
    let span = Double(length)
    let mass = rate * span + slope * span * span / 2
    enter(mass: mass)
    return true
  }

  /// Counts the messages of the stretch. Sums within rounding of a whole message are that message.
  private mutating func enter(mass: Double) {
    let rounding = 1e-12 * max(1, mass)
    let room = mass - need - rounding
    first = need
    taken = 0
    left = room > 0 ? Int(min(room.rounded(.up), 0x1p62)) : 0
    need = first + Double(left) - mass
    if need < rounding { need = 0 }
  }

  /// The mass before the first message of this stretch.
  @usableFromInline var first = 0.0

  /// The next message of the stretch: ns after the start of the profile.
  @inlinable @inline(__always)
  mutating func take() -> UInt64 {
    let mass = first + taken
    taken += 1
    left &-= 1
    let offset: Double
    if distance > 0 {
      offset = mass * distance
    } else {
      // rate·t + slope·t²/2 = mass, solved for t in the form that stays exact for small slopes.
      let root = max(0, rate * rate + 2 * slope * mass).squareRoot()
      offset = mass == 0 ? 0 : 2 * mass / (rate + root)
    }
    return min(start &+ UInt64(offset), end)
  }
}
