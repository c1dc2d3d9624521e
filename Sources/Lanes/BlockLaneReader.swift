internal import CLinux
internal import Synchronization

/// The consuming end of a `BlockLane`; belongs to one thread.
///
///     while reader.next() { store(reader.records, reader.recordCount); reader.release() }
@safe public struct BlockLaneReader: ~Copyable {
  private let lane: BlockLane
  private var position: UInt64 = 0
  private var base: UnsafeRawPointer
  private var byteCount = 0
  /// Records of the present block.
  public private(set) var recordCount = 0

  /// The reader of `lane`, of which there is one.
  public init(_ lane: BlockLane) {
    self.lane = lane
    // Safety: read for no byte before `next` has set both address and count.
    unsafe base = UnsafeRawPointer(lane.block(0))
  }

  /// Whether a block waits.
  public var hasBlock: Bool { lane.handedOver.load(ordering: .acquiring) > position }

  /// Takes the next block; false where none was handed over. The one before must be released.
  public mutating func next() -> Bool {
    // Pairs with the releasing store in `BlockLaneWriter.handOver`.
    guard lane.handedOver.load(ordering: .acquiring) > position else { return false }
    unsafe base = UnsafeRawPointer(lane.block(position))
    let filled = lane.filled(position)
    byteCount = filled.byteCount
    recordCount = filled.recordCount
    return true
  }

  /// The records of the present block, back to back; until `release`.
  public var records: RawSpan {
    @_lifetime(borrow self)
    get {
      // Safety: the producer has filled these bytes and leaves them until the block is given back,
      // which takes a mutation of `self`.
      unsafe _overrideLifetime(RawSpan(_unsafeStart: base, byteCount: byteCount), borrowing: self)
    }
  }

  /// Gives the present block back to the producer.
  public mutating func release() {
    position &+= 1
    byteCount = 0
    recordCount = 0
    // Pairs with the acquiring load in `BlockLaneWriter.takeBlock`.
    lane.givenBack.store(position, ordering: .releasing)
    lane.writerBell.ring()
  }

  /// Sleeps until a block is handed over or somebody rings, `timeoutNanos` at most, unless
  /// `mustLook` says that there is something to do.
  public func wait(timeoutNanos: Int64, unless mustLook: () -> Bool) {
    lane.readerBell.sleep(timeoutNanos: timeoutNanos) { hasBlock || mustLook() }
  }
}
