import FoundationEssentials
import Lab
import Testing

struct LabResultTests {
  @Test func resultsSurviveTheirFile() throws {
    var result = LabResult(
      kind: "burst", label: "x", created: "2026-11-21T00:00:00Z", command: ["millrace"],
      environment: LabEnvironment(), setup: LabSetup(), profile: "constant")
    result.stages = [LabStage(name: "total", from: "due")]
    result.stages[0].curve = [[50, 10], [99.9, 20]]
    result.bars = [LabBar(name: "b", value: nil, limit: 1, unit: "ns", isCeiling: true)]
    let read = try LabResult(json: try result.json())
    #expect(try read.json() == result.json())
    #expect(read.stages[0].curve == [[50, 10], [99.9, 20]] && read.bars[0].isMet == nil)
  }

  @Test(arguments: ["", "{}", "[1]", "{\"format\":1}"])
  func otherBytesAreRefused(_ text: String) {
    #expect(throws: LabError.self) { try LabResult(json: Data(text.utf8)) }
  }
}
