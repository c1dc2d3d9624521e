/// The lines of an audit file, each bound to the one before it.
///
///     {"number":2,"time":"...","user":0,...,"previous":"<64 digits>","hash":"<64 digits>"}
///
/// `hash` is the SHA-256 of the line's bytes before `,"hash"`, and `previous` that of the line
/// before.
struct AuditChain {
  private(set) var count: UInt64 = 0
  private(set) var head = AuditLog.origin
  private(set) var findings: [String] = []
  /// Bytes behind the last line feed; nil where there are none.
  private(set) var tornTail: [UInt8]?

  /// Follows the chain through a file's bytes.
  init(_ bytes: [UInt8]) {
    var start = 0
    var line = 0
    /// A line that was cut short, if the next one explains it.
    var broken: (line: Int, digest: String, text: String)?
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      line += 1
      let content = bytes[start..<end]
      start = end + 1
      if let text = follow(content, line: line) {
        if let broken { findings.append(broken.text) }
        broken = (line, SHA256.hex(Array(content)), text)
      } else if let earlier = broken {
        let entry = String(decoding: content, as: UTF8.self)
        let explains =
          entry.contains("\"action\":\"audit.recovered\"")
          && entry.contains("\"before\":\"\(earlier.digest)\"")
        if !explains { findings.append(earlier.text) }
        broken = nil
      }
    }
    if let broken { findings.append(broken.text) }
    if start < bytes.count { tornTail = Array(bytes[start...]) }
  }

  /// Takes one line; what is wrong with it, or nil.
  private mutating func follow(_ line: ArraySlice<UInt8>, line number: Int) -> String? {
    let tail = Array(",\"hash\":\"".utf8)
    let middle = Array(",\"previous\":\"".utf8)
    // The digits, a quotation mark and a brace; and before that the digits and a quotation mark.
    let contentCount = line.count - tail.count - 64 - 2
    guard contentCount > middle.count + 65,
      line.suffix(2) == [UInt8(ascii: "\""), UInt8(ascii: "}")]
    else { return "line \(number) is no entry" }
    let content = Array(line.prefix(contentCount))
    let rest = Array(line.dropFirst(contentCount))
    guard Array(rest.prefix(tail.count)) == tail else { return "line \(number) is no entry" }
    let hash = String(decoding: rest.dropFirst(tail.count).prefix(64), as: UTF8.self)
    guard SHA256.hex(content) == hash else {
      return "line \(number) was changed: its hash is not that of its content"
    }
    let link = Array(content.suffix(middle.count + 65))
    let previous = String(decoding: link.dropFirst(middle.count).prefix(64), as: UTF8.self)
    defer {
      // Whatever is wrong, the chain goes on from here, so that one fault is told once.
      head = hash
      count = Self.number(content) ?? count &+ 1
    }
    guard Array(link.prefix(middle.count)) == middle, previous == head,
      Self.number(content) == count &+ 1
    else { return "line \(number) does not follow the one before it: lines were removed or added" }
    return nil
  }

  /// Takes the bytes behind the last line feed as an entry, where they are a whole one that lacks
  /// only that.
  mutating func adoptTail() -> Bool {
    guard let tail = tornTail else { return false }
    var copy = self
    guard copy.follow(tail[...], line: 0) == nil else { return false }
    self = copy
    tornTail = nil
    return true
  }

  private static func number(_ content: [UInt8]) -> UInt64? {
    let key = Array("{\"number\":".utf8)
    guard Array(content.prefix(key.count)) == key else { return nil }
    let digits = content.dropFirst(key.count).prefix { $0 != UInt8(ascii: ",") }
    return UInt64(String(decoding: digits, as: UTF8.self))
  }

  /// The next line, with its line feed.
  mutating func next(_ action: AuditAction, time: UInt64) -> [UInt8] {
    var text = LogText()
    text.append("{\"number\":\(count &+ 1),\"time\":")
    text.appendQuoted(LogTime.text(time))
    text.append(",\"user\":\(action.user),\"process\":\(action.process)")
    let hides = Redaction.hides(action.name) || Redaction.hides(action.target)
    for (key, value) in [
      ("action", LogText.key(action.name)), ("target", LogText.bounded(action.target)),
      ("before", hides ? Redaction.replacement : Self.bounded(action.before)),
      ("after", hides ? Redaction.replacement : Self.bounded(action.after)),
      ("outcome", LogText.bounded(action.outcome)),
    ] {
      text.append(",\"\(key)\":")
      text.appendQuoted(value)
    }
    text.append(",\"previous\":\"\(head)\"")
    let hash = SHA256.hex(text.utf8)
    text.append(",\"hash\":\"\(hash)\"}\n")
    count &+= 1
    head = hash
    return text.utf8
  }

  /// A change of a configuration may be long, but not endless.
  private static func bounded(_ text: String) -> String {
    guard text.utf8.count > LoggingLimits.auditLineBytes / 4 else { return text }
    let kept = text.unicodeScalars.prefix(LoggingLimits.auditLineBytes / 16)
    return String(String.UnicodeScalarView(kept)) + "... (\(text.utf8.count) bytes)"
  }
}
