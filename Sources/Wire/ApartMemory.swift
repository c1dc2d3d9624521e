/// Memory that shares no cache line with anything else.
///
/// What one thread writes for every message must not lie beside what another one writes: where two
/// allocations share a line, or the pair of lines that processors fetch together, each write drags
/// the line from core to core. The allocator puts small pieces of different owners side by side.
public enum ApartMemory {
  /// Bytes that processors move together: two lines of 64.
  public static var granuleBytes: Int { 128 }

  /// Room for `count` values, uninitialised, on granules of its own. Free it with `deallocate`.
  public static func allocate<Value>(_ type: Value.Type, count: Int) -> UnsafeMutablePointer<Value>
  where Value: ~Copyable {
    let bytes = max(1, count) * MemoryLayout<Value>.stride
    let whole = (bytes + granuleBytes - 1) / granuleBytes * granuleBytes
    // Safety: large enough for `count` values and aligned above what any type asks for.
    return unsafe UnsafeMutableRawPointer.allocate(byteCount: whole, alignment: granuleBytes)
      .bindMemory(to: Value.self, capacity: max(1, count))
  }
}
