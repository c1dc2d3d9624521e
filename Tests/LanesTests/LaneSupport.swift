import Foundation
import Lanes
import Synchronization
import TestSupport

/// Records of 1 to 10 lines whose every word follows from their number.
enum Sample {
  /// Pushes record `number`; its size follows from the number too, unless it is to be one line.
  static func push(
    _ number: UInt64, to lanes: inout LaneWriter, shard: Int = 0, oneLine: Bool = false
  ) {
    switch oneLine ? 1 : lines(number) {
    case 1: lanes.push(record(number) as InlineArray<7, UInt64>, shard: shard)
    case 2: lanes.push(record(number) as InlineArray<10, UInt64>, shard: shard)
    case 4: lanes.push(record(number) as InlineArray<22, UInt64>, shard: shard)
    case 6: lanes.push(record(number) as InlineArray<40, UInt64>, shard: shard)
    default: lanes.push(record(number) as InlineArray<66, UInt64>, shard: shard)
    }
  }

  /// Lines that record `number` takes: mostly 1.
  static func lines(_ number: UInt64) -> Int {
    [1, 1, 1, 2, 1, 4, 6, 10][Int(mix(number) % 8)]
  }

  /// The number of the record at `pointer`, or nil where any of its bytes is wrong.
  static func number(at pointer: UnsafeRawPointer) -> UInt64? {
    // Safety: lanes give out records whole, and the first byte is their length in 4-byte words.
    let count = unsafe Int(pointer.load(as: UInt8.self)) / 2
    guard count >= 2 else { return nil }
    let number = unsafe pointer.load(fromByteOffset: 8, as: UInt64.self)
    for index in 0..<count {
      let word = unsafe pointer.load(fromByteOffset: 8 * index, as: UInt64.self)
      guard word == Self.word(number, index, count) else { return nil }
    }
    return number
  }

  private static func record<let count: Int>(_ number: UInt64) -> InlineArray<count, UInt64> {
    InlineArray { word(number, $0, count) }
  }

  private static func word(_ number: UInt64, _ index: Int, _ count: Int) -> UInt64 {
    switch index {
    case 0: UInt64(count * 2) | mix(number) << 8
    case 1: number
    default: mix(number &* 131 &+ UInt64(index))
    }
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = (value ^ value >> 31) &* 0x9E37_79B9_7F4A_7C15
    return product ^ product >> 29
  }
}

/// What a consumer has seen of a lane, held against what must be true of it.
struct LaneAudit {
  private(set) var last: UInt64 = 0
  /// Numbers left out between the records seen.
  private(set) var skipped: UInt64 = 0
  private(set) var seen: UInt64 = 0
  /// The first thing that was wrong.
  private(set) var fault: String?

  mutating func note(_ batch: borrowing RecordBatch) {
    for index in 0..<batch.count {
      // Safety: the record is valid until the next `take` or `release`.
      guard let number = unsafe Sample.number(at: batch[index]) else {
        fault = fault ?? "torn record after \(last)"
        continue
      }
      if number <= last { fault = fault ?? "\(number) after \(last)" }
      skipped += number &- last &- 1
      last = number
      seen += 1
    }
  }
}

/// Runs `body` on a thread of its own.
final class Runner: Sendable {
  private let end = DispatchSemaphore(value: 0)

  init(_ body: @escaping @Sendable () -> Void) {
    let end = end
    Thread {
      body()
      end.signal()
    }.start()
  }

  func join() { end.wait() }
}

/// Takes all one-line records of a lane, whatever they hold.
func takeLines(_ reader: inout LaneReader) -> [[UInt64]] {
  var found: [[UInt64]] = []
  var batch = RecordBatch()
  repeat {
    reader.take(into: &batch)
    for index in 0..<batch.count {
      // Safety: a record in the lane has 56 readable bytes until `release`.
      let record = unsafe batch[index]
      found.append((0..<7).map { unsafe record.load(fromByteOffset: 8 * $0, as: UInt64.self) })
    }
    reader.release()
  } while !batch.isEmpty
  return found
}
