/// Writes frames, of text or protobuf, one after the other into one array: requests of the session,
/// and everything that the simulator says.
///
///     writer.beginText(IbRequestID.startAPI, serverVersion: 200)
///     writer.field(2); writer.field(7); writer.field("")
///     writer.end()
///
/// Every frame is a big-endian length of 32 bits and so many bytes (fact sheet, section 1). The
/// array keeps its room when it is emptied with `removeAll(keepingCapacity: true)`.
struct IbFrameWriter: Sendable {
  var bytes: [UInt8] = []
  /// Where the frame being written has its length; -1 between frames.
  private var start = -1

  init() {}

  /// Begins a frame without an id: the version reply, and the hello's range.
  mutating func beginBare() {
    start = bytes.count
    append(UInt32(0))
  }

  /// Begins a frame of text fields: the id is one of them up to version 200, and binary from 201.
  mutating func beginText(_ id: Int, serverVersion: Int) {
    beginBare()
    if serverVersion >= IbMessageID.binaryIDVersion {
      append(UInt32(truncatingIfNeeded: id))
    } else {
      field(id)
    }
  }

  /// Begins a protobuf frame.
  mutating func beginProtobuf(_ id: Int) {
    beginBare()
    append(UInt32(truncatingIfNeeded: id + IbMessageID.protobufOffset))
  }

  /// Ends the frame: writes its length.
  mutating func end() {
    guard start >= 0 else { return }
    let count = UInt32(truncatingIfNeeded: bytes.count - start - 4)
    for index in 0..<4 {
      bytes[start + index] = UInt8(truncatingIfNeeded: count >> (24 - 8 * index))
    }
    start = -1
  }

  mutating func append(_ value: UInt32) {
    for index in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> (24 - 8 * index))) }
  }

  /// Bytes as they are, without a NUL behind them.
  mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }
}

/// Text fields, each with its NUL.
extension IbFrameWriter {
  mutating func field(_ text: String) {
    for byte in text.utf8 where byte != 0 { bytes.append(byte) }
    bytes.append(0)
  }

  mutating func field(_ value: Int) {
    digits(value)
    bytes.append(0)
  }

  mutating func field(_ value: Bool) {
    bytes.append(value ? UInt8(ascii: "1") : UInt8(ascii: "0"))
    bytes.append(0)
  }

  mutating func emptyField() { bytes.append(0) }

  /// A price in units of 1e-9, as a decimal without zeros at its end.
  mutating func field(nanos value: Int64) {
    decimal(nanos: value)
    bytes.append(0)
  }

  /// An integer's digits, without a NUL and without an allocation.
  mutating func digits(_ value: Int) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    digits(magnitude: UInt64(value.magnitude), atLeast: 1)
  }

  /// A decimal of units of 1e-9, without a NUL.
  mutating func decimal(nanos value: Int64) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let (whole, fraction) = value.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    digits(magnitude: whole, atLeast: 1)
    guard fraction != 0 else { return }
    var rest = fraction
    var places = 9
    while rest.isMultiple(of: 10) {
      rest /= 10
      places -= 1
    }
    bytes.append(UInt8(ascii: "."))
    digits(magnitude: rest, atLeast: places)
  }

  private mutating func digits(magnitude: UInt64, atLeast least: Int) {
    var count = 1
    var power: UInt64 = 10
    while count < 20, magnitude >= power {
      count += 1
      let (next, overflow) = power.multipliedReportingOverflow(by: 10)
      guard !overflow else { break }
      power = next
    }
    for _ in 0..<max(0, least - count) { bytes.append(UInt8(ascii: "0")) }
    let first = bytes.count
    for _ in 0..<count { bytes.append(0) }
    var rest = magnitude
    var at = first + count
    while at > first {
      at -= 1
      bytes[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }
}
