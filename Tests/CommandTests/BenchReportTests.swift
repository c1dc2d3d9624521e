import Foundation
import Testing

struct BenchReportTests {
  /// The least that a result file holds.
  static let result = """
    {"format":1,"kind":"burst","label":"small","created":"2026-11-21T00:00:00Z",
    "command":["millrace","bench","burst"],"profile":"constant","offered":5,"seen":5,"lost":{},
    "isBalanced":true,"violations":[],"stages":[],"steps":[],"hiccups":[],"cleanShare":1,
    "bars":[],"notes":["a <note>"],
    "environment":{"cpu":"","family":0,"model":0,"cores":2,"threadsPerCore":1,"kernel":"6.1",
    "distribution":"","swift":"","version":"","commit":"","hypervisor":"","governor":"",
    "clockSource":"","ticksPerMicrosecond":0,"hasConstantTicks":false,"hugePages":"",
    "isolatedCPUs":"","loadAverage":0,"stolenShare":0,"backgroundShare":0,"memoryBytes":0},
    "setup":{"input":"memory","feed":"","layout":"split","lastStage":"worker","outputs":[],
    "shards":1,"laneLines":0,"ringLines":0,"strategy":"","cpus":{},"isRealtime":false,
    "instruments":0,"options":{}}}
    """

  @Test func aResultBecomesAPageBesideIt() throws {
    let files = try MadeFiles()
    let first = try files.file("a.json", Array(Self.result.utf8))
    let second = try files.file("b.json", Array(Self.result.utf8))
    let run = try Program.run("bench", "report", first)
    #expect(run.code == 0 && run.output.contains("a.html"), "\(run.errors)")
    let page = try String(contentsOf: files.folder.appending(path: "a.html"), encoding: .utf8)
    #expect(page.contains("a &lt;note&gt;"))
    let both = try Program.run("bench", "--compare", first, second)
    #expect(both.code == 0 && both.output.contains("a-against-b.html"), "\(both.errors)")
    #expect(both.output.contains("B / A"))
    let json = try Program.run("bench", "report", first, "--json").objects()
    #expect((json.first?["report"] as? String)?.hasSuffix("a.html") == true)
    let piped = try Program.run("bench", "report", first, second, "--output", "-")
    #expect(piped.code == 0 && piped.output.hasPrefix("<!DOCTYPE html>"))
  }

  @Test func whatIsNoResultIsRefused() throws {
    let files = try MadeFiles()
    let good = try files.file("a.json", Array(Self.result.utf8))
    let later = Self.result.replacingOccurrences(of: "\"format\":1", with: "\"format\":9")
    for (content, code) in [("{}", 65), ("", 65), ("<html>", 65), (later, 65)] as [(String, Int32)]
    {
      let bad = try files.file("bad.json", Array(content.utf8))
      let run = try Program.run("bench", "report", good, bad)
      #expect(run.code == code && run.errors.contains("bad.json"), "\(run.errors)")
    }
    #expect(try Program.run("bench", "report", "/nowhere.json").code == 66)
    #expect(try Program.run("bench", "report", good, good, good).code == 64)
    #expect(try Program.run("bench", "report").code == 64)
    #expect(!FileManager.default.fileExists(atPath: files.folder.path + "/a-against-bad.html"))
  }
}
