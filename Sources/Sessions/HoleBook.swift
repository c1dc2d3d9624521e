/// Holes in what was delivered of each instrument, until they are filled from the upstream's
/// history: from the last byte of the old connection to the confirmation in the new one.
///
/// One hole an instrument. Where a connection is lost before the hole of the one before was
/// filled, the hole is from the first loss to the last confirmation; what was delivered between
/// comes again, flagged as backfilled.
struct HoleBook: Sendable {
  private var from: [UInt64]
  private var to: [UInt64]
  private var toAsk = EntryQueue<Int>()
  private var asked = EntryQueue<(index: Int, askedAt: UInt64)>()
  private var askedAt: [UInt64]
  private(set) var inFlight = 0

  /// For no instruments where nothing is filled.
  init(count: Int) {
    from = Array(repeating: never, count: count)
    to = Array(repeating: never, count: count)
    askedAt = Array(repeating: never, count: count)
  }

  var isKept: Bool { !from.isEmpty }

  mutating func open(_ index: Int, from heardAt: UInt64) {
    guard isKept, from[index] == never else { return }
    from[index] = heardAt
  }

  mutating func end(_ index: Int, to now: UInt64) {
    guard isKept, from[index] != never, to[index] == never, from[index] < now else { return }
    to[index] = now
    toAsk.append(index)
  }

  /// Requests are gone with their connection; the holes stay.
  mutating func forgetRequests() {
    toAsk.removeAll()
    asked.removeAll()
    inFlight = 0
    for index in to.indices where from[index] != never {
      to[index] = never
      askedAt[index] = never
    }
  }

  mutating func clear(_ index: Int) {
    guard isKept else { return }
    if askedAt[index] != never { inFlight -= 1 }
    from[index] = never
    to[index] = never
    askedAt[index] = never
  }

  /// The next hole to ask for, at most `limitNanos` long: its end is nearest to what is traded now.
  mutating func nextToAsk(limitNanos: UInt64) -> (index: Int, from: UInt64, to: UInt64)? {
    while let index = toAsk.first {
      if to[index] != never && askedAt[index] == never {
        let earliest = to[index] > limitNanos ? to[index] - limitNanos : 0
        return (index, max(from[index], earliest), to[index])
      }
      toAsk.removeFirst()
    }
    return nil
  }

  mutating func asked(_ index: Int, now: UInt64) {
    toAsk.removeFirst()
    askedAt[index] = now
    asked.append((index, now))
    inFlight += 1
  }

  /// The answer to a request; one that was forgotten since fills nothing.
  mutating func answered(_ index: Int) {
    guard isKept, askedAt[index] != never else { return }
    clear(index)
  }

  /// When the oldest unanswered request was sent.
  mutating func oldestAsked() -> UInt64? {
    while let entry = asked.first {
      if askedAt[entry.index] == entry.askedAt { return entry.askedAt }
      asked.removeFirst()
    }
    return nil
  }

  /// Gives the oldest unanswered request up.
  mutating func giveUp() -> Int? {
    guard oldestAsked() != nil, let entry = asked.first else { return nil }
    asked.removeFirst()
    clear(entry.index)
    return entry.index
  }
}
