public import CLinux

/// A fixed number of plain elements, allocated once and owned by one value.
///
/// An array would check its uniqueness at every write; this table checks only the index.
@safe public struct FixedTable<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  public let count: Int

  /// Allocates `count` (0 or more) elements, all equal to `element`.
  public init(repeating element: Element, count: Int) {
    precondition(count >= 0)
    self.count = count
    let byteCount = max(count, 1) * MemoryLayout<Element>.stride
    // Safety: the memory was allocated for at least `count` elements. Whole cache lines, so that an
    // element of 64 bytes is one line.
    unsafe base = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
      .bindMemory(to: Element.self, capacity: max(count, 1))
    unsafe base.initialize(repeating: element, count: count)
  }

  /// Copies the array, which must not be empty.
  public init(_ elements: [Element]) {
    precondition(!elements.isEmpty)
    self.init(repeating: elements[0], count: elements.count)
    for (index, element) in elements.enumerated() { self[index] = element }
  }

  deinit {
    // Safety: `base` is owned by this value alone, and the elements are trivial.
    unsafe base.deallocate()
  }

  /// The element at `index`, which must be in 0 ..< `count`.
  @inlinable
  public subscript(index: Int) -> Element {
    @inline(__always) _read {
      precondition(index >= 0 && index < count)
      // Safety: the index was checked in the line above.
      yield unsafe base[index]
    }
    @inline(__always) _modify {
      precondition(index >= 0 && index < count)
      // Safety: the index was checked in the line above.
      yield unsafe &base[index]
    }
  }
}

extension FixedTable {
  /// Fetches the line of the element at `index` into the cache; any index will do.
  @inlinable @inline(__always)
  public func prefetch(_ index: Int) {
    // Safety: a prefetch reads nothing, whatever the address is.
    unsafe ml_prefetch(
      UnsafeRawPointer(base) + index &* MemoryLayout<Element>.stride)
  }
}

extension FixedTable where Element == UInt8 {
  /// Copies `source` to the elements from `index` on; all of it must fit.
  public mutating func store(_ source: RawSpan, at index: Int) {
    var all = mutableBytes
    all.store(source, at: index)
  }

  /// All elements as bytes that can be written.
  public var mutableBytes: MutableRawSpan {
    @_lifetime(&self)
    mutating get {
      // Safety: the memory has `count` bytes and lives as long as the exclusive borrow of `self`.
      unsafe _overrideLifetime(
        MutableRawSpan(_unsafeStart: base, byteCount: count), mutating: &self)
    }
  }

  /// The elements `range` as bytes, which must lie inside the table.
  @_lifetime(borrow self)
  public func bytes(_ range: Range<Int>) -> RawSpan {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    // Safety: the range was checked, and the memory lives as long as the borrow of `self`.
    return unsafe _overrideLifetime(
      RawSpan(_unsafeStart: base + range.lowerBound, byteCount: range.count), borrowing: self)
  }
}

// Safety: the memory has one owner, which is not copyable, so a table moves between threads whole.
extension FixedTable: @unchecked Sendable {}
