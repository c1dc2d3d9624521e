internal import Lanes
internal import Sessions

/// What one worker knows of the instruments of its shard that have several sources. Off where none
/// has: then a batch costs one look at `isOn`.
struct FallbackTable {
  struct Slot {
    let instrument: UInt32
    /// Index in the pipeline of each source, in the order of preference.
    let sources: [Int]
    let names: [String]
    /// Whether records of other sources than the active one are filtered.
    let chooses: Bool
    /// Place of the source in use.
    var active = 0
    var watch: DivergenceWatch?
  }

  let isOn: Bool
  let box: SwitchBox?
  var slots: [Slot] = []
  /// Open addressing, twice the slots at least: the instrument, and the slot's index below it.
  private var keys: [UInt32] = [0]
  private var places: [Int32] = [-1]
  private var mask: UInt32 = 0

  static var off: FallbackTable { FallbackTable() }

  private init() {
    isOn = false
    box = nil
  }

  /// The rules of one shard; `sources` are the pipeline's, by name.
  init(plan: FallbackPlan, sources names: [String], shard: Int, shards: Int, box: SwitchBox) {
    self.box = box
    var seen: Set<UInt32> = []
    for rule in plan.rules where rule.sources.count > 1 {
      guard ShardMap.shard(instrument: rule.instrument, shards: shards) == shard,
        rule.instrument > 0, seen.insert(rule.instrument).inserted
      else { continue }
      let order = Array(rule.sources.prefix(FallbackSelector.limit))
      slots.append(
        Slot(
          instrument: rule.instrument, sources: order.map { names.firstIndex(of: $0) ?? -1 },
          names: order, chooses: !rule.isComparedOnly,
          watch: rule.divergence.map { DivergenceWatch(policy: $0) }))
    }
    isOn = !slots.isEmpty
    var size = 4
    while size < slots.count * 2 { size *= 2 }
    keys = Array(repeating: 0, count: size)
    places = Array(repeating: -1, count: size)
    mask = UInt32(size - 1)
    for index in slots.indices {
      var probe = Self.hash(slots[index].instrument) & mask
      while keys[Int(probe)] != 0 { probe = (probe + 1) & mask }
      keys[Int(probe)] = slots[index].instrument
      places[Int(probe)] = Int32(index)
    }
  }

  /// The slot of an instrument, or -1.
  func slot(_ instrument: UInt32) -> Int {
    guard instrument > 0 else { return -1 }
    var probe = Self.hash(instrument) & mask
    while true {
      let key = keys[Int(probe)]
      if key == instrument { return Int(places[Int(probe)]) }
      if key == 0 { return -1 }
      probe = (probe &+ 1) & mask
    }
  }

  /// The place of a source in the order of a slot, or nil where its rule does not name it.
  func place(of source: Int, slot: Int) -> Int? { slots[slot].sources.firstIndex(of: source) }

  private static func hash(_ instrument: UInt32) -> UInt32 {
    let product = instrument &* 2_654_435_769
    return product ^ (product &>> 15)
  }
}
