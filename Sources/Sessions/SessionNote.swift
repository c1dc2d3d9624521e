/// What a session has to tell. Times are the machine's: monotonic ns.
public struct SessionNote: Sendable, Equatable {
  public enum Content: Sendable, Equatable {
    case state(from: SessionState, to: SessionState, cause: DisconnectCause, text: String)
    /// Nothing is delivered any more: what came after `heardAt` is lost until `liveAgain`. Told
    /// once for each hole, however many attempts it takes to end it.
    case lostConnection(heardAt: UInt64, cause: DisconnectCause)
    /// The hole ends: the session is live, or as good as it gets.
    case liveAgain(heardAt: UInt64, cause: DisconnectCause)
    /// The subscription was not confirmed in time. Told once in a connection.
    case missing(index: Int)
    /// An instrument that was missing has come.
    case back(index: Int)
    case refused(index: Int)
    /// No room under the upstream's limit of subscriptions.
    case unserved(index: Int)
    /// More instruments are wanted than the upstream allows; told before it refuses them.
    case overLimit(wanted: Int, limit: Int)
    /// More connections within an hour than the policy allows.
    case reconnectAlarm(count: Int)
    case circuit(CircuitState)
    case part(name: String, isBroken: Bool)
    /// A backfill was not answered in time.
    case backfillTimedOut(index: Int)
    /// The credential expires at this time and was not renewed so far.
    case renewalOverdue(expiresAt: UInt64)
    /// Notes that found no room.
    case dropped(count: Int)
  }

  public let time: UInt64
  public let epoch: UInt32
  public let content: Content

  public init(time: UInt64, epoch: UInt32, content: Content) {
    self.time = time
    self.epoch = epoch
    self.content = content
  }
}

/// Notes until they are taken, bounded.
struct NoteQueue: Sendable {
  private var notes: [SessionNote] = []
  private var dropped = 0
  private(set) var droppedInAll: UInt64 = 0

  mutating func add(_ note: SessionNote) {
    guard notes.count < Self.room(for: note.content) else {
      dropped += 1
      droppedInAll += 1
      return
    }
    notes.append(note)
  }

  mutating func take(now: UInt64, epoch: UInt32) -> [SessionNote] {
    if notes.isEmpty && dropped == 0 { return [] }
    var taken: [SessionNote] = []
    swap(&taken, &notes)
    if dropped > 0 {
      taken.append(SessionNote(time: now, epoch: epoch, content: .dropped(count: dropped)))
      dropped = 0
    }
    return taken
  }

  /// Ten thousand missing instruments must not push out that the session has ended.
  private static func room(for content: SessionNote.Content) -> Int {
    switch content {
    case .missing, .back, .refused, .unserved, .backfillTimedOut:
      SessionsLimits.notes - SessionsLimits.notesOfSession
    default: SessionsLimits.notes
    }
  }
}
