/// The counters file: where everything stands.
///
/// One file per instance, all integers little-endian, all parts at multiples of eight bytes:
///
///     0                     header                          256 bytes
///     256                   counter definitions             256 bytes each
///                           labels of array elements         64 bytes each
///                           directory of blocks             128 bytes each
///     staticBytes (×4,096)  blocks                          see BlockSlot
///
/// Everything before `staticBytes` is written once, before the file gets its name, except for the
/// header's two live words, heartbeat and state. Blocks are written by one thread each.
///
///     header  0 magic "MLRCNTR1"   8 version u32      12 definitions u32
///            16 fileBytes u64     24 staticBytes u64  32 labels u32       36 blocks u32
///            40 pid u64           48 started u64 (ns since 1970)          56 heartbeat u64 (same)
///            64 state u64         72 version text 56  128 verb 32         160 instance 64
///     definition  0 id u16   2 kind u16   4 words u32   8 name 48   56 unit 24   80 label 16
///                96 help 160
///     label       0 definition id u16   2 element u16   8 name 56
///     block       0 scope u16   4 words u32   8 major u32   12 minor u32   16 offset u64
///                24 capacityRecords u64  32 batchRecords u64   40 name 88
///
/// Texts are UTF-8, cut to their field and padded with zeros.
enum FileLayout {
  static var magic: [UInt8] { Array("MLRCNTR1".utf8) }
  static var version: UInt32 { 1 }
  static var headerBytes: Int { 256 }
  static var definitionBytes: Int { 256 }
  static var labelBytes: Int { 64 }
  static var blockBytes: Int { 128 }
  static var pageBytes: Int { 4_096 }
  static var heartbeatOffset: Int { 56 }
  static var stateOffset: Int { 64 }

  /// Bytes of a block with this many words: version line, two copies, rounded to two cache lines.
  static func slotBytes(wordCount: Int) -> Int {
    (64 + 2 * slotStride(wordCount: wordCount) * 8 + 127) & ~127
  }

  /// Words from one copy of a block to the next: whole cache lines.
  static func slotStride(wordCount: Int) -> Int { (wordCount + 7) & ~7 }
}

/// Little-endian fields of a byte array, for the static part of the file.
struct FieldBytes {
  private(set) var bytes: [UInt8]

  init(count: Int) { bytes = Array(repeating: 0, count: count) }
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func store<Value: FixedWidthInteger & UnsignedInteger>(_ value: Value, at offset: Int) {
    for index in 0..<(Value.bitWidth / 8) {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (index * 8))
    }
  }

  mutating func store(_ text: String, at offset: Int, count: Int) {
    var end = offset
    for character in text {
      let units = Array(character.utf8)
      guard end + units.count <= offset + count else { return }
      bytes.replaceSubrange(end..<(end + units.count), with: units)
      end += units.count
    }
  }

  /// The integer at `offset`, which the caller has checked to lie inside.
  func load<Value: FixedWidthInteger & UnsignedInteger>(
    _ type: Value.Type, at offset: Int
  ) -> Value {
    var value: Value = 0
    for index in 0..<(Value.bitWidth / 8) {
      value |= Value(bytes[offset + index]) << (index * 8)
    }
    return value
  }

  /// The text of a field up to its first NUL. What could steer a terminal becomes `?`, since
  /// another program may have written the file.
  func text(at offset: Int, count: Int) -> String {
    let field = bytes[offset..<(offset + count)].prefix { $0 != 0 }
    return String(decoding: field.map { $0 < 0x20 || $0 == 0x7F ? 0x3F : $0 }, as: UTF8.self)
  }
}
