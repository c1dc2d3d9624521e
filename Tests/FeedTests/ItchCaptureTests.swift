import Captures
import ExchangeFeeds
import FeedKit
import Foundation
import TestSupport
import Testing
import Wire

/// Every Nasdaq capture, held against what other people's decoders read from it.
@Suite(.enabled(if: SharedFolder.isPresent, "needs ../shared/captures"))
struct ItchCaptureTests {
  static let folder = "captures/nasdaq-itch50"

  private func json(_ name: String) throws -> [String: Any] {
    let data = try SharedFolder.data("\(Self.folder)/\(name)")
    return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  private func path(_ name: String) throws -> String {
    try #require(SharedFolder.url).appending(path: "\(Self.folder)/\(name)").path
  }

  /// The datagrams of a capture, with their times.
  private func datagrams(_ name: String) throws -> [([UInt8], UInt64)] {
    var file = try InputFile(path: path(name))
    var result: [([UInt8], UInt64)] = []
    file.forEachPacket { window, packet in
      guard case .udp(let datagram) = PacketContent(packet, in: window) else { return }
      result.append((datagram.range.map { window.uncheckedByte(at: $0) }, packet.timestampNanos))
    }
    #expect(file.problem == nil)
    return result
  }

  /// All messages of datagrams, in the order of the file.
  private func messages(_ datagrams: [([UInt8], UInt64)]) throws -> [[UInt8]] {
    try datagrams.flatMap { bytes, _ -> [[UInt8]] in
      let header = try MoldUDP64.header(of: bytes.rawSpan)
      let frames = splitFrames(Array(bytes[header.blocks])).map { Array($0.dropFirst(2)) }
      #expect(frames.count == header.count)
      return frames
    }
  }

  /// What arbiter and decoder make of the capture equals the oracle's counts by type, on both
  /// paths.
  private func check(_ name: String, counts: [String: Int]) throws {
    let values = WireValues(table: ItchFeed.messages)
    let datagrams = try datagrams(name)
    let messages = try messages(datagrams)
    var found: [String: Int] = [:]
    for message in messages { found[values.typeName(message) ?? "?", default: 0] += 1 }
    #expect(found == counts, "\(name)")
    var records: [[[[UInt8]]]] = []
    for wide in [true, false] {
      // Captures hold packets that were picked from a whole day: any jump is a true one.
      let gaps = GapPolicy(largestGapMessages: 100_000_000)
      let tapped = TappedRunner(ItchFeed.self, shards: 4, wide: wide, gaps: gaps)
      for (bytes, time) in datagrams {
        if try MoldUDP64.header(of: bytes.rawSpan).sequence > 0 {
          tapped.runner.receive(bytes.rawSpan, tsRecv: time, now: time, isAnswer: false)
        } else {
          receiveUnnumbered(bytes, tapped)
        }
      }
      tapped.runner.finish(tsRecv: 0)
      let report = tapped.runner.report
      #expect(report.messages == UInt64(messages.count), "\(name)")
      #expect(report.arbiter.rejectedTotal == 0, "\(name)")
      #expect(report.decode.rejectedTotal == 0, "\(name)")
      #expect(tapped.isBalanced)
      records.append(tapped.records())
    }
    #expect(records[0] == records[1], "\(name)")
  }

  /// Some captures had their sequence numbers taken out: their messages cannot be placed.
  private func receiveUnnumbered(_ datagram: [UInt8], _ tapped: TappedRunner) {
    var offset = MoldUDP64.headerBytes
    while let length = MoldUDP64.blockLength(datagram.rawSpan, at: offset) {
      tapped.runner.message(
        datagram.rawSpan, from: offset + 2, to: offset + 2 + length, sequence: 1, tsRecv: 99)
      offset += 2 + length
    }
  }

  @Test func productionDatagramsAgreeInEveryField() throws {
    let name = "moldudp64-20230822-093000-100pkts.pcap"
    let expected = try json("\(name).expected.json")
    try check(name, counts: expected["counts"] as? [String: Int] ?? [:])
    let fields = try #require(expected["message_fields"] as? [String: [String: Any]])
    let values = WireValues(table: ItchFeed.messages)
    var sums: [String: FieldSum] = [:]
    let messages = try messages(datagrams(name))
    for message in messages {
      let type = try #require(values.typeName(message))
      sums["\(type):messageheader.messagelength", default: FieldSum()].add("\(message.count)")
      for (field, text) in values.fields(message) {
        let plain = field.filter { $0 != "_" }
        let key =
          plain == "messagetype"
          ? "\(type):messageheader.messagetype" : "\(type):\(type).\(plain)"
        sums[key, default: FieldSum()].add(text)
      }
    }
    #expect(Set(sums.keys) == Set(fields.keys))
    for (key, want) in fields {
      let sum = try #require(sums[key], "\(key)")
      #expect(sum.values.count == want["n"] as? Int, "\(key)")
      #expect(sum.hash == want["sha256"] as? String, "\(key)")
      if let total = want["sum"] as? String {
        let numbers = sum.values.compactMap { Decimal(string: $0) }
        #expect(numbers.reduce(0, +) == Decimal(string: total), "\(key)")
        #expect(numbers.min() == Decimal(string: want["min"] as? String ?? ""), "\(key)")
        #expect(numbers.max() == Decimal(string: want["max"] as? String ?? ""), "\(key)")
      }
      if let wanted = want["values"] as? [String: Int] {
        #expect(sum.values.reduce(into: [:]) { $0[$1, default: 0] += 1 } == wanted, "\(key)")
      }
    }
  }

  @Test func singlePacketCapturesAgree() throws {
    let expected = try json("packets-nsm.expected.json")
    let files = try #require(expected["files"] as? [String: [String: Any]])
    #expect(files.count == 23)
    for (name, want) in files {
      try check("packets-nsm/\(name)", counts: want["counts"] as? [String: Int] ?? [:])
    }
  }

  /// Every field of every message that the oracle has written down.
  @Test func messagesAgreeFieldByField() throws {
    let lines = String(
      decoding: try SharedFolder.data("\(Self.folder)/packets-nsm.messages.jsonl"), as: UTF8.self)
    let values = WireValues(table: ItchFeed.messages)
    var compared = 0
    for line in lines.split(separator: "\n") {
      let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let raw = try #require(bytes(hex: row?["raw"] as? String ?? ""))
      let type = row?["type"] as? String ?? ""
      let all = row?["f"] as? [String: [String: String]] ?? [:]
      let fields = try #require(all[type])
      let message = Array(raw.dropFirst(2))
      #expect(values.typeName(message) == type)
      for (name, text) in values.fields(message).dropFirst() {
        // That dissector has a name of its own for the locate of one type.
        let found = fields[name.filter { $0 != "_" }] ?? fields["locatecode"]
        #expect(found == text, "\(type) \(name)")
        compared += 1
      }
    }
    #expect(compared > 800)
  }

  @Test func headOfADailyFileAgrees() throws {
    let name = "file-head-1000msgs.itch"
    let bytes = [UInt8](try SharedFolder.data("\(Self.folder)/\(name)"))
    let want = try json("\(name).expected.json")["counts"] as? [String: Int]
    try checkFile(bytes, framing: .lengthPrefixed, counts: want ?? [:])
  }

  @Test func fileWithZerosInsteadOfLengthsAgrees() throws {
    let name = "synthetic-ex20101224.TEST_ITCH_50"
    var file = try InputFile(path: path("\(name).gz"))
    while file.refill() {}
    let bytes = (0..<file.window.byteCount).map { file.window.uncheckedByte(at: $0) }
    let expected = try json("\(name).expected.json")
    #expect(bytes.count == expected["uncompressed_bytes"] as? Int)
    try checkFile(
      bytes, framing: .zeroPrefixed, counts: expected["counts"] as? [String: Int] ?? [:])
  }

  private func checkFile(_ bytes: [UInt8], framing: FileFraming, counts: [String: Int]) throws {
    var records: [[[[UInt8]]]] = []
    for wide in [true, false] {
      let tapped = TappedRunner(ItchFeed.self, shards: 2, wide: wide)
      // In pieces, so that no lane runs full before it is drained.
      tapped.read(
        bytes, framing: framing, cuts: Array(stride(from: 20_000, to: bytes.count, by: 20_000)))
      let report = tapped.runner.report
      #expect(report.messages == UInt64(counts.values.reduce(0, +)))
      #expect(report.decode.rejectedTotal == 0)
      #expect(report.decode.ignoredTotal == 0, "these files hold no type without a place in DBN")
      #expect(tapped.isBalanced)
      records.append(tapped.records())
    }
    #expect(records[0] == records[1])
    var found: [String: Int] = [:]
    for message in TypeWalk(bytes: bytes, framing: framing) { found[message, default: 0] += 1 }
    #expect(found == counts)
  }
}

/// Letters of the messages of a file, by the lengths of the table.
private struct TypeWalk: Sequence, IteratorProtocol {
  let bytes: [UInt8]
  let framing: FileFraming
  var offset = 0

  mutating func next() -> String? {
    guard offset + 2 < bytes.count else { return nil }
    let type = bytes[offset + 2]
    let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
    offset += 2 + (framing == .lengthPrefixed ? length : ItchFeed.messageBytes(ofType: type))
    return String(Unicode.Scalar(type))
  }
}
