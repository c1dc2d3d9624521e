import Foundation
import Records
import TestSupport
import Testing
import Wire

/// One file of bytes with the metadata and records that it must decode to.
struct DBNVector: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let expected: JSONValue

  var testDescription: String { name }

  /// All vectors of the shared folder, else those that are committed.
  static let all: [DBNVector] = {
    let made = SharedFolder.packageRoot.appending(path: "Tests/Vectors/dbn/made.json")
    let data = (try? SharedFolder.data("vectors/dbn.json")) ?? (try? Data(contentsOf: made))
    return data.map(read) ?? []
  }()

  static func read(_ data: Data) -> [DBNVector] {
    guard let root = JSONValue.parse(data) else { return [] }
    return root["vectors"].list.compactMap { vector in
      guard let name = vector["name"].text, let hex = vector["hex"].text,
        let bytes = TestSupport.bytes(hex: hex)
      else { return nil }
      return DBNVector(name: name, bytes: bytes, expected: vector["expected"])
    }
  }
}

/// Where two byte strings differ first, for messages that stay short; nil where they are equal.
func firstDifference(_ left: [UInt8], _ right: [UInt8]) -> Int? {
  for (index, pair) in zip(left, right).enumerated() where pair.0 != pair.1 { return index }
  return left.count == right.count ? nil : min(left.count, right.count)
}

/// Everything that a decoder found in one stream.
struct DecodedStream {
  var metadata: DBNMetadata?
  var version: UInt8 = 3
  var records: [[UInt8]] = []
  var sendTimes: [UInt64?] = []
  var isComplete = false
  var unknownCount = 0

  /// Decodes bytes fed `chunk` at a time.
  init(
    _ bytes: some Collection<UInt8>, chunk: Int = .max, fragmentVersion: UInt8? = nil
  ) throws(DBNError) {
    var decoder = fragmentVersion.map { DBNDecoder(fragmentVersion: $0) } ?? DBNDecoder()
    var rest = bytes[...]
    var isDone = false
    while !isDone {
      isDone = rest.isEmpty
      decoder.feed(rest.prefix(chunk))
      rest = rest.dropFirst(chunk)
      try take(&decoder)
    }
    metadata = decoder.metadata
    version = decoder.version
    isComplete = decoder.isComplete
    unknownCount = decoder.unknownCount
  }

  private mutating func take(_ decoder: inout DBNDecoder) throws(DBNError) {
    while true {
      switch try decoder.next() {
      case .needMore: return
      case .metadata: break
      case .record, .unknown:
        let record = decoder.record
        records.append((0..<record.byteCount).map { record.uncheckedByte(at: $0) })
        sendTimes.append(decoder.sendTime)
      }
    }
  }
}

extension FieldDescription {
  /// The field's value in the form of the vector files: raw integers, one-letter and C strings.
  func value(in record: [UInt8]) -> JSONValue {
    if let number = number(in: record) { return .number("\(number)") }
    let bytes = record[offset..<(offset + byteCount)]
    return .text(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
  }

  /// The value of an integer, price or time; nil for characters and texts.
  func number(in record: [UInt8]) -> Int128? {
    var unsigned: UInt64 = 0
    for index in 0..<min(byteCount, 8) {
      unsigned |= UInt64(record[offset + index]) << UInt64(8 * index)
    }
    let shift = UInt64(64 - 8 * min(byteCount, 8))
    switch kind {
    case .character, .text: return nil
    case .i8, .i16, .i32, .i64, .price:
      return Int128(Int64(bitPattern: unsigned << shift) >> Int64(shift))
    case .u8, .u16, .u32, .u64, .timestamp: return Int128(unsigned)
    }
  }

  /// Writes an expected value into a record's bytes; false where it is not of the field's kind.
  func write(_ value: JSONValue, to record: inout [UInt8]) -> Bool {
    switch kind {
    case .character, .text:
      guard let text = value.text, text.utf8.count <= count else { return false }
      for (index, byte) in text.utf8.enumerated() { record[offset + index] = byte }
    default:
      guard
        let number = value.integer(Int64.self)
          ?? value.integer(UInt64.self).map({
            Int64(bitPattern: $0)
          })
      else { return false }
      for index in 0..<byteCount {
        record[offset + index] = UInt8(truncatingIfNeeded: number >> (8 * Int64(index)))
      }
    }
    return true
  }
}
