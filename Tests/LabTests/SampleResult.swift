import Lab

/// Plausible results of the lab, the same for the same seed: what the report is tested and looked
/// at with where no real run is at hand.
enum SampleResult {
  /// A small generator of random numbers.
  struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
    mutating func share() -> Double { Double.random(in: 0..<1, using: &self) }
  }

  /// A burst of 5 s with a steep rise and an exponential end in its middle.
  static func burst(seed: UInt64, slots: Int = 500, slowness: Double = 1) -> LabResult {
    var numbers = Numbers(state: seed)
    var result = empty(kind: "burst", label: "opening bell, memory")
    result.environment = environment(numbers.share())
    result.setup = setup
    fillSeries(&result, slots: slots, slowness: slowness, &numbers)
    let names = ["receive", "decode", "lane_wait", "worker", "publish", "pickup"]
    let medians = [14.0, 9, 72, 22, 12, 70]
    for (name, median) in zip(names, medians) {
      result.stages.append(
        stage(name, from: "stage", median: median * slowness, samples: result.seen, &numbers))
    }
    result.stages.append(
      stage("worker", from: "due", median: 117 * slowness, samples: result.seen, &numbers))
    result.stages.append(
      stage("total", from: "due", median: 198 * slowness, samples: result.seen, &numbers))
    result.cleanShare = 0.71
    var raw = LabQuantiles()
    raw.samples = 1_000_000
    raw.p50 = 108
    raw.p99 = 161
    result.rawRoundTrip = raw
    result.hiccups = hiccups(numbers.share())
    result.bars = bars(slowness)
    result.notes = [
      "The machine is noisy: 4.1 % of the time was lost in 1,804 pauses, the longest 9.2 ms; "
        + "tails are judged over clean windows only."
    ]
    return result
  }

  /// A search for the capacity, its trials in the order of a bisection.
  static func capacity(seed: UInt64, knee: Double = 43e6) -> LabResult {
    var numbers = Numbers(state: seed)
    var result = empty(kind: "capacity", label: "capacity, memory, book")
    result.environment = environment(numbers.share())
    result.setup = setup
    result.offered = 812_000_000
    result.seen = 812_000_000
    for rate in [1e6, 2e6, 5e6, 10e6, 20e6, 80e6, 40e6, 60e6, 50e6, 45e6, 42.5e6, 43.8e6] {
      let isSustained = rate <= knee
      let load = min(rate / knee, 1.6)
      let median = 190 * (1 + 0.4 * load * load) * (isSustained ? 1 : 3_000 * load)
      result.steps.append(
        LabStep(
          offeredRate: rate, achievedRate: isSustained ? rate : knee * (0.97 - 0.05 * load),
          lost: isSustained ? 0 : UInt64(rate * 0.01),
          latency: quantiles(median, tail: 30, samples: UInt64(rate * 2)),
          cleanLatency: quantiles(median, tail: 2 + 4 * load, samples: UInt64(rate)),
          cleanShare: 0.6 + 0.2 * numbers.share(), isSustained: isSustained))
    }
    result.capacity = knee * 0.99
    result.cleanShare = 0.66
    result.hiccups = hiccups(numbers.share())
    return result
  }

  static func empty(kind: String = "burst", label: String = "empty") -> LabResult {
    LabResult(
      kind: kind, label: label, created: "2026-11-21T16:05:00Z",
      command: [
        "millrace", "bench", kind, "--profile", "bell:1M,20M,5s", "--input", "memory", "--label",
        label,
      ], environment: LabEnvironment(), setup: LabSetup(), profile: "bell 1M/s to 20M/s for 5 s")
  }

  private static func fillSeries(
    _ result: inout LabResult, slots: Int, slowness: Double, _ numbers: inout Numbers
  ) {
    var series = LabSeries()
    series.slotMillis = 5_000 / Double(slots)
    let middle = Double(slots) * 0.3
    for slot in 0..<slots {
      let way = Double(slot) - middle
      let rise = way < 0 ? max(0, 1 + way * 25 / Double(slots)) : 1 / (1 + way * 12 / Double(slots))
      let rate = 1e6 + 19e6 * rise
      let offered = UInt64(rate * series.slotMillis / 1_000)
      let load = rate / 20e6
      let base = slowness * (170 + 130 * load * load) * (1 + 0.05 * numbers.share())
      let isStolen = numbers.share() < 0.28
      let pause = isStolen ? 8_000 / (numbers.share() + 0.001) : 0
      series.offered.append(offered)
      series.seen.append(offered)
      series.p50.append(UInt64(base))
      series.p99.append(UInt64(base * (1.6 + load) + (pause > 300_000 ? pause * 0.6 : 0)))
      series.max.append(UInt64(base * 4 + 900 * numbers.share() + pause * 1.05))
      series.depth.append(UInt64(2 + 60 * load * load + pause / 1e9 * rate))
      series.lost.append(0)
      series.stolen.append(UInt64(pause))
      result.offered += offered
    }
    result.seen = result.offered
    result.series = series
  }

  private static func stage(
    _ name: String, from: String, median: Double, samples: UInt64, _ numbers: inout Numbers
  ) -> LabStage {
    var stage = LabStage(name: name, from: from)
    let bend = 0.8 + 0.4 * numbers.share()
    for isClean in [true, false] {
      var curve: [[Double]] = []
      var percentile = 0.0
      var nines = 0.0
      while nines < 6.8 {
        let tail = isClean ? nines * nines * 0.03 : nines * nines * nines * 0.02 * bend
        var value = median * (0.7 + nines) / 1.0
        value = median * (0.75 + 0.83 * nines / (1 + nines)) * (1 + tail * nines)
        if !isClean, nines > 2.4 { value += (nines - 2.4) * (nines - 2.4) * 52_000 }
        curve.append([percentile, value.rounded()])
        nines += 0.06
        percentile = 100 * (1 - 1 / powerOfTen(nines))
      }
      curve.append([100, (curve.last?[1] ?? 0) * 1.2])
      if isClean { stage.cleanCurve = curve } else { stage.curve = curve }
      let figures = quantiles(of: curve, samples: isClean ? samples / 3 * 2 : samples)
      if isClean { stage.clean = figures } else { stage.all = figures }
    }
    return stage
  }

  /// Ten to that power, without the C library.
  private static func powerOfTen(_ exponent: Double) -> Double {
    var result = 1.0
    var left = exponent
    while left >= 1 {
      result *= 10
      left -= 1
    }
    // exp(x ln 10) as a series: enough digits for a curve.
    let x = left * 2.302_585_093
    var term = 1.0
    var sum = 1.0
    for index in 1..<14 {
      term *= x / Double(index)
      sum += term
    }
    return result * sum
  }

  private static func quantiles(of curve: [[Double]], samples: UInt64) -> LabQuantiles {
    func at(_ percentile: Double) -> UInt64 {
      UInt64(curve.first { $0[0] >= percentile }?[1] ?? 0)
    }
    var figures = LabQuantiles()
    figures.samples = samples
    (figures.p50, figures.p90, figures.p99) = (at(50), at(90), at(99))
    (figures.p999, figures.p9999, figures.max) = (at(99.9), at(99.99), at(100))
    figures.mean = Double(figures.p50) * 1.1
    return figures
  }

  private static func quantiles(_ median: Double, tail: Double, samples: UInt64) -> LabQuantiles {
    var figures = LabQuantiles()
    figures.samples = samples
    figures.mean = median * 1.1
    figures.p50 = UInt64(median)
    figures.p90 = UInt64(median * 1.4)
    figures.p99 = UInt64(median * (1 + tail / 4))
    figures.p999 = UInt64(median * (1 + tail))
    figures.p9999 = UInt64(median * (1 + tail * 8))
    figures.max = UInt64(median * (1 + tail * 30))
    return figures
  }

  private static func environment(_ noise: Double) -> LabEnvironment {
    var environment = LabEnvironment()
    environment.cpu = "AMD EPYC 9R14"
    (environment.family, environment.model) = (25, 17)
    (environment.cores, environment.threadsPerCore) = (2, 1)
    environment.kernel = "6.1.0-31-amd64"
    environment.distribution = "Debian GNU/Linux 12 (bookworm)"
    environment.swift = "6.3.1"
    environment.version = "0.4.0"
    environment.commit = "0123456789abcdef0123456789abcdef01234567"
    environment.hypervisor = "KVM"
    environment.governor = "unknown (virtual machine)"
    environment.clockSource = "kvm-clock"
    environment.ticksPerMicrosecond = 2_596.1
    environment.hasConstantTicks = true
    environment.hugePages = "transparent: madvise"
    environment.loadAverage = 0.4 + noise
    environment.stolenShare = 0.02 + 0.03 * noise
    environment.backgroundShare = 0.01
    environment.memoryBytes = 24 << 30
    return environment
  }

  private static var setup: LabSetup {
    var setup = LabSetup()
    setup.input = "memory"
    setup.feed = "itch-5.0"
    setup.layout = "split"
    setup.lastStage = "reader"
    setup.outputs = ["shm"]
    (setup.laneLines, setup.ringLines, setup.instruments) = (4_096, 16_384, 64)
    setup.strategy = "spin"
    setup.cpus = ["reader": 0, "worker": 1]
    return setup
  }

  private static func hiccups(_ noise: Double) -> [LabHiccups] {
    ["calibration", "reader", "worker"].enumerated().map { index, name in
      var hiccups = LabHiccups(thread: name)
      hiccups.cpu = index - 1
      hiccups.nanos = 5_000_000_000
      hiccups.thresholdNanos = 5_000
      hiccups.gaps = 1_500 + UInt64(600 * noise) * UInt64(index + 1)
      hiccups.lostNanos = hiccups.gaps * 38_000
      hiccups.longest = 9_214_000
      return hiccups
    }
  }

  private static func bars(_ slowness: Double) -> [LabBar] {
    [
      LabBar(
        name: "p50 against the raw one-way time", value: 1.43 * slowness, limit: 1.5, unit: "×",
        isCeiling: true),
      LabBar(
        name: "p99 at 10 M msg/s", value: 431 * slowness, limit: 500, unit: "ns", isCeiling: true),
      LabBar(
        name: "p99.9 at 10 M msg/s", value: nil, limit: 2_000, unit: "ns", isCeiling: true,
        note: "too few clean windows (12 %)"),
      LabBar(
        name: "end to end", value: 151e6 / slowness, limit: 140e6, unit: "msg/s",
        isCeiling: false),
    ]
  }
}
