import Testing
import Yaml

/// The tree of a document, and what is refused.
@Suite("YAML")
struct YamlTests {
  static func parse(_ text: String) throws -> YamlDocument {
    try YamlDocument(Array(text.utf8))
  }

  @Test func tree() throws {
    let document = try Self.parse(
      """
      # a comment
      a: 1
      "b c": [x, 'y', !file z]
      d:
        e: |
          two
          lines
        f:
      """)
    let root = try #require(document.root)
    #expect(document.findings.isEmpty && root.mark == YamlMark(line: 2, column: 1))
    #expect(root["a"]?.content == .scalar("1", isPlain: true))
    #expect(root["a"]?.mark == YamlMark(line: 2, column: 4))
    guard case .sequence(let list)? = root["b c"]?.content else {
      Issue.record("no list")
      return
    }
    #expect(list.map(\.mark.column) == [9, 12, 17])
    #expect(list[1].content == .scalar("y", isPlain: false))
    #expect(list[2].tag == "!file" && list[2].content == .scalar("z", isPlain: true))
    #expect(root["d"]?["e"]?.content == .scalar("two\nlines\n", isPlain: false))
    #expect(root["d"]?["f"]?.content == .scalar("", isPlain: true))
    #expect(root["d"]?["g"] == nil)
  }

  /// Texts that are no YAML, or more than is taken, and where that is told.
  @Test(arguments: [
    ("a: [1", 2, 1, "did not find expected"),
    ("a: @x", 1, 4, "put the value in quotes"),
    ("a: `x", 1, 4, "put the value in quotes"),
    ("a:\n\t- b", 2, 1, "put the value in quotes"),
    ("a: 1\n b: 2", 2, 3, "mapping values are not allowed"),
    ("a: \"b", 1, 6, "unexpected end of stream"),
    ("a: 'b\nc: d", 2, 5, "that begins in line 1"),
    ("a: \"\\q\"", 1, 5, "unknown escape"),
    ("a: {b: 1}}", 1, 10, "did not find expected"),
    ("a: 1\n--- \nb: 2", 2, 1, "a second document"),
    ("%YAML 9.9\n---\na: 1", 1, 1, "incompatible"),
    ("!x!y z", 1, 1, "undefined tag handle"),
    ("a: b\u{0}", 1, 5, "control characters are not allowed"),
    ("\u{E9}: \u{7}", 1, 4, "control characters are not allowed"),
  ])
  func refused(text: String, line: Int, column: Int, reason: String) {
    let error = #expect(throws: YamlError.self) { _ = try Self.parse(text) }
    #expect(
      error?.mark == YamlMark(line: line, column: column), "\(text): \(error.debugDescription)")
    #expect(error?.reason.contains(reason) == true, "\(error.debugDescription)")
  }

  @Test func badEncoding() {
    for bytes: [UInt8] in [
      [0x61, 0x3A, 0x20, 0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xFE, 0xFF, 0],
    ] {
      #expect(throws: YamlError.self) { _ = try YamlDocument(bytes) }
    }
  }

  /// What is passed over is told, and the rest is read.
  @Test func findings() throws {
    let document = try Self.parse("a: &x 1\nb: *x\na: 2\n? {c: 1}\n: 2\nd: 3\n")
    #expect(
      document.findings.map { "\($0)" } == [
        "1:4: anchors (&name) are not taken; write the value where it is needed",
        "2:4: aliases (*name) are not taken; write the value again",
        "3:1: the key \"a\" stands twice, first in line 1",
        "4:3: a key must be a text",
      ])
    #expect(document.root?["d"]?.content == .scalar("3", isPlain: true))
    #expect(document.root?["b"]?.content == .refused)
  }

  /// What grows when it is read is refused before it does.
  @Test func bombs() {
    var laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in 1..<30 {
      let name = "*a\(level - 1)"
      laughs +=
        "a\(level): &a\(level) [\(Array(repeating: name, count: 10).joined(separator: ","))]\n"
    }
    let bombs = [
      laughs, String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000),
      String(repeating: "- ", count: 100_000), String(repeating: "? ", count: 100_000),
      "a: " + String(repeating: "x", count: YamlLimits.scalarBytes + 1),
      "[" + String(repeating: "1,", count: YamlLimits.nodes) + "1]",
      String(repeating: " ", count: YamlLimits.documentBytes + 1),
    ]
    for bomb in bombs {
      #expect(throws: YamlError.self, "\(bomb.prefix(20))") { _ = try Self.parse(bomb) }
    }
  }

  @Test func nothing() throws {
    for text in ["", "\n", "# only this", "---", "---\n...\n", "~#"] {
      let document = try Self.parse(text)
      #expect(text == "~#" || document.root == nil, "\(text)")
    }
  }
}
