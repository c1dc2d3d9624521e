import Foundation
import Testing

@testable import Logging

@Suite("Log lines")
struct LogLineTests {
  static let event = LogEvent(
    .warning, "session.state",
    [
      .init("source", "iqfeed"), .init("text", "two words"), .init("epoch", 3),
      .init("offset", -5), .init("live", false), .init("ids", .list(["1", "2"])),
      .init("empty", ""),
    ])

  @Test("logfmt quotes only what needs it")
  func logfmt() {
    #expect(
      line(Self.event, format: .logfmt)
        == "time=2026-11-21T20:15:00.123456Z level=warning event=session.state source=iqfeed "
        + "text=\"two words\" epoch=3 offset=-5 live=false ids=1,2 empty=\"\"\n")
    let coloured = line(Self.event, format: .logfmt, suppressed: 2, hasColor: true)
    #expect(coloured.contains("level=\u{1B}[33mwarning\u{1B}[0m "))
    #expect(coloured.contains(" suppressed=2 "))
  }

  @Test("JSON lines are objects that a parser reads back")
  func json() throws {
    let text = line(Self.event, format: .json, suppressed: 7)
    let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8))
    let object = try #require(parsed as? [String: Any])
    #expect(object["level"] as? String == "warning")
    #expect(object["suppressed"] as? Int == 7)
    #expect(object["text"] as? String == "two words")
    #expect(object["offset"] as? Int == -5)
    #expect(object["ids"] as? [String] == ["1", "2"])
    #expect(object["live"] as? Bool == false)
  }

  /// What an upstream could send to forge lines, fields, or a terminal's commands.
  static let hostile: [String] = [
    "a\nlevel=error event=forged", "a\r\n{\"event\":\"forged\"}", "\" event=forged x=\"",
    "\u{1B}[2J\u{1B}]0;title\u{07}", "\u{9B}31m", "\u{202E}txt.exe", "\u{2028}x\u{2029}",
    "tab\there", "back\\slash", "nul\0byte", "=", " ", "\u{7F}", "\u{FEFF}bom", "💹 ü",
  ]

  @Test("No text ends a line, begins a field or commands a terminal", arguments: hostile)
  func injection(_ text: String) throws {
    for format in [LogFormat.logfmt, .json] {
      let written = line(LogEvent(.info, "x.y", [.init("text", .text(text))]), format: format)
      #expect(written.hasSuffix("\n"))
      for scalar in written.dropLast().unicodeScalars {
        #expect(scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value), "\(written)")
        #expect(!(0x2028...0x202E).contains(scalar.value))
      }
    }
    let json = line(LogEvent(.info, "x.y", [.init("text", .text(text))]), format: .json)
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect(object?["text"] as? String == text)
    #expect(object?["event"] as? String == "x.y")
    // A quoted logfmt value is a JSON string.
    let plain = line(LogEvent(.info, "x.y", [.init("text", .text(text))]), format: .logfmt)
    let value = try #require(plain.dropLast().split(separator: " text=", maxSplits: 1).last)
    if value.hasPrefix("\"") {
      let quoted = try JSONSerialization.jsonObject(
        with: Data(value.utf8), options: .fragmentsAllowed)
      #expect(quoted as? String == text)
    } else {
      #expect(String(value) == text)
    }
  }

  @Test("Any bytes become one line of valid text")
  func bytes() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      let json = line(LogEvent(.info, "x", [.init("raw", .bytes(bytes))]), format: .json)
      let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
      #expect(object?["raw"] as? String == String(decoding: bytes, as: UTF8.self), "\(bytes)")
      #expect(json.utf8.count { $0 == UInt8(ascii: "\n") } == 1)
    }
  }

  @Test("Keys are plain, and none passes for the line's own")
  func keys() {
    let text = line(
      LogEvent(.info, "a b\nc", [.init("x y=\n", 1), .init("level", "error"), .init("", 2)]),
      format: .logfmt)
    #expect(text.contains("event=a_b_c x_y__=1 field_level=error _=2\n"))
  }

  @Test("Values and lines are bounded")
  func bounds() {
    let long = String(repeating: "é", count: 5_000)
    let text = line(LogEvent(.info, "x", [.init("text", .text(long))]), format: .logfmt)
    #expect(text.contains("... (10000 bytes)"))
    #expect(text.utf8.count < 3_000)
    let fields = (0..<40).map { LogField("f\($0)", .text(long)) }
    let full = line(LogEvent(.info, "x", fields), format: .json)
    #expect(full.utf8.count < LoggingLimits.lineBytes + 4_096)
    #expect(full.contains("\"fields_left_out\":"))
  }

  @Test(
    "Values under keys that name secrets are never written",
    arguments: [
      "password", "PASSWORD", "api_key", "apiKey", "accessToken", "client.secret", "token",
      "ib-password", "Authorization", "key", "session_tokens",
    ])
  func redaction(_ key: String) {
    for format in [LogFormat.logfmt, .json] {
      let text = line(LogEvent(.info, "x", [.init(key, "hunter2")]), format: format)
      #expect(!text.contains("hunter2"))
      #expect(text.contains(Redaction.replacement))
    }
  }

  @Test(
    "Other keys are written",
    arguments: ["keep_alives", "monkey", "keyboard", "source", "tokenized", "passed", "symbol"])
  func kept(_ key: String) { #expect(!Redaction.hides(key)) }

  @Test("Dates over centuries")
  func dates() {
    let cases: [(UInt64, String)] = [
      (0, "1970-01-01T00:00:00.000000Z"), (951_782_400, "2000-02-29T00:00:00.000000Z"),
      (1_735_689_599, "2024-12-31T23:59:59.000000Z"),
      (4_107_542_400, "2100-03-01T00:00:00.000000Z"),
    ]
    for (seconds, text) in cases { #expect(LogTime.text(seconds * 1_000_000_000) == text) }
  }
}
