/// A zone file's contents, as far as they are used: RFC 8536, version 2 and later.
///
///     header (44 bytes) + 32-bit block    skipped
///     header + 64-bit block               transitions, their types, the types
///     "\n" + rule + "\n"                  what holds after the last transition
struct TZif {
  /// Seconds since 1970 UTC, ascending.
  var transitions: [Int64] = []
  /// Offset from UTC after each transition, seconds east.
  var offsets: [Int32] = []
  /// Offset before the first one.
  var firstOffset: Int32 = 0
  /// The footer between its line ends; empty where nothing is said.
  var rule: String = ""

  private static var headerBytes: Int { 44 }

  init(_ bytes: [UInt8]) throws(ZoneError) {
    let first = try Header(bytes, at: 0)
    guard first.version >= UInt8(ascii: "2") else { throw .badFile("version 1 has 32-bit times") }
    let secondAt = Self.headerBytes + first.byteCount(timeBytes: 4)
    let header = try Header(bytes, at: secondAt)
    let timesAt = secondAt + Self.headerBytes
    let end = timesAt + header.byteCount(timeBytes: 8)
    guard end <= bytes.count else { throw .badFile("ends within its times") }
    guard header.types > 0 else { throw .badFile("without a type of local time") }
    let indicesAt = timesAt + header.times * 8
    let typesAt = indicesAt + header.times

    func offset(type: Int) throws(ZoneError) -> Int32 {
      guard type < header.types else { throw .badFile("a type of local time that is not there") }
      let seconds = Int32(truncatingIfNeeded: Self.number(bytes, at: typesAt + type * 6, bytes: 4))
      // RFC 8536, section 3.2: -25 hours < offset < 26 hours.
      guard abs(Int64(seconds)) < 26 * 3600 else { throw .badFile("an offset of \(seconds) s") }
      return seconds
    }
    firstOffset = try offset(type: 0)
    transitions.reserveCapacity(header.times)
    offsets.reserveCapacity(header.times)
    for index in 0..<header.times {
      let time = Int64(bitPattern: Self.number(bytes, at: timesAt + index * 8, bytes: 8))
      if let last = transitions.last, time <= last { throw .badFile("times out of order") }
      transitions.append(time)
      offsets.append(try offset(type: Int(bytes[indicesAt + index])))
    }
    rule = try Self.footer(bytes, at: end)
  }

  private static func footer(_ bytes: [UInt8], at start: Int) throws(ZoneError) -> String {
    let newLine = UInt8(ascii: "\n")
    guard start < bytes.count, bytes[start] == newLine,
      let end = bytes[(start + 1)...].firstIndex(of: newLine)
    else { throw .badFile("without the line at its end") }
    return String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
  }

  /// A big-endian number; the caller has checked that it is there.
  private static func number(_ bytes: [UInt8], at start: Int, bytes count: Int) -> UInt64 {
    bytes[start..<(start + count)].reduce(0) { $0 << 8 | UInt64($1) }
  }

  private struct Header {
    let version: UInt8
    let isUtc: Int
    let isStandard: Int
    let leaps: Int
    let times: Int
    let types: Int
    let characters: Int

    init(_ bytes: [UInt8], at start: Int) throws(ZoneError) {
      guard start + headerBytes <= bytes.count,
        Array(bytes[start..<(start + 4)]) == Array("TZif".utf8)
      else { throw .badFile("no header at byte \(start)") }
      version = bytes[start + 4]
      func count(_ place: Int) -> Int { Int(number(bytes, at: start + 20 + place * 4, bytes: 4)) }
      isUtc = count(0)
      isStandard = count(1)
      leaps = count(2)
      times = count(3)
      types = count(4)
      characters = count(5)
      // Counts are 32 bits each, so that their sum cannot overflow; none can exceed the file.
      guard max(isUtc, isStandard, leaps, times, types, characters) <= bytes.count else {
        throw .badFile("counts beyond its end")
      }
    }

    func byteCount(timeBytes: Int) -> Int {
      times * (timeBytes + 1) + types * 6 + characters + leaps * (timeBytes + 4) + isStandard
        + isUtc
    }
  }
}
