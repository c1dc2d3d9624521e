/// How often an instrument speaks, learnt from looking at it now and then. 64 bytes.
///
/// Gaps are counted by powers of two: bucket 0 for under 16 ms, bucket n for 2^(n+3) ms up to
/// 2^(n+4) ms, the last one for over 2^22 ms = 70 minutes. Of the messages between two looks at
/// most two gaps are counted, the first one (as long as the silence was that was seen) and the mean
/// of the others: so a burst of thousands weighs no more than the pause after it.
struct Rhythm: Sendable {
  static var bucketCount: Int { 20 }
  /// The longest gap is kept in units of 0.1 ms, so that its decay works on short ones too.
  static var longestUnit: UInt64 { 100_000 }

  /// Receive time of the last message seen, Unix ns.
  private(set) var last: UInt64 = 0
  /// Low bits of the count of messages seen.
  private var count: UInt32 = 0
  /// Gaps learnt, up to the greatest number there is.
  private(set) var gaps: UInt32 = 0
  private var longest: UInt32 = 0
  var health = Health.unknown
  private var buckets = InlineArray<20, UInt16>(repeating: 0)

  /// The longest gap of late, ns.
  var longestNanos: UInt64 { UInt64(longest) * Self.longestUnit }

  /// Takes what the decoder has noted. Gaps that began before `floor` (an outage, a closed market)
  /// are counted from there.
  ///
  /// - Parameter lookedAt: when it was looked at before.
  mutating func look(last newLast: UInt64, count newCount: UInt64, floor: UInt64, lookedAt: UInt64)
  {
    let news = UInt32(truncatingIfNeeded: newCount) &- count
    guard news > 0, newLast > 0 else { return }
    let begin = max(last, floor)
    // The first message ever begins the first gap and ends none.
    let isKnown = last > 0
    last = newLast
    count = UInt32(truncatingIfNeeded: newCount)
    guard isKnown, newLast >= begin else { return }
    let span = newLast - begin
    let mean = span / UInt64(news)
    let first = min(span, max(mean, elapsed(from: begin, to: lookedAt)))
    learn(first)
    if news > 1 { learn((span - first) / UInt64(news - 1)) }
  }

  private mutating func learn(_ gap: UInt64) {
    let place = Self.bucket(gap)
    if buckets[place] == UInt16.max { halve() }
    buckets[place] += 1
    if gaps < UInt32.max { gaps += 1 }
    // One 4096th each: a pause of an hour is forgotten by a lively instrument within some hours,
    // and by a sparse one not within the month.
    longest -= longest >> 12
    longest = max(longest, UInt32(clamping: gap / Self.longestUnit))
  }

  /// Old gaps count half of the new ones, again and again.
  private mutating func halve() {
    for place in 0..<Self.bucketCount { buckets[place] /= 2 }
  }

  static func bucket(_ gap: UInt64) -> Int {
    let units = (gap / 1_000_000) >> 4
    return min(UInt64.bitWidth - units.leadingZeroBitCount, bucketCount - 1)
  }

  /// What that many thousandths of the gaps stay under, ns; a power of two, or the longest gap.
  func quantile(_ thousandths: UInt64) -> UInt64 {
    var total: UInt64 = 0
    for place in 0..<Self.bucketCount { total += UInt64(buckets[place]) }
    var seen: UInt64 = 0
    for place in 0..<Self.bucketCount {
      seen += UInt64(buckets[place])
      guard seen * 1_000 >= total * thousandths, seen > 0 else { continue }
      return place == Self.bucketCount - 1
        ? max(longestNanos, 16_000_000 << UInt64(place)) : 16_000_000 << UInt64(place)
    }
    return 0
  }
}
