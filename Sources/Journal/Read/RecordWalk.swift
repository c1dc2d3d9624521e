internal import Wire

/// How records stand in bytes, back to back.
enum RecordWalk {
  /// Length and type of an order record without a send time: 14 words, 0xA0.
  static var orderHead: UInt16 { 0xA00E }

  /// Whether `bytes` are exactly `count` whole records, none shorter than its type's layout: what
  /// walks them afterwards may trust their lengths.
  static func isWhole(_ bytes: RawSpan, count: Int, kinds: borrowing RecordKinds) -> Bool {
    let end = bytes.byteCount
    var position = 0
    var found = 0
    while position &+ 16 <= end {
      // Orders, the mass of every stream: the next step does not wait for the length.
      if bytes.uncheckedLE(UInt16.self, at: position) == orderHead {
        position &+= 56
      } else {
        let size = Int(bytes.uncheckedByte(at: position)) &* 4
        let kind = kinds[bytes.uncheckedByte(at: position &+ 1)]
        guard size >= Int(kind.minimumBytes) else { return false }
        position &+= size
      }
      found &+= 1
    }
    return position == end && found == count
  }
}
