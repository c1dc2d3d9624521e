internal import FeedKit

/// Requests to the lookup port that are under way (section 6). Few, and rare.
struct IqfeedRequests {
  /// What was asked for.
  enum Kind: Equatable {
    case ticks
    /// Bars of so many seconds.
    case bars(seconds: Int)
    case markets
    case securityTypes
    case symbols
  }

  struct Request {
    var name: String
    var kind: Kind
    var line: String
    /// Of a backfill.
    var fill: BackfillRequest?
    var records: UInt64 = 0
    var hasRows = false
  }

  private(set) var active: [Request] = []
  private var waiting: [Request] = []
  private var number: UInt64 = 0

  /// Requests at once: IQFeed allows some 50 a second, and sends their rows interleaved.
  private static var activeLimit: Int { 8 }
  private static var waitingLimit: Int { 1 << 16 }

  /// A name that no other request has; at least two characters, so that it is no message letter.
  mutating func nextName(_ letter: String) -> String {
    number += 1
    return letter + String(number)
  }

  /// Puts a request at the end of the queue; false where it is full.
  mutating func add(_ request: Request) -> Bool {
    guard waiting.count < Self.waitingLimit else { return false }
    waiting.append(request)
    return true
  }

  /// The next request line that may be sent now.
  mutating func nextLine() -> String? {
    guard active.count < Self.activeLimit, !waiting.isEmpty else { return nil }
    let request = waiting.removeFirst()
    active.append(request)
    return request.line
  }

  /// The place of the active request of this name.
  func place(_ name: String) -> Int? { active.firstIndex { $0.name == name } }

  /// The youngest one that has not been answered: what an error without a name is taken to be of.
  var unanswered: Int? { active.lastIndex { !$0.hasRows } }

  mutating func noteRow(_ place: Int) { active[place].hasRows = true }
  mutating func noteRecord(_ place: Int) { active[place].records += 1 }
  mutating func end(_ place: Int) -> Request { active.remove(at: place) }

  /// Gives the request another try, behind all others.
  mutating func again(_ place: Int) { waiting.append(active.remove(at: place)) }

  /// The connection is gone: all that was under way ends, and what waits goes on waiting.
  mutating func endActive() -> [Request] {
    defer { active = [] }
    return active
  }

  mutating func removeAll() {
    active = []
    waiting = []
  }
}
