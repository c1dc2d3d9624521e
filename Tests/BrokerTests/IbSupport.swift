import FeedKit
import Lanes
import Records
import TestSupport
import Testing
import Wire

@testable import BrokerFeeds

/// A session with what comes out of it: records, bytes for the server, events. The far end is the
/// test.
final class IbHarness {
  var session: IbSession
  private var lanes: LaneWriter
  private let tap: IbTap
  var report = LiveReport(channels: 1)
  var counters = DecodeCounters()
  var messages = 0
  var now: UInt64 = 1_000_000_000
  var epoch: UInt32 = 1
  /// Bytes that no whole frame was found in.
  private var kept: [UInt8] = []

  static let tsRecv: UInt64 = 1_783_344_605_000_000_000

  init(_ instruments: [LiveInstrument], settings: [String: String] = [:]) {
    let grid = LaneGrid(readers: 1, shards: 1, options: LaneOptions(capacityLines: 1 << 14))
    lanes = grid.writer(0)
    tap = IbTap(grid)
    session = IbSession(
      LiveOptions(
        decoder: DecoderOptions(shards: 1), instruments: instruments, settings: settings,
        source: "test"))
  }

  /// One stock, id 1, with the interests.
  static func stock(
    _ interests: LiveInterests = .usual, details: [String: String] = [:]
  ) -> LiveInstrument {
    LiveInstrument(instrumentID: 1, symbol: "AAPL", interests: interests, details: details)
  }

  var context: LiveContext {
    LiveContext(tsRecv: Self.tsRecv, now: now, epoch: epoch)
  }

  func receive(_ bytes: [UInt8]) {
    kept += bytes
    let chunk = kept
    let context = context
    let progress = session.read(
      chunk.rawSpan, channel: 0, context: context, into: &lanes, counters: &counters,
      report: &report)
    messages += progress.messages
    kept.removeFirst(progress.consumed)
  }

  var keptCount: Int { kept.count }

  /// A frame of text fields.
  static func text(_ fields: [String]) -> [UInt8] {
    var writer = IbFrameWriter()
    writer.beginBare()
    for field in fields { writer.field(field) }
    writer.end()
    return writer.bytes
  }

  func receive(_ fields: String...) { receive(Self.text(fields)) }

  /// Handshake to the end; gives what was sent up to it.
  func connect(version: Int = 200) -> [UInt8] {
    let context = context
    session.opened(channel: 0, context: context, report: &report)
    receive("\(version)", "20260706 09:30:00 US/Eastern")
    if version >= IbMessageID.protobufVersion {
      receive(Self.protobuf(15) { $0.string(1, "DU1") })
      receive(Self.protobuf(9) { $0.int(1, 1) })
    } else {
      receive("15", "1", "DU1")
      receive("9", "1", "1")
    }
    return takeOutput()
  }

  static func protobuf(_ id: Int, _ body: (inout IbFrameWriter) -> Void) -> [UInt8] {
    var writer = IbFrameWriter()
    writer.beginProtobuf(id)
    body(&writer)
    writer.end()
    return writer.bytes
  }

  func subscribe(_ index: Int = 0) {
    let context = context
    session.subscribe(index: index, context: context, report: &report)
  }

  func backfill(_ request: BackfillRequest) -> Bool {
    let context = context
    return session.backfill(request, context: context, report: &report)
  }

  func takeOutput() -> [UInt8] {
    defer { report.output[0] = [] }
    return report.output[0]
  }

  func takeEvents() -> [LiveEvent] {
    defer { report.events = [] }
    return report.events
  }

  /// Records since the last call, without the mappings of instruments.
  func takeRecords() -> [IbRecord] {
    tap.take().map { IbRecord(bytes: $0) }.filter { $0.type != .symbolMapping }
  }

  /// Whether every message counts once.
  var isBalanced: Bool {
    UInt64(messages) == counters.decoded + counters.ignoredTotal + counters.rejectedTotal
  }

  func rejected(_ reason: RejectReason) -> UInt64 { counters.rejected[Int(reason.rawValue)] }

  /// The request id of a kind for instrument 1.
  static func id(_ kind: Int, _ instrument: UInt32 = 1) -> String {
    "\(IbRequestKind.id(kind, instrument))"
  }
  static var data: String { id(IbRequestKind.marketData) }
}

/// The consuming end of the lane.
final class IbTap {
  private var reader: LaneReader
  private var batch = RecordBatch()
  init(_ grid: LaneGrid, shard: Int = 0) { reader = grid.reader(0, shard: shard) }

  func take() -> [[UInt8]] {
    var records: [[UInt8]] = []
    repeat {
      reader.take(into: &batch)
      for index in 0..<batch.count {
        let bytes = batch.bytes(index)
        var copy: [UInt8] = []
        for offset in 0..<bytes.byteCount { copy.append(bytes.uncheckedByte(at: offset)) }
        records.append(copy)
      }
      reader.release()
    } while !batch.isEmpty
    return records
  }
}

/// A record's bytes with the fields that tests ask for.
struct IbRecord: Equatable, CustomStringConvertible {
  let bytes: [UInt8]

  func load<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _ type: Value.Type) -> Value
  {
    bytes.rawSpan.loadLE(type, at: offset) ?? 0
  }

  var type: RType { RType(rawValue: bytes[1]) }
  var instrument: UInt32 { load(4, UInt32.self) }
  var tsEvent: UInt64 { load(8, UInt64.self) }
  var isOrder: Bool { type == .mbo }
  var price: Int64 { load(isOrder ? 24 : type == .statistics ? 32 : 16, Int64.self) }
  var size: UInt32 { load(isOrder ? 32 : 24, UInt32.self) }
  var flags: Flags { Flags(rawValue: bytes[isOrder ? 36 : 30]) }
  var action: Action { Action(rawValue: bytes[isOrder ? 38 : 28]) }
  var side: Side { Side(rawValue: bytes[isOrder ? 39 : 29]) }
  var sequence: UInt32 { load(isOrder ? 52 : type == .statistics ? 48 : 44, UInt32.self) }
  var bid: Int64 { load(48, Int64.self) }
  var ask: Int64 { load(56, Int64.self) }
  var bidSize: UInt32 { load(64, UInt32.self) }
  var askSize: UInt32 { load(68, UInt32.self) }
  var quantity: Int64 { load(40, Int64.self) }
  var statType: StatType { StatType(rawValue: load(56, UInt16.self)) }
  var channel: UInt16 { load(58, UInt16.self) }
  var status: StatusAction { StatusAction(rawValue: load(24, UInt16.self)) }
  var text: String { String(decoding: bytes[16...].prefix { $0 != 0 }, as: UTF8.self) }

  /// Short, for comparison: `T 189.98x100`, `Q 189.98x300 189.99x200`, `M B 10x5`.
  var description: String {
    func decimal(_ value: Int64) -> String {
      value == Undefined.price ? "-" : "\(Double(value) / 1e9)"
    }
    switch type {
    case .trade: return "T \(decimal(price))x\(size)" + (flags.contains(.snapshot) ? " past" : "")
    case .mbp1:
      return "Q \(decimal(bid))x\(bidSize) \(decimal(ask))x\(askSize)"
        + (flags.contains(.snapshot) ? " past" : "")
    case .mbo:
      let letters = String(decoding: [action.rawValue, side.rawValue], as: UTF8.self)
      return "\(letters) \(decimal(price))x\(size)"
    case .status: return "S \(status.rawValue)"
    case .statistics:
      return "V \(statType.rawValue) \(decimal(price)) "
        + (quantity == Undefined.quantity ? "-" : "\(quantity)")
    case .system: return text
    default: return "rtype \(type.rawValue)"
    }
  }
}
