import Testing
import Timing
import Wire

@testable import Lab

/// What a plan makes of CPUs, profiles and messages, and what it refuses.
struct PlanTests {
  static func plan(_ change: (inout LabPlan) -> Void) -> LabPlan {
    var plan = LabPlan()
    plan.cpus = [0, 1]
    change(&plan)
    return plan
  }

  /// Layout, last stage, input, CPUs, and who runs where; nil where it does not fit.
  static let seats: [(String, String, String, [Int], [String: Int]?)] = [
    ("split", "worker", "memory", [0, 1], ["reader": 0, "worker": 1]),
    ("split", "published", "memory", [3, 5], ["reader": 3, "worker": 5]),
    ("inline", "reader", "memory", [0, 1], ["reader": 0, "ring-reader": 1]),
    ("inline", "reader", "udp", [0, 1], ["reader": 0, "ring-reader": 1, "sender": 1]),
    ("inline", "reader", "udp", [0, 1, 2], ["reader": 0, "ring-reader": 1, "sender": 2]),
    ("inline", "published", "tcp", [0, 1], ["reader": 0, "sender": 1]),
    (
      "split", "reader", "udp", [0, 1, 2, 3],
      ["reader": 0, "worker": 1, "ring-reader": 2, "sender": 3]
    ),
    ("split", "reader", "memory", [0, 1, 2], ["reader": 0, "worker": 1, "ring-reader": 2]),
    ("split", "reader", "memory", [0, 1], nil), ("split", "worker", "udp", [0, 1], nil),
    ("split", "worker", "memory", [0], nil), ("inline", "published", "memory", [0], ["reader": 0]),
  ]

  @Test(arguments: 0..<seats.count)
  func everyPartHasItsCPU(row: Int) {
    let (layout, last, input, cpus, expected) = Self.seats[row]
    let plan = Self.plan {
      $0.layout = layout
      $0.last = last
      $0.input = input
      $0.cpus = cpus
    }
    #expect((plan.problem == nil) == (expected != nil))
    if let expected { #expect(plan.cpuOfPart == expected) }
  }

  @Test(arguments: LabProfile.kinds)
  func everyKindHasAShape(kind: String) {
    var profile = LabProfile()
    profile.kind = kind
    profile.arrivals = [0, 10, 30]
    profile.nanos = 20_000_000
    let shape = profile.shape
    #expect(shape?.problem == nil)
    #expect((shape?.messageCount ?? 0) > 0)
    profile.kind = "none of them"
    #expect(profile.shape == nil)
  }

  @Test func withBooksEveryMessageIsMade() {
    var plan = Self.plan { $0.profile.rate = 2_000_000 }
    #expect(plan.madeMessages == LabMarket.mostMade)
    plan.outputs = ["mbp-1"]
    #expect(plan.madeMessages == 10_000_000)
    plan.market.messages = 5_000
    #expect(plan.madeMessages == 10_000_000)
    plan.outputs = []
    #expect(plan.madeMessages == 5_000)
  }

  @Test func framesAreTheSameAndBeginWithAnOrder() throws {
    var market = LabMarket()
    market.symbols = 50
    let short = try LabFrames(market, count: 500)
    let long = try LabFrames(market, count: 2_000)
    let (shortFlow, longFlow) = (short.flowMessages, long.flowMessages)
    #expect(shortFlow == 500)
    #expect(longFlow == 2_000)
    let (shortLead, longLead, leadMessages) = (
      short.leadBytes, long.leadBytes, short.leadMessages
    )
    #expect(shortLead == longLead && leadMessages >= 50)
    let bytes = Self.bytes(short)
    #expect(bytes[shortLead + LabFrames.typeOffset] == UInt8(ascii: "A"))
    #expect(bytes[...] == Self.bytes(long)[..<bytes.count])
    market.seed = 2
    let other = try LabFrames(market, count: 500)
    #expect(bytes != Self.bytes(other))
  }

  static func bytes(_ frames: borrowing LabFrames) -> [UInt8] {
    let span = frames.span
    return (0..<span.byteCount).map { span.uncheckedByte(at: $0) }
  }

  @Test func tooManyMessagesAreRefused() {
    #expect(throws: LabFailure.self) {
      _ = try LabFrames(LabMarket(), count: LabMarket.limit + 1)
    }
  }

  @Test func plansOfOtherProcessesComeBack() throws {
    let plan = Self.plan { $0.profile.kind = "bell" }
    var peer = PeerPlan(
      plan: plan,
      clock: TickClock(TickClock.Scale(baseTicks: .max, baseNanos: 2, multiplier: 3)))
    peer.ringPath = "/a \"path\"\n"
    let copy = try PeerPlan(text: try peer.text())
    #expect(copy.ringPath == peer.ringPath)
    #expect(copy.tickClock.scale == peer.tickClock.scale)
    #expect(copy.plan.profile.kind == "bell")
    #expect(throws: LabFailure.self) { _ = try PeerPlan(text: "{}") }
    #expect(throws: LabFailure.self) { _ = try PeerResult(bytes: [0x7B]) }
  }
}
