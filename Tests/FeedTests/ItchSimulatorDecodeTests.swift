import Books
import FeedKit
import Lanes
import Records
import Testing

@testable import ExchangeFeeds

/// The simulated day through the real decoder, lanes and books, against the simulator's own books.
@Suite struct ItchSimulatorDecodeTests {
  @Test(arguments: [true, false])
  func decoderTakesEveryMessage(usesWideInstructions: Bool) throws {
    var market = try ItchMarket(eventfulOptions(seed: 31))
    let bytes = market.rest()
    let grid = LaneGrid(readers: 1, shards: 1, options: LaneOptions(policy: .dropOldest))
    let runner = ItchFeed.makeRunner(
      RunnerOptions(
        decoder: DecoderOptions(shards: 1, usesWideInstructions: usesWideInstructions)),
      lanes: grid.writer(0))
    let consumed = withRaw(bytes) {
      runner.readFile($0, framing: .lengthPrefixed, tsRecv: 1, isLast: true)
    }
    #expect(consumed == bytes.count)
    let report = runner.report
    #expect(report.messages == market.summary.messages)
    #expect(report.decode.rejectedTotal == 0)
    #expect(report.decode.decoded + report.decode.ignoredTotal == report.messages)
  }

  @Test func booksBehindTheLanesEqualTheSimulators() throws {
    var market = try ItchMarket(eventfulOptions(seed: 32))
    // A lane that holds all records of one piece: 16 KiB are at most some 900 messages.
    let grid = LaneGrid(readers: 1, shards: 1, options: LaneOptions(capacityLines: 16_384))
    let runner = ItchFeed.makeRunner(
      RunnerOptions(decoder: DecoderOptions(shards: 1)), lanes: grid.writer(0))
    var reader = grid.reader(0, shard: 0)
    var batch = RecordBatch()
    var books = OrderBooks()
    var piece = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = withRaw(writing: &piece) { market.fill(&$0) }
      if count == 0 { break }
      _ = withRaw(Array(piece[0..<count])) {
        runner.readFile($0, framing: .lengthPrefixed, tsRecv: 1, isLast: false)
      }
      runner.flush()
      while reader.hasRecord {
        reader.take(into: &batch)
        // Safety: each entry of the batch is a whole record until `release`.
        for index in 0..<batch.count { unsafe apply(batch[index], to: &books) }
        reader.release()
      }
      for locate in 1...market.options.symbols {
        let book = market.book(locate)
        #expect(queue(books, locate, .bid) == queue(book, isAsk: false))
        #expect(queue(books, locate, .ask) == queue(book, isAsk: true))
      }
    }
    #expect(books.openOrders == market.openOrders)
    #expect(books.openOrders > 0)
    #expect(books.counters == BookCounters())
    #expect(books.checkInvariants() == nil)
  }

  /// What a worker does with an order record, without its outputs.
  private func apply(_ address: UnsafeRawPointer, to books: inout OrderBooks) {
    // Safety: the caller gives a whole record; its type is looked at before the rest.
    guard unsafe address.load(fromByteOffset: 1, as: RType.self) == .mbo else { return }
    let record = unsafe address.load(as: MBOMessage.self)
    let effect: BookEffect
    switch record.action {
    case .add:
      effect = books.add(
        instrument: record.header.instrumentID, orderID: record.orderID,
        side: record.side == .bid ? .bid : .ask, price: record.price, size: record.size,
        priority: record.orderID)
    case .fill: effect = books.execute(orderID: record.orderID, size: record.size)
    case .cancel: effect = books.cancel(orderID: record.orderID, size: record.size)
    case .modify:
      let old = LaneConvention.olderID(of: record)
      effect = books.replace(
        orderID: old, newOrderID: record.orderID, price: record.price, size: record.size,
        priority: record.orderID)
    default: return
    }
    #expect(effect.isApplied)
  }

  private struct Resting: Equatable {
    let id: UInt64
    let price: Int64
    let size: UInt32
  }

  private func queue(
    _ books: borrowing OrderBooks, _ locate: Int, _ side: BookSide
  ) -> [Resting] {
    books.queue(instrument: UInt32(locate), side: side).map {
      Resting(id: $0.id, price: $0.price, size: $0.size)
    }
  }

  /// Price(4) to units of 1e-9.
  private func queue(_ book: [ItchMarketOrder], isAsk: Bool) -> [Resting] {
    book.filter { $0.isAsk == isAsk }.map {
      Resting(id: $0.reference, price: Int64($0.price) * 100_000, size: $0.shares)
    }
  }
}
