/// How much an event matters.
public struct LogLevel: RawRepresentable, Hashable, Comparable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static var debug: Self { Self(rawValue: 0) }
  public static var info: Self { Self(rawValue: 1) }
  public static var warning: Self { Self(rawValue: 2) }
  /// An operator has to do something.
  public static var error: Self { Self(rawValue: 3) }

  /// The names in the order of their numbers.
  public static var names: [String] { ["debug", "info", "warning", "error"] }

  public var name: String { Self.names[min(Int(rawValue), Self.names.count - 1)] }

  /// The level of a name; nil for none of them.
  public init?(name: String) {
    guard let index = Self.names.firstIndex(of: name) else { return nil }
    rawValue = UInt8(index)
  }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The value of a field of an event. Any text and any bytes are safe: writing escapes them.
public enum LogValue: Sendable, Hashable {
  case text(String)
  /// Bytes from outside, read as UTF-8; what is none becomes U+FFFD.
  case bytes([UInt8])
  case signed(Int64)
  case unsigned(UInt64)
  case truth(Bool)
  /// A list of texts, joined by commas.
  case list([String])

  public static func number(_ value: some FixedWidthInteger) -> Self {
    value < 0 ? .signed(Int64(clamping: value)) : .unsigned(UInt64(clamping: value))
  }
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
  public init(stringLiteral value: String) { self = .text(value) }
}

extension LogValue: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int64) { self = .number(value) }
}

extension LogValue: ExpressibleByBooleanLiteral {
  public init(booleanLiteral value: Bool) { self = .truth(value) }
}

/// A key and its value.
public struct LogField: Sendable, Hashable {
  /// `snake_case`; other characters become underscores.
  public var key: String
  public var value: LogValue

  public init(_ key: String, _ value: LogValue) {
    self.key = key
    self.value = value
  }
}

/// Something that has happened, under a name that stays the same from version to version.
public struct LogEvent: Sendable, Hashable {
  public var level: LogLevel
  /// Dotted: `session.state`. Programs look for it, so it is never a sentence.
  public var name: String
  public var fields: [LogField]

  public init(_ level: LogLevel, _ name: String, _ fields: [LogField] = []) {
    self.level = level
    self.name = name
    self.fields = fields
  }

  /// The value of the first field with this key.
  public subscript(_ key: String) -> LogValue? { fields.first { $0.key == key }?.value }
}
