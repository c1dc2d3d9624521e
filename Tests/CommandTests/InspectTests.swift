import Captures
import Foundation
import Glibc
import TestSupport
import Testing
import Wire

/// `millrace inspect` on files made here.
struct InspectTests {
  private func counts(_ object: [String: Any], _ key: String) -> [String: Int]? {
    object[key] as? [String: Int]
  }

  @Test(arguments: ["framed", "zero-framed", "bare"])
  func filesOfEveryFraming(framing: String) throws {
    let files = try MadeFiles()
    let messages = [MadeMessages.systemEvent("O", time: 1)] + MadeMessages.orders(10_000)
    let bytes: [UInt8] =
      switch framing {
      case "framed": MadeMessages.framed(messages) + [0, 0]
      case "zero-framed": messages.flatMap { [0, 0] + $0 }
      default: messages.flatMap { $0 }
      }
    let path = try files.file("03112024.itch", bytes)
    let result = try Program.run("inspect", "--json", path)
    #expect(result.code == 0)
    #expect(result.errors.isEmpty)
    let objects = try result.objects()
    let object = try #require(objects.first)
    #expect(objects.count == 1)
    #expect(object["file"] as? String == path)
    #expect(object["format"] as? String == framing)
    #expect(object["feed"] as? String == "itch50")
    #expect(object["date"] as? String == "2024-03-11")
    #expect(object["messages"] as? Int == 10_001)
    #expect(object["bytes"] as? Int == bytes.count)
    #expect(counts(object, "wire_types") == ["S": 1, "A": 5_000, "D": 5_000])
    #expect(counts(object, "records") == ["system": 1, "mbo": 10_000])
    #expect(counts(object, "ignored") == [:])
    #expect(counts(object, "rejected") == [:])
    #expect(object["symbols"] as? Int == 2)
    #expect(counts(object, "sequence") == ["first": 1, "last": 10_001])
  }

  /// A gap of two messages, a duplicate, a datagram of somebody else, a packet that is not UDP.
  @Test func captureWithGap() throws {
    let files = try MadeFiles()
    let orders = MadeMessages.orders(8)
    var bytes: [UInt8] = []
    let encoder = PcapEncoder()
    encoder.appendHeader(to: &bytes)
    let address = SocketAddress(IPAddress(v4: 0xE936_0C6F), port: 26_477)
    let source = SocketAddress(IPAddress(v4: 0x0A00_0001), port: 30_000)
    // 2023-08-22 13:30:00 UTC.
    let time: UInt64 = 1_692_711_000_000_000_000
    func append(_ payload: [UInt8], at offset: UInt64, to destination: SocketAddress) {
      encoder.append(
        timestampNanos: time + offset, source: source, destination: destination,
        payload: payload.rawSpan, to: &bytes)
    }
    let first = MadeMessages.datagram(Array(orders[0..<3]), first: 11, session: "MADE")
    append(first, at: 0, to: address)
    append(first, at: 1, to: address)
    append(Array("hello, this is nobody's feed".utf8), at: 2, to: source)
    append(
      MadeMessages.datagram(Array(orders[5..<8]), first: 16, session: "MADE"), at: 3, to: address)
    encoder.append(
      timestampNanos: time + 4, packet: [UInt8](repeating: 0, count: 60).rawSpan, to: &bytes)
    let path = try files.file("made.pcap", bytes)
    let result = try Program.run("inspect", "--json", path)
    #expect(result.code == 0)
    let object = try #require(try result.objects().first)
    #expect(object["format"] as? String == "pcap")
    #expect(object["packets"] as? Int == 5)
    #expect(object["messages"] as? Int == 9)
    #expect(object["date"] as? String == "2023-08-22")
    #expect(object["duplicates"] as? Int == 3)
    #expect(counts(object, "records") == ["mbo": 6, "error": 1, "system": 1])
    #expect(counts(object, "rejected") == ["bad_header": 1, "not_udp": 1])
    #expect(counts(object, "sequence") == ["first": 11, "last": 18])
    #expect(object["sessions"] as? [String] == ["MADE"])
    let gap = try #require((object["gaps"] as? [[String: Any]])?.first)
    #expect(gap["session"] as? String == "MADE")
    #expect([gap["first"], gap["last"], gap["count"]].map { $0 as? Int } == [14, 15, 2])
  }

  @Test func messagesHaveAllFields() throws {
    let files = try MadeFiles()
    let order = MadeMessages.add(locate: 7, time: 5, reference: 1 << 63, shares: 9, price: 873_901)
    let path = try files.file("a.itch", MadeMessages.framed([order]))
    let result = try Program.run("inspect", "--messages", "--json", path)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(
      lines.first == """
        {"type":"A","name":"add_order_no_mpid_attribution_message","index":0,"sequence":1,\
        "length":36,"message_type":"A","stock_locate":7,"tracking_number":0,"timestamp":5,\
        "order_reference_number":9223372036854775808,"buy_sell_indicator":"B","shares":9,\
        "stock":"MILL","price":87.3901}
        """)
  }

  @Test func fileCutInTheMiddle() throws {
    let files = try MadeFiles()
    let whole = MadeMessages.framed(MadeMessages.orders(100))
    let path = try files.file("cut.itch", Array(whole.dropLast(5)))
    let object = try #require(try Program.run("inspect", "--json", path).objects().first)
    #expect(object["messages"] as? Int == 99)
    #expect(counts(object, "rejected") == ["truncated": 1])
  }

  /// A message longer than what is decoded at a time.
  @Test func longMessage() throws {
    let files = try MadeFiles()
    let long = MadeMessages.orders(1)[0] + [UInt8](repeating: 0, count: 65_000)
    let orders = MadeMessages.orders(200)
    let path = try files.file(
      "long.itch", MadeMessages.framed(orders + [long] + orders))
    let object = try #require(try Program.run("inspect", "--json", path).objects().first)
    #expect(object["messages"] as? Int == 401)
    #expect(counts(object, "records") == ["mbo": 401])
  }

  @Test func filesThatCannotBeRead() throws {
    let files = try MadeFiles()
    let garbage = try files.file(
      "garbage", (0..<4_096).map { UInt8(truncatingIfNeeded: ($0 * 0x9E37_79B9) >> 7) })
    let empty = try files.file("empty", [])
    let cases: [(String, Int32, String)] = [
      (files.folder.appending(path: "absent").path, 66, "there is no such file"),
      (garbage, 65, "nothing in it can be read"), (empty, 65, "the file is empty"),
      (files.folder.path, 65, "is a directory"),
    ]
    for (path, code, text) in cases {
      let result = try Program.run("inspect", path)
      #expect(result.code == code)
      #expect(result.errors.hasPrefix("millrace inspect: \(text): \(path): "), "\(result.errors)")
    }
    // A bad file does not hide a good one.
    let good = try files.file("good.itch", MadeMessages.framed(MadeMessages.orders(4)))
    let result = try Program.run("inspect", "--json", cases[0].0, good)
    #expect(result.code == 66)
    #expect(try result.objects().first?["messages"] as? Int == 4)
  }

  @Test(.enabled(if: getuid() != 0, "root may read everything"))
  func unreadableFile() throws {
    let files = try MadeFiles()
    let path = try files.file("secret.itch", MadeMessages.framed(MadeMessages.orders(4)))
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    let result = try Program.run("inspect", path)
    #expect(result.code == 77)
    #expect(result.errors.contains("permission denied"))
  }

  @Test func damagedGzipIsAFinding() throws {
    let files = try MadeFiles()
    // A gzip header, then nothing that can be inflated.
    let path = try files.file("bad.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF])
    #expect(try Program.run("inspect", path).code == 65)
  }

  /// A reader that has seen enough is no failure.
  @Test func closedPipe() throws {
    let files = try MadeFiles()
    let path = try files.file("many.itch", MadeMessages.framed(MadeMessages.orders(20_000)))
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-c", "{ \"$0\" inspect --messages \"$1\"; echo \"code $?\" >&2; } | head -n 1",
      Program.url.path, path,
    ]
    let errors = Pipe()
    let output = Pipe()
    process.standardError = errors
    process.standardOutput = output
    try process.run()
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let line = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(said == "code 0\n")
    #expect(String(decoding: line, as: UTF8.self).hasPrefix("{\"type\":\"A\""))
  }

  @Test func textForPeople() throws {
    let files = try MadeFiles()
    let path = try files.file("a.itch", MadeMessages.framed(MadeMessages.orders(4)))
    let result = try Program.run("inspect", path, environment: ["TERM": "xterm"])
    #expect(result.code == 0)
    #expect(result.output.contains("add_order_no_mpid_attribution_message"))
    // No terminal, no colours.
    #expect(!result.output.contains("\u{1B}"))
  }
}
