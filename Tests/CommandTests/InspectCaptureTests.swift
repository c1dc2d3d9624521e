import Foundation
import TestSupport
import Testing

/// `millrace inspect` against what public decoders read from Nasdaq's and IEX's captures.
@Suite(.enabled(if: SharedFolder.isPresent, "the folder ../shared is absent"))
struct InspectCaptureTests {
  static let folder = "captures"

  struct Expected: Decodable {
    var messages: Int
    var counts: [String: Int]
    var packetsInFile: Int?
    var messageFields: [String: Field]?
  }

  struct Field: Decodable {
    var n: Int
    var sum: String?
  }

  struct Folder: Decodable {
    var files: [String: Expected]
  }

  /// The data, and the name that its expected file has before `.expected.json`.
  static let files = [
    ("nasdaq-itch50/file-head-1000msgs.itch", "nasdaq-itch50/file-head-1000msgs.itch"),
    (
      "nasdaq-itch50/synthetic-ex20101224.TEST_ITCH_50.gz",
      "nasdaq-itch50/synthetic-ex20101224.TEST_ITCH_50"
    ),
    (moldCapture, moldCapture),
    ("iex/deep10-2017-04-25-a.pcap.gz", "iex/deep10-2017-04-25-a.pcap"),
    ("iex/deep10-2026-07-13-a.pcap.gz", "iex/deep10-2026-07-13-a.pcap"),
    ("iex/tops16-2017-07-10.pcap.gz", "iex/tops16-2017-07-10.pcap"),
    ("iex/tops16-2026-07-13-a.pcap.gz", "iex/tops16-2026-07-13-a.pcap"),
  ]

  static let moldCapture = "nasdaq-itch50/moldudp64-20230822-093000-100pkts.pcap"

  private func expected<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      type, from: try SharedFolder.data("\(Self.folder)/\(name).expected.json"))
  }

  private func path(_ name: String) throws -> String {
    try #require(SharedFolder.url).appending(path: "\(Self.folder)/\(name)").path
  }

  /// Counts by name, in which the dissector leaves out the underscores.
  private func bare(_ name: String) -> String { name.replacing("_", with: "") }

  @Test(arguments: files)
  func countsAgree(file: String, name: String) throws {
    let expected = try expected(name, as: Expected.self)
    let result = try Program.run("inspect", "--json", try path(file))
    #expect(result.code == 0)
    let object = try #require(try result.objects().first)
    #expect(object["messages"] as? Int == expected.messages)
    let types = try #require(object["wire_types"] as? [String: Int])
    #expect(types.values.sorted() == expected.counts.values.sorted())
    if expected.counts.keys.allSatisfy({ $0.count == 1 }) { #expect(types == expected.counts) }
    if let packets = expected.packetsInFile { #expect(object["packets"] as? Int == packets) }
    #expect((object["rejected"] as? [String: Int])?.isEmpty == true)
  }

  @Test(arguments: [
    ("nasdaq-itch50/packets-nsm", 23), ("iex/packets-tops", 10), ("iex/packets-deep", 3),
    ("iex/packets-deepplus", 14),
  ])
  func everySmallCaptureAgrees(name: String, files: Int) throws {
    let folder = try expected(name, as: Folder.self)
    #expect(folder.files.count == files)
    for (file, expected) in folder.files {
      let result = try Program.run(
        "inspect", "--json", "--messages", try path("\(name)/\(file)"))
      var objects = try result.objects()
      let summary = objects.removeLast()
      #expect(summary["packets"] as? Int == expected.packetsInFile, "\(file)")
      #expect(summary["messages"] as? Int == expected.messages, "\(file)")
      var counts: [String: Int] = [:]
      for object in objects {
        counts[bare(try #require(object["name"] as? String)), default: 0] += 1
      }
      #expect(counts == expected.counts, "\(file)")
    }
  }

  /// The sum of every field of every type, prices included, to the last digit.
  @Test func fieldSumsAgree() throws {
    let fields = try #require(try expected(Self.moldCapture, as: Expected.self).messageFields)
    let result = try Program.run("inspect", "--messages", "--json", try path(Self.moldCapture))
    let lines = try result.output.split(separator: "\n").dropLast().map {
      try JSONDecoder().decode([String: Scalar].self, from: Data($0.utf8))
    }
    #expect(lines.count == 269)
    var sums = 0
    for (key, field) in fields {
      let parts = key.split { $0 == ":" || $0 == "." }.map(String.init)
      let wanted = ["messagelength": "length", "messagetype": "message_type"]
      let values = lines.filter { line in
        line["name"]?.text.map(bare) == parts[0]
      }.compactMap { line in
        line.first { $0.key == wanted[parts[2]] || bare($0.key) == parts[2] }?.value
      }
      #expect(values.count == field.n, "\(key)")
      guard let sum = field.sum else { continue }
      #expect(values.reduce(Decimal(0)) { $0 + ($1.number ?? 0) } == Decimal(string: sum), "\(key)")
      sums += 1
    }
    #expect(sums > 30)
  }

  /// A value of a message line, numbers read as decimals.
  struct Scalar: Decodable {
    var text: String?
    var number: Decimal?

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self.text = text
      } else if !container.decodeNil() {
        number = try container.decode(Decimal.self)
      }
    }
  }
}
