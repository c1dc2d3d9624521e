internal import FeedKit
internal import Wire

/// Where the fields of the current line begin and end. Field 0 is the first text of the line.
///
/// Filled once a line; numbers and texts are then read only where somebody wants them.
struct IqfeedFields: ~Copyable {
  private var ends = FixedTable<UInt32>(repeating: 0, count: IqfeedLimits.fields + 8)
  /// Fields, an empty last one not counted: section 2, "an empty last field is dropped".
  private(set) var count = 0
  /// Whether an empty last field was dropped.
  private(set) var hasTrailingComma = false
  private var base = 0

  /// Splits the line that begins at `start` and ends with the first line feed, which must lie
  /// before `limit`; gives the offset of the line feed, or -1 where there is none, or -2 where the
  /// line has more fields than any may have.
  ///
  /// Bytes from `start` to `limit` + 16 must be readable.
  @inline(__always)
  mutating func split(_ bytes: RawSpan, from start: Int, to limit: Int) -> Int {
    base = start
    var fields = 0
    var at = start
    while at < limit {
      let marks = bytes.match16(at: at, UInt8(ascii: ","), UInt8(ascii: "\n"))
      let feed = marks &>> 16
      var commas = marks & 0xFFFF
      if feed != 0 { commas &= (feed & (0 &- feed)) &- 1 }
      while commas != 0 {
        guard fields < IqfeedLimits.fields else { return -2 }
        ends[fields] = UInt32(truncatingIfNeeded: at &+ commas.trailingZeroBitCount)
        fields &+= 1
        commas &= commas &- 1
      }
      if feed != 0 {
        let end = at &+ feed.trailingZeroBitCount
        guard end < limit else { return -1 }
        finish(bytes, fields, end)
        return end
      }
      at &+= 16
    }
    return -1
  }

  @inline(__always)
  private mutating func finish(_ bytes: RawSpan, _ fields: Int, _ feed: Int) {
    var end = feed
    if end > base, bytes.uncheckedByte(at: end &- 1) == UInt8(ascii: "\r") { end &-= 1 }
    ends[fields] = UInt32(truncatingIfNeeded: end)
    count = fields &+ 1
    hasTrailingComma = fields > 0 && self.end(fields &- 1) &+ 1 == end
    if hasTrailingComma { count = fields }
  }

  @inline(__always)
  func start(_ index: Int) -> Int {
    index == 0 ? base : Int(truncatingIfNeeded: ends[index &- 1]) &+ 1
  }

  @inline(__always)
  func end(_ index: Int) -> Int { Int(truncatingIfNeeded: ends[index]) }

  /// Whether the line is empty: no message at all.
  var isEmpty: Bool { count == 1 && !hasTrailingComma && end(0) == base }

  /// Where the line's text ends: a trailing comma and the line's end not included.
  var lineEnd: Int { count == 0 ? base : end(count &- 1) }

  /// Whether the field is this ASCII text. Allocates nothing.
  func matches(_ bytes: RawSpan, _ index: Int, _ text: String) -> Bool {
    guard index < count, end(index) - start(index) == text.utf8.count else { return false }
    var at = start(index)
    for byte in text.utf8 {
      guard bytes.uncheckedByte(at: at) == byte else { return false }
      at += 1
    }
    return true
  }

  /// The field as a String, for cold paths; empty where there is none.
  func text(_ bytes: RawSpan, _ index: Int) -> String {
    guard index < count else { return "" }
    return bytes.text(at: start(index), count: end(index) - start(index))
  }

  /// From this field to the end of the line, commas and all: headlines and descriptions.
  func rest(_ bytes: RawSpan, _ index: Int) -> String {
    guard index < count else { return "" }
    return bytes.text(at: start(index), count: lineEnd - start(index))
  }
}
