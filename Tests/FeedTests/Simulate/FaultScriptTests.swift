import FeedKit
import Testing

/// Fault scripts as people write them.
@Suite struct FaultScriptTests {
  private static let second: UInt64 = 1_000_000_000

  private func one(_ text: String) throws -> Fault {
    let script = try FaultScript(parsing: text, ports: ["level1", "depth"])
    #expect(script.faults.count == 1)
    return try #require(script.faults.first)
  }

  @Test(
    arguments: [
      ("mute@30s", .mute, 30, nil, nil), ("mute@30s+10s", .mute, 30, 10, nil),
      ("drop@45s", .drop, 45, nil, nil), ("fin@45s", .drop, 45, nil, nil),
      ("rst@45s/60s", .reset, 45, nil, 60), ("rst@45s every 60s", .reset, 45, nil, 60),
      ("drop/60s", .drop, 60, nil, 60), ("half-open@2m", .halfOpen, 120, nil, nil),
      ("upstream-down@30s+5s", .upstreamDown, 30, 5, nil),
      ("restart@0.5m+2s", .restart, 30, 2, nil),
    ] as [(String, FaultKind, Int, Int?, Int?)])
  func timesAreRead(text: String, kind: FaultKind, at: Int, duration: Int?, every: Int?) throws {
    let fault = try one(text)
    #expect(fault.kind == kind)
    #expect(fault.at == UInt64(at) * Self.second)
    #expect(fault.duration == duration.map { UInt64($0) * Self.second })
    #expect(fault.every == every.map { UInt64($0) * Self.second })
  }

  @Test func argumentsAreRead() throws {
    #expect(try one("garbage:17").count == 17)
    #expect(try one("slow:200ms").delay == 200_000_000)
    #expect(try one("slow:1.5ms").delay == 1_500_000)
    #expect(try one("split").count == 1)
    #expect(try one("split:3").count == 3)
    #expect(try one("burst:8@10s+1s").factor == 8)
    #expect(try one("deny-auth:2").count == 2)
    #expect(try one("deny-auth").count == .max)
    #expect(try one("drop#depth@45s").port == "depth")
    let random = try one("random:7:120:drop|rst")
    #expect(random.seed == 7)
    #expect(random.perHour == 120)
    #expect(random.kinds == [.drop, .reset])
    let all = try FaultScript(parsing: " mute@30s , drop@45s,garbage:17,lines-limit:100 ")
    #expect(all.faults.map(\.kind) == [.mute, .drop, .garbage, .linesLimit])
    #expect(all.linesLimit == 100)
    #expect(try FaultScript(parsing: "").faults.isEmpty)
  }

  @Test(
    arguments: [
      ("nonsense@3s", "there is no fault"), ("mute", "needs a time"), ("drop@x", "no time"),
      ("garbage", "needs a whole number"), ("garbage:0", "needs a whole number"),
      ("slow", "needs a time"), ("slow:5", "needs a time"), ("burst:x", "needs a factor"),
      ("upstream-down@3s", "needs to end"), ("drop@3s+4s", "lasts no time"),
      ("mute@1s+9s/5s", "lasts longer"), ("drop@1s/0s", "without a pause"),
      ("drop#nowhere@1s", "there is no port"), ("slow#depth:1ms", "there is no port"),
      ("random:1", "needs a seed"), ("random:1:5:burst", "cannot come at random"),
      ("lines-limit:1,lines-limit:2", "given twice"), ("mute:3@1s", "too much"),
      ("drop@99999999999999h", "no time"),
    ])
  func whatCannotBeReadIsSaid(text: String, reason: String) {
    let error = #expect(throws: FaultScriptError.self) {
      try FaultScript(parsing: text, ports: ["level1", "depth"])
    }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "no error")")
  }

  @Test func logLinesAreJSON() {
    let entry = FaultLogEntry(
      kind: .halfOpen, time: 5, end: .max, connections: ["level1/0"], detail: "a \"b\"\n")
    #expect(
      entry.json
        == #"{"fault":"half-open","time":5,"end":null,"connections":["level1/0"],"#
        + #""detail":"a \"b\"\u000a"}"#)
  }
}
