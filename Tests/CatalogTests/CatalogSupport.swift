import Foundation
import Sqlite

/// A folder for one test, gone afterwards.
final class MadeFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "millrace-catalog-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    try Data(bytes).write(to: url.appending(path: name))
    return path(name)
  }
}

/// Numbers that a seed gives again (xorshift64*).
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed | 1 }
  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 2_685_821_657_736_338_717
  }
}

/// Names that would do harm if they were ever part of a statement's text.
enum HostileNames {
  static let all = [
    "'; DROP TABLE listing; --", "\" OR \"\"=\"", "x') ; DELETE FROM gap WHERE ('1'='1",
    "a%_b", "?1", "NULL", "Ünïcødé €", "'", "''", "\\", "/* */", ";", "--",
  ]
}
