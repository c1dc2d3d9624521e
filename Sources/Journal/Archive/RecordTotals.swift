internal import Hashing
internal import Records
internal import Wire

/// What a sequence of records amounts to: how many of each type, their bytes, hash and ranges.
/// Two sequences with equal totals hold the same bytes in the same order.
public struct RecordTotals: Equatable, Sendable {
  public var records: UInt64 = 0
  /// Bytes of the records.
  public var bytes: UInt64 = 0
  /// XXH3-64 of the records' bytes, back to back.
  public var hash: UInt64 = 0
  /// Receive times, ns; the range is empty (the first above the second) where no record has one.
  public var minTsRecv: UInt64 = .max
  public var maxTsRecv: UInt64 = 0
  /// Sequence numbers; likewise.
  public var minSequence: UInt64 = .max
  public var maxSequence: UInt64 = 0
  /// Records of each type (`rtype`), those that occur.
  public var types: [UInt8: UInt64] = [:]

  public init() {}

  public var hasReceiveTimes: Bool { minTsRecv <= maxTsRecv }
  public var hasSequences: Bool { minSequence <= maxSequence }

  /// The types with their names, in the order of their numbers.
  public var namedTypes: [(name: String, records: UInt64)] {
    types.sorted { $0.key < $1.key }.map { type, count in
      (RecordLayout.of(RType(rawValue: type))?.name ?? "rtype-\(type)", count)
    }
  }
}

/// Adds up records as they pass. One thread.
struct RecordTally: ~Copyable {
  private var totals = RecordTotals()
  private var hash = RunningHash()
  private var counts = [UInt64](repeating: 0, count: 256)
  /// Offsets of receive time and sequence by record type; 0 for none.
  private let timeOffsets: [Int]
  private let sequenceOffsets: [Int]

  init() {
    timeOffsets = (0...255).map { RType(rawValue: UInt8($0)).receiveTimeOffset ?? 0 }
    sequenceOffsets = (0...255).map { RType(rawValue: UInt8($0)).sequenceOffset ?? 0 }
  }

  /// What was added so far.
  var value: RecordTotals {
    var totals = totals
    totals.hash = hash.value
    for (type, count) in counts.enumerated() where count > 0 { totals.types[UInt8(type)] = count }
    return totals
  }

  var records: UInt64 { totals.records }

  /// Adds whole records, back to back; what follows the last whole one is not looked at.
  mutating func add(_ records: RawSpan) {
    var offset = 0
    var number: UInt64 = 0
    let end = records.byteCount
    var (minTime, maxTime) = (totals.minTsRecv, totals.maxTsRecv)
    var (minSequence, maxSequence) = (totals.minSequence, totals.maxSequence)
    while offset &+ 16 <= end {
      let length = Int(records.uncheckedByte(at: offset)) &* 4
      guard length >= 16, offset &+ length <= end else { break }
      let type = Int(records.uncheckedByte(at: offset &+ 1))
      counts[type] &+= 1
      let timeOffset = timeOffsets[type]
      if timeOffset > 0, timeOffset &+ 8 <= length {
        let time = records.uncheckedLE(UInt64.self, at: offset &+ timeOffset)
        if time != Undefined.timestamp {
          minTime = min(minTime, time)
          maxTime = max(maxTime, time)
        }
      }
      let sequenceOffset = sequenceOffsets[type]
      if sequenceOffset > 0, sequenceOffset &+ 4 <= length {
        let sequence = UInt64(records.uncheckedLE(UInt32.self, at: offset &+ sequenceOffset))
        minSequence = min(minSequence, sequence)
        maxSequence = max(maxSequence, sequence)
      }
      number &+= 1
      offset &+= length
    }
    hash.add(records.extracting(0..<offset))
    totals.records &+= number
    totals.bytes &+= UInt64(offset)
    (totals.minTsRecv, totals.maxTsRecv) = (minTime, maxTime)
    (totals.minSequence, totals.maxSequence) = (minSequence, maxSequence)
  }
}
