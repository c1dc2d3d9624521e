internal import Wire

extension JournalStream {
  /// Goes to the next run of records; false at the end, or while it waits.
  public mutating func next() throws(JournalError) -> Bool {
    gathered.removeAll()
    (source, range, recordCount, isWaiting) = (nil, 0..<0, 0, false)
    while true {
      try feed()
      guard let first = ready.first, !isHeldUp() else {
        isWaiting = context.query.followsLive
        return recordCount > 0
      }
      let lane = lanes[first]
      let run = run(of: lane, first)
      if run.bytes.count >= Self.longRunBytes {
        // What was put together stands before it; it stays for the next call.
        if recordCount > 0 { return true }
        source = lane
        range = run.bytes
        recordCount = run.count
        take(run, from: lane, first)
        return true
      }
      lane.records.copy(run.bytes, to: &gathered)
      recordCount += run.count
      take(run, from: lane, first)
      if gathered.count >= Self.gatheredBytes { return true }
    }
  }

  /// The records of a lane that come before any other lane's next one.
  private func run(of lane: JournalLane, _ index: Int) -> (count: Int, bytes: Range<Int>) {
    guard ready.count > 1 else { return lane.records.rest }
    let other = ready[1]
    return lane.records.run(below: lanes[other].records.headTime, orEqual: index < other)
  }

  /// Goes behind a run, and puts its lane, the first one, where its next record belongs.
  private mutating func take(
    _ run: (count: Int, bytes: Range<Int>), from lane: JournalLane, _ index: Int
  ) {
    lane.records.consume(run)
    if lane.records.isEmpty {
      ready.removeFirst()
      hungry.append(index)
      return
    }
    guard ready.count > 1 else { return }
    let time = lane.records.headTime
    var place = 0
    while place + 1 < ready.count, isBefore(ready[place + 1], time, index) {
      ready[place] = ready[place + 1]
      place += 1
    }
    ready[place] = index
  }

  /// Whether the next record of the lane `other` comes before one at `time` of the lane `index`.
  private func isBefore(_ other: Int, _ time: UInt64, _ index: Int) -> Bool {
    let head = lanes[other].records.headTime
    return head < time || (head == time && other < index)
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
    let time = lanes[index].records.headTime
    let place = ready.firstIndex { !isBefore($0, time, index) } ?? ready.count
    ready.insert(index, at: place)
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
    let known = Set(lanes.flatMap { $0.files.map(\.path) })
    let listing = try JournalListing(paths: paths)
    let fresh = listing.files.filter { $0.name != nil && !known.contains($0.path) }
    for file in fresh.sorted(by: StreamPlan.isBefore) { take(file) }
  }

  /// A segment that has come since the stream was opened.
  private mutating func take(_ file: JournalListing.File) {
    guard let shard = file.name?.shard else { return }
    if let lane = lanes.first(where: {
      $0.place == file.root && $0.dataset == file.dataset && Int($0.shard) == shard
    }) {
      lane.add(file)
      return
    }
    lanes.append(
      JournalLane(
        dataset: file.dataset, shard: UInt32(clamping: shard), place: file.root, files: [file],
        context: context))
    drySince.append(0)
    hungry.append(lanes.count - 1)
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
