internal import Engine
internal import Ledger
internal import Records
internal import SharedMemory

/// The progress line of a running pipeline: rates, lag, gaps, and the busiest symbols as a reader
/// of shared memory sees them.
struct RunProgress {
  private var last: CounterSnapshot?
  private var top: TopSymbols

  init(_ pipeline: Pipeline, shards: Int) {
    top = TopSymbols(paths: (0..<shards).map { "\(pipeline.folder)/shard-\($0).ring" })
  }

  mutating func line(_ snapshot: CounterSnapshot) -> String {
    top.look()
    defer { last = snapshot }
    let seconds =
      last.map { Double(snapshot.takenAt.nanos(since: $0.takenAt)) / 1e9 } ?? 0
    func rate(_ id: CounterID) -> String {
      guard let last, seconds > 0 else { return "-" }
      return Self.short(Double(snapshot.total(id) &- last.total(id)) / seconds) + "/s"
    }
    // Outlets of one kind only: a journal writes the same records once more.
    func written(_ snapshot: CounterSnapshot, _ id: CounterID, _ outlet: Int) -> UInt64 {
      snapshot.blocks.reduce(0) {
        $0 &+ ($1.scope == .outlet && $1.minor == outlet ? $1[id] : 0)
      }
    }
    func rate(_ id: CounterID, outlet: Int) -> String {
      guard let last, seconds > 0 else { return "-" }
      let more = written(snapshot, id, outlet) &- written(last, id, outlet)
      return Self.short(Double(more) / seconds) + "/s"
    }
    let lag = snapshot.total(.enqueued) &- snapshot.total(.received) &- snapshot.total(.dropped)
    var parts = [
      "\(rate(.messages)) msgs", "\(rate(.written, outlet: 0)) out",
      "lag \(Self.short(Double(Int64(bitPattern: lag).magnitude)))",
      "gaps \(snapshot.total(.gapsDetected)): "
        + "\(Self.short(Double(snapshot.total(.gapMessagesFilled)))) filled, "
        + "\(Self.short(Double(snapshot.total(.gapMessagesLost)))) lost",
    ]
    let journal = Pipeline.journalOutlet
    if snapshot.blocks.contains(where: { $0.scope == .outlet && $0.minor == journal }) {
      let bytes = Double(written(snapshot, .bytesWritten, journal))
      let lost = written(snapshot, .lost, journal)
      parts.append(
        "journal \(rate(.written, outlet: journal)) \(Self.short(bytes))B"
          + (lost > 0 ? " \(Self.short(Double(lost))) lost" : ""))
    }
    let busiest = top.busiest
    if !busiest.isEmpty { parts.append("top " + busiest.joined(separator: " ")) }
    return parts.joined(separator: "  ")
  }

  /// A number in three digits and a letter.
  static func short(_ value: Double) -> String {
    for (limit, unit) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where value >= limit {
      let tenths = Int(value / limit * 10)
      return tenths < 1000 ? "\(tenths / 10).\(tenths % 10)\(unit)" : "\(tenths / 10)\(unit)"
    }
    return "\(Int(value))"
  }
}

/// Counts records by symbol, as a reader of the rings; what it misses it does not count.
struct TopSymbols {
  private final class Box {
    var reader: BroadcastReader
    init(_ reader: consuming BroadcastReader) { self.reader = reader }
  }

  private var readers: [Box] = []
  private var names: [UInt32: String] = [:]
  private var counts: [UInt32: Int] = [:]

  /// Records read at a look, so that a fast stream does not keep the progress line.
  private static var budget: Int { 100_000 }
  private static var shown: Int { 3 }

  init(paths: [String]) {
    for path in paths {
      if let reader = try? BroadcastReader(path: path) { readers.append(Box(reader)) }
    }
  }

  mutating func look() {
    for (instrument, count) in counts { counts[instrument] = count / 2 }
    for box in readers { count(&box.reader) }
  }

  private mutating func count(_ reader: inout BroadcastReader) {
    for _ in 0..<Self.budget {
      let event = reader.poll()
      if case .lost = event { continue }
      guard event == .record else { return }
      let record = reader.record
      guard let header = RecordHeader(copying: record), header.instrumentID != 0 else { continue }
      if header.rtype == .symbolMapping, let mapping = SymbolMappingMessage(copying: record) {
        names[header.instrumentID] = mapping.stypeInSymbol.text
      }
      counts[header.instrumentID, default: 0] += 1
    }
  }

  /// The symbols with most records of late, most first.
  var busiest: [String] {
    counts.filter { $0.value > 0 && names[$0.key] != nil }
      .sorted { ($0.value, $1.key) > ($1.value, $0.key) }
      .prefix(Self.shown).compactMap { names[$0.key] }
  }
}
