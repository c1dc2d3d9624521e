import CBenchHooks
import ExchangeFeeds
import FeedKit

/// A simulated trading day of TotalView-ITCH 5.0: in memory, and in a file for the baselines.
///
/// Made anew in each run, equal for equal options, and removed at the end.
struct BenchDay: ~Copyable {
  let market: ItchMarket
  let messages: UInt64
  let byteCount: Int
  private let memory: BenchMemory
  private let file: String?

  /// Bytes of a message on average, rounded up; the largest has 52.
  private static var bytesPerMessage: Int { 36 }

  init(
    messages: Int, options: BenchOptions, inFile: Bool = true, symbols: Int? = nil
  ) throws(BenchError) {
    var plan = ItchMarketOptions()
    plan.seed = options.seed
    plan.messages = messages
    if let symbols { plan.symbols = symbols }
    var market: ItchMarket
    do throws(ItchMarketOptions.Invalid) {
      market = try ItchMarket(plan)
    } catch {
      throw .usage(error.description)
    }
    var memory = try BenchMemory(byteCount: messages * Self.bytesPerMessage)
    var used = 0
    while !market.isFinished {
      var rest = memory.mutableBytes(from: used)
      let count = market.fill(&rest)
      guard count > 0 else { break }
      used += count
    }
    guard market.isFinished else { throw .wrong("the day does not fit into \(used) bytes") }
    if inFile {
      let path = "/dev/shm/millrace-bench-\(bench_process()).itch"
      try memory.write(used, to: path)
      file = path
    } else {
      file = nil
    }
    self.messages = market.summary.messages
    self.market = market
    self.memory = memory
    byteCount = used
  }

  deinit {
    // Safety: the path is a text of our own.
    if let file { unsafe bench_remove(file) }
  }

  var path: String { file ?? "" }

  var bytes: RawSpan {
    @_lifetime(borrow self)
    get { memory.bytes(byteCount) }
  }

  /// Sizes and seed, for reports.
  var description: [(String, String)] {
    [
      ("day", "\(messages) ITCH 5.0 messages, \(byteCount) bytes"),
      ("symbols", "\(market.options.symbols)"),
      ("seed", "\(market.options.seed)"),
      ("open_orders_at_end", "\(market.openOrders)"),
    ]
  }
}
