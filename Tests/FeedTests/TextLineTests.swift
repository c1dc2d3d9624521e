import FeedKit
import TestSupport
import Testing

/// What recorders write before a message, and where its bytes begin.
@Suite struct TextLineTests {
  struct Case: Sendable {
    let line: String
    let message: String
    var tsRecv: UInt64?
    var isNote = false
  }

  static let cases = [
    Case(line: "{\"a\":1}", message: "{\"a\":1}"),
    Case(line: "{}\r", message: "{}"),
    Case(line: "", message: ""),
    Case(line: "1723161253937085768 {}", message: "{}", tsRecv: 1_723_161_253_937_085_768),
    Case(line: "1723161253937085 {}", message: "{}", tsRecv: 1_723_161_253_937_085_000),
    Case(line: "1723161253937 {}", message: "{}", tsRecv: 1_723_161_253_937_000_000),
    Case(line: "1723161253 {}", message: "{}", tsRecv: 1_723_161_253_000_000_000),
    Case(line: "1633998512.0633569: {}", message: "{}", tsRecv: 1_633_998_512_063_356_900),
    Case(line: "1633998512.06335691234: {}", message: "{}", tsRecv: 1_633_998_512_063_356_912),
    Case(
      line: "https://a.b/c?d=e -> 1633998512.5: {}", message: "{}",
      tsRecv: 1_633_998_512_500_000_000),
    Case(line: "wss://a.b/c <-> 1633998511.1", message: "", isNote: true),
    Case(line: "99999999999999999999999 {}", message: "99999999999999999999999 {}"),
    Case(line: "17231612539x {}", message: "17231612539x {}"),
    Case(line: "nonsense -> here", message: "nonsense -> here"),
    Case(line: "nonsense", message: "nonsense"),
  ]

  @Test(arguments: cases)
  func prefixIsTold(_ row: Case) {
    let bytes = Array(row.line.utf8)
    let line = TextLine(bytes.rawSpan, from: 0, to: bytes.count)
    #expect(String(decoding: bytes[line.message], as: UTF8.self) == row.message)
    #expect(line.tsRecv == row.tsRecv)
    #expect(line.isNote == row.isNote)
  }
}
