/// What a line does to datagrams; each probability is in 0 ... 1.
public struct LineImpairmentOptions: Equatable, Sendable {
  public var loss = 0.0
  public var duplication = 0.0
  /// Probability that a datagram is held back.
  public var reordering = 0.0
  /// How many later datagrams overtake one that is held back, 1 ... 64.
  public var reorderingDistance = 3

  public init() {}

  /// Whether every value is in its range.
  public var isValid: Bool {
    [loss, duplication, reordering].allSatisfy { $0 >= 0 && $0 <= 1 }
      && (1...MoldUDP64SenderLimits.heldDatagrams).contains(reorderingDistance)
  }
}

/// What a line has done so far: `offered + duplicated == delivered + lost + held`.
public struct LineImpairmentCounts: Equatable, Sendable {
  public var offered: UInt64 = 0
  public var delivered: UInt64 = 0
  public var lost: UInt64 = 0
  public var duplicated: UInt64 = 0
  /// Datagrams that were delivered later than those behind them.
  public var reordered: UInt64 = 0
  public var held: UInt64 = 0

  public init() {}
}

/// One of two lines that loses, repeats and reorders datagrams, by a seed.
///
/// The fate of the n-th datagram depends only on the seed, the line's number and n, so a run can be
/// repeated; lines of different numbers are independent. Bytes in, bytes out; no socket, no clock.
public struct LineImpairment: ~Copyable, Sendable {
  public let options: LineImpairmentOptions
  public private(set) var counts = LineImpairmentCounts()
  private var random: SimulationRandom
  private var heldBytes: FixedTable<UInt8>
  private var heldSizes: FixedTable<Int>
  /// The value of `counts.offered` at which a held datagram is due.
  private var dueAt: FixedTable<UInt64>
  private let datagramBytes: Int

  /// - Parameters:
  ///   - line: 0 for A, 1 for B.
  ///   - datagramBytes: the largest datagram that can be held back; larger ones pass.
  public init(
    _ options: LineImpairmentOptions, seed: UInt64, line: Int,
    datagramBytes: Int = MoldUDP64SenderLimits.defaultDatagramBytes
  ) {
    precondition(options.isValid && datagramBytes > 0)
    self.options = options
    self.datagramBytes = datagramBytes
    random = SimulationRandom(
      seed: seed &+ UInt64(bitPattern: Int64(line)) &* 0xD1B5_4A32_D192_ED03)
    // One more than the distance: a datagram is put in before the one that is due comes out.
    let count = MoldUDP64SenderLimits.heldDatagrams + 1
    heldBytes = FixedTable(repeating: 0, count: count * datagramBytes)
    heldSizes = FixedTable(repeating: 0, count: count)
    dueAt = FixedTable(repeating: 0, count: count)
  }

  /// Passes a datagram through the line; `deliver` gets what comes out, in order: none, one, two,
  /// or also some that were held back before.
  public mutating func send<Failure: Error>(
    _ datagram: RawSpan, deliver: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    // Always three draws, so that one probability does not move the other fates.
    let isLost = draw(options.loss)
    let isDuplicated = draw(options.duplication)
    let isHeld = draw(options.reordering)
    counts.offered += 1
    if isLost {
      counts.lost += 1
    } else if !isHeld || !hold(datagram) {
      counts.delivered += 1
      try deliver(datagram)
      if isDuplicated {
        counts.duplicated += 1
        counts.delivered += 1
        try deliver(datagram)
      }
    }
    try release(dueBy: counts.offered, deliver: deliver)
  }

  /// Delivers all that is held back, at the end of the session.
  public mutating func flush<Failure: Error>(
    deliver: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    try release(dueBy: .max, deliver: deliver)
  }

  /// Whether an event of this probability happens; in units of 2^-32.
  private mutating func draw(_ probability: Double) -> Bool {
    let threshold = UInt64(probability * 4_294_967_296)
    return random.next() >> 32 < threshold
  }

  /// The slot of a datagram is its due time modulo the number of slots, so two that are due at the
  /// same time meet: then the later one passes.
  private mutating func hold(_ datagram: RawSpan) -> Bool {
    guard datagram.byteCount > 0, datagram.byteCount <= datagramBytes else { return false }
    let due = counts.offered + UInt64(options.reorderingDistance)
    let slot = Int(due % UInt64(heldSizes.count))
    guard heldSizes[slot] == 0 else { return false }
    heldBytes.store(datagram, at: slot * datagramBytes)
    heldSizes[slot] = datagram.byteCount
    dueAt[slot] = due
    counts.held += 1
    counts.reordered += 1
    return true
  }

  private mutating func release<Failure: Error>(
    dueBy offered: UInt64, deliver: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    guard counts.held > 0 else { return }
    let count = heldSizes.count
    let first = Int((counts.offered + 1) % UInt64(count))
    for step in 0..<count {
      // From the slot after this datagram's own on, which is the order of the due times.
      let slot = (first + step) % count
      let size = heldSizes[slot]
      guard size > 0, dueAt[slot] <= offered else { continue }
      heldSizes[slot] = 0
      counts.held -= 1
      counts.delivered += 1
      try deliver(heldBytes.bytes(slot * datagramBytes..<slot * datagramBytes + size))
    }
  }
}
