internal import Timing

/// Everything that one run of the lab is made of.
public struct LabPlan: Codable, Sendable {
  /// `memory`, `udp` or `tcp`.
  public var input = "memory"
  /// `split` or `inline`.
  public var layout = "split"
  /// `worker`, `published` or `reader`.
  public var last = "worker"
  public var outputs: [String] = []
  public var profile = LabProfile()
  public var market = LabMarket()
  public var laneLines = 4_096
  public var ringLines = 1 << 16
  /// CPUs to use, in the order reader thread, worker, ring reader, sender.
  public var cpus: [Int] = []
  public var isRealtime = false
  public var usesWideInstructions = true
  public var slotNanos: UInt64 = 10_000_000
  /// Where rings, counters and marks lie.
  public var folder = "/dev/shm/millrace"
  public var label: String?
  public var version = ""
  public var command: [String] = []

  public init() {}

  /// Whether the worker keeps books, so that every message may come only once.
  public var hasBooks: Bool {
    !Set(outputs).isDisjoint(with: ["books", "mbp-1", "mbp-10", "bbo-1s"])
  }

  /// Messages that are made before the run: all that are due where each may come only once.
  public var madeMessages: Int {
    let due = profile.shape?.messageCount ?? 0
    if hasBooks { return max(due, market.messages ?? 0) }
    return market.messages ?? min(due, LabMarket.mostMade)
  }

  /// Whether the messages come over a socket.
  public var usesSockets: Bool { input != "memory" }

  /// CPU of each part; parts that share one are one thread, or one spinning process.
  public var cpuOfPart: [String: Int] {
    guard let first = cpus.first else { return [:] }
    var table = ["reader": first]
    var rest = cpus.dropFirst()
    if layout == "split", let cpu = rest.popFirst() { table["worker"] = cpu }
    if last == "reader" || usesSockets {
      // One process does both unless there is a CPU for each.
      let peer = rest.popFirst()
      if last == "reader" { table["ring-reader"] = peer }
      if usesSockets { table["sender"] = last == "reader" ? rest.popFirst() ?? peer : peer }
    }
    return table
  }

  /// The plan as it stands in the result.
  var setup: LabSetup {
    var setup = LabSetup()
    setup.input = input
    setup.feed = "itch50"
    setup.layout = layout
    setup.lastStage = last
    setup.outputs = outputs
    setup.shards = 1
    setup.laneLines = laneLines
    setup.ringLines = ringLines
    setup.strategy = "spin"
    setup.cpus = cpuOfPart
    setup.isRealtime = isRealtime
    setup.instruments = market.symbols
    if market.seed != 1 { setup.options["seed"] = "\(market.seed)" }
    if let messages = market.messages { setup.options["messages"] = "\(messages)" }
    if !usesWideInstructions { setup.options["portable"] = "true" }
    return setup
  }

  /// Why this cannot run here; nil where it can.
  public var problem: String? {
    let needed = (layout == "split" ? 2 : 1) + (last == "reader" || usesSockets ? 1 : 0)
    if cpus.count < needed {
      return
        "input \(input), layout \(layout) and last \(last) keep \(needed) CPUs spinning, "
        + "and there are \(cpus.count)"
    }
    return profile.shape?.problem
  }
}

/// The simulated market that the messages come from.
public struct LabMarket: Codable, Sendable, Equatable {
  public var symbols = 1_000
  public var seed: UInt64 = 1
  /// Messages made before the run; nil for as many as are due, at most `mostMade` where they may
  /// be played over and over.
  public var messages: Int?

  public init() {}

  /// Messages made at most where they can be played again: 2 M of 31 bytes are 62 MB, more than any
  /// cache, so that the decoder reads memory as it does in production.
  public static var mostMade: Int { 2_000_000 }
  /// Messages made at most at all: 6 GB.
  public static var limit: Int { 200_000_000 }
}
