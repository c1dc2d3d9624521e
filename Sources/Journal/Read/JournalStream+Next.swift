internal import Wire

extension JournalStream {
  /// Goes to the next run of records; false at the end, or while it waits.
  public mutating func next() throws(JournalError) -> Bool {
    gathered.removeAll()
    (source, range, recordCount, isWaiting) = (nil, 0..<0, 0, false)
    while true {
      try feed()
      guard !ready.isEmpty, !isHeldUp() else {
        isWaiting = context.query.followsLive
        return recordCount > 0
      }
      if ready.count == 1 {
        // What was put together stands before it; it stays for the next call.
        if recordCount > 0 { return true }
        give(lanes[ready[0]].records.rest, from: 0)
        return true
      }
      if mergeReady() { return true }
    }
  }

  /// Gives a run of a lane out in its place.
  private mutating func give(_ run: RecordRun, from place: Int) {
    let lane = lanes[ready[place]]
    source = lane
    range = run.start..<run.end
    firstInBlock = lane.records.next
    recordCount = run.count
    lane.records.consume(run)
    if lane.records.isEmpty { hungry.append(ready.remove(at: place)) }
  }

  /// Merges the lanes that have records; false where one has run out and there is room for more.
  private mutating func mergeReady() -> Bool {
    // Safety: the lanes' records stay as they are until the cursors are given up below.
    var cursors = unsafe ready.map { unsafe lanes[$0].records.cursor }
    let end = unsafe merge(
      &cursors, to: &gathered, records: &recordCount, limit: Self.gatheredBytes,
      longRun: Self.longRunBytes)
    for place in ready.indices {
      let (next, offset) = unsafe (cursors[place].next, cursors[place].offset)
      lanes[ready[place]].records.next = next
      lanes[ready[place]].records.nextOffset = offset
    }
    switch end {
    case .full: return true
    case .long(let place, let run):
      give(run, from: place)
      return true
    case .dry(let place):
      hungry.append(ready.remove(at: place))
      return false
    }
  }

  /// Advances the lanes that have run out, in turns, until each has records, waits or has ended.
  private mutating func feed() throws(JournalError) {
    guard !hungry.isEmpty else { return }
    // A run that is given out lies in its lane's block: it is fed with the next call.
    var waiting: [Int] = []
    var turn = hungry
    hungry = []
    while !turn.isEmpty {
      var again: [Int] = []
      for index in turn {
        switch try lanes[index].advance() {
        case .ready: insert(index)
        case .again: again.append(index)
        case .waiting: waiting.append(index)
        case .ended: break
        }
      }
      turn = again
    }
    if !waiting.isEmpty { try wait(waiting) }
  }

  private mutating func insert(_ index: Int) {
    drySince[index] = 0
    ready.insert(index, at: ready.firstIndex { $0 > index } ?? ready.count)
  }

  /// Lanes that have run dry are asked again with the next call, and new segments looked for.
  private mutating func wait(_ waiting: [Int]) throws(JournalError) {
    let now = clock.nanos
    for index in waiting where drySince[index] == 0 { drySince[index] = max(now, 1) }
    hungry = waiting
    guard now >= nextListingNanos else { return }
    nextListingNanos = now + Self.listingNanos
    try list()
  }

  /// Whether a dry lane may still bring records that belong before those that are there.
  private func isHeldUp() -> Bool {
    guard context.query.followsLive, !hungry.isEmpty else { return false }
    let now = clock.nanos
    return hungry.contains { drySince[$0] != 0 && now - drySince[$0] < Self.idleNanos }
  }

  /// Following: how often folders are looked at for new segments, 100 ms.
  private static var listingNanos: UInt64 { 100_000_000 }

  private mutating func list() throws(JournalError) {
    let listing = try JournalListing(paths: paths)
    let fresh = listing.files.filter { $0.name != nil && !known.contains($0.path) }
    for file in fresh.sorted(by: StreamPlan.isBefore) where take(file) { known.insert(file.path) }
  }

  /// A segment that has come since the stream was opened; false where that cannot be told yet.
  private mutating func take(_ file: JournalListing.File) -> Bool {
    guard let shard = file.name?.shard else { return true }
    if let lane = lanes.first(where: {
      $0.place == file.root && $0.dataset == file.dataset && Int($0.shard) == shard
    }) {
      return lane.take(file)
    }
    lanes.append(
      JournalLane(
        dataset: file.dataset, shard: UInt32(clamping: shard), place: file.root, files: [file],
        context: context))
    drySince.append(0)
    hungry.append(lanes.count - 1)
    return true
  }
}

/// Time since it was made, for waits.
struct StreamClock {
  private let start = ContinuousClock.now

  var nanos: UInt64 {
    let (seconds, atto) = (ContinuousClock.now - start).components
    return UInt64(seconds) &* 1_000_000_000 &+ UInt64(atto / 1_000_000_000)
  }
}
