/// A small checker of XML: whether every element is closed, in order, every attribute quoted and
/// every reference known. What it says is right is well-formed but for what the report never has.
struct MarkupCheck {
  /// What is wrong, or nil.
  static func problem(_ text: String) -> String? {
    var check = MarkupCheck(bytes: Array(text.utf8))
    return check.run()
  }

  let bytes: [UInt8]
  private var place = 0
  private var open: [String] = []

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func run() -> String? {
    if starts("<!DOCTYPE html>") { place += 15 }
    var roots = 0
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "<") {
        if open.isEmpty, !starts("</") { roots += 1 }
        if let problem = tag() { return problem }
      } else if let problem = character(in: open.isEmpty ? "outside" : "text") {
        return problem
      }
    }
    if !open.isEmpty { return "not closed: \(open)" }
    return roots == 1 ? nil : "\(roots) elements at the top"
  }

  private func starts(_ text: String) -> Bool { bytes[place...].starts(with: text.utf8) }

  private func at(_ text: String) -> String { "\(text) at byte \(place)" }

  /// A character of text or of an attribute.
  private mutating func character(in part: String) -> String? {
    let byte = bytes[place]
    if part == "outside", byte != 0x0A { return at("text outside the document") }
    if byte < 0x20, byte != 0x0A, byte != 0x09 { return at("control character") }
    if byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") { return at("bare bracket") }
    if byte == UInt8(ascii: "&") {
      let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"]
      guard let reference = known.first(where: { starts($0) }) else {
        return at("unknown reference")
      }
      place += reference.utf8.count
      return nil
    }
    place += 1
    return nil
  }

  private mutating func name() -> String {
    let start = place
    while place < bytes.count,
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[place] | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place])
        || bytes[place] == UInt8(ascii: "-")
    { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func tag() -> String? {
    place += 1
    if bytes[place] == UInt8(ascii: "/") {
      place += 1
      let name = name()
      guard open.popLast() == name, starts(">") else { return at("wrong end </\(name)") }
      place += 1
      return nil
    }
    let element = name()
    if element.isEmpty { return at("no name") }
    var seen: Set<String> = []
    while place < bytes.count {
      if starts(">") {
        place += 1
        open.append(element)
        return nil
      }
      if starts("/>") {
        place += 2
        return nil
      }
      guard starts(" ") else { return at("no space before an attribute") }
      place += 1
      let attribute = name()
      guard seen.insert(attribute).inserted else { return at("twice: \(attribute)") }
      guard starts("=\"") else { return at("no quoted value of \(attribute)") }
      place += 2
      while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
        if let problem = character(in: "value") { return problem }
      }
      place += 1
    }
    return at("the tag does not end")
  }
}
