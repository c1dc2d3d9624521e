/// The shapes that loads have.
extension RateProfile {
  /// The same rate all the time.
  public static func constant(rate: Double, nanos: UInt64) -> Self {
    Self(
      pieces: [Piece(nanos: nanos, rate: rate)],
      description: "constant \(short(rate))/s for \(time(nanos))")
  }

  /// From one rate to another in a straight line.
  public static func ramp(from: Double, to: Double, nanos: UInt64) -> Self {
    Self(
      pieces: [Piece(nanos: nanos, fromRate: from, toRate: to)],
      description: "ramp \(short(from))/s to \(short(to))/s in \(time(nanos))")
  }

  /// One rate for the first half, another for the second.
  public static func step(from: Double, to: Double, nanos: UInt64) -> Self {
    Self(
      pieces: [
        Piece(nanos: nanos / 2, rate: from), Piece(nanos: nanos - nanos / 2, rate: to),
      ],
      description: "step \(short(from))/s to \(short(to))/s, \(time(nanos))")
  }

  /// A base rate, and at the beginning of each period `factor` times as much for `length` ns.
  public static func microbursts(
    base: Double, factor: Double, length: UInt64, period: UInt64, nanos: UInt64
  ) -> Self {
    let length = min(length, period)
    return Self(
      pieces: [
        Piece(nanos: length, rate: base * factor), Piece(nanos: period - length, rate: base),
      ], repeats: true, nanos: nanos,
      description: "\(short(base))/s, \(short(factor))x for \(time(length)) every "
        + "\(time(period)), \(time(nanos))")
  }

  /// Exactly `count` messages at `rate` at the beginning of each period, and silence between.
  ///
  /// A burst takes whole nanoseconds, so that its rate may differ by that rounding. One that would
  /// be longer than the period follows the one before at once.
  public static func bursts(
    count: Int, rate: Double, period: UInt64, nanos: UInt64
  ) -> Self {
    let length = max(1, UInt64(max(1, min(Double(count) / rate * 1e9, 1e18)).rounded()))
    let exact = Double(count) * 1e9 / Double(length)
    let silence = period > length ? period - length : 0
    return Self(
      pieces: [Piece(nanos: length, rate: exact), Piece(nanos: silence, rate: 0)],
      repeats: true, nanos: nanos,
      description: "bursts of \(count) at \(short(rate))/s every \(time(period)), "
        + "\(time(nanos))")
  }

  /// The opening bell: a fifth of the time at `base`, a jump to `peak` within 5 ms, a tenth of the
  /// time there, and a decay that halves what is left of the difference in each of seven stretches.
  public static func bell(base: Double, peak: Double, nanos: UInt64) -> Self {
    let before = nanos / 5
    let jump = min(5_000_000, nanos / 100)
    let high = nanos / 10
    var pieces = [
      Piece(nanos: before, rate: base), Piece(nanos: jump, fromRate: base, toRate: peak),
      Piece(nanos: high, rate: peak),
    ]
    let rest = nanos - before - jump - high
    var rate = peak
    for index in 0..<7 {
      let next = base + (rate - base) / 2
      let end = rest * UInt64(index + 1) / 7
      pieces.append(
        Piece(nanos: end - rest * UInt64(index) / 7, fromRate: rate, toRate: next))
      rate = next
    }
    return Self(
      pieces: pieces,
      description: "opening bell \(short(base))/s to \(short(peak))/s, \(time(nanos))")
  }

  /// The arrivals of a capture, `speed` times as fast, over and over until `nanos` have passed.
  ///
  /// `offsets` in ns; they count from the first one, and one that lies before its predecessor comes
  /// together with it.
  public static func arrivals(_ offsets: [UInt64], speed: Double, nanos: UInt64) -> Self {
    var profile = Self(
      pieces: [], nanos: nanos,
      description: "\(offsets.count) arrivals of a capture at \(short(speed))x, \(time(nanos))")
    guard let first = offsets.first else { return profile }
    var last: UInt64 = 0
    profile.arrivals = offsets.map { offset in
      let passed = offset > first ? Double(offset - first) / speed : 0
      last = max(last, UInt64(min(passed, 1e18)))
      return last
    }
    return profile
  }

  /// A figure with at most three digits and its thousands as a letter: 1.5M, 20K, 3.
  static func short(_ value: Double) -> String {
    let steps: [(Double, String)] = [(1e9, "G"), (1e6, "M"), (1e3, "K")]
    let (unit, letter) = steps.first { value >= $0.0 } ?? (1, "")
    let hundredths = Int((value / unit * 100).rounded())
    let fraction = hundredths % 100
    var text = "\(hundredths / 100)"
    if fraction > 0 {
      text +=
        fraction % 10 == 0 ? ".\(fraction / 10)" : fraction < 10 ? ".0\(fraction)" : ".\(fraction)"
    }
    return text + letter
  }

  /// A duration in the largest unit that leaves it whole.
  static func time(_ nanos: UInt64) -> String {
    let units: [(UInt64, String)] = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs")]
    for (unit, name) in units where nanos >= unit && nanos % unit == 0 {
      return "\(nanos / unit) \(name)"
    }
    return nanos >= 10_000_000_000 ? "\(short(Double(nanos) / 1e9)) s" : "\(nanos) ns"
  }
}
