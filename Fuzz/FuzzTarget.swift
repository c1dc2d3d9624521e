import FeedRegistry

/// One fuzz target: takes any bytes, and ends the program where a promise is broken.
struct FuzzTarget: Sendable {
  let name: String
  let run: @Sendable ([UInt8]) -> Void

  init(_ name: String, _ run: @escaping @Sendable ([UInt8]) -> Void) {
    self.name = name
    self.run = run
  }
}

/// All targets. Every feed of the registry is here by itself.
enum FuzzTargets {
  static let all: [FuzzTarget] =
    [
      FuzzTarget("mold", MoldTarget.run), FuzzTarget("soup-client", SoupTarget.runClient),
      FuzzTarget("soup-server", SoupTarget.runServer), FuzzTarget("pcap", PcapTarget.run),
      FuzzTarget("dbn", DBNTarget.run), FuzzTarget("columnar", ColumnarTarget.run),
      FuzzTarget("journal-segment", SegmentTarget.run),
      FuzzTarget("yaml", ConfigTarget.runYaml),
      FuzzTarget("configuration", ConfigTarget.runConfiguration),
    ] + FeedRegistry.feeds.flatMap { FeedTargets.targets(of: $0) + LiveTargets.targets(of: $0) }
    + [canary]

  static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }

  /// Must fail: proves that the machinery finds a path through several conditions, and says so.
  static let canary = FuzzTarget("canary") { bytes in
    guard bytes.count > 3, bytes[0] == UInt8(ascii: "M"), bytes[1] == UInt8(ascii: "I") else {
      return
    }
    demand(bytes[2] != UInt8(ascii: "L") || bytes[3] != UInt8(ascii: "L"), "canary")
  }
}

/// Ends the program where a promise is broken; the fuzzer keeps the input.
func demand(_ isKept: Bool, _ promise: @autoclosure () -> String) {
  if !isKept { fatalError("broken promise: \(promise())") }
}

/// Takes an input apart: choices from its front, the rest as bytes.
struct FuzzInput {
  private let bytes: [UInt8]
  private var position = 0

  /// The largest input looked at, so that no lane runs full before it is drained.
  static var limit: Int { 4_096 }

  init(_ bytes: [UInt8]) { self.bytes = Array(bytes.prefix(Self.limit)) }

  var isEmpty: Bool { position == bytes.count }
  var rest: [UInt8] { Array(bytes[position...]) }

  mutating func byte() -> UInt8 {
    guard position < bytes.count else { return 0 }
    position += 1
    return bytes[position - 1]
  }

  /// Up to `count` bytes.
  mutating func take(_ count: Int) -> [UInt8] {
    let end = min(position + count, bytes.count)
    defer { position = end }
    return Array(bytes[position..<end])
  }
}
