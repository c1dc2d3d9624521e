/// A fixed number of plain elements, allocated once and owned by the simulator.
///
/// An array would check its uniqueness at every write; this table checks only the index.
@safe struct FixedTable<Element: BitwiseCopyable>: ~Copyable {
  private let base: UnsafeMutablePointer<Element>
  let count: Int

  init(repeating element: Element, count: Int) {
    precondition(count >= 0)
    self.count = count
    unsafe base = .allocate(capacity: max(count, 1))
    // Safety: the memory was allocated for at least `count` elements.
    unsafe base.initialize(repeating: element, count: count)
  }

  init(_ elements: [Element]) {
    precondition(!elements.isEmpty)
    self.init(repeating: elements[0], count: elements.count)
    for (index, element) in elements.enumerated() { self[index] = element }
  }

  deinit {
    // Safety: `base` is owned by this value alone, and the elements are trivial.
    unsafe base.deallocate()
  }

  @inline(__always)
  subscript(index: Int) -> Element {
    _read {
      precondition(index >= 0 && index < count)
      // Safety: the index was checked in the line above.
      yield unsafe base[index]
    }
    _modify {
      precondition(index >= 0 && index < count)
      // Safety: the index was checked in the line above.
      yield unsafe &base[index]
    }
  }
}

// Safety: the memory has one owner, which is not copyable, so a table moves between threads whole.
extension FixedTable: @unchecked Sendable {}
