import CBenchHooks

/// Frames of IB's text form at version 200, as a gateway sends them for 100 instruments, made anew
/// in each run and equal for equal options: in memory, and in a file for the neighbours.
///
/// Of 100 messages 45 are tick prices of bids and asks, 35 tick sizes, 10 RT volume, 5 tick-by-tick
/// trades and 5 changes of depth.
struct IbFrames: ~Copyable {
  static var instruments: Int { 100 }
  /// Instruments with tick-by-tick, and with depth.
  static var ticked: Int { 5 }
  static var deep: Int { 3 }

  let messages: Int
  let byteCount: Int
  let path: String
  /// What the records must add up to: prices in units of 1e-9 and sizes of quotes and trades.
  let sum: UInt64
  /// Tick sizes that only repeat.
  let repeats: Int
  private let memory: BenchMemory

  private static var bytesPerMessage: Int { 96 }

  /// Makes the frames. A function, for a type with a `deinit` has no members before all are there.
  static func make(messages: Int, options: BenchOptions) throws(BenchError) -> IbFrames {
    var made = IbFrameMaker(seed: options.seed)
    var memory = try BenchMemory(byteCount: messages * bytesPerMessage)
    var used = 0
    var frame: [UInt8] = []
    for _ in 0..<messages {
      frame.removeAll(keepingCapacity: true)
      made.append(to: &frame)
      var room = memory.mutableBytes(from: used)
      for (index, byte) in frame.enumerated() {
        room.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
      }
      used += frame.count
    }
    let path = "/dev/shm/millrace-bench-\(bench_process())-ib.frames"
    try memory.write(used, to: path)
    return IbFrames(
      messages: messages, byteCount: used, path: path, sum: made.sum, repeats: made.repeats,
      memory: memory)
  }

  private init(
    messages: Int, byteCount: Int, path: String, sum: UInt64, repeats: Int,
    memory: consuming BenchMemory
  ) {
    self.messages = messages
    self.byteCount = byteCount
    self.path = path
    self.sum = sum
    self.repeats = repeats
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

  /// One frame of text fields.
  static func append(_ fields: [String], to frame: inout [UInt8]) {
    let count = UInt32(fields.reduce(0) { $0 + $1.utf8.count + 1 })
    for index in 0..<4 { frame.append(UInt8(truncatingIfNeeded: count >> (24 - 8 * index))) }
    for field in fields {
      frame.append(contentsOf: field.utf8)
      frame.append(0)
    }
  }

  /// A request id: the kind above the instrument's id.
  static func id(_ kind: Int, _ instrument: Int) -> String { String(kind << 27 | instrument) }
}

/// Draws messages, and keeps what must come of them.
private struct IbFrameMaker {
  private var state: UInt64
  private(set) var sum: UInt64 = 0
  private(set) var repeats = 0
  /// Bid price, ask price, bid size, ask size by instrument.
  private var quotes: [[UInt64]]

  init(seed: UInt64) {
    state = seed | 1
    quotes = Array(repeating: [0, 0, 0, 0], count: IbFrames.instruments + 1)
  }

  private mutating func draw(_ count: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % count
  }

  mutating func append(to frame: inout [UInt8]) {
    let cents = 10_000 + draw(10_000)
    let price = "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    let size = 1 + draw(900)
    switch draw(100) {
    case 0..<45: appendPrice(UInt64(cents), price, size, to: &frame)
    case 45..<80: appendSize(size, to: &frame)
    case 80..<90:
      let instrument = 1 + IbFrames.ticked + draw(IbFrames.instruments - IbFrames.ticked)
      IbFrames.append(
        [
          "46", "6", IbFrames.id(1, instrument), "48",
          "\(price);\(size);17833446\(10_000 + draw(80_000));67854;701.46918464;true",
        ], to: &frame)
      sum &+= UInt64(cents) &* 10_000_000 &+ UInt64(size)
    case 90..<95:
      IbFrames.append(
        [
          "99", IbFrames.id(2, 1 + draw(IbFrames.ticked)), "1", "17833446\(10 + draw(80))", price,
          "\(size)", "0", "NASDAQ", " T I",
        ], to: &frame)
      sum &+= UInt64(cents) &* 10_000_000 &+ UInt64(size)
    default:
      IbFrames.append(
        [
          "12", "1", IbFrames.id(5, 1 + draw(IbFrames.deep)), "\(draw(10))", "1", "\(draw(2))",
          price, "\(size)",
        ], to: &frame)
    }
  }

  private mutating func appendPrice(
    _ cents: UInt64, _ price: String, _ size: Int, to frame: inout [UInt8]
  ) {
    let instrument = 1 + draw(IbFrames.instruments)
    let side = draw(2)
    IbFrames.append(
      ["1", "6", IbFrames.id(1, instrument), "\(1 + side)", price, "\(size)", "1"], to: &frame)
    quotes[instrument][side] = cents &* 10_000_000
    quotes[instrument][2 + side] = UInt64(size)
    note(instrument)
  }

  private mutating func appendSize(_ size: Int, to frame: inout [UInt8]) {
    let instrument = 1 + draw(IbFrames.instruments)
    let side = draw(2)
    // A third repeats the size that came with the price.
    let old = quotes[instrument][2 + side]
    let new = draw(3) == 0 && old > 0 ? old : UInt64(size)
    IbFrames.append(
      ["2", "6", IbFrames.id(1, instrument), side == 0 ? "0" : "3", "\(new)"], to: &frame)
    guard new != old else {
      repeats += 1
      return
    }
    quotes[instrument][2 + side] = new
    note(instrument)
  }

  private mutating func note(_ instrument: Int) {
    for value in quotes[instrument] { sum &+= value }
  }
}
