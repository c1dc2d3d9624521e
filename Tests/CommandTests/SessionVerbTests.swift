import Foundation
import Testing

/// `millrace session`: what it says where nothing can be commanded, and the audit log's check.
struct SessionVerbTests {
  @Test func wordsAreNamed() throws {
    let missing = try Program.run("session")
    #expect(missing.code == 64)
    #expect(missing.errors.contains("something is missing: VERB [SOURCE]"))
    let unknown = try Program.run("session", "rest")
    #expect(unknown.code == 64)
    #expect(
      unknown.errors.contains(
        "there is no such verb: rest: known are list, reset, reconnect, reload, audit"))
    #expect(try Program.run("session", "reset").code == 64)
    #expect(try Program.run("session", "reset", "a", "b").code == 64)
  }

  @Test func nobodyAnswers() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "session-\(UUID())").path
    for words in [
      ["list"], ["reset", "iq"], ["reconnect", "iq"], ["reload"], ["list", "--json"],
    ] {
      let result = try Program.run(["session"] + words + ["--folder", folder])
      #expect(result.code == 69, "\(words)")
      #expect(result.errors.contains("no such instance is running"))
    }
  }

  @Test func auditLog() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "audit-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try Program.run("session", "audit", path).code == 66)
    try "".write(toFile: path, atomically: true, encoding: .utf8)
    let empty = try Program.run("session", "audit", path)
    #expect(empty.code == 0)
    #expect(empty.output.hasPrefix("whole: 0 entries, the last hash is 000000"))
    try "forged\n".write(toFile: path, atomically: true, encoding: .utf8)
    let broken = try Program.run("session", "audit", path, "--json")
    #expect(broken.code == 1)
    #expect(broken.output.contains("\"whole\":false"))
    #expect(broken.output.contains("\"findings\":[\"line 1 is no entry\"]"))
  }
}
