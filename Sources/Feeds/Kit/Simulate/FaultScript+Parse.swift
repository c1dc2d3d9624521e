extension FaultScript {
  /// Reads a script; an empty text has no faults.
  ///
  /// - Parameter ports: names that may follow `#`; empty where they are not known here.
  public init(parsing text: String, ports: [String] = []) throws(FaultScriptError) {
    for word in text.split(separator: ",") {
      let trimmed = FaultWord.trimmed(word)
      guard !trimmed.isEmpty else { continue }
      faults.append(try FaultWord(trimmed).fault(ports: ports))
    }
    guard faults.filter({ $0.kind == .linesLimit }).count < 2 else {
      throw FaultScriptError(word: "lines-limit", reason: "is given twice; give it once")
    }
  }
}

/// One fault's text, cut into its parts.
struct FaultWord {
  private let word: String
  private var kind: FaultKind?
  private var name = ""
  private var arguments: [String] = []
  private var port: String?
  private var at: String?
  private var duration: String?
  private var every: String?

  /// Cuts from the end: `/EVERY`, `+DURATION`, `@TIME`, `#PORT`, `:ARGUMENTS`.
  init(_ word: String) {
    self.word = word
    var rest = Substring(word)
    if let range = Self.last(" every ", in: rest) {
      every = Self.trimmed(rest[range.upperBound...])
      rest = rest[..<range.lowerBound]
    } else {
      every = Self.cut("/", from: &rest)
    }
    duration = Self.cut("+", from: &rest)
    at = Self.cut("@", from: &rest)
    port = Self.cut("#", from: &rest)
    let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
    name = Self.trimmed(parts.first ?? "")
    arguments = parts.dropFirst().map { Self.trimmed($0) }
    kind = FaultKind(rawValue: name == "fin" ? FaultKind.drop.rawValue : name)
  }

  func fault(ports: [String]) throws(FaultScriptError) -> Fault {
    guard let kind else {
      let known = FaultKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw wrong("there is no fault \"\(name)\"; known are \(known)")
    }
    var fault = Fault(kind)
    fault.at = try time(at, "@")
    fault.duration = try time(duration, "+")
    fault.every = try time(every, "/")
    if fault.every == 0 { throw wrong("repeats without a pause; write a time such as /60s") }
    if fault.every != nil, fault.at == nil { fault.at = fault.every }
    fault.port = port
    if let port, !ports.isEmpty, !ports.contains(port) {
      throw wrong("there is no port \"\(port)\"; known are \(ports.joined(separator: ", "))")
    }
    try takeArguments(&fault)
    try check(fault)
    return fault
  }

  private func takeArguments(_ fault: inout Fault) throws(FaultScriptError) {
    let first = arguments.first
    switch fault.kind {
    case .garbage, .linesLimit:
      fault.count = try number(first, "a whole number, as in \(name):100")
    case .denyAuth, .wrongVersion:
      fault.count = first == nil ? Int.max : try number(first, "how many, as in \(name):2")
    case .split:
      fault.count = first == nil ? 1 : try number(first, "bytes of a piece, as in split:3")
    case .slow:
      guard let first, let delay = Self.nanos(first) else {
        throw wrong("needs a time, as in slow:200ms")
      }
      fault.delay = delay
    case .burst:
      guard let first, let factor = Double(first), factor > 0, factor <= 10_000 else {
        throw wrong("needs a factor up to 10000, as in burst:8@10s+1s")
      }
      fault.factor = factor
    case .random: try takeRandom(&fault)
    default: break
    }
    let most = fault.kind == .random ? 3 : Self.argumentCount(fault.kind)
    if arguments.count > most { throw wrong("has too much after \(name)") }
  }

  private func takeRandom(_ fault: inout Fault) throws(FaultScriptError) {
    let usage = "needs a seed and a rate an hour, as in random:7:120"
    guard arguments.count >= 2, let seed = UInt64(arguments[0]),
      let rate = Double(arguments[1]), rate > 0, rate <= 360_000
    else { throw wrong(usage) }
    fault.seed = seed
    fault.perHour = rate
    fault.kinds = FaultSchedule.randomKinds
    guard arguments.count > 2 else { return }
    fault.kinds = []
    for name in arguments[2].split(separator: "|") {
      guard let kind = FaultKind(rawValue: String(name)), FaultSchedule.randomKinds.contains(kind)
      else {
        let known = FaultSchedule.randomKinds.map(\.rawValue).joined(separator: "|")
        throw wrong("\"\(name)\" cannot come at random; known are \(known)")
      }
      fault.kinds.append(kind)
    }
  }

  private func check(_ fault: Fault) throws(FaultScriptError) {
    let needsTime: [FaultKind] = [.mute, .drop, .reset, .restart, .halfOpen, .upstreamDown]
    if needsTime.contains(fault.kind), fault.at == nil {
      throw wrong("needs a time, as in \(name)@30s")
    }
    if fault.kind == .upstreamDown, fault.duration == nil {
      throw wrong("needs to end, as in upstream-down@30s+5s")
    }
    let bare: [FaultKind] = [.linesLimit, .random]
    if bare.contains(fault.kind), fault.at != nil || fault.duration != nil || fault.port != nil {
      throw wrong("takes no time and no port")
    }
    let atOnce: [FaultKind] = [.drop, .reset]
    if atOnce.contains(fault.kind), fault.duration != nil {
      throw wrong("lasts no time; use restart, mute or half-open for that")
    }
    let whole: [FaultKind] = [.garbage, .slow, .burst, .upstreamDown, .restart]
    if whole.contains(fault.kind), fault.port != nil { throw wrong("concerns all ports") }
    if let every = fault.every, let duration = fault.duration, duration >= every {
      throw wrong("lasts longer than until it comes again")
    }
  }

  private static func argumentCount(_ kind: FaultKind) -> Int {
    switch kind {
    case .garbage, .linesLimit, .denyAuth, .wrongVersion, .split, .slow, .burst: 1
    default: 0
    }
  }

  private func number(_ text: String?, _ usage: String) throws(FaultScriptError) -> Int {
    guard let text, let value = Int(text), value > 0 else { throw wrong("needs \(usage)") }
    return value
  }

  private func time(_ text: String?, _ mark: String) throws(FaultScriptError) -> UInt64? {
    guard let text else { return nil }
    guard let nanos = Self.nanos(text) else {
      throw wrong("after \(mark) stands no time; write one such as 200ms, 30s, 2m or 1h")
    }
    return nanos
  }

  private func wrong(_ reason: String) -> FaultScriptError {
    FaultScriptError(word: word, reason: reason)
  }
}

extension FaultWord {
  /// A whole or decimal number with ms, s, m, h, us or ns; nil for anything else. Decimals are read
  /// digit by digit, so that no time is rounded.
  static func nanos(_ text: String) -> UInt64? {
    let units: [(String, UInt64)] = [
      ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
      ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let unit = units.first(where: { $0.0 == text.dropFirst(digits.count) })?.1 else {
      return nil
    }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = UInt64(parts[0]) else { return nil }
    let (nanos, overflow) = whole.multipliedReportingOverflow(by: unit)
    guard !overflow else { return nil }
    guard parts.count == 2 else { return nanos }
    var value = nanos
    var place = unit
    for digit in parts[1].utf8 {
      place /= 10
      value += UInt64(digit - 0x30) * place
    }
    return parts[1].isEmpty ? nil : value
  }

  static func trimmed(_ text: Substring) -> String {
    let front = text.drop { $0 == " " }
    return String(front.reversed().drop { $0 == " " }.reversed())
  }

  /// What follows the last `mark`, which is cut off; nil where there is none.
  private static func cut(_ mark: Character, from text: inout Substring) -> String? {
    guard let index = text.lastIndex(of: mark) else { return nil }
    let tail = trimmed(text[text.index(after: index)...])
    text = text[..<index]
    return tail
  }

  private static func last(_ mark: String, in text: Substring) -> Range<Substring.Index>? {
    var index = text.endIndex
    while index > text.startIndex {
      index = text.index(before: index)
      if text[index...].hasPrefix(mark) {
        return index..<text.index(index, offsetBy: mark.count)
      }
    }
    return nil
  }
}
