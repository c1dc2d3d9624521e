/// What an operator asks of a running pipeline: one line of text.
public enum ControlCommand: Sendable, Equatable {
  /// The whole status as JSON.
  case status
  /// Close a session's open circuit.
  case resetCircuit(source: String)
  /// Drop a session's connection and make a new one.
  case reconnect(source: String)
  /// Read the configuration again and apply what is safe.
  case reload

  /// The line, without its end.
  public var line: String {
    switch self {
    case .status: "status"
    case .resetCircuit(let source): "reset-circuit \(source)"
    case .reconnect(let source): "reconnect \(source)"
    case .reload: "reload"
    }
  }

  /// Nil for a line that is none: names of sources have no spaces.
  public init?(line: String) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    switch (words.first, words.count) {
    case ("status", 1): self = .status
    case ("reload", 1): self = .reload
    case ("reset-circuit", 2) where !words[1].isEmpty: self = .resetCircuit(source: words[1])
    case ("reconnect", 2) where !words[1].isEmpty: self = .reconnect(source: words[1])
    default: return nil
    }
  }
}

/// A command, and who asked.
public struct ControlRequest: Sendable, Equatable {
  public var command: ControlCommand
  public var user: UInt32
  public var process: Int32

  public init(command: ControlCommand, user: UInt32, process: Int32) {
    self.command = command
    self.user = user
    self.process = process
  }
}
