internal import Records
internal import Wire

/// Which clock a replay keeps.
public struct ReplayClock: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// When records were received, `ts_recv`.
  public static var receive: Self { Self(rawValue: 0) }
  /// When the venue says that things happened, `ts_event`.
  public static var event: Self { Self(rawValue: 1) }
}

/// Where records have their time: one load to find it.
///
/// A record without one has that of the record before it.
struct RecordTimes {
  /// Offset of the time by record type, 0 where the type has none.
  private var offsets = InlineArray<256, UInt8>(repeating: 0)

  init(_ clock: ReplayClock) {
    for code in 0..<256 {
      let type = RType(rawValue: UInt8(code))
      offsets[code] =
        clock == .event ? 8 : type.receiveTimeOffset.map { UInt8($0) } ?? 0
    }
  }

  /// Bytes of the record at `offset`, or 0 where no whole record lies there.
  @inline(__always)
  static func byteCount(_ bytes: RawSpan, at offset: Int) -> Int {
    guard offset &+ 16 <= bytes.byteCount else { return 0 }
    // Orders, the mass of every stream (14 words, 0xA0): the next step waits for no arithmetic.
    if bytes.uncheckedLE(UInt16.self, at: offset) == 0xA00E {
      return offset &+ 56 <= bytes.byteCount ? 56 : 0
    }
    let count = Int(bytes.uncheckedByte(at: offset)) &* 4
    return count >= 16 && offset &+ count <= bytes.byteCount ? count : 0
  }

  /// The time of the record of `byteCount` bytes at `offset`; nil where it has none.
  @inline(__always)
  func time(_ bytes: RawSpan, at offset: Int, byteCount: Int) -> UInt64? {
    let at = Int(offsets[Int(bytes.uncheckedByte(at: offset &+ 1))])
    guard at > 0, at &+ 8 <= byteCount else { return nil }
    let time = bytes.uncheckedLE(UInt64.self, at: offset &+ at)
    return time == Undefined.timestamp ? nil : time
  }
}
