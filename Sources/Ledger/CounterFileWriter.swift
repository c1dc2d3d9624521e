internal import Glibc

/// The counters file of a running instance, as its writer has it.
///
/// The control thread creates it from a plan, each data thread claims its own blocks, and the
/// control thread beats its heart. The file appears under its name only when it is complete; a file
/// that a killed instance left behind is replaced, and whoever has the old one open keeps it.
public struct CounterFileWriter: ~Copyable {
  /// Where the file is.
  public let path: String
  private let mapping: SharedMapping
  private let plan: CounterPlan
  private let offsets: [Int]
  private var claimed: Set<Int> = []

  /// The place of an instance's counters file unless it is configured otherwise.
  public static func defaultPath(instance: String) -> String {
    "/dev/shm/millrace/\(instance)/counters"
  }

  /// Creates the file, readable by everybody, and its folder where that is absent.
  ///
  /// Throws where the plan is too large, or a Linux call fails: memory is reserved here, so that a
  /// full file system is an error now and not a signal later.
  public init(
    path: String, plan: CounterPlan, identity: InstanceIdentity
  ) throws(CounterFileError) {
    let image = try FileImage(plan: plan, identity: identity, pid: UInt64(getpid()))
    try makeFolder(of: path)
    let temporary = "\(path).\(getpid()).new"
    // Safety: the path is a NUL-terminated copy for the time of the call.
    unsafe unlink(temporary)
    let descriptor = try openNew(temporary)
    let mapping: SharedMapping
    do throws(CounterFileError) {
      try writeImage(image, to: descriptor, path: temporary)
      mapping = try SharedMapping(
        descriptor: descriptor, byteCount: image.fileBytes, path: temporary, writable: true)
      // Safety: as for unlink.
      guard unsafe rename(temporary, path) == 0 else {
        throw .system(call: "rename", path: path, errno: errno)
      }
    } catch {
      close(descriptor)
      // Safety: as above.
      unsafe unlink(temporary)
      throw error
    }
    close(descriptor)
    self.path = path
    self.plan = plan
    self.mapping = mapping
    offsets = image.blockOffsets
  }

  /// Claims the instance's block.
  public mutating func claimInstance() -> CounterBlock<InstanceCounters> { claim(0, 0) }

  /// Claims a source's block. Claiming a block that is not planned, or twice, traps.
  public mutating func claimSource(_ index: Int) -> CounterBlock<SourceCounters> {
    claim(index, 0)
  }

  /// Claims a lane's block for the source's thread.
  public mutating func claimLane(source: Int, shard: Int) -> CounterBlock<LaneCounters> {
    claim(source, shard)
  }

  /// Claims a shard's block.
  public mutating func claimShard(_ index: Int) -> CounterBlock<ShardCounters> { claim(index, 0) }

  /// Claims an outlet's block.
  public mutating func claimOutlet(shard: Int, index: Int) -> CounterBlock<OutletCounters> {
    claim(shard, index)
  }

  /// Claims the stage latencies of a thread.
  public mutating func claimLatency(_ index: Int) -> CounterBlock<LatencyCounters> {
    claim(index, 0)
  }

  /// Claims the block of a source's live session.
  public mutating func claimSession(_ index: Int) -> CounterBlock<SessionCounters> {
    claim(index, 0)
  }

  /// Tells readers that the instance lives; the control thread calls it about once a second.
  public func beat(at now: RealtimeInstant = RealtimeClock.now()) {
    mapping.store(now.rawValue, at: FileLayout.heartbeatOffset)
  }

  /// Tells readers that the instance has stopped in order: all blocks are final.
  public func markStopped(at now: RealtimeInstant = RealtimeClock.now()) {
    mapping.store(now.rawValue, at: FileLayout.heartbeatOffset)
    mapping.store(InstanceState.stopped.rawValue, at: FileLayout.stateOffset)
  }

  /// Removes the file's name; open readers keep the contents.
  public func remove() {
    // Safety: the path is a NUL-terminated copy for the time of the call.
    unsafe unlink(path)
  }

  private mutating func claim<Counters: CounterSet>(
    _ major: Int, _ minor: Int
  ) -> CounterBlock<Counters> {
    guard let index = plan.find(Counters.scope, major, minor) else {
      preconditionFailure("\(Counters.scope.name) \(major), \(minor) is not planned")
    }
    precondition(
      claimed.insert(index).inserted, "\(Counters.scope.name) \(major), \(minor) is claimed twice")
    return CounterBlock(
      slot: BlockSlot(
        mapping, byteOffset: offsets[index], wordCount: plan.blocks[index].wordCount))
  }
}

private func makeFolder(of path: String) throws(CounterFileError) {
  guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
  let folder = String(path[..<slash])
  // Safety: the path is a NUL-terminated copy for the time of the call.
  if unsafe mkdir(folder, 0o755) == 0 || errno == EEXIST { return }
  let failure = errno
  guard failure == ENOENT else { throw .system(call: "mkdir", path: folder, errno: failure) }
  try makeFolder(of: folder)
  // Safety: as above.
  guard unsafe mkdir(folder, 0o755) == 0 || errno == EEXIST else {
    throw .system(call: "mkdir", path: folder, errno: errno)
  }
}

private func openNew(_ path: String) throws(CounterFileError) -> Int32 {
  // Safety: the path is a NUL-terminated copy for the time of the call.
  let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
  guard descriptor >= 0 else { throw .system(call: "open", path: path, errno: errno) }
  return descriptor
}

private func writeImage(
  _ image: FileImage, to descriptor: Int32, path: String
) throws(CounterFileError) {
  let failure = posix_fallocate(descriptor, 0, off_t(image.fileBytes))
  guard failure == 0 else {
    throw .system(call: "posix_fallocate", path: path, errno: failure)
  }
  let bytes = image.bytes
  var done = 0
  while done < bytes.count {
    // Safety: the part lies inside `bytes`, which outlives the call.
    let written = unsafe bytes.withUnsafeBytes { source in
      let rest = unsafe UnsafeRawBufferPointer(rebasing: source[done...])
      return unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(done))
    }
    if written < 0 && errno == EINTR { continue }
    guard written > 0 else { throw .system(call: "pwrite", path: path, errno: errno) }
    done += written
  }
}
