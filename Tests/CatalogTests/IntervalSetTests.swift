import Catalog
import Testing

/// Intervals against one bit an instant.
@Suite struct IntervalSetTests {
  static let length: UInt64 = 24

  static func bits(_ set: IntervalSet) -> [Bool] {
    (0..<length).map { instant in set.intervals.contains { $0.contains(instant) } }
  }

  static func random(_ numbers: inout SeededNumbers) -> [Range<UInt64>] {
    (0..<Int.random(in: 0...5, using: &numbers)).map { _ in
      let from = UInt64.random(in: 0...length, using: &numbers)
      return from..<UInt64.random(in: from...length, using: &numbers)
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func arithmetic(seed: UInt64) {
    var numbers = SeededNumbers(seed: seed)
    for _ in 0..<2_000 {
      let (first, second) = (Self.random(&numbers), Self.random(&numbers))
      let (one, two) = (IntervalSet(first), IntervalSet(second))
      let (a, b) = (Self.bits(one), Self.bits(two))
      #expect(a == (0..<Self.length).map { at in first.contains { $0.contains(at) } })
      #expect(Self.bits(one.union(two)) == zip(a, b).map { $0 || $1 })
      #expect(Self.bits(one.intersection(two)) == zip(a, b).map { $0 && $1 })
      #expect(Self.bits(one.subtracting(two)) == zip(a, b).map { $0 && !$1 })
      #expect(one.total == UInt64(a.count { $0 }))
      for set in [one, one.union(two), one.intersection(two), one.subtracting(two)] {
        let ends = set.intervals.flatMap { [$0.lowerBound, $0.upperBound] }
        #expect(zip(ends, ends.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed)")
      }
    }
  }
}
