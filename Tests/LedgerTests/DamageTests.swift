import Foundation
import TestSupport
import Testing

@testable import Ledger

@Suite("Damaged counters files and dead writers")
struct DamageTests {
  /// A file's bytes, and what opening it must say.
  struct Damage: Sendable, CustomTestStringConvertible {
    var name: String
    var matches: @Sendable (CounterFileError) -> Bool
    var apply: @Sendable (inout [UInt8]) -> Void
    var testDescription: String { name }
  }

  static let blockEntry =
    FileLayout.headerBytes + CounterTable.all.count * FileLayout.definitionBytes
    + TestFile.plan().labels.count * FileLayout.labelBytes

  static let damages: [Damage] = [
    Damage(name: "empty", matches: isForeign) { $0 = [] },
    Damage(name: "header cut", matches: isForeign) { $0 = Array($0.prefix(255)) },
    Damage(name: "other magic", matches: isForeign) { $0[7] = 0x32 },
    Damage(name: "other version", matches: isUnknown) { $0[8] = 9 },
    Damage(name: "last byte gone", matches: isTruncated) { $0.removeLast() },
    Damage(name: "header only", matches: isTruncated) { $0 = Array($0.prefix(256)) },
    Damage(name: "too many definitions", matches: isCorrupt) { $0[14] = 0xFF },
    Damage(name: "too many blocks", matches: isCorrupt) { $0[38] = 0xFF },
    Damage(name: "static part too long", matches: isCorrupt) { $0[31] = 0x80 },
    Damage(name: "static part too short", matches: isCorrupt) { $0[25] = 0 },
    Damage(name: "definition without words", matches: isCorrupt) { $0[260] = 0 },
    Damage(name: "definition twice", matches: isCorrupt) { $0[512] = $0[256] },
    Damage(name: "block outside", matches: isCorrupt) { $0[blockEntry + 16 + 3] = 0x7F },
    Damage(name: "block at an odd place", matches: isCorrupt) { $0[blockEntry + 16] = 1 },
    Damage(name: "block inside the tables", matches: isCorrupt) { $0[blockEntry + 17] = 0 },
    Damage(name: "block of other words", matches: isCorrupt) { $0[blockEntry + 4] = 99 },
  ]

  static func isForeign(_ error: CounterFileError) -> Bool {
    if case .notACountersFile = error { true } else { false }
  }
  static func isUnknown(_ error: CounterFileError) -> Bool { error == .unknownVersion(9) }
  static func isTruncated(_ error: CounterFileError) -> Bool {
    if case .truncated = error { true } else { false }
  }
  static func isCorrupt(_ error: CounterFileError) -> Bool {
    if case .corrupt = error { true } else { false }
  }

  @Test("Damage is a typed error", arguments: damages)
  func typedErrors(damage: Damage) throws {
    let file = TestFile()
    _ = try file.writer()
    var bytes = Array(try Data(contentsOf: URL(filePath: file.path)))
    damage.apply(&bytes)
    try Data(bytes).write(to: URL(filePath: file.path))
    let error = try #require(throws: CounterFileError.self) {
      _ = try CounterFile.open(file.path).snapshot()
    }
    #expect(damage.matches(error), "\(error)")
    #expect(!error.description.isEmpty)
  }

  @Test("What is no regular file is a typed error", arguments: ["/", "/dev/null", "/no/such"])
  func special(path: String) {
    #expect(throws: CounterFileError.self) { _ = try CounterFile.open(path).snapshot() }
  }

  @Test("No changed byte makes the reader or its reports trap", arguments: UInt64(1)...4)
  func randomDamage(seed: UInt64) throws {
    let file = TestFile()
    var writer = try file.writer()
    var blocks = Blocks(&writer)
    blocks.balance()
    blocks.publish()
    let intact = Array(try Data(contentsOf: URL(filePath: file.path)))
    var random = SeededGenerator(seed: seed)
    var opened = 0
    for _ in 0..<60 {
      var bytes = intact
      for _ in 0...(random.next() % 4) {
        // Mostly the header and the tables, where a change can mislead the reader.
        let range = random.next() % 3 == 0 ? bytes.count : 20_000
        bytes[Int(random.next() % UInt64(min(range, bytes.count)))] =
          UInt8(truncatingIfNeeded: random.boundaryValue())
      }
      try Data(bytes).write(to: URL(filePath: file.path))
      guard let reader = try? CounterFile.open(file.path) else { continue }
      opened += 1
      let report = LedgerReport(reader.snapshot(), quiesced: random.next() % 2 == 0)
      #expect(!report.text(color: false).isEmpty, "seed \(seed)")
      #expect(!report.prometheus().isEmpty, "seed \(seed)")
      let json = Data(report.json().utf8)
      #expect(throws: Never.self, "seed \(seed)") {
        _ = try JSONSerialization.jsonObject(with: json)
      }
    }
    #expect(opened > 0, "seed \(seed)")
  }

  @Test("Counters that another version added are read and printed")
  func foreignCounters() throws {
    let file = TestFile()
    _ = try file.writer()
    var bytes = Array(try Data(contentsOf: URL(filePath: file.path)))
    // The instance's second counter gets a number and a name that this version does not know.
    bytes[512] = 0xEE
    bytes.replaceSubrange(520..<528, with: Array("brand_nu".utf8))
    try Data(bytes).write(to: URL(filePath: file.path))
    let report = LedgerReport(try CounterFile.open(file.path).snapshot(), quiesced: true)
    #expect(report.isBalanced)
    #expect(report.json().contains("\"brand_nu"))
    #expect(report.prometheus().contains("millrace_instance_brand_nu"))
  }

  @Test("A writer killed while publishing leaves consistent counters, and room for the next")
  func killedWriter() async throws {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "ledger-killed-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      var writer = try CounterFileWriter(
        path: path, plan: TestFile.plan(), identity: TestFile.identity)
      var source = writer.claimSource(0)
      let main = MonotonicClock.now()
      let killer = Thread {
        while MonotonicClock.now().nanos(since: main) < 20_000_000 { usleep(500) }
        kill(getpid(), SIGKILL)
      }
      killer.start()
      while true {
        source.counters.messages &+= 1
        source.counters.ignore(type: UInt8(truncatingIfNeeded: source.counters.messages))
        source.publish()
      }
    }
    let report = LedgerReport(try CounterFile.open(path).snapshot(), quiesced: true)
    #expect(report.isBalanced, "\(report.violations)")
    #expect(report.stateName == "died")
    let source = try #require(report.snapshot.block(.source))
    #expect(source.isConsistent)
    #expect(source[.messages] > 0)
    _ = try CounterFileWriter(path: path, plan: TestFile.plan(), identity: TestFile.identity)
    #expect(try CounterFile.open(path).snapshot().total(.messages) == 0)
  }
}
