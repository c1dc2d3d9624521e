internal import Wire

/// One protobuf message of a client with all its fields, for requests only: they are rare.
///
/// Unknown fields are kept and never asked for; where a field stands twice the last one counts, as
/// the protobuf rules have it.
struct IbSimulatorProtobuf {
  private struct Field {
    var number: Int
    /// Of a varint or a double.
    var bits: UInt64 = 0
    /// Where its content stands, if it is a text or a message.
    var range = 0..<0
    var text: [UInt8] = []
  }

  private var fields: [Field] = []

  /// Nil where the bytes are no protobuf message.
  init?(_ bytes: RawSpan, _ range: Range<Int>) {
    var reader = IbProtobuf(bytes, from: range.lowerBound, to: range.upperBound)
    while reader.next() {
      var field = Field(number: reader.number)
      switch reader.wireType {
      case 0: field.bits = UInt64(bitPattern: Int64(reader.int()))
      case 1: field.bits = reader.double().bitPattern
      case 2:
        field.range = reader.range()
        field.text = field.range.map { bytes.uncheckedByte(at: $0) }
      default: reader.skip()
      }
      fields.append(field)
    }
    if reader.failure != nil { return nil }
  }

  func integer(_ number: Int) -> Int? {
    // An int32 that is negative comes as 64 bits.
    last(number).map { Int(Int32(truncatingIfNeeded: $0.bits)) }
  }

  func flag(_ number: Int) -> Bool { (integer(number) ?? 0) != 0 }

  func double(_ number: Int) -> Double? { last(number).map { Double(bitPattern: $0.bits) } }

  /// Empty where it is absent.
  func text(_ number: Int) -> String {
    last(number).map { String(decoding: $0.text, as: UTF8.self) } ?? ""
  }

  /// Where a message within the message stands; empty where it is absent.
  func range(_ number: Int) -> Range<Int> { last(number)?.range ?? 0..<0 }

  /// How often a repeated field stands there.
  func count(_ number: Int) -> Int { fields.count { $0.number == number } }

  private func last(_ number: Int) -> Field? { fields.last { $0.number == number } }
}
