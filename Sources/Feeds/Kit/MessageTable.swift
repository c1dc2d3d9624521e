/// The layout of a protocol's messages as data: for `inspect --messages`, tests and documentation.
/// Never on the way of a message.
public struct MessageTable: Sendable {
  /// Whether integers are little-endian.
  public var isLittleEndian: Bool
  /// By type byte.
  public var messages: [UInt8: MessageDescription]

  public init(isLittleEndian: Bool, _ list: [MessageDescription]) {
    self.isLittleEndian = isLittleEndian
    messages = Dictionary(list.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

/// One message type.
public struct MessageDescription: Sendable {
  public var type: UInt8
  /// The specification's name in snake case.
  public var name: String
  /// Least length in bytes.
  public var byteCount: Int
  /// What becomes of it in DBN, for the documentation.
  public var mapping: String
  public var fields: [WireField]

  public init(
    _ type: Character, _ name: String, byteCount: Int, mapping: String, fields: [WireField]
  ) {
    self.type = type.asciiValue ?? 0
    self.name = name
    self.byteCount = byteCount
    self.mapping = mapping
    self.fields = fields
  }
}

/// One field of a message.
public struct WireField: Sendable {
  /// How the bytes are read and printed.
  public struct Kind: Hashable, Sendable {
    public let rawValue: UInt8
    /// Unsigned integer of any width up to 8 bytes.
    public static var unsigned: Kind { Kind(rawValue: 0) }
    /// Signed integer.
    public static var signed: Kind { Kind(rawValue: 1) }
    /// Text: trailing spaces are padding.
    public static var text: Kind { Kind(rawValue: 2) }
    /// One character as it is, a space too.
    public static var character: Kind { Kind(rawValue: 3) }
    /// Fixed-point price with 4 decimals.
    public static var price4: Kind { Kind(rawValue: 4) }
    /// Fixed-point price with 8 decimals.
    public static var price8: Kind { Kind(rawValue: 5) }
  }

  /// The specification's name in snake case.
  public var name: String
  public var offset: Int
  public var byteCount: Int
  public var kind: Kind

  public init(_ name: String, _ offset: Int, _ byteCount: Int, _ kind: Kind = .unsigned) {
    self.name = name
    self.offset = offset
    self.byteCount = byteCount
    self.kind = kind
  }
}
