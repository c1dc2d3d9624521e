internal import CMillrace

/// Picks how each field of a kind is predicted, by what a sample of its records would cost.
@safe struct ColumnChooser: ~Copyable {
  /// A way of predicting a field.
  struct Way {
    var from: UInt8
    var source = 0
    var flags: UInt8 = 0
  }

  /// Most records looked at; runs of them are spread over the block.
  static var samples: Int { 256 }
  static var run: Int { 32 }

  private var numbers = InlineArray<256, UInt64>(repeating: 0)

  init() {}

  /// The entry of a numeric field, without factor and exceptions. `hasParents`: the kind has a
  /// parent. The chunk covers all records of the kind.
  mutating func entry(
    _ field: FieldPlan, hasParents: Bool, all chunk: Chunk, tsRecvOffset: Int?
  ) -> ColumnEntry {
    var ways = InlineArray<8, Way>(repeating: Way(from: From.zero))
    var count = 0
    func add(_ way: Way) {
      ways[count] = way
      count += 1
    }
    if hasParents, let parent = field.parentOffset {
      add(Way(from: From.parent, source: parent))
      add(Way(from: From.parent, source: parent, flags: ColumnFlag.zigzag))
    }
    Self.usual(field, tsRecvOffset: tsRecvOffset, add)
    var best = ways[0]
    if count > 1 {
      var least = Int.max
      for index in 0..<count {
        let cost = cost(ways[index], field, chunk)
        if cost < least { (least, best) = (cost, ways[index]) }
      }
    }
    var entry = ColumnEntry()
    entry.offset = UInt16(field.offset)
    entry.width = UInt16(field.width)
    entry.from = best.from
    entry.flags = best.flags
    entry.source = UInt16(best.source)
    entry.factor = 1
    if best.from == From.previous || best.from == From.greatest
      || best.flags & ColumnFlag.repeats != 0
    {
      entry.first = Self.value(field, chunk, 0)
    }
    return entry
  }

  /// What comes into question without a parent.
  private static func usual(
    _ field: FieldPlan, tsRecvOffset: Int?, _ add: (Way) -> Void
  ) {
    let zigzag = ColumnFlag.zigzag
    switch field.role {
    case .tsEvent, .sequence:
      add(Way(from: From.previous))
      add(Way(from: From.previous, flags: zigzag))
    case .tsRecv:
      add(Way(from: From.previous))
      add(Way(from: From.field, source: Format.eventTimeOffset))
      add(Way(from: From.previous, flags: zigzag))
      add(Way(from: From.field, source: Format.eventTimeOffset, flags: zigzag))
    case .latency:
      add(Way(from: From.zero))
      if let tsRecvOffset { add(Way(from: From.latency, source: tsRecvOffset)) }
    case .orderID: add(Way(from: From.greatest, flags: zigzag | ColumnFlag.repeats))
    case .instrument: add(Way(from: From.zero, flags: ColumnFlag.repeats))
    case .price, .level: add(Way(from: From.instrument, flags: zigzag))
    case .time:
      add(Way(from: From.zero))
      add(Way(from: From.previous, flags: zigzag))
    case .publisher:
      // Of one publisher, all differences are zero, and nothing is stored.
      add(Way(from: From.previous))
      add(Way(from: From.zero))
    case .number, .code, .bytes: add(Way(from: From.zero))
    }
  }

  /// Bits of the sample's numbers above the least of them: little where they are alike.
  private mutating func cost(_ way: Way, _ field: FieldPlan, _ chunk: Chunk) -> Int {
    // What an instrument's last value was cannot be told from a sample: it is taken as likely.
    if way.from == From.instrument { return Self.samples * 12 }
    let wanted = min(Self.samples, max(chunk.count / 64, 64))
    let runs = max(wanted / Self.run, 1)
    var taken = 0
    var least = UInt64.max
    for run in 0..<runs {
      let start = chunk.count / runs * run
      for index in start..<min(start + Self.run, chunk.count) {
        let number = number(way, field, chunk, index)
        numbers[taken] = number
        least = min(least, number)
        taken += 1
      }
    }
    var bits = 0
    for index in 0..<taken { bits += 64 - (numbers[index] &- least).leadingZeroBitCount }
    return bits * Self.samples / max(taken, 1)
  }

  private func number(
    _ way: Way, _ field: FieldPlan, _ chunk: Chunk, _ index: Int
  ) -> UInt64 {
    let value = Self.value(field, chunk, index)
    var base: UInt64 = 0
    switch way.from {
    case From.previous: base = index > 0 ? Self.value(field, chunk, index - 1) : value
    case From.field:
      base = chunk.load(index, way.source, as: UInt64.self)
    case From.latency:
      base =
        chunk.load(index, way.source, as: UInt64.self)
        &- chunk.load(index, Format.eventTimeOffset, as: UInt64.self)
    case From.parent:
      // Safety: the plan names fields that lie in the parent's layout.
      base = unsafe Self.load(chunk.parent(index, way.source), field.width)
    default: break
    }
    let unused = UInt64(64 - field.width * 8)
    let difference = (value &- base) &<< unused
    if way.flags & ColumnFlag.zigzag != 0 {
      return (UInt64(bitPattern: Int64(bitPattern: difference) &>> Int64(unused))).zigzagged
    }
    return difference &>> unused
  }

  // Safety, of both: the field lies in every record of the chunk.
  @inline(__always)
  private static func value(_ field: FieldPlan, _ chunk: Chunk, _ index: Int) -> UInt64 {
    unsafe load(UnsafeRawPointer(chunk.record(index) + field.offset), field.width)
  }

  /// A field of 1, 2, 4 or 8 bytes.
  @inline(__always)
  private static func load(_ address: UnsafeRawPointer, _ width: Int) -> UInt64 {
    // Safety: the field lies in a record.
    switch width {
    case 8: unsafe address.loadUnaligned(as: UInt64.self)
    case 4: UInt64(unsafe address.loadUnaligned(as: UInt32.self))
    case 2: UInt64(unsafe address.loadUnaligned(as: UInt16.self))
    default: UInt64(unsafe address.load(as: UInt8.self))
    }
  }
}

/// The factor that divides an instrument's prices.
enum PriceFactor {
  /// What the next prices are taken to be multiples of.
  struct Guess {
    var factor: UInt64 = 1
    /// Whether there are undefined prices.
    var swaps = false
  }

  /// From a few prices at `offset`; others may turn out to be no multiples.
  static func guess(_ chunk: Chunk, offset: Int) -> Guess {
    find(chunk, offset: offset, step: max(chunk.count / 64, 1))
  }

  /// From all prices: every one of them is a multiple.
  static func find(_ chunk: Chunk, offset: Int) -> Guess {
    var found = find(chunk, offset: offset, step: 1)
    // Where undefined prices stand as zeros, a zero stands as what nothing else divides.
    if found.swaps { found.factor = 1 }
    return found
  }

  private static func find(_ chunk: Chunk, offset: Int, step: Int) -> Guess {
    var divisor = Divisor(1)
    var isKnown = false
    var swaps = false
    for index in stride(from: 0, to: chunk.count, by: step) {
      let price = chunk.load(index, offset, as: UInt64.self)
      if price == Format.undefinedPrice {
        swaps = true
      } else if price != 0, !isKnown || !divisor.divides(price) {
        let magnitude = Int64(bitPattern: price).magnitude
        divisor = Divisor(isKnown ? gcd(divisor.value, magnitude) : magnitude)
        isKnown = true
      }
    }
    return Guess(factor: divisor.value, swaps: swaps)
  }

  private static func gcd(_ one: UInt64, _ other: UInt64) -> UInt64 {
    var (one, other) = (one, other)
    while other != 0 { (one, other) = (other, one % other) }
    return one
  }
}
