/// One printable field of a record: its name in the format, where it lies, how it is read.
///
/// Names exist once, here: the text forms, the tests and the tools all walk these tables. Reserved
/// bytes have no description.
public struct FieldDescription: Sendable {
  /// How the bytes of a field are to be read.
  public enum Kind: Sendable {
    case u8, u16, u32, u64, i8, i16, i32, i64
    /// Int64 in units of 1e-9; `Undefined.price` where there is none.
    case price
    /// UInt64, ns since the Unix epoch; `Undefined.timestamp` where there is none.
    case timestamp
    /// One ASCII character; NUL where there is none.
    case character
    /// NUL-padded ASCII text of `count` bytes.
    case text
  }

  /// The field's name in the format, such as `ts_event`.
  public let name: String
  /// Distance in bytes from the start of the record.
  public let offset: Int
  /// How to read it.
  public let kind: Kind
  /// Bytes of a text; 1 for all others.
  public let count: Int

  init(_ name: String, at offset: Int, _ kind: Kind, count: Int = 1) {
    self.name = name
    self.offset = offset
    self.kind = kind
    self.count = count
  }

  /// Size of the field in bytes.
  public var byteCount: Int {
    switch kind {
    case .u8, .i8, .character: 1
    case .u16, .i16: 2
    case .u32, .i32: 4
    case .u64, .i64, .price, .timestamp: 8
    case .text: count
    }
  }

  /// The fields of the header that every record begins with.
  static let header = [
    FieldDescription("length", at: 0, .u8),
    FieldDescription("rtype", at: 1, .u8),
    FieldDescription("publisher_id", at: 2, .u16),
    FieldDescription("instrument_id", at: 4, .u32),
    FieldDescription("ts_event", at: 8, .timestamp),
  ]
}
