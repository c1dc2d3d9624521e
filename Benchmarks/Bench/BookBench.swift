import Books
import CLinux
import ExchangeFeeds
import FeedKit
import Lanes
import Ledger
import Records
import Wire

/// Order books (L3) of thousands of symbols with their best prices, on one core.
///
///     day in memory ─▶ fields of the message ─▶ order table ─▶ price levels ─▶ best bid and offer
///
/// The messages are read from the wire as the C baseline reads them (`book_baseline.c`, levels by
/// an order table that is indexed directly), one at a time and in batches with prefetch. In the
/// end, open orders, price levels and a checksum over all levels must be the same.
enum BookBench: Bench {
  static var name: String { "book" }
  static var summary: String { "L3 books and best prices from ITCH, one core" }

  static var batchMessages: Int { 32 }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    let day = try BenchDay(messages: options.isQuick ? 2_000_000 : 20_000_000, options: options)
    var report = BenchReport(name)
    report.input = day.description
    _ = ml_thread_pin(0)
    for _ in 0..<options.rounds(5) {
      let lines = try Baseline.run(["\(options.baselines)/book_baseline", day.path, "1"])
      for line in lines {
        report.add(
          "C \(line.text("mode"))", "M msg/s", line.number("messages_per_second") / 1e6)
      }
      for isBatched in [false, true] {
        let books = try time(day, isBatched: isBatched, &report)
        for line in lines { try compare(books, line, day) }
      }
    }
    addBars(&report)
    report.verified.append(
      "open orders, levels and checksum of all levels equal the C books', no order missing")
    return report
  }

  private static func time(
    _ day: borrowing BenchDay, isBatched: Bool, _ report: inout BenchReport
  ) throws(BenchError) -> BookState {
    var feeder = BookFeeder(expectedOrders: day.market.openOrders)
    let start = MonotonicClock.now()
    if isBatched { feeder.batched(day.bytes) } else { feeder.single(day.bytes) }
    let nanos = MonotonicClock.now().nanos(since: start)
    report.add(
      "Millrace \(isBatched ? "batched" : "single")", "M msg/s",
      Double(day.messages) * 1e3 / Double(nanos))
    let memory = Double(feeder.books.memoryBytes)
    report.add("memory", "MiB", memory / 1_048_576)
    report.add("memory per open order", "bytes", memory / Double(feeder.books.openOrders))
    try verify(feeder.books.counters.unknownOrders, 0, "unknown orders")
    return feeder.state(symbols: day.market.options.symbols)
  }

  private static func compare(
    _ books: BookState, _ line: BaselineLine, _ day: borrowing BenchDay
  ) throws(BenchError) {
    try verify(books.openOrders, UInt64(day.market.openOrders), "open orders of the market")
    try verify(books.openOrders, line.count("live"), "open orders of the C books")
    try verify(books.levels, line.count("levels"), "levels of the C books")
    try verify(
      String(books.checksum, radix: 16), trimmed(line.text("checksum")),
      "checksum of the C books")
  }

  private static func trimmed(_ hexadecimal: String) -> String {
    String(hexadecimal.drop { $0 == "0" })
  }

  private static func addBars(_ report: inout BenchReport) {
    for mode in ["single", "batched"] {
      report.bar(
        "\(mode) / C \(mode)", report.ratio("Millrace \(mode)", to: "C \(mode)"), atLeast: 0.9)
    }
    let note = "for a quiet machine"
    report.bar(
      "single, M msg/s", report.median("Millrace single"), atLeast: 12, note: note)
    report.bar(
      "batched, M msg/s", report.median("Millrace batched"), atLeast: 18, note: note)
  }
}

/// What all books amount to.
struct BookState {
  var openOrders: UInt64
  var levels: UInt64
  /// Sum over all levels of key times size, as `book_baseline.c` forms it.
  var checksum: UInt64
}

/// Gives the messages of a day to the books.
struct BookFeeder: ~Copyable {
  var books: OrderBooks
  /// Changes of a best price or of what is shown there.
  var changes: UInt64 = 0

  private static var priceFactor: Int64 { 100_000 }

  init(expectedOrders: Int) { books = OrderBooks(expectedOrders: expectedOrders) }

  mutating func single(_ bytes: RawSpan) {
    var offset = 0
    while offset < bytes.byteCount {
      prefetchResting(bytes, at: offset &+ 2)
      apply(bytes, at: offset &+ 2)
      offset &+= 2 &+ Int(bytes.uncheckedBE(UInt16.self, at: offset))
    }
  }

  mutating func batched(_ bytes: RawSpan) {
    var starts = InlineArray<32, Int>(repeating: 0)
    var offset = 0
    while offset < bytes.byteCount {
      var count = 0
      while count < BookBench.batchMessages, offset < bytes.byteCount {
        starts[count] = offset &+ 2
        prefetch(bytes, at: offset &+ 2)
        count &+= 1
        offset &+= 2 &+ Int(bytes.uncheckedBE(UInt16.self, at: offset))
      }
      for index in 0..<count { prefetchLevels(bytes, at: starts[index]) }
      for index in 0..<count { apply(bytes, at: starts[index]) }
    }
  }

  @inline(__always)
  private func reference(_ bytes: RawSpan, _ at: Int) -> UInt64 {
    bytes.uncheckedBE(UInt64.self, at: at &+ 11)
  }

  @inline(__always)
  private func locate(_ bytes: RawSpan, _ at: Int) -> UInt32 {
    UInt32(bytes.uncheckedBE(UInt16.self, at: at &+ 1))
  }

  /// Without branches on the type, which nobody can predict: of other messages than orders the
  /// fields are not references, and hints that lead nowhere.
  @inline(__always)
  private func prefetch(_ bytes: RawSpan, at: Int) {
    books.prefetchOrder(reference(bytes, at))
    books.prefetchBook(locate(bytes, at))
  }

  /// For a single message: new orders follow one another in the table and need no hint.
  @inline(__always)
  private func prefetchResting(_ bytes: RawSpan, at: Int) {
    let type = bytes.uncheckedByte(at: at)
    guard type != UInt8(ascii: "A"), type != UInt8(ascii: "F") else { return }
    books.prefetch(reference(bytes, at), of: locate(bytes, at))
  }

  @inline(__always)
  private func prefetchLevels(_ bytes: RawSpan, at: Int) {
    let type = bytes.uncheckedByte(at: at)
    let isNew = type == UInt8(ascii: "A") || type == UInt8(ascii: "F")
    let side: BookSide = bytes.uncheckedByte(at: at &+ 19) == UInt8(ascii: "S") ? .ask : .bid
    books.prefetchLevels(
      orderID: reference(bytes, at), instrument: locate(bytes, at), side: side, isNew: isNew)
  }

  @inline(__always)
  private mutating func apply(_ bytes: RawSpan, at: Int) {
    let effect: BookEffect
    switch bytes.uncheckedByte(at: at) {
    case UInt8(ascii: "A"), UInt8(ascii: "F"):
      effect = books.add(
        instrument: locate(bytes, at), orderID: reference(bytes, at),
        side: bytes.uncheckedByte(at: at &+ 19) == UInt8(ascii: "S") ? .ask : .bid,
        price: price(bytes, at &+ 32), size: bytes.uncheckedBE(UInt32.self, at: at &+ 20),
        priority: UInt64(truncatingIfNeeded: at))
    case UInt8(ascii: "D"):
      effect = books.delete(orderID: reference(bytes, at), instrument: locate(bytes, at))
    case UInt8(ascii: "E"), UInt8(ascii: "C"):
      effect = books.execute(
        orderID: reference(bytes, at), size: bytes.uncheckedBE(UInt32.self, at: at &+ 19),
        instrument: locate(bytes, at))
    case UInt8(ascii: "X"):
      effect = books.cancel(
        orderID: reference(bytes, at), size: bytes.uncheckedBE(UInt32.self, at: at &+ 19),
        instrument: locate(bytes, at))
    case UInt8(ascii: "U"):
      effect = books.replace(
        orderID: reference(bytes, at), newOrderID: bytes.uncheckedBE(UInt64.self, at: at &+ 19),
        price: price(bytes, at &+ 31), size: bytes.uncheckedBE(UInt32.self, at: at &+ 27),
        priority: UInt64(truncatingIfNeeded: at), instrument: locate(bytes, at))
    default: return
    }
    if !effect.changes.isDisjoint(with: [.bestPrice, .bestSize]) { changes &+= 1 }
  }

  @inline(__always)
  private func price(_ bytes: RawSpan, _ at: Int) -> Int64 {
    Int64(bytes.uncheckedBE(UInt32.self, at: at)) &* Self.priceFactor
  }

  func state(symbols: Int) -> BookState {
    var state = BookState(openOrders: UInt64(books.openOrders), levels: 0, checksum: 0)
    for symbol in 1...symbols {
      for side in BookSide.allCases {
        let instrument = UInt32(symbol)
        for depth in 0..<books.levels.levelCount(instrument: instrument, side: side) {
          guard let level = books.levels.level(depth, instrument: instrument, side: side) else {
            continue
          }
          let price = UInt32(truncatingIfNeeded: level.price / Self.priceFactor)
          let key = side == .bid ? price : ~price
          state.levels &+= 1
          state.checksum &+= UInt64(key) &* level.size
        }
      }
    }
    return state
  }
}
