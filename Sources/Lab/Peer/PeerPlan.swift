internal import FoundationEssentials
internal import Timing

/// What another process of a run has to do: its command line's only operand, as JSON.
struct PeerPlan: Codable {
  /// Whether it reads the ring, and whether it sends; or both in one loop.
  var reads = false
  var sends = false
  /// Answers each datagram, for the bare round trip; nothing else.
  var echoes = false
  var plan: LabPlan
  var cpu: Int?
  /// Scale of the run's clock: ticks and Unix ns of the calibration, 2^32 times the ns of a tick.
  var clock: [UInt64]
  var ringPath = ""
  var marksPath = ""
  var controlPath = ""
  /// Port of 127.0.0.1 that is sent to, or that an echo answers at.
  var port: UInt16 = 0
  /// Midnight in New York that the messages' times count from, Unix ns.
  var midnight: UInt64 = 0

  init(plan: LabPlan, clock: TickClock) {
    self.plan = plan
    let scale = clock.scale
    self.clock = [scale.baseTicks, scale.baseNanos, scale.multiplier]
  }

  /// The run's clock; one of its own where the plan has none.
  var tickClock: TickClock {
    guard clock.count == 3 else { return .calibrated() }
    return TickClock(
      TickClock.Scale(baseTicks: clock[0], baseNanos: clock[1], multiplier: clock[2]))
  }

  /// The operand.
  func text() throws(LabFailure) -> String {
    do {
      return String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    } catch {
      throw .peer("\(error)")
    }
  }

  init(text: String) throws(LabFailure) {
    do {
      self = try JSONDecoder().decode(PeerPlan.self, from: Data(text.utf8))
    } catch {
      throw .peer("\(error)")
    }
  }
}

/// What another process of a run has found: its standard output, as JSON.
struct PeerResult: Codable {
  /// Records received and lost in the ring, those of invalid length among the lost.
  var received: UInt64 = 0
  var lost: UInt64 = 0
  var corrupt: UInt64 = 0
  /// The ordinal that it would have read next: one more than what it has seen pass.
  var nextOrdinal: UInt64 = 0
  /// From when a message was due until its record was seen; the same of records that the worker has
  /// added.
  var total: LabStage?
  var quote: LabStage?
  /// Slots of `total`: messages seen in it, messages due in it that were seen, percentiles.
  var seen: [UInt64] = []
  var arrived: [UInt64] = []
  var p50: [UInt64] = []
  var p99: [UInt64] = []
  var max: [UInt64] = []
  var hiccups: LabHiccups?
  /// Messages and datagrams sent in time or late; those that were due and never sent.
  var sent: UInt64 = 0
  var packets: UInt64 = 0
  var unsent: UInt64 = 0
  /// How late messages left the sender.
  var departure: LabStage?
  /// Samples that found no room to wait for their windows' fate.
  var overflowed: UInt64 = 0
  /// What went wrong, if anything did.
  var failure: String?

  func bytes() -> [UInt8] {
    (try? JSONEncoder().encode(self)).map { Array($0) } ?? []
  }

  init() {}

  init(bytes: [UInt8]) throws(LabFailure) {
    do {
      self = try JSONDecoder().decode(PeerResult.self, from: Data(bytes))
    } catch {
      throw .peer("an answer that cannot be read: \(error)")
    }
  }
}
