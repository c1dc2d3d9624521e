/// Whether an instance still works.
public struct InstanceState: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }
  /// Its threads count.
  public static var running: Self { Self(rawValue: 1) }
  /// It has stopped in order, and its counters are final.
  public static var stopped: Self { Self(rawValue: 2) }

  /// The word used in reports.
  public var name: String {
    switch self {
    case .running: "running"
    case .stopped: "stopped"
    default: "state_\(rawValue)"
    }
  }
}

/// The static part of a counters file and the places of its blocks (FileLayout).
struct FileImage {
  let bytes: [UInt8]
  let fileBytes: Int
  let blockOffsets: [Int]

  init(
    plan: CounterPlan, identity: InstanceIdentity, pid: UInt64,
    now: RealtimeInstant = RealtimeClock.now()
  ) throws(CounterFileError) {
    guard plan.blocks.count <= LedgerLimits.blocks else {
      throw .tooLarge(what: "\(plan.blocks.count) blocks, the limit is \(LedgerLimits.blocks)")
    }
    let definitions = CounterTable.all
    let labels = plan.labels
    let tables =
      FileLayout.headerBytes + definitions.count * FileLayout.definitionBytes
      + labels.count * FileLayout.labelBytes + plan.blocks.count * FileLayout.blockBytes
    let page = FileLayout.pageBytes
    let staticBytes = (tables + page - 1) / page * page
    var end = staticBytes
    var offsets: [Int] = []
    for block in plan.blocks {
      offsets.append(end)
      end += FileLayout.slotBytes(wordCount: block.wordCount)
    }
    guard end <= LedgerLimits.fileBytes else {
      throw .tooLarge(what: "\(end) bytes, the limit is \(LedgerLimits.fileBytes)")
    }

    var image = FieldBytes(count: staticBytes)
    for (index, byte) in FileLayout.magic.enumerated() { image.store(byte, at: index) }
    image.store(FileLayout.version, at: 8)
    image.store(UInt32(definitions.count), at: 12)
    image.store(UInt64(end), at: 16)
    image.store(UInt64(staticBytes), at: 24)
    image.store(UInt32(labels.count), at: 32)
    image.store(UInt32(plan.blocks.count), at: 36)
    image.store(pid, at: 40)
    image.store(now.rawValue, at: 48)
    image.store(now.rawValue, at: FileLayout.heartbeatOffset)
    image.store(InstanceState.running.rawValue, at: FileLayout.stateOffset)
    image.store(identity.version, at: 72, count: 56)
    image.store(identity.verb, at: 128, count: 32)
    image.store(identity.instance, at: 160, count: 64)

    var at = FileLayout.headerBytes
    for definition in definitions {
      Self.store(definition, in: &image, at: at)
      at += FileLayout.definitionBytes
    }
    for (id, element, name) in labels {
      image.store(id.rawValue, at: at)
      image.store(UInt16(element), at: at + 2)
      image.store(name, at: at + 8, count: 56)
      at += FileLayout.labelBytes
    }
    for (block, offset) in zip(plan.blocks, offsets) {
      Self.store(block, offset: offset, in: &image, at: at)
      at += FileLayout.blockBytes
    }
    bytes = image.bytes
    fileBytes = end
    blockOffsets = offsets
  }

  private static func store(
    _ definition: CounterDefinition, in image: inout FieldBytes, at start: Int
  ) {
    image.store(definition.id.rawValue, at: start)
    image.store(definition.kind.rawValue, at: start + 2)
    image.store(UInt32(definition.wordCount), at: start + 4)
    image.store(definition.name, at: start + 8, count: 48)
    image.store(definition.unit, at: start + 56, count: 24)
    image.store(definition.label, at: start + 80, count: 16)
    image.store(definition.help, at: start + 96, count: 160)
  }

  private static func store(
    _ block: CounterPlan.Block, offset: Int, in image: inout FieldBytes, at start: Int
  ) {
    image.store(block.scope.rawValue, at: start)
    image.store(UInt32(block.wordCount), at: start + 4)
    image.store(block.major, at: start + 8)
    image.store(block.minor, at: start + 12)
    image.store(UInt64(offset), at: start + 16)
    image.store(block.capacityRecords, at: start + 24)
    image.store(block.batchRecords, at: start + 32)
    image.store(block.name, at: start + 40, count: 88)
  }
}
