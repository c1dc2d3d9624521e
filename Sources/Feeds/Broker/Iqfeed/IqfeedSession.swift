internal import FeedKit
internal import Lanes
internal import Sessions
internal import Wire

/// A session with IQConnect: what is said on each of its ports, and what its lines mean to the
/// session (sections 3 to 8).
///
///     level1       quotes, trades, fundamentals, regionals, news, time       vital
///     depth        where an instrument wants depth                           vital
///     lookup       history for backfills, code tables                        auxiliary
///     admin        statistics, login                                         auxiliary
///     derivatives  where an instrument wants bars                            auxiliary
struct IqfeedSession: ~Copyable, LiveProtocol {
  let settings: IqfeedSettings
  let list: [LiveInstrument]
  let kinds: [IqfeedChannel]
  let channels: [LiveChannel]
  var decoder: IqfeedDecoder
  /// Instruments that are watched on this connection.
  var isWatched: [Bool]

  init(_ options: LiveOptions) {
    let settings = IqfeedSettings(options.settings)
    self.settings = settings
    list = options.instruments
    kinds = Self.kinds(options, settings)
    channels = kinds.map {
      LiveChannel(
        name: $0.name, port: settings.ports[$0] ?? $0.usualPort,
        isVital: $0 == .level1 || $0 == .depth)
    }
    isWatched = Array(repeating: false, count: list.count)
    decoder = IqfeedDecoder(options.decoder, limit: max(list.count, 1), learns: false)
    for instrument in list {
      if let key = IqfeedInstruments.key(instrument.symbol),
        decoder.instruments.add(
          key, instrument: instrument.instrumentID, interests: instrument.interests.rawValue) >= 0
      {
        continue
      }
      // No symbol, or one that is there already: it is refused when it is subscribed.
      decoder.instruments.skip()
    }
    decoder.canonicals = list.map(\.canonical)
    decoder.link.version = settings.version
    decoder.link.clientName = settings.clientName
    decoder.link.wanted = IqfeedFieldSet.names(settings.fields)
  }

  private static func kinds(_ options: LiveOptions, _ settings: IqfeedSettings) -> [IqfeedChannel] {
    var all = LiveInterests()
    for instrument in options.instruments { all.formUnion(instrument.interests) }
    var kinds = [IqfeedChannel.level1]
    if all.contains(.depth) { kinds.append(.depth) }
    if all.contains(.reference) || options.policy.backfills { kinds.append(.lookup) }
    if settings.usesAdmin { kinds.append(.admin) }
    if all.contains(.bars) { kinds.append(.derivatives) }
    return kinds
  }

  var activity: LiveActivity { _read { yield decoder.activity } }

  // Requests

  mutating func opened(channel: Int, context: LiveContext, report: inout LiveReport) {
    let kind = kinds[channel]
    if kind == .level1 {
      for index in isWatched.indices { isWatched[index] = false }
      decoder.begin()
    }
    send("S,SET PROTOCOL,\(settings.version)", channel, &report)
    send("S,SET CLIENT NAME,\(settings.clientName)", channel, &report)
    switch kind {
    case .level1:
      send("S,CONNECT", channel, &report)
      send("S,SELECT UPDATE FIELDS,\(settings.fields)", channel, &report)
      send(settings.sendsTimestamps ? "S,TIMESTAMPSON" : "S,TIMESTAMPSOFF", channel, &report)
      if list.contains(where: { $0.interests.contains(.news) }) {
        send("S,NEWSON", channel, &report)
      }
    case .depth: send("c", channel, &report)
    case .admin: openAdmin(channel, &report)
    case .derivatives: send("S,CONNECT", channel, &report)
    case .lookup: break
    }
  }

  /// Section 7, "Start of a session by program".
  private func openAdmin(_ channel: Int, _ report: inout LiveReport) {
    if !settings.product.isEmpty {
      send(
        "S,REGISTER CLIENT APP,\(settings.product),\(settings.productVersion)", channel, &report)
    }
    if !settings.login.isEmpty {
      send("S,SET LOGINID,\(settings.login)", channel, &report)
      send("S,SET PASSWORD,\(settings.password)", channel, &report)
    }
    send("S,CONNECT", channel, &report)
    send("S,CLIENTSTATS ON", channel, &report)
  }

  /// Appends a request line.
  func send(_ line: String, _ channel: Int, _ report: inout LiveReport) {
    report.output[channel].append(contentsOf: line.utf8)
    report.output[channel].append(contentsOf: [0x0D, 0x0A])
  }

  /// The place of a service among the channels; nil where it is not wanted.
  func channel(_ kind: IqfeedChannel) -> Int? { kinds.firstIndex(of: kind) }

  func requests(index: Int) -> Int { 1 }

  mutating func subscribe(index: Int, context: LiveContext, report: inout LiveReport) {
    guard list.indices.contains(index) else { return }
    let slot = decoder.instruments.slot(index: index)
    guard slot >= 0 else {
      report.events.append(
        .refused(index: index, code: 0, text: "no symbol of IQFeed, or in the list twice"))
      return
    }
    let symbol = list[index].symbol
    send(isWatched[index] ? "f\(symbol)" : "w\(symbol)", 0, &report)
    isWatched[index] = true
    var pending = decoder.instruments.slot(slot).pending
    pending.insert(.confirmation)
    pending.remove(.muted)
    decoder.instruments.setPending(slot, pending)
  }

  mutating func unsubscribe(index: Int, context: LiveContext, report: inout LiveReport) {
    guard list.indices.contains(index), isWatched[index] else { return }
    send("r\(list[index].symbol)", 0, &report)
    isWatched[index] = false
    let slot = decoder.instruments.slot(index: index)
    decoder.instruments.setPending(slot, decoder.instruments.slot(slot).pending.union(.muted))
  }

  mutating func keepAlive(context: LiveContext, report: inout LiveReport) {
    decoder.link.isAsked = true
    send("T", 0, &report)
  }

  mutating func backfill(
    _ request: BackfillRequest, context: LiveContext, report: inout LiveReport
  ) -> Bool { false }

  mutating func logOut(report: inout LiveReport) {}

  // Lines

  mutating func read(
    _ bytes: RawSpan, channel: Int, context: LiveContext, into lanes: inout LaneWriter,
    counters: inout DecodeCounters, report: inout LiveReport
  ) -> LiveProgress {
    let line = IqfeedContext(
      tsRecv: context.tsRecv, sequence: context.epoch, channel: kinds[channel])
    var progress = LiveProgress()
    let count = bytes.byteCount
    // Numbers are read with some bytes behind them: the last lines go through the scratch.
    let safe = count - IqfeedLimits.readAhead
    while progress.consumed < count {
      let start = progress.consumed
      var end = -1
      var verdict = IqfeedVerdict.empty
      if start < safe {
        (verdict, end) = decoder.decode(bytes, from: start, to: safe, line, into: &lanes)
      }
      if end < 0 {
        guard let feed = bytes.firstOffset(of: UInt8(ascii: "\n"), from: start, to: count) else {
          break
        }
        end = feed
        verdict = decoder.decodeCopied(bytes, from: start, to: end, line, into: &lanes)
      }
      progress.consumed = end &+ 1
      if verdict != .empty {
        progress.messages &+= 1
        verdict.count(in: &counters)
        if let reason = verdict.reason { report.addPoison(start..<end, reason) }
      }
    }
    if !decoder.events.isEmpty { takeEvents(&report) }
    return progress
  }

  private mutating func takeEvents(_ report: inout LiveReport) {
    report.events.append(contentsOf: decoder.events)
    decoder.events.removeAll(keepingCapacity: true)
  }
}
