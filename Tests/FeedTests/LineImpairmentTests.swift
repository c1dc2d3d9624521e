import FeedKit
import TestSupport
import Testing
import Wire

@Suite struct LineImpairmentTests {
  @Test func cleanLinePassesEverythingInOrder() {
    let out = deliver(LineImpairmentOptions(), count: 1_000)
    #expect(out.numbers == Array(0..<1_000))
    #expect(out.counts.delivered == 1_000)
  }

  @Test func ratesAreWhatWasAskedFor() {
    var options = LineImpairmentOptions()
    options.loss = 0.05
    options.duplication = 0.02
    options.reordering = 0.01
    let counts = deliver(options, count: 100_000).counts
    #expect(counts.offered == 100_000)
    #expect((4_700...5_300).contains(counts.lost))
    #expect((1_700...2_100).contains(counts.duplicated))
    #expect((800...1_100).contains(counts.reordered))
  }

  @Test func aSeedRepeatsItselfAndLinesDiffer() {
    var options = LineImpairmentOptions()
    options.loss = 0.1
    options.duplication = 0.1
    options.reordering = 0.1
    let first = deliver(options, count: 2_000, seed: 3, line: 0)
    #expect(first.numbers == deliver(options, count: 2_000, seed: 3, line: 0).numbers)
    #expect(first.numbers != deliver(options, count: 2_000, seed: 3, line: 1).numbers)
    #expect(first.numbers != deliver(options, count: 2_000, seed: 4, line: 0).numbers)
  }

  /// Pins the fates themselves, so that a run can be repeated on another machine.
  @Test func fatesAreTheSameOnEveryMachine() {
    var options = LineImpairmentOptions()
    options.loss = 0.25
    let numbers = deliver(options, count: 40, seed: 1).numbers
    #expect(Set(0..<40).subtracting(numbers).sorted() == [2, 6, 10, 12, 19, 36])
  }

  @Test(arguments: [1, 2, 5, 64])
  func heldDatagramsAreOvertakenByTheDistance(distance: Int) {
    var options = LineImpairmentOptions()
    options.reordering = 1
    options.reorderingDistance = distance
    // Where everything is held, the order is kept and the delay is the distance.
    let all = deliver(options, count: 300)
    #expect(all.numbers == Array(0..<300))
    options.reordering = 0.05
    let some = deliver(options, count: 3_000)
    #expect(some.numbers.sorted() == Array(0..<3_000))
    #expect(some.counts.reordered > 0)
    for (place, number) in some.numbers.enumerated() { #expect(abs(place - number) <= distance) }
    #expect(some.numbers != Array(0..<3_000))
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func everyDatagramIsAccountedFor(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var options = LineImpairmentOptions()
    options.loss = Double(random.next() % 101) / 100
    options.duplication = Double(random.next() % 101) / 100
    options.reordering = Double(random.next() % 101) / 100
    options.reorderingDistance = 1 + Int(random.next() % 64)
    let out = deliver(options, count: 500, seed: seed)
    let counts = out.counts
    #expect(counts.held == 0)
    #expect(counts.offered + counts.duplicated == counts.delivered + counts.lost)
    #expect(counts.delivered == UInt64(out.numbers.count))
    #expect(Set(out.numbers).count == Int(counts.offered - counts.lost))
  }

  private func deliver(
    _ options: LineImpairmentOptions, count: Int, seed: UInt64 = 1, line: Int = 0
  ) -> (numbers: [Int], counts: LineImpairmentCounts) {
    var impairment = LineImpairment(options, seed: seed, line: line, datagramBytes: 16)
    var numbers: [Int] = []
    func receive(_ datagram: RawSpan) {
      numbers.append(Int(datagram.uncheckedBE(UInt32.self, at: 0)))
    }
    for number in 0..<count {
      let bytes = (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
      withRaw(bytes) { impairment.send($0, deliver: receive) }
    }
    impairment.flush(deliver: receive)
    return (numbers, impairment.counts)
  }
}
