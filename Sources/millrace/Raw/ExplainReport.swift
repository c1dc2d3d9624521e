internal import Engine
internal import FeedKit
internal import Ledger
internal import Records
internal import Wire

/// What `millrace explain` says.
struct ExplainReport {
  let path: String
  let record: ExplainedRecord
  var feed: (any Feed.Type)?
  /// Captures that were looked into.
  var captures: [String] = []
  var messages: [RawMessage] = []
  /// Whether the messages are those with the record's sequence number.
  private(set) var isExact = false

  /// Messages that are shown where none can be told to be the one.
  private static var limit: Int { 16 }

  init(path: String, record: ExplainedRecord) {
    self.path = path
    self.record = record
  }

  /// Keeps the messages with the record's number; where it has none, all of its moment.
  mutating func choose(sequence: UInt32?) {
    guard let sequence else { return }
    messages.removeAll { UInt32(truncatingIfNeeded: $0.sequence) != sequence }
    isExact = !messages.isEmpty
  }

  var text: String {
    var line: [UInt8] = []
    RecordText(form: .human, version: record.version).append(
      rawBytes(of: record.bytes), to: &line)
    var text = String(decoding: line, as: UTF8.self)
    text += "  \(path), block \(record.block), record \(record.number), byte \(record.offset)"
    text += " of the block's records\n"
    text += Self.dump(record.bytes)
    text += "\n" + verdict + "\n"
    for message in messages.prefix(Self.limit) {
      text += isExact ? Self.text(message) + fields(message) : fields(message)
    }
    if messages.count > Self.limit { text += "  … and \(messages.count - Self.limit) more\n" }
    return text
  }

  private var verdict: String {
    guard record.receivedNanos != nil else {
      return "The record has no receive time: no single message has made it."
    }
    if captures.isEmpty {
      return "There is no raw capture beside the segment: name one with --raw, or keep them with "
        + "millrace run --capture raw."
    }
    if messages.isEmpty {
      return "None of these captures has its message: \(captures.joined(separator: ", "))."
    }
    if isExact { return "It came from" }
    return
      "The record has no sequence number; \(messages.count) messages were received at its time:"
  }

  private static func text(_ message: RawMessage) -> String {
    var text = "  \(message.path), block \(message.block)\n"
    text += "  received \(Timestamp.text(message.receivedNanos)), sequence \(message.sequence)"
    if let (source, destination) = message.datagram {
      text += ", from \(source) to \(destination)"
    }
    return text + "\n" + dump(message.bytes)
  }

  private func fields(_ message: RawMessage) -> String {
    guard let feed else { return "" }
    var json = JSONText()
    MessageLines(feed: feed).write(
      rawBytes(of: message.bytes), 0..<message.bytes.count, packet: nil, index: 0,
      sequence: message.sequence, to: &json)
    return "  " + json.text + "\n"
  }

  /// Sixteen bytes a line: offset, digits, characters.
  private static func dump(_ bytes: [UInt8]) -> String {
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 16) {
      let row = bytes[start..<min(start + 16, bytes.count)]
      let digits = row.map { WireText.hexadecimal($0) }.joined(separator: " ")
      let characters = row.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") }
      let offset = String(start, radix: 16)
      text += "    " + String(repeating: "0", count: max(4 - offset.count, 0)) + offset + "  "
      text += digits + String(repeating: " ", count: 50 - digits.count)
      text += String(decoding: characters, as: UTF8.self) + "\n"
    }
    return text
  }

  /// One object: the record, its place, the messages.
  var json: [UInt8] {
    var json = JSONText()
    json.object {
      $0.field("segment", path)
      $0.field("block", record.block)
      $0.field("record", record.number)
      $0.field("bytes", Self.hexadecimal(record.bytes))
      $0.field("exact", isExact)
      $0.key("messages")
      $0.array { list in
        for message in messages.prefix(Self.limit) {
          list.object {
            $0.field("capture", message.path)
            $0.field("block", message.block)
            $0.field("ts_recv", message.receivedNanos)
            $0.field("sequence", message.sequence)
            $0.field("source", message.datagram.map { "\($0.source)" })
            $0.field("destination", message.datagram.map { "\($0.destination)" })
            $0.field("raw", Self.hexadecimal(message.bytes))
            if let feed {
              $0.key("message")
              MessageLines(feed: feed).write(
                rawBytes(of: message.bytes), 0..<message.bytes.count, packet: nil, index: 0,
                sequence: message.sequence, to: &$0)
            }
          }
        }
      }
    }
    json.newLine()
    return json.utf8
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { WireText.hexadecimal($0) }.joined()
  }
}
