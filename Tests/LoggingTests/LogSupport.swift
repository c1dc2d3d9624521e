import Foundation

@testable import Logging

/// A folder of its own for one test.
struct TestFolder: ~Copyable {
  let url = FileManager.default.temporaryDirectory.appending(path: "logging-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  func lines(_ name: String) throws -> [String] {
    let text = try String(contentsOfFile: path(name), encoding: .utf8)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}

/// The text of one event's line.
func line(
  _ event: LogEvent, format: LogFormat, suppressed: UInt64 = 0, hasColor: Bool = false
) -> String {
  let bytes = LogLine.bytes(
    event, time: 1_795_292_100_123_456_789, suppressed: suppressed, format: format,
    hasColor: hasColor)
  return String(decoding: bytes, as: UTF8.self)
}
