/// A fixed number of trivial values: no uniqueness check and no allocation when it is written.
@safe struct FixedBuffer<Value: BitwiseCopyable & Sendable>: ~Copyable, @unchecked Sendable {
  // Safety of `@unchecked`: owned by one thread at a time, as any noncopyable value.
  private let values: UnsafeMutablePointer<Value>
  let count: Int

  init(repeating value: Value, count: Int) {
    self.count = count
    unsafe values = .allocate(capacity: count)
    // Safety: fresh storage of this capacity. All of its pages are touched here.
    unsafe values.initialize(repeating: value, count: count)
  }

  deinit {
    // Safety: made by `init`; trivial values need no end.
    unsafe values.deallocate()
  }

  @inline(__always)
  subscript(_ index: Int) -> Value {
    get {
      precondition(index >= 0 && index < count)
      // Safety: checked right above.
      return unsafe values[index]
    }
    set {
      precondition(index >= 0 && index < count)
      // Safety: checked right above.
      unsafe values[index] = newValue
    }
  }
}
