/// When which fault of a script begins and ends. Times are ns since the first connection.
struct FaultSchedule {
  /// A fault that begins or ends.
  struct Step: Equatable {
    var fault: Fault
    /// When, ns since the first connection.
    var at: UInt64
    var isEnd: Bool
  }

  /// What may come at random: faults that a client can recover from.
  static var randomKinds: [FaultKind] {
    [.drop, .reset, .mute, .halfOpen, .restart, .upstreamDown, .garbage, .slow]
  }

  private var pending: [Step] = []
  private var random: [RandomFaults] = []

  /// Steps of an equal time keep the order of the script.
  init(_ script: FaultScript) {
    for fault in script.faults {
      switch fault.kind {
      case .random:
        var faults = RandomFaults(fault, id: UInt64(random.count))
        pending.append(faults.next())
        random.append(faults)
      case .linesLimit, .denyAuth, .wrongVersion: break
      default: pending.append(Step(fault: fault, at: fault.at ?? 0, isEnd: false))
      }
    }
  }

  /// When something begins or ends next; nil for never.
  var next: UInt64? { pending.map(\.at).min() }

  /// The next step that is due at `elapsed`, or nil.
  mutating func due(_ elapsed: UInt64) -> Step? {
    guard let at = next, at <= elapsed,
      let index = pending.firstIndex(where: { $0.at == at })
    else { return nil }
    let step = pending.remove(at: index)
    if !step.isEnd { follow(step) }
    return step
  }

  private mutating func follow(_ step: Step) {
    if let duration = step.fault.duration {
      pending.append(Step(fault: step.fault, at: step.at &+ duration, isEnd: true))
    }
    if let every = step.fault.every {
      pending.append(Step(fault: step.fault, at: step.at &+ every, isEnd: false))
    }
    if step.fault.perHour > 0, let index = Int(exactly: step.fault.seed), index < random.count {
      pending.append(random[index].next())
    }
  }
}

/// A random sequence of faults. The n-th depends on the seed alone.
private struct RandomFaults {
  /// Index of this sequence; stands as the seed in the made faults, so that the next one is made
  /// when one begins.
  private let id: UInt64
  private let kinds: [FaultKind]
  private let perHour: Double
  private var generator: SimulationRandom
  private var last: UInt64 = 0

  init(_ fault: Fault, id: UInt64) {
    self.id = id
    kinds = fault.kinds
    perHour = fault.perHour
    generator = SimulationRandom(seed: fault.seed)
  }

  /// Distances lie between a half and three halves of the mean.
  mutating func next() -> FaultSchedule.Step {
    let mean = 3_600e9 / perHour
    let distance = mean / 2 + mean * Double(generator.below(1 << 20)) / Double(1 << 20)
    last &+= UInt64(distance)
    let kind = kinds[generator.below(kinds.count)]
    var fault = Fault(kind)
    fault.at = last
    fault.seed = id
    fault.perHour = perHour
    fault.kinds = [kind]
    let second: UInt64 = 1_000_000_000
    let length = second / 4 + UInt64(generator.below(1_000)) * (second / 400)
    switch kind {
    case .upstreamDown, .restart: fault.duration = length
    case .garbage:
      fault.count = 3 + generator.below(20)
      fault.duration = length
    case .slow:
      fault.delay = 20_000_000 + UInt64(generator.below(300)) * 1_000_000
      fault.duration = length
    default: break
    }
    return FaultSchedule.Step(fault: fault, at: last, isEnd: false)
  }
}
