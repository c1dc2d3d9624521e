/// How a subscription stands in the present connection.
enum SubscriptionStatus: UInt8, CaseIterable, Sendable {
  /// Not asked for.
  case idle
  /// To be sent.
  case waiting
  /// Sent, not proven.
  case sent
  case confirmed
  /// Sent, not proven in time.
  case missing
  case refused
  /// No room under the upstream's limit.
  case unserved
  /// To be given up.
  case leaving
}

/// What is wanted, what was asked for, and what has come of it. Indices are the session's
/// instruments. Every operation is O(1) on the average, except those that concern all of them: the
/// beginning of a connection and its end.
struct SubscriptionBook: Sendable {
  let costs: [Int]
  var holes: HoleBook
  private var statuses: [SubscriptionStatus]
  private var wishes: [Bool]
  private var sentAt: [UInt64]
  /// How many stand in each status.
  private var tally = [Int](repeating: 0, count: SubscriptionStatus.allCases.count)
  private(set) var wanted: Int

  /// Entries whose instrument has left the status since are passed over when their turn comes.
  private var toSend = EntryQueue<Int>()
  private var toDrop = EntryQueue<Int>()
  private var withoutRoom = EntryQueue<Int>()
  private var toVerify = EntryQueue<(index: Int, sentAt: UInt64)>()

  /// Most subscriptions by policy or login, and as learnt from a refusal in this connection.
  var limit: Int
  private var learntLimit = Int.max

  init(costs: [Int], policy: SessionPolicy) {
    self.costs = costs
    holes = HoleBook(count: policy.backfills ? costs.count : 0)
    statuses = Array(repeating: .idle, count: costs.count)
    wishes = Array(repeating: true, count: costs.count)
    sentAt = Array(repeating: 0, count: costs.count)
    tally[Int(SubscriptionStatus.idle.rawValue)] = costs.count
    wanted = costs.count
    limit = policy.subscriptionLimit
  }

  func count(_ status: SubscriptionStatus) -> Int { tally[Int(status.rawValue)] }
  func status(_ index: Int) -> SubscriptionStatus { statuses[index] }
  func isWanted(_ index: Int) -> Bool { wishes[index] }
  func contains(_ index: Int) -> Bool { statuses.indices.contains(index) }

  /// Subscriptions that the upstream holds for us.
  var held: Int { count(.sent) + count(.confirmed) + count(.missing) + count(.leaving) }
  /// Not decided yet.
  var isPending: Bool { count(.waiting) + count(.sent) > 0 }
  var effectiveLimit: Int { min(limit > 0 ? limit : Int.max, learntLimit) }

  private mutating func set(_ index: Int, _ status: SubscriptionStatus) {
    tally[Int(statuses[index].rawValue)] -= 1
    tally[Int(status.rawValue)] += 1
    statuses[index] = status
  }
}

// MARK: Connections

extension SubscriptionBook {
  /// A connection is ready: all that is wanted is to be sent.
  mutating func begin() {
    forget()
    learntLimit = Int.max
    for index in statuses.indices where wishes[index] { wait(index) }
  }

  /// A connection is gone, and the subscriptions with it.
  mutating func forget() {
    for index in statuses.indices where statuses[index] != .idle { set(index, .idle) }
    toSend.removeAll()
    toDrop.removeAll()
    withoutRoom.removeAll()
    toVerify.removeAll()
  }

  /// Opens a hole in each instrument that was delivered until `heardAt`.
  mutating func openHoles(heardAt: UInt64) {
    guard holes.isKept else { return }
    for index in statuses.indices where statuses[index] == .confirmed {
      holes.open(index, from: heardAt)
    }
    holes.forgetRequests()
  }

  /// The upstream's link is back and has kept the subscriptions: holes end, and what was on its
  /// way gets its time again.
  mutating func resume(now: UInt64) {
    toVerify.removeAll()
    for index in statuses.indices {
      switch statuses[index] {
      case .confirmed: holes.end(index, to: now)
      case .sent: verify(index, now: now)
      default: break
      }
    }
  }

  private mutating func wait(_ index: Int) {
    set(index, .waiting)
    toSend.append(index)
  }

  private mutating func verify(_ index: Int, now: UInt64) {
    sentAt[index] = now
    toVerify.append((index, now))
  }
}

// MARK: Requests

extension SubscriptionBook {
  /// The next to be given up.
  mutating func nextToDrop() -> Int? {
    while let index = toDrop.first {
      if statuses[index] == .leaving { return index }
      toDrop.removeFirst()
    }
    return nil
  }

  mutating func dropped(_ index: Int) {
    toDrop.removeFirst()
    set(index, .idle)
    if wishes[index] { wait(index) } else { readmit() }
  }

  /// The next to be asked for, or one without room (then `hasRoom` is false: it waits no longer).
  mutating func nextToSend() -> (index: Int, hasRoom: Bool)? {
    while let index = toSend.first {
      guard statuses[index] == .waiting else {
        toSend.removeFirst()
        continue
      }
      guard held >= effectiveLimit else { return (index, true) }
      toSend.removeFirst()
      leaveOut(index)
      return (index, false)
    }
    return nil
  }

  mutating func sent(_ index: Int, now: UInt64) {
    toSend.removeFirst()
    set(index, .sent)
    verify(index, now: now)
  }

  /// When the oldest unproven request was sent.
  mutating func oldestSent() -> UInt64? {
    while let entry = toVerify.first {
      if statuses[entry.index] == .sent && sentAt[entry.index] == entry.sentAt {
        return entry.sentAt
      }
      toVerify.removeFirst()
    }
    return nil
  }

  /// Gives up waiting for the oldest unproven request.
  mutating func miss() -> Int? {
    guard oldestSent() != nil, let entry = toVerify.first else { return nil }
    toVerify.removeFirst()
    set(entry.index, .missing)
    return entry.index
  }
}

// MARK: Answers and wishes

extension SubscriptionBook {
  /// Whether it is news; `wasMissing` where it came late.
  mutating func confirm(_ index: Int, now: UInt64) -> (isNew: Bool, wasMissing: Bool) {
    let status = statuses[index]
    guard status == .sent || status == .missing else { return (false, false) }
    set(index, .confirmed)
    holes.end(index, to: now)
    return (true, status == .missing)
  }

  /// Whether it is news.
  mutating func refuse(_ index: Int) -> Bool {
    switch statuses[index] {
    case .sent, .confirmed, .missing:
      set(index, .refused)
      readmit()
      return true
    case .leaving:
      set(index, .idle)
      if wishes[index] { wait(index) }
      return false
    default: return false
    }
  }

  /// The upstream has no room for it: as many as it holds without this one are its limit.
  mutating func leaveOut(_ index: Int, isLearnt: Bool) -> Bool {
    guard statuses[index] == .sent || statuses[index] == .missing else { return false }
    leaveOut(index)
    if isLearnt { learntLimit = max(held, 0) }
    return true
  }

  private mutating func leaveOut(_ index: Int) {
    set(index, .unserved)
    withoutRoom.append(index)
  }

  /// One that found no room is sent where there is room now.
  mutating func readmit() {
    while held + count(.waiting) < effectiveLimit, let index = withoutRoom.first {
      withoutRoom.removeFirst()
      if statuses[index] == .unserved { wait(index) }
    }
  }

  /// What is wanted from now on; `isReady` where a connection stands that takes requests.
  mutating func want(_ index: Int, _ isWish: Bool, isReady: Bool) {
    guard wishes[index] != isWish else { return }
    wishes[index] = isWish
    wanted += isWish ? 1 : -1
    if !isWish { holes.clear(index) }
    guard isReady else { return }
    switch statuses[index] {
    case .idle, .refused, .unserved:
      if isWish { wait(index) } else { set(index, .idle) }
    case .waiting:
      // Its entry in the queue is passed over, and its room is another one's.
      set(index, .idle)
      readmit()
    case .sent, .confirmed, .missing:
      set(index, .leaving)
      toDrop.append(index)
    case .leaving:
      // It is given up first and asked for anew: what was held is the old wish.
      break
    }
  }
}
