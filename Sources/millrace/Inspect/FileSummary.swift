internal import Captures
internal import FeedKit
internal import FeedRegistry
internal import Ledger
internal import Wire

/// What an inspection has found, as a JSON object or a table.
struct FileSummary {
  var file = ""
  var format = ""
  var isCompressed = false
  var feed: String?
  var protocolName: String?
  var date: CivilDate?
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  var unnumbered: UInt64 = 0
  var messages: UInt64 = 0
  /// By type, the most frequent first, with the message's name.
  var types: [(type: String, name: String, count: UInt64)] = []
  var records: [(name: String, count: UInt64)] = []
  var ignored: [(type: String, count: UInt64)] = []
  var rejected: [(reason: String, count: UInt64)] = []
  var symbols = 0
  var sequence: (first: UInt64, last: UInt64)?
  var sessions: [String] = []
  var decoded: UInt64 = 0
  var arbiter = ArbiterCounters()
  var gaps: [LostRange] = []
  var droppedRecords: UInt64 = 0
  var problem: String?

  init(_ inspection: borrowing FileInspection) {
    let recognition = inspection.recognition
    file = recognition.path
    isCompressed = recognition.isCompressed
    feed = recognition.feed?.description.name
    protocolName = recognition.protocolName
    date = inspection.date
    packets = inspection.packets
    bytes = inspection.bytes
    unnumbered = inspection.unnumbered
    switch recognition.format {
    case .capture(let format): self.format = format == .pcap ? "pcap" : "pcapng"
    case .framed: format = recognition.framing?.name ?? "unknown"
    }
    problem = inspection.problem.map { "\($0)" }
    records = inspection.tally.records
    symbols = inspection.tally.symbols
    droppedRecords = inspection.tally.dropped
    let report = inspection.report
    decoded = report.decode.decoded
    arbiter = report.arbiter
    gaps = report.gaps
    count(report.decode.ignored)
    count(inspection.rejected, report)
    if let wire = inspection.wire { count(wire) }
  }

  private mutating func count(_ wire: WireTally) {
    messages = wire.messages
    sessions = wire.sessions
    sequence = wire.lowestSequence.map { ($0, wire.highestSequence) }
    let names = wire.feed.messages.messages
    for index in wire.types.indices where wire.types[index] > 0 {
      let type = UInt8(index)
      types.append((WireText.character(type), names[type]?.name ?? "", wire.types[index]))
    }
    types.sort { ($0.count, $1.type) > ($1.count, $0.type) }
  }

  private mutating func count(_ counts: borrowing InlineArray<256, UInt64>) {
    for index in counts.indices where counts[index] > 0 {
      ignored.append((WireText.character(UInt8(index)), counts[index]))
    }
  }

  private mutating func count(
    _ before: borrowing InlineArray<32, UInt64>, _ report: SourceReport
  ) {
    for index in 0..<RejectReason.limit {
      let sum =
        before[index] + report.arbiter.rejectedPackets[index] + report.decode.rejected[index]
      if sum > 0 { rejected.append((RejectReason(rawValue: UInt8(index)).name, sum)) }
    }
  }

  /// Whether nothing at all could be read.
  var isUnreadable: Bool {
    packets == 0 && messages == 0
      && (format == "unknown" || !rejected.isEmpty || problem != nil)
  }
}

extension FileSummary {
  /// One JSON object in one line, its line feed included.
  var json: [UInt8] {
    var json = JSONText()
    json.object {
      $0.field("file", file)
      $0.field("format", format)
      $0.field("compression", isCompressed ? "gzip" : nil)
      $0.field("feed", feed)
      $0.field("protocol", protocolName)
      $0.field("date", date?.description)
      $0.field("bytes", bytes)
      $0.field("packets", packets)
      $0.field("messages", messages)
      $0.field("wire_types") { $0.counts(types.map { ($0.type, $0.count) }) }
      $0.field("records") { $0.counts(records.map { ($0.name, $0.count) }) }
      $0.field("decoded", decoded)
      $0.field("ignored") { $0.counts(ignored.map { ($0.type, $0.count) }) }
      $0.field("rejected") { $0.counts(rejected.map { ($0.reason, $0.count) }) }
      $0.field("duplicates", arbiter.duplicates)
      $0.field("heartbeats", arbiter.heartbeats)
      if unnumbered > 0 { $0.field("unnumbered_packets", unnumbered) }
      $0.field("symbols", symbols)
      $0.field("sequence") { json in
        guard let sequence else { return json.null() }
        json.object {
          $0.field("first", sequence.first)
          $0.field("last", sequence.last)
        }
      }
      $0.field("sessions") { $0.array { for session in sessions { $0.value(session) } } }
      $0.field("session_restarts", arbiter.sessionRestarts)
      $0.field("gaps") { $0.array { for gap in gaps { $0.gap(gap) } } }
      if droppedRecords > 0 { $0.field("dropped_records", droppedRecords) }
      $0.field("problem", problem)
    }
    json.newLine()
    return json.utf8
  }
}

extension JSONText {
  /// An object of counters.
  fileprivate mutating func counts(_ counts: [(String, UInt64)]) {
    object { for (name, count) in counts { $0.field(name, count) } }
  }

  fileprivate mutating func gap(_ gap: LostRange) {
    object {
      $0.field("session", gap.session)
      $0.field("first", gap.first)
      $0.field("last", gap.last)
      $0.field("count", gap.last &- gap.first &+ 1)
    }
  }
}
