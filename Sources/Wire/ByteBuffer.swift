/// Growing raw memory, 64-byte aligned, that is used again and again: `removeAll` keeps the room.
///
/// New room is not zeroed. Belongs to one thread.
@safe public struct ByteBuffer: ~Copyable {
  /// Where the bytes begin. Any call that may grow the buffer makes it invalid.
  public private(set) var base: UnsafeMutableRawPointer
  /// Bytes in use.
  public private(set) var count = 0
  /// Bytes that fit before the buffer grows.
  public private(set) var capacity: Int

  /// A buffer with room for `capacity` bytes.
  public init(capacity: Int = 0) {
    let size = max(capacity, 64)
    // Safety: owned by this value alone; freed in `deinit` or when it grows.
    unsafe base = .allocate(byteCount: size, alignment: 64)
    self.capacity = size
  }

  deinit {
    // Safety: allocated by this value and not used afterwards.
    unsafe base.deallocate()
  }

  /// Makes room for `size` bytes in all; what is there stays.
  @inlinable
  public mutating func reserve(_ size: Int) {
    if size > capacity { grow(to: size) }
  }

  @usableFromInline
  mutating func grow(to size: Int) {
    let larger = max(size, capacity + capacity / 2)
    // Safety: the new room is larger than the `count` bytes copied; the old one is given up.
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 64)
    unsafe moved.copyMemory(from: base, byteCount: count)
    unsafe base.deallocate()
    unsafe base = moved
    capacity = larger
  }

  /// Sets the count after the caller has written behind `base`; at most `capacity`.
  @inlinable
  @unsafe public mutating func setCount(_ newCount: Int) {
    precondition(newCount >= 0 && newCount <= capacity, "count within the capacity")
    setChecked(newCount)
  }

  @usableFromInline
  mutating func setChecked(_ newCount: Int) { count = newCount }

  /// Forgets the bytes and keeps the room.
  @inlinable
  public mutating func removeAll() { setChecked(0) }

  /// Forgets the last `amount` bytes.
  public mutating func removeLast(_ amount: Int) {
    precondition(amount >= 0 && amount <= count, "no more than there are")
    count -= amount
  }

  /// Forgets the first `amount` bytes; the rest moves to the front.
  public mutating func removeFirst(_ amount: Int) {
    precondition(amount >= 0 && amount <= count, "no more than there are")
    // Safety: both ranges lie in the buffer; memmove allows the overlap.
    unsafe base.copyMemory(from: base + amount, byteCount: count - amount)
    count -= amount
  }

  /// Appends a copy of `bytes`.
  public mutating func append(_ bytes: RawSpan) {
    // Safety: the span's bytes are readable for the call; the room was reserved.
    unsafe bytes.withUnsafeBytes { source in
      guard let address = source.baseAddress else { return }
      reserve(count + source.count)
      unsafe (base + count).copyMemory(from: address, byteCount: source.count)
      count += source.count
    }
  }

  /// Appends the bytes of a value without padding.
  public mutating func append<Value: BitwiseCopyable>(value: Value) {
    let size = MemoryLayout<Value>.size
    reserve(count + size)
    // Safety: the room was reserved; a store at any alignment is allowed for such types.
    unsafe (base + count).storeBytes(of: value, as: Value.self)
    count += size
  }

  /// The bytes in use.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // Safety: `count` bytes are initialised; the span lives no longer than the borrow.
      unsafe _overrideLifetime(RawSpan(_unsafeStart: base, byteCount: count), borrowing: self)
    }
  }
}
