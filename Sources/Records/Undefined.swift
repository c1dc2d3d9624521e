/// The values that stand for "not given" in DBN records (DBN, "Record header").
public enum Undefined {
  /// No price: 2^63 - 1.
  @inlinable public static var price: Int64 { Int64.max }
  /// No time: 2^64 - 1.
  @inlinable public static var timestamp: UInt64 { UInt64.max }
  /// No order size: 2^32 - 1.
  @inlinable public static var orderSize: UInt32 { UInt32.max }
  /// No quantity of a version 3 statistic: 2^63 - 1.
  @inlinable public static var quantity: Int64 { Int64.max }
  /// No quantity of a version 1 or 2 statistic: 2^31 - 1.
  @inlinable public static var oldQuantity: Int32 { Int32.max }
}
