import FeedKit
import Foundation
import Testing
import Wire

/// Number, sum, least, greatest and hash of every field of a capture, as the expected files state
/// them.
struct IexTotals {
  private(set) var datagrams = 0
  private(set) var counts: [String: Int] = [:]

  private struct Total {
    let type: String
    let column: IexFieldText.Column
    var count = 0
    var sum: Int128 = 0
    var least = Int64.max
    var greatest = Int64.min
    /// All values in order, one a line.
    var text: [UInt8] = []
  }

  private var totals: [Total] = []
  private var firstTotal: [Range<Int>] = Array(repeating: 0..<0, count: 256)
  private let feedMessages: MessageTable

  init(_ messages: MessageTable) {
    feedMessages = messages
    for (type, message) in messages.messages {
      let columns = IexFieldText.columns(of: message)
      firstTotal[Int(type)] = totals.count..<(totals.count + columns.count)
      totals += columns.map { Total(type: IexFieldText.compact(message.name), column: $0) }
    }
  }

  mutating func add(_ datagram: RawSpan, _ feed: any Feed.Type) throws {
    datagrams += 1
    let header = try feed.header(of: datagram)
    var offset = header.blocks.lowerBound
    for _ in 0..<header.count {
      let length = feed.blockLength(datagram, at: offset) ?? 0
      add(datagram, at: offset + 2)
      offset += 2 + length
    }
    #expect(offset == header.blocks.upperBound)
  }

  private mutating func add(_ bytes: RawSpan, at start: Int) {
    for index in firstTotal[Int(bytes.uncheckedByte(at: start))] {
      let number = IexFieldText.number(totals[index].column, bytes, at: start) ?? Int64.min
      totals[index].count += 1
      totals[index].sum += Int128(number)
      totals[index].least = min(totals[index].least, number)
      totals[index].greatest = max(totals[index].greatest, number)
      IexFieldText.append(
        totals[index].column, bytes, at: start, number: number, to: &totals[index].text)
      totals[index].text.append(0x0A)
    }
    let first = firstTotal[Int(bytes.uncheckedByte(at: start))]
    if !first.isEmpty { counts[totals[first.lowerBound].type, default: 0] += 1 }
  }

  /// Compares with the `message_fields` of an expected file, in both directions.
  func check(_ expected: [String: [String: Any]]) throws {
    let hashes = try Self.hashes(of: totals.filter { $0.count > 0 }.map(\.text))
    var found: Set<String> = []
    for (total, hash) in zip(totals.filter { $0.count > 0 }, hashes) {
      let name = total.type + ":" + total.column.name
      found.insert(name)
      let want = try #require(expected[name], "\(name)")
      #expect(total.count == want["n"] as? Int, "\(name)")
      #expect(hash.hasPrefix(try #require(want["sha256"] as? String)), "\(name)")
      guard total.column.isNumber, let sum = want["sum"] as? String else { continue }
      #expect(total.sum == units(sum, total.column), "\(name)")
      #expect(Int128(total.least) == units(want["min"] as? String, total.column), "\(name)")
      #expect(Int128(total.greatest) == units(want["max"] as? String, total.column), "\(name)")
    }
    #expect(found == Set(expected.keys))
  }

  /// A decimal in the column's units: ten-thousandths for prices.
  private func units(_ text: String?, _ column: IexFieldText.Column) -> Int128? {
    guard let text else { return nil }
    guard column.isPrice else { return Int128(text) }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    guard fraction.count <= 4 else { return nil }
    return Int128(parts[0] + fraction + String(repeating: "0", count: 4 - fraction.count))
  }

  /// SHA-256 of each text in hex, by the system's `sha256sum`.
  private static func hashes(of texts: [[UInt8]]) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "iex-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = texts.indices.map { folder.appending(path: "\($0)") }
    for (text, file) in zip(texts, files) { try Data(text).write(to: file) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/sha256sum")
    process.arguments = files.map(\.path)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let answer = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let lines = String(decoding: answer, as: UTF8.self).split(separator: "\n")
    try #require(lines.count == texts.count)
    return lines.map { String($0.prefix(64)) }
  }
}
