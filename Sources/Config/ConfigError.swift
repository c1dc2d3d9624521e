/// One thing that is wrong with a configuration, and where.
public struct ConfigFinding: Sendable, Equatable, CustomStringConvertible {
  public var file: String
  /// From 1; 0 where the file as a whole is meant.
  public var line: Int
  public var column: Int
  /// The key as it is reached from the top, `sources[1].reconnect.first`; empty for the whole.
  public var path: String
  /// What is wrong, and what to do about it. Holds no secret.
  public var message: String

  /// `config.yaml:12:7: message`, as compilers write it and editors jump to it.
  public var description: String {
    line == 0 ? "\(file): \(message)" : "\(file):\(line):\(column): \(message)"
  }
}

/// A configuration that cannot be used: everything that is wrong with it, in the order of the text.
public struct ConfigError: Error, Sendable, Equatable, CustomStringConvertible {
  public var findings: [ConfigFinding]
  /// Whether the file itself could not be read, as opposed to something in it.
  public var isUnreadable: Bool

  public init(_ findings: [ConfigFinding], isUnreadable: Bool = false) {
    self.findings = findings
    self.isUnreadable = isUnreadable
  }

  public var file: String { findings.first?.file ?? "" }
  public var line: Int { findings.first?.line ?? 0 }
  public var column: Int { findings.first?.column ?? 0 }

  public var description: String {
    findings.map { "\($0)" }.joined(separator: "\n")
  }
}

/// A place in one of the files that make up a configuration.
struct SettingPlace: Hashable, Sendable {
  var file: String
  var line: Int
  var column: Int
}
