internal import Glibc

/// A counters file opened for reading, in the writer's or any other process.
///
/// Reading costs the writer nothing. The static part is copied and checked once; whatever it says
/// is taken from the file, not from this program's table, so that a file of another version with
/// other counters can still be printed. Whoever shortens the file while it is mapped ends its
/// readers; the writer never does, it replaces the file.
public struct CounterFile: ~Copyable, Sendable {
  /// A block as the file's directory describes it.
  struct Block: Sendable {
    var scope: CounterScope
    var major: Int
    var minor: Int
    var name: String
    var capacityRecords: UInt64
    var batchRecords: UInt64
    var offset: Int
    var wordCount: Int
  }

  /// What the file says about itself.
  public let header: CounterFileHeader
  let catalog: CounterCatalog
  let blocks: [Block]
  private let slots: [BlockSlot]
  private let mapping: SharedMapping

  /// Opens the file at `path`; throws for one that is absent, no counters file, or damaged.
  public static func open(_ path: String) throws(CounterFileError) -> CounterFile {
    try CounterFile(path: path)
  }

  private init(path: String) throws(CounterFileError) {
    // Safety: the path is a NUL-terminated copy for the time of the call.
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(call: "open", path: path, errno: errno) }
    defer { close(descriptor) }
    var status = stat()
    // Safety: the kernel fills the structure, which outlives the call.
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .system(call: "fstat", path: path, errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notACountersFile(path: path) }
    guard status.st_size >= FileLayout.headerBytes else { throw .notACountersFile(path: path) }
    guard status.st_size <= LedgerLimits.fileBytes else {
      throw .tooLarge(what: "\(status.st_size) bytes, the limit is \(LedgerLimits.fileBytes)")
    }
    let fileBytes = Int(status.st_size)
    let first = try readBytes(descriptor, count: FileLayout.headerBytes, path: path)
    let sizes = try StaticPart.Sizes(FieldBytes(first), fileBytes: fileBytes, path: path)
    let bytes = try readBytes(descriptor, count: sizes.staticBytes, path: path)
    let part = try StaticPart(FieldBytes(bytes), sizes: sizes)
    let mapping = try SharedMapping(
      descriptor: descriptor, byteCount: sizes.fileBytes, path: path, writable: false)
    header = part.header
    catalog = part.catalog
    blocks = part.blocks
    self.mapping = mapping
    slots = part.blocks.map {
      BlockSlot(mapping, byteOffset: $0.offset, wordCount: $0.wordCount)
    }
  }

  /// Copies all counters, each block as its writer last published it.
  ///
  /// Everything is read twice: a sum over blocks that different threads write is then known to have
  /// had, at one moment between the two passes, a value between both readings.
  public func snapshot() -> CounterSnapshot {
    var first: [BlockSnapshot.Reading] = []
    first.reserveCapacity(slots.count)
    for slot in slots { first.append(Self.read(slot)) }
    var result: [BlockSnapshot] = []
    result.reserveCapacity(slots.count)
    for index in slots.indices {
      let block = blocks[index]
      result.append(
        BlockSnapshot(
          scope: block.scope, major: block.major, minor: block.minor, name: block.name,
          capacityRecords: block.capacityRecords, batchRecords: block.batchRecords,
          earlier: first[index], reading: Self.read(slots[index]), catalog: catalog))
    }
    return CounterSnapshot(
      header: header, takenAt: RealtimeClock.now(),
      heartbeat: RealtimeInstant(rawValue: mapping.load(at: FileLayout.heartbeatOffset)),
      state: InstanceState(rawValue: mapping.load(at: FileLayout.stateOffset)),
      writerIsAlive: isAlive(pid: header.pid), catalog: catalog, blocks: result)
  }

  private static func read(_ slot: BlockSlot) -> BlockSnapshot.Reading {
    var words: [UInt64] = []
    words.reserveCapacity(slot.wordCount)
    let isConsistent = slot.read(into: &words)
    return .init(words: words, isConsistent: isConsistent)
  }
}

/// Who writes a counters file, and since when.
public struct CounterFileHeader: Sendable, Equatable {
  public var identity: InstanceIdentity
  public var pid: UInt64
  public var startedAt: RealtimeInstant
}

private func isAlive(pid: UInt64) -> Bool {
  guard let pid = pid_t(exactly: pid), pid > 0 else { return false }
  return kill(pid, 0) == 0 || errno == EPERM
}

private func readBytes(
  _ descriptor: Int32, count: Int, path: String
) throws(CounterFileError) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count)
  var done = 0
  while done < count {
    // Safety: the part lies inside `bytes`, which outlives the call.
    let more = unsafe bytes.withUnsafeMutableBytes { target in
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[done...])
      return unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(done))
    }
    if more < 0 && errno == EINTR { continue }
    guard more >= 0 else { throw .system(call: "pread", path: path, errno: errno) }
    guard more > 0 else { throw .truncated(what: "it ends after \(done) of \(count) bytes") }
    done += more
  }
  return bytes
}
