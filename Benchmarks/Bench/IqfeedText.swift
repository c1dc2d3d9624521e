import CBenchHooks
import FeedKit

/// Level 1 lines as IQConnect sends them, with the mix of the recorded ones: trades that count, odd
/// lots and Form T, quotes of one and of both sides, some summaries, a time line now and then.
/// Equal for equal options; what the records must add up to is summed up beside.
struct IqfeedText: ~Copyable {
  /// Which fields a line has.
  enum Fields: String {
    /// The 16 that a connection begins with, as in the recordings.
    case usual = "16 fields"
    /// The 26 that our session selects.
    case good = "26 fields"
  }

  static var symbols: Int { 500 }
  /// Lines between time lines, which come once a second.
  static var linesPerSecond: Int { 150_000 }

  let fields: Fields
  let messages: Int
  /// P and Q lines.
  private(set) var updates: UInt64 = 0
  /// Sum over trades and quotes of prices in units of 1e-4 and sizes.
  private(set) var sum: UInt64 = 0
  let byteCount: Int
  let path: String
  private let memory: BenchMemory

  static func symbol(_ index: Int) -> String {
    var text = ""
    var rest = index + 26
    while rest > 0 {
      text.unicodeScalars.append(Unicode.Scalar(UInt8(65 + rest % 26)))
      rest /= 26
    }
    return text
  }

  init(messages: Int, fields: Fields, options: BenchOptions) throws(BenchError) {
    self.fields = fields
    self.messages = messages
    var random = SimulationRandom(seed: options.seed)
    var memory = try BenchMemory(byteCount: messages * 256)
    var used = 0
    var updates: UInt64 = 0
    var sum: UInt64 = 0
    var ticks = Array(repeating: 0, count: Self.symbols)
    for number in 0..<messages {
      let line: String
      if number % Self.linesPerSecond == 0 {
        line = "T,20210701 12:00:00\n"
      } else {
        let symbol = Int(random.next() % UInt64(Self.symbols))
        ticks[symbol] += 1
        line = Self.line(&random, symbol, ticks[symbol], fields, number, &sum)
        updates += 1
      }
      var room = memory.mutableBytes(from: used)
      for (index, byte) in line.utf8.enumerated() {
        room.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
      }
      used += line.utf8.count
    }
    let file = "/dev/shm/millrace-bench-\(bench_process())-iqfeed-\(fields).txt"
    try memory.write(used, to: file)
    path = file
    (self.updates, self.sum, self.byteCount) = (updates, sum, used)
    self.memory = memory
  }

  deinit {
    // Safety: the path is a text of our own.
    unsafe bench_remove(path)
  }

  var bytes: RawSpan {
    @_lifetime(borrow self)
    get { memory.bytes(byteCount) }
  }

  private static func price(_ units: Int) -> String {
    let rest = String(units % 10_000)
    return "\(units / 10_000)." + String(repeating: "0", count: 4 - rest.count) + rest
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func line(
    _ random: inout SimulationRandom, _ symbol: Int, _ tick: Int, _ fields: Fields,
    _ number: Int, _ sum: inout UInt64
  ) -> String {
    func draw(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    let last = 1_000_000 + draw(4_000_000)
    let (bid, ask) = (last - draw(200), last + draw(200))
    let (size, bidSize, askSize) = (1 + draw(500), 100 * (1 + draw(20)), 100 * (1 + draw(20)))
    let kind = draw(100)
    let isSummary = kind == 0
    let contents =
      isSummary
      ? "Cbaohlcv"
      : kind < 25
        ? "C" : kind < 38 ? "O" : kind < 42 ? "E" : kind < 62 ? "b" : kind < 82 ? "a" : "ba"
    let conditions = ["01", "87", "3D", "3D87", "8717"][draw(5)]
    if !isSummary, kind < 42 {
      sum &+= UInt64(last + size)
    } else {
      sum &+= UInt64(bid + ask + bidSize + askSize)
    }
    let micros = 1_000_000 + draw(900_000)
    let second = number / 2_000
    let time =
      "09:\(two(30 + second / 60 % 30)):\(two(second % 60)).\(String(micros).dropFirst())"
    let letter = isSummary ? "P" : "Q"
    let day = "427.2100,428.3800,427.1800,427.7000"
    let name = Self.symbol(symbol)
    switch fields {
    case .usual:
      return "\(letter),\(name),\(price(last)),\(size),\(time),\(draw(30)),\(22_000_000 + tick),"
        + "\(price(bid)),\(bidSize),\(price(ask)),\(askSize),\(day),\(contents),\(conditions),\n"
    case .good:
      return "\(letter),\(name),\(contents),\(price(last)),\(size),\(time),07/01/2021,11,"
        + "\(conditions),\(draw(4)),,\(22_000_000 + tick),\(price(bid)),\(bidSize),\(time),11,"
        + "\(price(ask)),\(askSize),\(time),5,\(day),,,4,\n"
    }
  }
}
