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
  /// Whether the lookup port can be asked.
  private var isLookupOpen = false
  /// Channels that stand inside of a line that was rejected for its length.
  private var isInLongLine: [Bool]

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
    isInLongLine = Array(repeating: false, count: kinds.count)
    decoder.barSeconds = list.map { $0.details["bar_seconds"].flatMap { Int($0) } ?? 60 }
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
    isInLongLine[channel] = false
    if kind == .level1 {
      for index in isWatched.indices { isWatched[index] = false }
      isLookupOpen = false
      decoder.begin()
    }
    send("S,SET PROTOCOL,\(settings.version)", channel, &report)
    send("S,SET CLIENT NAME,\(settings.clientName)", channel, &report)
    switch kind {
    case .level1:
      send("S,CONNECT", channel, &report)
      if list.contains(where: { $0.interests.contains(.reference) }) {
        send("S,REQUEST FUNDAMENTAL FIELDNAMES", channel, &report)
      }
      send("S,SELECT UPDATE FIELDS,\(settings.fields)", channel, &report)
      send(settings.sendsTimestamps ? "S,TIMESTAMPSON" : "S,TIMESTAMPSOFF", channel, &report)
      if list.contains(where: { $0.interests.contains(.news) }) {
        send("S,NEWSON", channel, &report)
      }
    case .depth: send("c", channel, &report)
    case .admin: openAdmin(channel, &report)
    case .derivatives: send("S,CONNECT", channel, &report)
    case .lookup: openLookup(&report)
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

  func requests(index: Int) -> Int {
    guard list.indices.contains(index) else { return 0 }
    let interests = list[index].interests
    return (wantsLevel1(interests) ? 1 : 0) + (interests.contains(.depth) ? 1 : 0)
      + (interests.contains(.regional) ? 1 : 0) + (interests.contains(.bars) ? 1 : 0)
  }

  private func wantsLevel1(_ interests: LiveInterests) -> Bool {
    !interests.isDisjoint(with: [.trades, .quotes, .reference, .regional])
  }

  mutating func subscribe(index: Int, context: LiveContext, report: inout LiveReport) {
    guard list.indices.contains(index) else { return }
    let slot = decoder.instruments.slot(index: index)
    guard slot >= 0 else {
      report.events.append(
        .refused(index: index, code: 0, text: "no symbol of IQFeed, or in the list twice"))
      return
    }
    let symbol = list[index].symbol
    let interests = list[index].interests
    if wantsLevel1(interests) {
      // Of what is watched already, F and P are asked for again.
      let isQuoted = !interests.isDisjoint(with: [.quotes, .reference])
      send((isWatched[index] ? "f" : isQuoted ? "w" : "t") + symbol, 0, &report)
    }
    if interests.contains(.regional) { send("S,REGON,\(symbol)", 0, &report) }
    if interests.contains(.depth), let depth = channel(.depth) {
      send(depthRequest(index, isOn: true), depth, &report)
    }
    if interests.contains(.bars), let bars = channel(.derivatives) {
      send(
        "BW,\(symbol),\(decoder.barSeconds[index]),,,,,,B\(index),s,,0", bars, &report)
    }
    isWatched[index] = true
    var pending = decoder.instruments.slot(slot).pending
    pending.insert(.confirmation)
    pending.remove(.muted)
    decoder.instruments.setPending(slot, pending)
    if interests.isDisjoint(with: [.trades, .quotes, .reference, .regional, .depth]) {
      // News and bars have no answer of their own.
      report.events.append(.confirmed(index: index))
    }
  }

  /// Futures have books of orders and of levels, stocks quotes of market makers (section 5).
  private func depthRequest(_ index: Int, isOn: Bool) -> String {
    let symbol = list[index].symbol
    let kind = list[index].details["depth_kind"] ?? "auto"
    let isLevels = kind == "levels" || kind == "auto" && symbol.hasPrefix("@")
    guard settings.version == "6.2" else { return (isOn ? "w" : "r") + symbol }
    guard isLevels else { return (isOn ? "WOR," : "ROR,") + symbol }
    let levels = list[index].details["depth_levels"].flatMap { Int($0) } ?? 10
    return isOn ? "WPL,\(symbol),\(levels)" : "RPL,\(symbol)"
  }

  mutating func unsubscribe(index: Int, context: LiveContext, report: inout LiveReport) {
    guard list.indices.contains(index), isWatched[index] else { return }
    let symbol = list[index].symbol
    let interests = list[index].interests
    if interests.contains(.regional) { send("S,REGOFF,\(symbol)", 0, &report) }
    if wantsLevel1(interests) { send("r\(symbol)", 0, &report) }
    if interests.contains(.depth), let depth = channel(.depth) {
      send(depthRequest(index, isOn: false), depth, &report)
    }
    if interests.contains(.bars), let bars = channel(.derivatives) {
      send("BR,\(symbol),B\(index)", bars, &report)
    }
    isWatched[index] = false
    let slot = decoder.instruments.slot(index: index)
    decoder.instruments.setPending(slot, decoder.instruments.slot(slot).pending.union(.muted))
  }

  mutating func keepAlive(context: LiveContext, report: inout LiveReport) {
    decoder.link.isAsked = true
    send("T", 0, &report)
  }

  mutating func logOut(report: inout LiveReport) {
    if list.contains(where: { $0.interests.contains(.depth) }), let depth = channel(.depth) {
      send("x", depth, &report)
    }
  }

  // Lookups

  /// History of the trades of an instrument, or of its bars where no trades are wanted.
  mutating func backfill(
    _ request: BackfillRequest, context: LiveContext, report: inout LiveReport
  ) -> Bool {
    guard list.indices.contains(request.index), request.from < request.to,
      channel(.lookup) != nil, decoder.instruments.slot(index: request.index) >= 0
    else { return false }
    let instrument = list[request.index]
    let isTrades = instrument.interests.contains(.trades)
    guard isTrades || instrument.interests.contains(.bars) else { return false }
    // The rows are filtered by ns; the request has whole seconds, its end rounded up.
    let begin = IqfeedClock.requestTime(request.from)
    let end = IqfeedClock.requestTime(request.to &+ 999_999_999)
    let name = decoder.requests.nextName("H")
    let seconds = decoder.barSeconds[request.index]
    let line =
      isTrades
      ? "HTT,\(instrument.symbol),\(begin),\(end),,,,1,\(name),1000"
      : "HIT,\(instrument.symbol),\(seconds),\(begin),\(end),,,,1,\(name),1000,s,1"
    guard
      decoder.requests.add(
        IqfeedRequests.Request(
          name: name, kind: isTrades ? .ticks : .bars(seconds: seconds), line: line,
          fill: request))
    else { return false }
    sendRequests(&report)
    return true
  }

  /// Sends what may be under way at once.
  private mutating func sendRequests(_ report: inout LiveReport) {
    guard isLookupOpen, let channel = channel(.lookup) else { return }
    while let line = decoder.requests.nextLine() { send(line, channel, &report) }
  }

  /// The lookup port stands, perhaps anew: what was under way on it is lost.
  private mutating func openLookup(_ report: inout LiveReport) {
    for request in decoder.requests.endActive() {
      guard let fill = request.fill else { continue }
      report.events.append(
        .backfilled(
          request: fill.id, records: request.records, error: "the lookup connection was lost"))
    }
    isLookupOpen = true
    if list.contains(where: { $0.interests.contains(.reference) }) {
      ask(.markets, "SLM") { "SLM,\($0)" }
      ask(.securityTypes, "SST") { "SST,\($0)" }
      let text = settings.symbolSearch
      if !text.isEmpty { ask(.symbols, "SBF") { "SBF,s,\(text),,,\($0)" } }
    }
    sendRequests(&report)
  }

  private mutating func ask(
    _ kind: IqfeedRequests.Kind, _ letters: String, _ line: (String) -> String
  ) {
    let name = decoder.requests.nextName(letters)
    _ = decoder.requests.add(
      IqfeedRequests.Request(name: name, kind: kind, line: line(name), fill: nil))
  }

  // Lines

  mutating func read(
    _ bytes: RawSpan, channel: Int, context: LiveContext, into lanes: inout LaneWriter,
    counters: inout DecodeCounters, report: inout LiveReport
  ) -> LiveProgress {
    let line = IqfeedContext(
      tsRecv: context.tsRecv, sequence: context.epoch, channel: kinds[channel])
    var progress = LiveProgress()
    if isInLongLine[channel] {
      guard let feed = bytes.firstOffset(of: UInt8(ascii: "\n"), from: 0, to: bytes.byteCount)
      else { return LiveProgress(consumed: bytes.byteCount) }
      isInLongLine[channel] = false
      progress.consumed = feed &+ 1
    }
    readLines(bytes, line, into: &lanes, counters: &counters, report: &report, &progress)
    if bytes.byteCount &- progress.consumed > IqfeedLimits.lineBytes {
      // No line is as long: what has come of it is rejected, the rest passed over.
      isInLongLine[channel] = true
      counters.reject(.oversized)
      report.addPoison(progress.consumed..<bytes.byteCount, .oversized)
      progress.messages &+= 1
      progress.consumed = bytes.byteCount
    }
    if !decoder.events.isEmpty { takeEvents(&report) }
    sendRequests(&report)
    return progress
  }

  private mutating func readLines(
    _ bytes: RawSpan, _ line: IqfeedContext, into lanes: inout LaneWriter,
    counters: inout DecodeCounters, report: inout LiveReport, _ progress: inout LiveProgress
  ) {
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
      if verdict == .decoded {
        counters.decoded &+= 1
        progress.messages &+= 1
      } else if verdict != .empty {
        progress.messages &+= 1
        verdict.count(in: &counters)
        if let reason = verdict.reason, mayBeShown(bytes, start) {
          report.addPoison(start..<end, reason)
        }
      }
    }
  }

  /// Whether a line may be kept in the quarantine: system lines may hold account data, and answers
  /// of the admin port the password (section 13, trap 16).
  private func mayBeShown(_ bytes: RawSpan, _ start: Int) -> Bool {
    bytes.uncheckedByte(at: start) != UInt8(ascii: "S")
  }

  private mutating func takeEvents(_ report: inout LiveReport) {
    report.events.append(contentsOf: decoder.events)
    decoder.events.removeAll(keepingCapacity: true)
  }
}
