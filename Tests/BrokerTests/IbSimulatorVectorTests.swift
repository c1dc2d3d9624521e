import Foundation
import TestSupport
import Testing
import Wire

@testable import BrokerFeeds

/// Vectors of `../shared`: requests as real clients sent them, and messages of real gateways.
@Suite("IB simulator: vectors", .enabled(if: SharedFolder.isPresent, "../shared is absent"))
struct IbSimulatorVectorTests {
  private struct File: Decodable {
    var vectors: [Vector]
  }

  private struct Vector: Decodable {
    var name: String
    var direction: String
    var version: Int
    var encoding: String
    var hex: String?
    var fields: [String]?

    enum CodingKeys: String, CodingKey {
      case name, direction, encoding, hex, fields
      case version = "server_version"
    }
  }

  private static func vectors(_ direction: String) throws -> [Vector] {
    let data = try SharedFolder.data("vectors/ib-tws.json")
    return try JSONDecoder().decode(File.self, from: data).vectors
      .filter { $0.direction == direction }
  }

  /// What the simulator makes of one frame's payload.
  private static func read(_ payload: [UInt8], _ version: Int) throws -> IbSimulatorRequest {
    if version >= 201 {
      let id = payload.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      return try IbSimulatorRequest(
        message: id - 200, protobuf: payload.rawSpan, 4..<payload.count)
    }
    var fields = IbFields(payload.rawSpan, from: 0, to: payload.count)
    let id = fields.int()
    return try IbSimulatorRequest(message: id, fields: fields)
  }

  @Test("each request of a real client is understood")
  func requests() throws {
    var understood = 0
    for vector in try Self.vectors("client->server") where vector.encoding != "handshake" {
      let frame = bytes(hex: vector.hex ?? "") ?? []
      let request = try Self.read(Array(frame.dropFirst(4)), vector.version)
      if vector.name.contains("BAG") {
        guard case .marketData(_, let contract, _, _, _) = request else {
          Issue.record("\(vector.name): \(request)")
          continue
        }
        #expect(contract.legs == 2)
      }
      if case .unserved(_, let message) = request { Issue.record("\(vector.name): \(message)") }
      understood += 1
    }
    #expect(understood > 55)
  }

  @Test("a request says the same as text and as protobuf")
  func bothForms() throws {
    var byName: [String: [Int: IbSimulatorRequest]] = [:]
    for vector in try Self.vectors("client->server") where vector.encoding != "handshake" {
      guard let at = vector.name.range(of: " at ") else { continue }
      let frame = bytes(hex: vector.hex ?? "") ?? []
      byName[String(vector.name[..<at.lowerBound]), default: [:]][vector.version] =
        try Self.read(Array(frame.dropFirst(4)), vector.version)
    }
    let pairs = byName.compactMap { name, forms in
      forms[226].flatMap { new in (forms[178] ?? forms[200]).map { (name, $0, new) } }
    }
    for (name, text, protobuf) in pairs { #expect(text == protobuf, "\(name)") }
    #expect(pairs.count > 20)
  }

  /// One message of each kind, as the simulator writes it at this version; nil for kinds that it
  /// does not write, and for lists, whose counts depend on what is in them.
  private static func written(_ kind: String, _ version: Int) throws -> [String]? {
    var writer = IbSimulatorWriter(version: version, isTelling: false)
    let catalog = IbSimulatorCatalog(symbols: [], count: 10)
    let account = IbSimulatorAccount(name: "DU1234567", catalog)
    let value = try #require(account.values.first)
    let position = try #require(account.positions.first)
    let row = IbSimulatorDepthRow(
      position: 0, operation: .insert, isBid: true, price: 1, size: 1, venue: "NYSE")
    switch kind {
    case "1": writer.tickPrice(1, 1, price: 1, size: 1, mask: 1)
    case "2": writer.tickSize(1, 0, 1)
    case "4": writer.error(1, code: 200, "text", millis: 1)
    case "6": writer.accountValue("DU1234567", value)
    case "7": writer.portfolioValue("DU1234567", position, marketPrice: 1)
    case "8": writer.accountTime("09:30")
    case "9": writer.nextValidID(1)
    case "11": for fill in account.fills(time: "20261102") { writer.execution(1, fill) }
    case "12", "13": writer.depth(1, row, isL2: kind == "13", isSmart: true)
    case "15": writer.managedAccounts(["DU1234567"])
    case "45": writer.tickGeneric(1, 49, 0)
    case "46": writer.tickString(1, 45, "1")
    case "49": writer.currentTime(seconds: 1)
    case "50": writer.realTimeBar(1, seconds: 1, IbSimulatorBar(flat: 1))
    case "52": writer.contractDetailsEnd(1)
    case "53": writer.bareEnd(.openOrderEnd, "openOrderEnd", hasVersion: true)
    case "54": writer.accountDownloadEnd("DU1234567")
    case "55": writer.requestEnd(.executionEnd, "execDetailsEnd", 1)
    case "57": writer.tickSnapshotEnd(1)
    case "58": writer.marketDataType(1, 1)
    case "61": writer.position("DU1234567", position)
    case "62": writer.positionEnd()
    case "63": writer.accountSummary(1, "DU1234567", value)
    case "64": writer.requestEnd(.accountSummaryEnd, "accountSummaryEnd", 1)
    case "81": writer.tickReqParams(1, minTick: 1, bboExchange: "a", permissions: 3)
    case "88": writer.headTimestamp(1, "1")
    case "90": writer.historicalDataUpdate(1, date: "1", IbSimulatorBar(flat: 1))
    case "94": writer.profit(1, daily: 1, unrealized: 1, realized: 1)
    case "108": writer.historicalDataEnd(1, start: "1", end: "2")
    case "109": writer.currentTime(millis: 1)
    default: return nil
    }
    return writer.bytes.dropFirst(4).split(separator: 0, omittingEmptySubsequences: false)
      .dropLast().map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("each message has as many fields as the same one of a real gateway")
  func fieldCounts() throws {
    var kinds: Set<String> = []
    for vector in try Self.vectors("server->client")
    where vector.encoding == "text" && !vector.name.contains("malformed") {
      guard let fields = vector.fields, !vector.name.contains("extra"), vector.version > 170
      else { continue }
      guard let made = try Self.written(fields[0], vector.version) else { continue }
      #expect(made.count == fields.count, "\(vector.name) at \(vector.version)")
      // A message that has a version field has the same version.
      if ["1", "2", "6", "7", "45", "46", "50", "61"].contains(fields[0]) {
        #expect(made[1] == fields[1], "\(vector.name)")
      }
      kinds.insert(fields[0])
    }
    #expect(kinds.count >= 28, "\(kinds.sorted())")
  }

  @Test(
    "bytes of a protobuf message are those of the official schema",
    arguments: ["pb tickPrice bid", "pb tickByTick midpoint", "pb depth L1", "pb head timestamp"])
  func protobufBytes(name: String) throws {
    let vectors = try Self.vectors("server->client")
    let vector = try #require(vectors.first { $0.name == name })
    var writer = IbSimulatorWriter(version: 226, isTelling: false)
    switch name {
    case "pb tickPrice bid":
      writer.tickPrice(1_001, 1, price: 189_980_000_000, size: 300_000_000_000, mask: 1)
    case "pb tickByTick midpoint":
      writer.tickByTickMidPoint(2_003, seconds: 1_783_344_602, 189_985_000_000)
    case "pb depth L1":
      let row = IbSimulatorDepthRow(
        position: 0, operation: .insert, isBid: true, price: 5_321_250_000_000,
        size: 12_000_000_000, venue: "")
      writer.depth(3_001, row, isL2: false, isSmart: false)
    default: writer.headTimestamp(5_001, "19801212-14:30:00")
    }
    let wanted = bytes(hex: vector.hex ?? "")
    #expect(writer.bytes == wanted)
  }
}
