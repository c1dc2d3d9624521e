internal import Engine
internal import ExchangeFeeds
internal import FeedKit
internal import Ledger
internal import Net

/// What `millrace simulate itch` has done, for people and for programs.
struct ItchSimulationReport {
  var market: ItchMarketSummary?
  var seed = 0
  /// Time that it took, in nanoseconds.
  var nanos: UInt64 = 1
  /// The file, with its bytes (framed) or packets (capture).
  var output: String?
  var bytes: UInt64?
  var packets: UInt64?
  private var sent: ItchSimulatorReport?
  private var lines: [Endpoint] = []

  init() {}

  init(_ sent: ItchSimulatorReport, lines: [Endpoint]) {
    market = sent.market
    self.sent = sent
    self.lines = lines
  }

  private var messages: UInt64 { market?.messages ?? 0 }
  private var perSecond: Double { Double(messages) / Double(nanos) * 1e9 }

  private var types: [(name: String, count: UInt64)] {
    (market?.messagesByType ?? [:]).sorted { $0.key < $1.key }.map {
      (String(UnicodeScalar($0.key)), $0.value)
    }
  }

  /// One object, ended by a line feed.
  var json: String {
    var json = JSONText()
    json.object { json in
      json.field("protocol", ItchSimulation.name)
      json.field("seed", seed)
      json.field("messages", messages)
      json.field("seconds", Double(nanos) / 1e9, decimals: 6)
      json.field("messages_per_second", perSecond, decimals: 0)
      json.field("wire_types") { json in
        json.object { for (name, count) in types { $0.field(name, count) } }
      }
      json.field("symbols", market?.symbols ?? 0)
      json.field("open_orders", market?.openOrders ?? 0)
      if let output { json.field("output", output) }
      if let bytes { json.field("bytes", bytes) }
      if let packets { json.field("packets", packets) }
      if let sent { write(sent, to: &json) }
    }
    return json.text + "\n"
  }

  private func write(_ sent: ItchSimulatorReport, to json: inout JSONText) {
    json.field("lines") { json in
      json.array { json in
        for (index, counts) in sent.lines.enumerated() {
          json.object {
            $0.field("endpoint", lines[index].description)
            $0.field("offered", counts.offered)
            $0.field("delivered", counts.delivered)
            $0.field("lost", counts.lost)
            $0.field("duplicated", counts.duplicated)
            $0.field("reordered", counts.reordered)
            $0.field("sent", sent.sent[index])
          }
        }
      }
    }
    json.field("requests_answered", sent.requestsAnswered)
    json.field("requests_ignored", sent.requestsIgnored)
    json.field("soup_clients", sent.soupClients)
    json.field("worst_delay_ns", sent.worstDelayNanos)
  }

  /// Tables, and a sentence on top.
  var text: String {
    let rate = SimulationProgress.millions(perSecond / 1e6)
    var text = "\(messages) messages in \(Self.seconds(nanos)) s, \(rate) M/s, seed \(seed)\n"
    text += "\(market?.symbols ?? 0) symbols, \(market?.openOrders ?? 0) orders open at the end\n"
    if let output, let bytes { text += "\(output): \(bytes) bytes\n" }
    if let output, let packets { text += "\(output): \(packets) packets\n" }
    let names = ItchFeed.messages.messages
    let rows = (market?.messagesByType ?? [:]).sorted { $0.key < $1.key }.map { type, count in
      ["\(UnicodeScalar(type)) \(names[type]?.name ?? "")", "\(count)"]
    }
    text += "\n" + TextTable(rows: rows).text
    guard let sent else { return text }
    let columns = ["line", "offered", "delivered", "lost", "duplicated", "reordered", "sent"]
    let lineRows = sent.lines.enumerated().map { index, counts in
      ["\(index == 0 ? "A" : "B") \(lines[index])"]
        + [
          counts.offered, counts.delivered, counts.lost, counts.duplicated, counts.reordered,
          sent.sent[index],
        ].map { "\($0)" }
    }
    if !lineRows.isEmpty { text += "\n" + TextTable(rows: [columns] + lineRows).text }
    text += "\nre-requests: \(sent.requestsAnswered) answered, \(sent.requestsIgnored) ignored; "
    text += "SoupBinTCP clients: \(sent.soupClients); "
    text += "latest message: \(sent.worstDelayNanos / 1_000) µs after it was due\n"
    return text
  }

  private static func seconds(_ nanos: UInt64) -> String {
    SimulationProgress.millions(Double(nanos) / 1e9)
  }
}
