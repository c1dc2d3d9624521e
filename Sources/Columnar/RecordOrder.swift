internal import CMillrace
internal import Wire

/// The order of kinds in a block that is read: where each record goes, and which its parent is.
@safe struct RecordOrder: ~Copyable {
  /// A byte a record: its kind. Empty where there is one kind.
  var order = ByteBuffer()
  /// The records kind by kind, as `RecordGroups` has them.
  private(set) var grouped = ByteBuffer()
  private(set) var parents = ByteBuffer()
  /// Where each kind's records and parents begin.
  private var starts = KindCursors()
  private var cursors = KindCursors()

  init() {}

  func recordsAt(_ kind: Int) -> Int { starts[kind].record }
  func parentsAt(_ kind: Int) -> Int { starts[kind].parent }

  /// Room for the kinds and the parents of all records, after `order` has been filled. Throws
  /// unless the order has as many records of each kind as there are.
  mutating func prepare(_ directory: borrowing PayloadDirectory) throws(ColumnarError) {
    var size = 0
    var parentCount = 0
    var counts = InlineArray<64, UInt32>(repeating: 0)
    for index in 0..<directory.kinds.count {
      let kind = directory.kinds[index]
      let bytes = Int(kind.length) &* 4
      size = (size &+ bytes).roundedTo64
      starts.set(index, record: size, size: bytes, parent: parentCount &* 4)
      size &+= Int(kind.count) &* bytes &+ KindCursors.slack
      if kind.parent != Format.noParent { parentCount &+= Int(kind.count) }
    }
    cursors = starts
    grouped.reserve(size)
    parents.reserve(parentCount &* 4)
    // Safety: the room was reserved; `order` has `count` bytes; kinds are checked before use, and
    // a kind with more records than it has parents' room is found before it is stored.
    unsafe grouped.setCount(size)
    unsafe parents.setCount(parentCount &* 4)
    let places = unsafe UnsafePointer(order.base.assumingMemoryBound(to: UInt8.self))
    for index in 0..<order.count {
      let number = unsafe Int(places[index])
      guard number < directory.kinds.count else { throw .damaged("the order of kinds") }
      let kind = directory.kinds[number]
      guard counts[number] < kind.count else { throw .damaged("the order of kinds") }
      if kind.parent != Format.noParent {
        let at = starts[number].parent &+ Int(counts[number]) &* 4
        unsafe (parents.base + at).storeBytes(
          of: counts[Int(kind.parent)], as: UInt32.self)
      }
      counts[number] &+= 1
    }
    for index in 0..<directory.kinds.count {
      let bytes = starts[index].size
      unsafe (grouped.base + (starts[index].record - bytes)).initializeMemory(
        as: UInt8.self, repeating: 0, count: bytes)
    }
  }

  /// Copies the records from their kinds to `target`, which has room for all of them.
  mutating func weave(to target: UnsafeMutableRawPointer, byteCount: Int) {
    let count = order.count
    // Safety: `prepare` has found as many records of each kind as there are; a copy in steps may
    // only write beyond a record where the next one follows with room enough.
    let places = unsafe UnsafePointer(order.base.assumingMemoryBound(to: UInt8.self))
    var offset = 0
    for index in 0..<count {
      let kind = unsafe Int(places[index])
      let cursor = cursors[kind]
      let record = unsafe grouped.base + cursor.record
      if byteCount &- offset >= cursor.size &+ KindCursors.slack {
        unsafe copyInSteps(from: record, to: target + offset, byteCount: cursor.size)
      } else {
        unsafe (target + offset).copyMemory(from: record, byteCount: cursor.size)
      }
      cursors.advance(kind)
      offset &+= cursor.size
    }
  }
}
