public import CLinux
import Glibc

/// A table of zeroed trivial elements in memory of its own, mapped in huge pages where the kernel
/// gives them.
///
/// All bits zero must be a valid `Element`. Growing keeps the elements and zeroes the new ones.
/// Bounds are the caller's to keep: debug builds assert them.
@safe
@usableFromInline
struct MappedTable<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline private(set) var base: UnsafeMutablePointer<Element>
  /// Number of elements.
  @usableFromInline private(set) var count: Int

  @usableFromInline
  init(count: Int) {
    // Safety: a fresh mapping of `count` elements, page aligned, owned by this value alone.
    unsafe base = MappedPages.map(byteCount: count * MemoryLayout<Element>.stride)
      .bindMemory(to: Element.self, capacity: count)
    self.count = count
  }

  // Inlinable because the accessors of properties of this type are: the compiler (6.3.1) crashes
  // when it inlines another deinit into them.
  @inlinable
  deinit {
    // Safety: the mapping was made with this length by `init` or `grow`.
    unsafe MappedPages.unmap(base, byteCount: byteCount)
  }

  /// Bytes of address space; untouched pages of it take no memory.
  @inlinable var byteCount: Int { count * MemoryLayout<Element>.stride }

  @usableFromInline
  mutating func grow(to newCount: Int) {
    precondition(newCount >= count)
    let wider = MappedTable(count: newCount)
    // Safety: both mappings hold `count` elements at least and do not overlap.
    unsafe wider.base.update(from: base, count: count)
    self = wider
  }

  /// Takes all page faults at once, for a table that will be hit everywhere.
  func populate() {
    // Safety: the mapping has this length.
    unsafe MappedPages.populate(base, byteCount: byteCount)
  }

  @inlinable
  subscript(index: Int) -> Element {
    @inline(__always)
    unsafeAddress {
      assert(index >= 0 && index < count)
      // Safety: the caller keeps `index` in bounds; the mapping lives as long as the table.
      return unsafe UnsafePointer(base + index)
    }
    @inline(__always)
    unsafeMutableAddress {
      assert(index >= 0 && index < count)
      // Safety: as above, and the table is held exclusively by the mutating caller.
      return unsafe base + index
    }
  }
}

/// Anonymous memory from the kernel.
@usableFromInline
enum MappedPages {
  /// Maps zeroed memory and asks for huge pages: tables are hit at random, and with 4 KiB pages
  /// every such hit would also miss the TLB.
  static func map(byteCount: Int) -> UnsafeMutableRawPointer {
    // Safety: an anonymous mapping at an address of the kernel's choice.
    let address = unsafe mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      preconditionFailure("no address space for a table of \(byteCount) bytes")
    }
    // Safety: the range was mapped above. A kernel without huge pages refuses, which is harmless.
    _ = unsafe madvise(address, byteCount, Int32(MADV_HUGEPAGE))
    return unsafe address
  }

  /// Backs a mapping with memory now rather than at its first use, page by page. A kernel before
  /// 5.14 refuses, which only means later.
  static func populate(_ address: UnsafeMutableRawPointer, byteCount: Int) {
    // Safety: the caller owns the mapping.
    _ = unsafe madvise(address, byteCount, populateWrite)
  }

  /// `MADV_POPULATE_WRITE` of Linux 5.14, which older headers lack.
  private static var populateWrite: Int32 { 23 }

  /// Gives back what `map` returned for the same length.
  @usableFromInline
  static func unmap(_ address: UnsafeMutableRawPointer, byteCount: Int) {
    // Safety: the caller owns the mapping and uses it no more.
    _ = unsafe munmap(address, byteCount)
  }
}

extension MappedTable {
  /// Brings the line of an element into the cache.
  @inlinable @inline(__always)
  func prefetch(_ index: Int) {
    assert(index >= 0 && index < count)
    // Safety: the element lies in the table; a prefetch reads nothing.
    unsafe ml_prefetch(base + index)
  }
}
