import FeedKit
import Lanes
import Records
import Sessions
import Wire

/// A feed made for these tests: lines `T SYMBOL PRICE`, a greeting `HELLO`, commands `W SYMBOL`.
///
/// `N SYMBOL` refuses, `D` and `U` say that the upstream's own link is down or up, `H` is a sign of
/// life, `A` refuses the login, `V` is another version.
enum LineFeed: LiveFeed {
  static var description: FeedDescription {
    FeedDescription(
      name: "line", summary: "lines", dataset: "TEST.LINE", publisherID: 7, readsFiles: false,
      countsFromMidnight: false)
  }
  static var messages: MessageTable { MessageTable(isLittleEndian: true, []) }
  static func protocolName(of datagram: RawSpan) -> String? { nil }
  static func messageBytes(ofType type: UInt8) -> Int { 0 }
  static func makeRunner(
    _ options: RunnerOptions, lanes: consuming LaneWriter
  ) -> any SourceRunner { preconditionFailure("this feed has live sessions only") }
  static func header(of datagram: RawSpan) throws(RejectReason) -> DatagramHeader {
    throw .badHeader
  }
  static func blockLength(_ bytes: RawSpan, at offset: Int) -> Int? { nil }
  static func name(of session: SessionID) -> String { "" }

  static var settings: [LiveSetting] { [] }
  static var instrumentSettings: [LiveSetting] { [] }
  static var policy: SessionPolicy { SessionPolicy() }
  static func isValidSymbol(_ symbol: String) -> Bool { !symbol.isEmpty }
  static func makeLive(_ options: LiveOptions, lanes: consuming LaneWriter) -> any LiveRunning {
    LiveRunner<LineSession>(options, publisherID: 7, lanes: lanes)
  }
}

struct LineSession: ~Copyable, LiveProtocol {
  let options: LiveOptions
  var activity: LiveActivity
  var confirmed: [Bool]

  init(_ options: LiveOptions) {
    self.options = options
    activity = LiveActivity(count: options.instruments.count)
    confirmed = options.instruments.map { _ in false }
  }

  var channels: [LiveChannel] {
    [LiveChannel(name: "main", port: UInt16(options.settings["port"] ?? "0") ?? 0)]
  }

  mutating func opened(channel: Int, context: LiveContext, report: inout LiveReport) {
    for index in confirmed.indices { confirmed[index] = false }
    report.output[channel].append(contentsOf: Array("HELLO\n".utf8))
  }

  mutating func read(
    _ bytes: RawSpan, channel: Int, context: LiveContext, into lanes: inout LaneWriter,
    counters: inout DecodeCounters, report: inout LiveReport
  ) -> LiveProgress {
    var progress = LiveProgress()
    while let end = bytes.firstOffset(
      of: UInt8(ascii: "\n"), from: progress.consumed, to: bytes.byteCount)
    {
      var text = ""
      for at in progress.consumed..<end {
        text.unicodeScalars.append(UnicodeScalar(bytes.uncheckedByte(at: at)))
      }
      let range = progress.consumed..<end
      progress.consumed = end + 1
      progress.messages += 1
      take(text, range, context, &lanes, &counters, &report)
    }
    return progress
  }

  private mutating func take(
    _ text: String, _ range: Range<Int>, _ context: LiveContext, _ lanes: inout LaneWriter,
    _ counters: inout DecodeCounters, _ report: inout LiveReport
  ) {
    let words = text.split(separator: " ")
    let index = words.count > 1 ? options.instruments.firstIndex { $0.symbol == words[1] } : nil
    switch words.first {
    case "HELLO": report.events.append(.ready)
    case "H": report.events.append(.answered)
    case "A": report.events.append(.lost(.authentication, text: "who are you"))
    case "V": report.events.append(.lost(.version, text: "version 9"))
    case "D": report.events.append(.upstreamDown(text: "link"))
    case "U": report.events.append(.upstreamUp(keepsSubscriptions: false, text: "link"))
    case "N":
      if let index { report.events.append(.refused(index: index, code: 200, text: "unknown")) }
    case "T":
      guard let index, words.count == 3, let price = Int64(words[2]) else {
        counters.reject(.badField)
        report.addPoison(range, .badField)
        return
      }
      if !confirmed[index] {
        confirmed[index] = true
        report.events.append(.confirmed(index: index))
      }
      activity.note(index, tsRecv: context.tsRecv)
      counters.decoded += 1
      lanes.push(
        TradeMessage(
          publisherID: 7, instrumentID: options.instruments[index].instrumentID,
          tsEvent: context.tsRecv, price: price, size: 1, action: .trade,
          tsRecv: context.tsRecv, sequence: context.epoch),
        shard: ShardMap.shard(
          instrument: options.instruments[index].instrumentID, shards: lanes.shards))
      return
    default:
      counters.reject(.unknownType)
      report.addPoison(range, .unknownType)
      return
    }
    counters.ignore(type: text.utf8.first ?? 0)
  }

  func requests(index: Int) -> Int { 1 }

  mutating func subscribe(index: Int, context: LiveContext, report: inout LiveReport) {
    confirmed[index] = false
    report.output[0].append(contentsOf: Array("W \(options.instruments[index].symbol)\n".utf8))
  }
  mutating func unsubscribe(index: Int, context: LiveContext, report: inout LiveReport) {
    report.output[0].append(contentsOf: Array("R \(options.instruments[index].symbol)\n".utf8))
  }
  mutating func keepAlive(context: LiveContext, report: inout LiveReport) {
    report.output[0].append(contentsOf: Array("H\n".utf8))
  }
  mutating func backfill(
    _ request: BackfillRequest, context: LiveContext, report: inout LiveReport
  ) -> Bool { false }
  mutating func logOut(report: inout LiveReport) {
    report.output[0].append(contentsOf: Array("BYE\n".utf8))
  }
}
