import Foundation
import Testing

@testable import Logging

@Suite("Audit log")
struct AuditLogTests {
  /// Digests of the Secure Hash Standard's examples, and around the edges of a block.
  @Test(
    "SHA-256",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func digest(_ text: String, _ hex: String) { #expect(SHA256.hex(Array(text.utf8)) == hex) }

  @Test("A million bytes")
  func longDigest() {
    #expect(
      SHA256.hex([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  private static func fill(_ folder: borrowing TestFolder, _ count: Int = 5) throws -> String {
    let path = folder.path("audit")
    let log = try AuditLog(path: path)
    for index in 0..<count {
      try log.append(
        AuditAction(
          "session.reset", target: "iq\(index)\n", before: "open_circuit", after: "backoff"))
    }
    return path
  }

  @Test("Entries say who, what, before and after, and the chain holds over a restart")
  func chain() throws {
    let folder = try TestFolder()
    let path = try Self.fill(folder)
    let last = try AuditLog(path: path).append(
      AuditAction("config.reload", before: "a: 1", after: "a: 2", user: 7, process: 8))
    let verdict = try AuditLog.verify(path)
    #expect(verdict == .init(entries: 6, head: last.hash, findings: []))
    let line = try #require(try folder.lines("audit").dropLast().last)
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    #expect(object?["number"] as? Int == 6)
    #expect(object?["user"] as? Int == 7)
    #expect(object?["process"] as? Int == 8)
    #expect(object?["action"] as? String == "config.reload")
    #expect(object?["before"] as? String == "a: 1")
    #expect(object?["after"] as? String == "a: 2")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test("A line that is changed, removed, doubled or moved shows", arguments: 0..<5)
  func tampering(_ way: Int) throws {
    let folder = try TestFolder()
    let path = try Self.fill(folder)
    var lines = try folder.lines("audit").dropLast().map { $0 }
    switch way {
    case 0: lines[2] = lines[2].replacing("open_circuit", with: "live")
    case 1: lines.remove(at: 2)
    case 2: lines.insert(lines[2], at: 3)
    case 3: lines.swapAt(1, 3)
    default: lines[1] = "forged"
    }
    try (lines.joined(separator: "\n") + "\n").write(
      toFile: path, atomically: true, encoding: .utf8)
    let verdict = try AuditLog.verify(path)
    #expect(!verdict.isWhole)
    #expect(verdict.findings.first?.hasPrefix("line ") == true)
  }

  @Test("An entry that a crash cut short is explained by the next one", arguments: [1, 40, 200])
  func torn(_ cut: Int) throws {
    let folder = try TestFolder()
    let path = try Self.fill(folder)
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    let size = try handle.seekToEnd()
    try handle.truncate(atOffset: size - UInt64(cut))
    try handle.close()
    #expect(try !AuditLog.verify(path).isWhole)
    try AuditLog(path: path).append(AuditAction("config.reload"))
    let verdict = try AuditLog.verify(path)
    #expect(verdict.findings == [])
    // The line that lacked only its end is an entry; one that lacked more is explained.
    #expect(verdict.entries == 6)
  }

  @Test("Several writers of one file keep one chain")
  func writers() async throws {
    let folder = try TestFolder()
    let path = folder.path("audit")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let log = try AuditLog(path: path)
          for _ in 0..<10 { try log.append(AuditAction("x.y")) }
        }
      }
      try await group.waitForAll()
    }
    #expect(try AuditLog.verify(path).isWhole)
    #expect(try AuditLog.verify(path).entries == 40)
  }

  @Test("A file that others may write is refused, and so is a link")
  func refused() throws {
    let folder = try TestFolder()
    let path = try Self.fill(folder, 1)
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
    #expect(throws: LogError.self) { try AuditLog(path: path) }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: path)
    #expect(throws: LogError.self) { try AuditLog(path: folder.path("link")) }
  }

  @Test("What a secret is changed to is not written")
  func secrets() throws {
    let folder = try TestFolder()
    let log = try AuditLog(path: folder.path("audit"))
    try log.append(AuditAction("config.set", target: "ib.password", before: "old1", after: "new1"))
    let text = try folder.lines("audit").joined()
    #expect(!text.contains("old1") && !text.contains("new1"))
  }
}
