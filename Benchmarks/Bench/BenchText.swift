import CBenchHooks
import ExchangeFeeds
import FeedKit

/// Simulated messages of Binance's streams, one a line: in memory, and in a file for the baselines
/// and the pipeline. Made anew in each run, equal for equal options, and removed at the end.
struct BenchText: ~Copyable {
  let messages: UInt64
  let byteCount: Int
  let path: String
  private let memory: BenchMemory
  private let title: String
  private let seed: UInt64

  /// Bytes of a message on average, rounded up.
  private static var bytesPerMessage: Int { 256 }

  /// `isCombined` puts each message into the wrapper of a combined stream.
  init(
    messages: Int, streams: [BinanceSimulatorOptions.Stream], isCombined: Bool,
    options: BenchOptions
  ) throws(BenchError) {
    var simulator = BinanceSimulator(
      BinanceSimulatorOptions(
        seed: options.seed, symbols: 1, streams: streams, isCombined: isCombined))
    var memory = try BenchMemory(byteCount: messages * Self.bytesPerMessage)
    var used = 0
    var text: [UInt8] = []
    for _ in 0..<messages {
      text.removeAll(keepingCapacity: true)
      simulator.append(to: &text)
      text.append(UInt8(ascii: "\n"))
      guard text.count <= memory.byteCount - used else {
        throw .wrong("the text does not fit into \(used) bytes")
      }
      var room = memory.mutableBytes(from: used)
      for (index, byte) in text.enumerated() {
        room.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
      }
      used += text.count
    }
    let file = "/dev/shm/millrace-bench-\(bench_process())-\(isCombined ? "combined" : "raw").txt"
    try memory.write(used, to: file)
    path = file
    seed = options.seed
    title = isCombined ? "combined streams" : "raw streams"
    self.messages = UInt64(messages)
    self.memory = memory
    byteCount = used
  }

  deinit {
    // Safety: the path is a text of our own.
    unsafe bench_remove(path)
  }

  var bytes: RawSpan {
    @_lifetime(borrow self)
    get { memory.bytes(byteCount) }
  }

  /// Sizes and seed, for reports.
  var description: [(String, String)] {
    [
      (title, "\(messages) messages, \(byteCount / Int(messages)) bytes on average"),
      ("seed", "\(seed)"),
    ]
  }
}
