import Engine
import ExchangeFeeds
import FeedKit
import FeedRegistry
import Foundation
import Journal
import Records
import SharedMemory

/// A folder for a journal, gone afterwards.
final class JournalFolder {
  let url = FileManager.default.temporaryDirectory.appending(path: "millrace-\(UUID())")

  var path: String { url.path }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The segments of a shard, in the order of their names.
  func segments(shard: Int) -> [String] {
    let files = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return files.filter { file in
      let name = file.split(separator: "/").last ?? ""
      let isSegment = [".dbn", ".dbn.zst", ".dbn.lz4", ".mrc"].contains { name.hasSuffix($0) }
      return isSegment && name.dropFirst(2).hasPrefix("-\(shard).")
    }.map { "\(path)/\($0)" }
  }

  /// All records of a shard as a replay has them.
  func records(shard: Int) throws -> Data {
    var data = Data()
    var stream = try JournalStream(paths: segments(shard: shard), query: JournalQuery())
    while try stream.next() { append(stream.records, to: &data) }
    return data
  }
}

/// All records that a ring holds, back to back, and their number.
func ringRecords(_ path: String) throws -> (bytes: Data, count: UInt64) {
  var reader = try BroadcastReader(path: path)
  var result = (bytes: Data(), count: UInt64(0))
  while true {
    switch reader.poll() {
    case .record:
      append(reader.record, to: &result.bytes)
      result.count += 1
    case .none, .closed: return result
    default: break
    }
  }
}

private func append(_ bytes: RawSpan, to data: inout Data) {
  // Safety: the bytes are copied within the call.
  unsafe bytes.withUnsafeBytes { source in
    guard let start = source.baseAddress else { return }
    unsafe data.append(start.assumingMemoryBound(to: UInt8.self), count: source.count)
  }
}

/// The records that have a receive time, with zero in its place.
func withoutReceiveTimes(_ records: Data) -> Data {
  var kept = Data()
  var rest = [UInt8](records)[...]
  while let words = rest.first, words >= 4, rest.count >= Int(words) * 4 {
    var record = Array(rest.prefix(Int(words) * 4))
    rest = rest.dropFirst(record.count)
    guard let offset = RType(rawValue: record[1]).receiveTimeOffset else { continue }
    for index in offset..<(offset + 8) { record[index] = 0 }
    kept.append(contentsOf: record)
  }
  return kept
}

/// A capture of a simulated day, receive times and all; gone afterwards.
final class DayCapture {
  private let url = FileManager.default.temporaryDirectory.appending(
    path: "millrace-\(UUID()).pcap")

  convenience init(messages: Int, seed: UInt64) throws {
    var options = ItchMarketOptions()
    options.seed = seed
    options.symbols = 100
    options.messages = messages
    try self.init(options)
  }

  init(_ options: ItchMarketOptions) throws {
    var market = try ItchMarket(options)
    _ = try ItchSimulatorCapture().write(&market, to: url.path)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func source() throws -> SourceConfiguration {
    var source = SourceConfiguration(
      name: "itch", feed: ItchFeed.self,
      input: .file(try InputRecognition(path: url.path, as: ItchFeed.self)))
    source.gaps.start = .one
    return source
  }
}
