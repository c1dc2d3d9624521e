import Foundation
import Ledger
import Net
import TestSupport
import Wire

@testable import Control

/// A folder of its own for one test, with a counters file where one is wanted.
struct ControlFolder: ~Copyable {
  let url = URL(fileURLWithPath: "/tmp/control-\(UUID().uuidString.prefix(8))")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  /// A file with one source "iq", its session, and a thread's latencies.
  func writer() throws -> CounterFileWriter {
    var plan = CounterPlan(
      rejectReasons: ["truncated"], disconnectCauses: ["none", "refused"],
      healthNames: ["unknown", "healthy"])
    plan.addSource(0, name: "iq", batchRecords: 1)
    plan.addSession(0, name: "iq")
    plan.addLatency(0, name: "worker-0")
    return try CounterFileWriter(
      path: path("counters"), plan: plan,
      identity: InstanceIdentity(instance: "test", version: "0.0.1", verb: "run"))
  }

  func report() throws -> LedgerReport {
    LedgerReport(try CounterFile.open(path("counters")).snapshot(), quiesced: false)
  }
}

/// Asks a page over a real socket; status line and body.
func get(_ path: String, port: UInt16) throws -> (status: Int, body: String) {
  let patience: Int64 = 30_000_000_000
  var connection = try TCPClient.connect(
    to: Endpoint(host: "127.0.0.1", port: port), timeoutNanos: patience, bufferBytes: 1 << 22)
  let request = Array("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
  try connection.send(request.rawSpan, timeoutNanos: patience)
  while case .received = try connection.receive(timeoutNanos: patience) {}
  var bytes: [UInt8] = []
  let found = connection.bytes
  for index in 0..<found.byteCount { bytes.append(found.uncheckedByte(at: index)) }
  let text = String(decoding: bytes, as: UTF8.self)
  let words = text.split(separator: " ", maxSplits: 2)
  let body = text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
  return (words.count > 1 ? Int(words[1]) ?? 0 : 0, body)
}
