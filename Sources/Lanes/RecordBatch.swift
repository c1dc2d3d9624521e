internal import Wire

/// Up to `LaneLimits.batchRecords` records, each contiguous in memory, that a worker treats as one
/// batch: prefetch for all, then apply all. Owned by one thread; made once, used for ever.
@safe public struct RecordBatch: ~Copyable {
  public private(set) var count = 0

  private let records: UnsafeMutablePointer<UnsafeRawPointer>
  private let copies: UnsafeMutableRawPointer

  private static var copyBytes: Int { LaneLimits.recordLines * LineWord.payloadBytes }

  public init() {
    // Safety: both are owned by this value alone; entries are initialised as they are appended.
    unsafe records = ApartMemory.allocate(
      UnsafeRawPointer.self, count: LaneLimits.batchRecords)
    unsafe copies = .allocate(
      byteCount: LaneLimits.batchRecords * Self.copyBytes, alignment: ApartMemory.granuleBytes)
  }

  deinit {
    unsafe records.deallocate()
    unsafe copies.deallocate()
  }

  public var isEmpty: Bool { count == 0 }
  public var isFull: Bool { count == LaneLimits.batchRecords }

  /// The first byte of record `index`; its length is in its header. Valid until the next `take`
  /// or, for a waiting lane, until `release()`.
  public subscript(index: Int) -> UnsafeRawPointer {
    assert(index >= 0 && index < count)
    // Safety: the first `count` entries are initialised.
    return unsafe records[index]
  }

  /// The bytes of record `index`, as many as its header states: for whoever is in no hurry. Valid
  /// as long as the pointer of the subscript is.
  @_lifetime(borrow self)
  public func bytes(_ index: Int) -> RawSpan {
    precondition(index >= 0 && index < count)
    // Safety: a lane gives out records whole, in at most `copyBytes`; the first byte is the length.
    return unsafe _overrideLifetime(
      RawSpan(
        _unsafeStart: records[index],
        byteCount: min(
          LineWord.recordBytes(length: records[index].load(as: UInt8.self)), Self.copyBytes)),
      borrowing: self)
  }

  mutating func removeAll() { count = 0 }

  mutating func removeLast() { count &-= 1 }

  mutating func append(_ record: UnsafeRawPointer) {
    assert(!isFull)
    // Safety: `count` is below the capacity.
    unsafe records.advanced(by: count).initialize(to: record)
    count &+= 1
  }

  /// Room for a copy of the largest record, appended.
  mutating func appendCopy() -> UnsafeMutableRawPointer {
    // Safety: each entry has its own room behind the others.
    let room = unsafe copies + count &* Self.copyBytes
    unsafe append(UnsafeRawPointer(room))
    return unsafe room
  }
}
