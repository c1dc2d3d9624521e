public import FeedKit
internal import Ledger
public import Logging
internal import Sessions

/// What notes have to become outside the control plane's own memory.
public struct NoteEffects: Sendable {
  /// Lines of the log, each with the time of what happened.
  public var events: [(event: LogEvent, time: UInt64)] = []
  /// Notes for the gap ledger: connections lost and got back, holes, repairs.
  public var gaps: [LiveNote] = []
  /// Definitions for the symbol master.
  public var definitions: [LiveNote] = []
  /// Rejected messages for the quarantine.
  public var poison: [LiveNote] = []

  public init() {}
}

/// Folds the notes of all live sessions into what is known of each, and into what has to be written
/// elsewhere.
///
/// Pure: no clock, no I/O; a control thread owns it.
public struct NoteBook: Sendable {
  private var views: [SessionView]
  private var places: [String: Int] = [:]

  /// A book for the sources in the order of status; notes of others add theirs.
  public init(sources: [String]) {
    views = sources.map(SessionView.init(source:))
    for (place, source) in sources.enumerated() { places[source] = place }
  }

  /// What is known of each session.
  public var sessions: [SessionView] { views }

  /// What is known of this session; nil where nothing ever was.
  public func session(_ source: String) -> SessionView? { places[source].map { views[$0] } }

  /// Follows a reload: sources that are gone are forgotten, new ones begin.
  public mutating func setSources(_ sources: [String]) {
    let old = views
    let oldPlaces = places
    places = [:]
    views = sources.map { source in
      oldPlaces[source].map { old[$0] } ?? SessionView(source: source)
    }
    for (place, source) in sources.enumerated() { places[source] = place }
  }

  /// Takes notes in their order.
  public mutating func take(_ notes: [LiveNote]) -> NoteEffects {
    var effects = NoteEffects()
    for note in notes { take(note, &effects) }
    return effects
  }

  private mutating func take(_ note: LiveNote, _ effects: inout NoteEffects) {
    let place = place(of: note.source)
    if let event = views[place].fold(note) { effects.events.append((event, note.time)) }
    switch note.content {
    case .state, .lost, .gap, .missing, .backfilled: effects.gaps.append(note)
    case .definition: effects.definitions.append(note)
    case .poison: effects.poison.append(note)
    default: break
    }
  }

  private mutating func place(of source: String) -> Int {
    if let place = places[source] { return place }
    views.append(SessionView(source: source))
    places[source] = views.count - 1
    return views.count - 1
  }
}
