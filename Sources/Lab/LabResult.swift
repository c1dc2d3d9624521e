/// One run of the latency lab, as it stands in its JSON file: everything that the table, the report
/// and a comparison show, so that they need nothing but the file.
///
/// Durations are nanoseconds, rates messages a second, times of the series milliseconds since the
/// first message was due. Fields are only added, never changed; `format` counts what readers must
/// know.
public struct LabResult: Codable, Sendable {
  /// Version of this layout.
  public var format = 1
  /// `burst` or `capacity`.
  public var kind: String
  /// A short name for legends: the profile and the input, or what `--label` says.
  public var label: String
  /// When the run began, RFC 3339, UTC.
  public var created: String
  /// The command line, without secrets.
  public var command: [String]
  public var environment: LabEnvironment
  public var setup: LabSetup
  /// What was offered in one line, such as `constant 1M/s for 5 s`.
  public var profile: String
  /// Messages that were due, and those that were seen at the last stage.
  public var offered: UInt64 = 0
  public var seen: UInt64 = 0
  /// Messages lost, by where (`lane`, `ring`, `kernel`, `gap`); an empty table is no loss.
  public var lost: [String: UInt64] = [:]
  /// Whether every equation of the ledger holds, and which do not.
  public var isBalanced = true
  public var violations: [String] = []
  /// Latencies by stage in the order of a message's way; the last one is `total`.
  public var stages: [LabStage] = []
  public var series: LabSeries?
  /// Offered against achieved rates: one point a step of a ramp or of the search for the capacity.
  public var steps: [LabStep] = []
  /// The highest rate without loss, messages a second (`capacity` only).
  public var capacity: Double?
  /// Pauses of the machine as each spinning thread saw them, and the calibration before the run.
  public var hiccups: [LabHiccups] = []
  /// Share of the 1 ms windows in which no thread lost time to the machine, 0 to 1.
  public var cleanShare: Double = 0
  /// Round trip of one line between the two cores, measured right before and after the run.
  public var rawRoundTrip: LabQuantiles?
  /// Round trip of a bare datagram between two processes over loopback, for the input `udp`.
  public var udpRoundTrip: LabQuantiles?
  /// What the run is held to, where a bar is known.
  public var bars: [LabBar] = []
  /// What a reader must know: a noisy machine, no verdict, what was left out and why.
  public var notes: [String] = []

  public init(
    kind: String, label: String, created: String, command: [String],
    environment: LabEnvironment, setup: LabSetup, profile: String
  ) {
    self.kind = kind
    self.label = label
    self.created = created
    self.command = command
    self.environment = environment
    self.setup = setup
    self.profile = profile
  }
}

/// The machine and what was built for it.
public struct LabEnvironment: Codable, Sendable {
  public var cpu = ""
  public var family = 0
  public var model = 0
  /// CPUs that the process may run on, and sibling threads on one core (1: no SMT; 0: unknown).
  public var cores = 0
  public var threadsPerCore = 0
  public var kernel = ""
  public var distribution = ""
  public var swift = ""
  /// Version of millrace, and the commit that it was built of where it is known.
  public var version = ""
  public var commit = ""
  public var hypervisor = ""
  public var governor = ""
  public var clockSource = ""
  /// Ticks of the processor's counter a microsecond, and whether it is constant.
  public var ticksPerMicrosecond: Double = 0
  public var hasConstantTicks = false
  public var hugePages = ""
  public var isolatedCPUs = ""
  /// Load average at the start, running processes of others included.
  public var loadAverage: Double = 0
  /// Share of the run's CPU time that the hypervisor took (`/proc/stat`), 0 to 1.
  public var stolenShare: Double = 0
  /// Share of the run's CPU time that other processes used, 0 to 1.
  public var backgroundShare: Double = 0
  public var memoryBytes: UInt64 = 0

  public init() {}
}

/// How the pipeline was set up.
public struct LabSetup: Codable, Sendable {
  /// `memory`, `udp` or `tcp`.
  public var input = ""
  public var feed = ""
  /// `split` (reader and worker on cores of their own) or `inline` (one thread does both).
  public var layout = ""
  /// Where `total` ends: `worker` (taken from the lane), `published` or `reader` (another process).
  public var lastStage = ""
  public var outputs: [String] = []
  public var shards = 1
  public var laneLines = 0
  public var ringLines = 0
  public var strategy = ""
  /// CPU of each thread by its name; -1: not bound.
  public var cpus: [String: Int] = [:]
  public var isRealtime = false
  public var instruments = 0
  /// Any other option that differs from its default.
  public var options: [String: String] = [:]

  public init() {}
}

/// Percentiles in nanoseconds.
public struct LabQuantiles: Codable, Sendable, Equatable {
  public var samples: UInt64 = 0
  public var mean: Double = 0
  public var p50: UInt64 = 0
  public var p90: UInt64 = 0
  public var p99: UInt64 = 0
  public var p999: UInt64 = 0
  public var p9999: UInt64 = 0
  public var max: UInt64 = 0

  public init() {}
}

/// The latencies of one stage.
public struct LabStage: Codable, Sendable {
  /// `departure`, `receive`, `decode`, `lane_wait`, `worker`, `publish`, `quote` or `total`.
  public var name: String
  /// What it counts: `stage` (its own time) or `due` (from when the message was due to its end).
  public var from: String
  /// Over all messages, and over those of clean windows.
  public var all = LabQuantiles()
  public var clean = LabQuantiles()
  /// The percentile curve: pairs of percentile (0 to 100) and nanoseconds, ascending.
  public var curve: [[Double]] = []
  public var cleanCurve: [[Double]] = []

  public init(name: String, from: String) {
    self.name = name
    self.from = from
  }
}

/// What happened when: columns of equal length, one entry a slot.
public struct LabSeries: Codable, Sendable {
  /// Length of a slot, ms.
  public var slotMillis: Double = 10
  /// Messages due in the slot, and seen of those.
  public var offered: [UInt64] = []
  public var seen: [UInt64] = []
  /// Latency of the messages due in the slot, from due to the last stage; 0 where there were none.
  public var p50: [UInt64] = []
  public var p99: [UInt64] = []
  public var max: [UInt64] = []
  /// Most records that waited in the lane, as seen by the worker.
  public var depth: [UInt64] = []
  /// Messages lost.
  public var lost: [UInt64] = []
  /// Time that any spinning thread lost to the machine, ns.
  public var stolen: [UInt64] = []

  public init() {}
}

/// One rate that was tried.
public struct LabStep: Codable, Sendable {
  public var offeredRate: Double
  public var achievedRate: Double
  public var lost: UInt64
  public var latency: LabQuantiles
  public var cleanLatency: LabQuantiles
  public var cleanShare: Double
  /// Of the capacity search: whether the step counts as kept up with. The knee lies before the
  /// first that does not.
  public var isSustained: Bool

  public init(
    offeredRate: Double, achievedRate: Double, lost: UInt64, latency: LabQuantiles,
    cleanLatency: LabQuantiles, cleanShare: Double, isSustained: Bool
  ) {
    self.offeredRate = offeredRate
    self.achievedRate = achievedRate
    self.lost = lost
    self.latency = latency
    self.cleanLatency = cleanLatency
    self.cleanShare = cleanShare
    self.isSustained = isSustained
  }
}

/// Scheduling gaps that a thread saw between two readings of the clock in its spin loop.
public struct LabHiccups: Codable, Sendable {
  /// `calibration`, or the thread's name.
  public var thread: String
  public var cpu = -1
  /// Length of the watch, ns.
  public var nanos: UInt64 = 0
  /// Gaps longer than the threshold, and their sum and longest, ns.
  public var thresholdNanos: UInt64 = 0
  public var gaps: UInt64 = 0
  public var lostNanos: UInt64 = 0
  public var longest: UInt64 = 0

  public init(thread: String) { self.thread = thread }
}

/// Something that was to be reached.
public struct LabBar: Codable, Sendable {
  public var name: String
  /// Nil where the run gives no verdict.
  public var value: Double?
  public var limit: Double
  public var unit: String
  /// Whether `value` must stay at or below `limit` instead of reaching it.
  public var isCeiling: Bool
  public var note: String?

  public var isMet: Bool? { value.map { isCeiling ? $0 <= limit : $0 >= limit } }

  public init(
    name: String, value: Double?, limit: Double, unit: String, isCeiling: Bool,
    note: String? = nil
  ) {
    self.name = name
    self.value = value
    self.limit = limit
    self.unit = unit
    self.isCeiling = isCeiling
    self.note = note
  }
}
