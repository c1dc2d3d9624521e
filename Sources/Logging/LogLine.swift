/// How events are written.
public struct LogFormat: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `time=... level=info event=session.state source=iqfeed`: for people.
  public static var logfmt: Self { Self(rawValue: 0) }
  /// One JSON object a line: for programs.
  public static var json: Self { Self(rawValue: 1) }
}

/// One event as one line.
enum LogLine {
  /// The bytes of the line, its end included; never more than a few hundred beyond
  /// `LoggingLimits.lineBytes`.
  ///
  /// - Parameter suppressed: lines of this event that were held back before it.
  static func bytes(
    _ event: LogEvent, time: UInt64, suppressed: UInt64, format: LogFormat, hasColor: Bool
  ) -> [UInt8] {
    var line = LogText()
    var head: [(String, LogValue)] = [
      ("time", .text(LogTime.text(time))), ("level", .text(event.level.name)),
      ("event", .text(LogText.key(event.name))),
    ]
    if suppressed > 0 { head.append(("suppressed", .unsigned(suppressed))) }
    let isJSON = format == .json
    if isJSON { line.append("{") }
    for (index, field) in head.enumerated() {
      add(field.0, field.1, isFirst: index == 0, isJSON, hasColor ? event.level : nil, to: &line)
    }
    var leftOut = 0
    for field in event.fields {
      guard line.utf8.count < LoggingLimits.lineBytes else {
        leftOut += 1
        continue
      }
      // A field may not pass for one of the line's own.
      let key = LogText.key(field.key)
      let isTaken = ["time", "level", "event", "suppressed", "fields_left_out"].contains(key)
      let value = Redaction.hides(field.key) ? .text(Redaction.replacement) : field.value
      add(isTaken ? "field_\(key)" : key, value, isFirst: false, isJSON, nil, to: &line)
    }
    if leftOut > 0 {
      add("fields_left_out", .number(leftOut), isFirst: false, isJSON, nil, to: &line)
    }
    line.append(isJSON ? "}\n" : "\n")
    return line.utf8
  }

  /// One field; `painted` colours the values of level and event.
  private static func add(
    _ key: String, _ value: LogValue, isFirst: Bool, _ isJSON: Bool, _ painted: LogLevel?,
    to line: inout LogText
  ) {
    if !isFirst { line.append(isJSON ? "," : " ") }
    if isJSON {
      line.appendQuoted(key)
      line.append(":")
      addJSON(value, to: &line)
      return
    }
    line.append("\(key)=")
    let colour = painted.flatMap { key == "level" || key == "event" ? code(of: $0) : nil }
    if let colour { line.append("\u{1B}[\(colour)m") }
    line.appendValue(text(of: value))
    if colour != nil { line.append("\u{1B}[0m") }
  }

  private static func addJSON(_ value: LogValue, to line: inout LogText) {
    switch value {
    case .signed, .unsigned, .truth: line.append(text(of: value))
    case .text, .bytes: line.appendQuoted(text(of: value))
    case .list(let items):
      line.append("[")
      var count = 0
      for (index, item) in items.enumerated() {
        count += item.utf8.count
        guard count <= LoggingLimits.valueBytes else {
          line.append(",\"... (\(items.count) altogether)\"")
          break
        }
        if index > 0 { line.append(",") }
        line.appendQuoted(item)
      }
      line.append("]")
    }
  }

  private static func text(of value: LogValue) -> String {
    switch value {
    case .text(let text): LogText.bounded(text)
    case .bytes(let bytes):
      // One byte more than is kept, so that the text is seen to have been longer.
      LogText.bounded(String(decoding: bytes.prefix(4 * LoggingLimits.valueBytes), as: UTF8.self))
    case .signed(let number): String(number)
    case .unsigned(let number): String(number)
    case .truth(let truth): truth ? "true" : "false"
    case .list(let items): LogText.bounded(items.joined(separator: ","))
    }
  }

  /// ANSI colours: red, yellow, none, faint.
  private static func code(of level: LogLevel) -> String? {
    switch level {
    case .error: "31"
    case .warning: "33"
    case .debug: "2"
    default: nil
    }
  }
}
