import Captures
import Foundation
import TestSupport
import Testing

/// Every public capture opens, and holds as many packets as the tools of other people counted.
@Suite struct SharedCaptureTests {
  struct Capture: Sendable, CustomTestStringConvertible {
    let path: String
    let packets: Int?
    var testDescription: String { path }
  }

  static let captures: [Capture] = {
    guard let root = SharedFolder.url?.appending(path: "captures") else { return [] }
    let prefix = root.path + "/"
    let all = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return all.filter(isCapture).sorted().map { name in
      Capture(path: prefix + name, packets: expectedPackets(prefix + name))
    }
  }()

  static func isCapture(_ name: String) -> Bool {
    [".pcap", ".pcapng", ".pcap.gz", ".pcapng.gz"].contains { name.hasSuffix($0) }
  }

  /// `packets_in_file` beside the capture, or in the expected file of its folder.
  static func expectedPackets(_ path: String) -> Int? {
    let plain = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
    if let own = json(plain + ".expected.json") {
      return own["packets_in_file"] as? Int ?? own["packets"] as? Int
    }
    let url = URL(filePath: plain)
    let folder = json(url.deletingLastPathComponent().path + ".expected.json")
    let files = folder?["files"] as? [String: [String: Any]]
    return files?[url.lastPathComponent]?["packets_in_file"] as? Int
  }

  static func json(_ path: String) -> [String: Any]? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
  }

  @Test(.enabled(if: SharedFolder.isPresent, "the folder shared is absent"), arguments: captures)
  func opensAndCounts(_ capture: Capture) throws {
    var file = try InputFile(path: capture.path)
    var unexpected = 0
    var last: UInt64 = 0
    file.forEachPacket { window, packet in
      last = packet.timestampNanos
      switch PacketContent(packet, in: window) {
      case .udp(let datagram):
        #expect(datagram.start + datagram.byteCount <= packet.range.upperBound)
      // 103 is PIM, one packet of a router among CME's.
      case .other(.tcp), .other(TransportKind(rawValue: 103)): break
      case .other, .rejected: unexpected += 1
      }
    }
    #expect(file.problem == nil)
    #expect(file.rejectedRecords == 0)
    #expect(file.packets > 0)
    // 2005 ... 2035: a wrong byte order or resolution is far outside. A few of CME's captures were
    // made with a clock that stood at February 1970.
    let earliest: UInt64 =
      capture.path.contains("cme-mdp3") ? 5_000_000_000_000_000 : 1_100_000_000_000_000_000
    #expect(last > earliest && last < 2_050_000_000_000_000_000)
    if let packets = capture.packets { #expect(Int(file.packets) == packets) }
    #expect(unexpected == 0)
  }

  @Test(.enabled(if: SharedFolder.isPresent, "the folder shared is absent"))
  func mostCapturesHaveAnExpectedCount() {
    #expect(Self.captures.count >= 200)
    #expect(Self.captures.count { $0.packets != nil } >= 200)
  }
}
