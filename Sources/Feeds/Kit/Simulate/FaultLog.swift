/// A fault that was injected, so that a test can look for its traces.
public struct FaultLogEntry: Sendable, Equatable {
  public var kind: FaultKind
  /// When it began, Unix ns of the simulated world.
  public var time: UInt64
  /// When it ends; equal to `time` where it lasts no time, `UInt64.max` where it stays.
  public var end: UInt64
  /// Connections that it hit, as `port/id`.
  public var connections: [String]
  /// What exactly was done.
  public var detail: String

  public init(
    kind: FaultKind, time: UInt64, end: UInt64, connections: [String], detail: String
  ) {
    self.kind = kind
    self.time = time
    self.end = end
    self.connections = connections
    self.detail = detail
  }

  /// One line of JSON without its line end: `{"fault":"drop","time":...,"end":...,...}`; `end` is
  /// null where the fault stays.
  public var json: String {
    let names = connections.map { "\"\(Self.escaped($0))\"" }.joined(separator: ",")
    let end = end == .max ? "null" : "\(end)"
    return "{\"fault\":\"\(kind.rawValue)\",\"time\":\(time),\"end\":\(end),"
      + "\"connections\":[\(names)],\"detail\":\"\(Self.escaped(detail))\"}"
  }

  /// The text inside a JSON string (RFC 8259, section 7).
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
