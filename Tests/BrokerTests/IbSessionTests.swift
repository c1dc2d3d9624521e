import FeedKit
import Records
import Sessions
import TestSupport
import Testing
import Wire

@testable import BrokerFeeds

/// Handshake, subscriptions, errors, the past.
@Suite struct IbSessionTests {
  /// Payloads of the frames in `bytes`, as fields with blanks between.
  private func frames(_ bytes: [UInt8]) -> [String] {
    var result: [String] = []
    var at = 0
    while at + 4 <= bytes.count {
      let length = Int(bytes.rawSpan.loadBE(UInt32.self, at: at) ?? 0)
      let payload = bytes[(at + 4)..<min(at + 4 + length, bytes.count)]
      result.append(
        payload.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
          String(decoding: $0, as: UTF8.self)
        }.joined(separator: " "))
      at += 4 + length
    }
    return result
  }

  @Test func handshake() {
    let harness = IbHarness([IbHarness.stock()])
    let context = harness.context
    harness.session.opened(channel: 0, context: context, report: &harness.report)
    #expect(
      harness.takeOutput() == [0x41, 0x50, 0x49, 0, 0, 0, 0, 18]
        + Array("v200..200 +PACEAPI".utf8))
    harness.receive("200", "20260405 23:49:26 Central European Standard Time")
    #expect(frames(harness.takeOutput()) == ["71 2 7 "])
    #expect(!harness.takeEvents().contains(.ready))
    harness.receive("9", "1", "1")
    #expect(!harness.takeEvents().contains(.ready))
    harness.receive("15", "1", "DU1,DU2")
    #expect(harness.takeEvents().contains(.ready))
    #expect(frames(harness.takeOutput()) == ["59 1 1"])
    #expect(harness.session.accounts == ["DU1", "DU2"] && harness.isBalanced)
  }

  @Test func protobufHandshake() {
    let harness = IbHarness(
      [IbHarness.stock()],
      settings: ["versions": "protobuf", "pace_api": "false", "client_id": "9"])
    let context = harness.context
    harness.session.opened(channel: 0, context: context, report: &harness.report)
    #expect(harness.takeOutput().suffix(9) == Array("v213..226".utf8))
    harness.receive("222", "20260706 09:30:00 EST")
    #expect(harness.takeOutput() == [0, 0, 0, 6, 0, 0, 1, 15, 8, 9])
    harness.receive(IbHarness.protobuf(9) { $0.int(1, 1) })
    harness.receive(IbHarness.protobuf(15) { $0.string(1, "DU1") })
    #expect(harness.takeEvents().contains(.ready) && harness.isBalanced)
  }

  @Test func otherVersionsAreRefused() {
    for reply in [["178", "x"], ["226", "x"], ["x", "y"], ["200"]] {
      let harness = IbHarness([IbHarness.stock()])
      let context = harness.context
      harness.session.opened(channel: 0, context: context, report: &harness.report)
      harness.receive(IbHarness.text(reply) + [0, 0, 0, 1])
      let isLost = harness.takeEvents().contains {
        if case .lost(.version, _) = $0 { true } else { false }
      }
      #expect(isLost && harness.keptCount == 0, "\(reply)")
      #expect(harness.takeOutput().isEmpty == false)
    }
  }

  @Test func subscriptionsAreSentAndCancelled() {
    let all = LiveInstrument(
      instrumentID: 5, symbol: "ES", interests: [.trades, .quotes, .reference, .depth, .bars],
      details: [
        "sec_type": "FUT", "exchange": "CME", "last_trade_date": "202609",
        "tick_by_tick": "last+bid-ask",
      ])
    let harness = IbHarness([all])
    _ = harness.connect()
    #expect(harness.session.requests(index: 0) == 6)
    harness.subscribe()
    func id(_ kind: Int) -> String { IbHarness.id(kind, 5) }
    let contract = "0 ES FUT 202609    CME  USD  "
    #expect(
      frames(harness.takeOutput()) == [
        "9 8 \(id(IbRequestKind.contract)) \(contract) 0   ",
        "1 11 \(id(IbRequestKind.marketData)) \(contract) 0 233 0 0 ",
        "97 \(id(IbRequestKind.tickLast)) \(contract) Last 0 0",
        "97 \(id(IbRequestKind.tickBidAsk)) \(contract) BidAsk 0 0",
        "10 5 \(id(IbRequestKind.depth)) \(contract) 10 0 ",
        "50 3 \(id(IbRequestKind.bars)) \(contract) 5 TRADES 0 ",
      ])
    let context = harness.context
    harness.session.unsubscribe(index: 0, context: context, report: &harness.report)
    #expect(
      frames(harness.takeOutput()) == [
        "2 2 \(id(IbRequestKind.marketData))", "98 \(id(IbRequestKind.tickLast))",
        "98 \(id(IbRequestKind.tickBidAsk))", "11 1 \(id(IbRequestKind.depth)) 0",
        "51 1 \(id(IbRequestKind.bars))",
      ])
  }

  @Test func limitsAreToldBeforeTheUpstreamRefuses() {
    let instruments = (1...5).map {
      LiveInstrument(instrumentID: UInt32($0), symbol: "S\($0)", interests: .depth)
    }
    let harness = IbHarness(instruments)
    _ = harness.connect()
    _ = harness.takeEvents()
    for index in 0..<5 { harness.subscribe(index) }
    #expect(frames(harness.takeOutput()).count == 3)
    let events = harness.takeEvents()
    #expect(
      events.filter { $0 == .limitReached(index: 3) || $0 == .limitReached(index: 4) }.count == 2)
    let notices = events.compactMap {
      if case .notice(309, let text) = $0 { text } else { nil as String? }
    }
    #expect(notices.count == 2 && notices[0].contains("depth_limit is 3"))
  }

  @Test func firstWordConfirms() {
    let harness = IbHarness([IbHarness.stock()])
    _ = harness.connect()
    _ = harness.takeEvents()
    harness.receive("81", IbHarness.data, "0.01", "9c0001", "3")
    harness.receive("81", IbHarness.data, "0.01", "9c0001", "3")
    #expect(harness.takeEvents().filter { $0 == .confirmed(index: 0) }.count == 1)
    #expect(harness.session.decoder.activity.count(0) == 2)
    // A new connection: to be confirmed again, and nothing of the old one is left.
    harness.receive("1", "6", IbHarness.data, "1", "10", "1", "0")
    harness.epoch = 2
    _ = harness.connect()
    _ = harness.takeRecords()
    harness.receive("1", "6", IbHarness.data, "2", "11", "1", "0")
    let record = harness.takeRecords().last
    #expect(record?.description == "Q -x0 11.0x1" && record?.sequence == 2)
    #expect(harness.takeEvents().contains(.confirmed(index: 0)))
    // Nobody has asked for this one.
    harness.receive("1", "6", IbHarness.id(IbRequestKind.marketData, 77), "2", "11", "1", "0")
    #expect(harness.takeRecords().isEmpty && harness.isBalanced)
  }

  @Test func errorsOfTheConnection() {
    let cases: [(Int, String, LiveEvent)] = [
      (326, "client id is in use", .lost(.authentication, text: "client id is in use")),
      (1300, "socket port was reset", .lost(.restart, text: "socket port was reset")),
      (1100, "lost", .upstreamDown(text: "lost")),
      (1101, "restored", .upstreamUp(keepsSubscriptions: false, text: "restored")),
      (1102, "restored", .upstreamUp(keepsSubscriptions: true, text: "restored")),
      (2103, "Market data farm connection is broken:usfarm", .part(name: "usfarm", isBroken: true)),
      (2104, "Market data farm connection is OK:usfarm", .part(name: "usfarm", isBroken: false)),
      (2105, "HMDS data farm connection is broken:ushmds", .part(name: "ushmds", isBroken: true)),
      (
        2157, "Sec-def data farm connection is broken:secdefil",
        .part(name: "secdefil", isBroken: true)
      ),
      (
        2158, "Sec-def data farm connection is OK:secdefil",
        .part(name: "secdefil", isBroken: false)
      ),
      (2119, "Market data farm is connecting:usfuture", .part(name: "usfuture", isBroken: true)),
    ]
    for (code, text, wanted) in cases {
      let harness = IbHarness([IbHarness.stock()])
      _ = harness.connect()
      _ = harness.takeEvents()
      harness.receive("4", "-1", "\(code)", text, "", "1783344600123")
      let events = harness.takeEvents()
      #expect(events.contains(wanted), "\(code)")
      #expect(events.contains(.notice(code: code, text: text)), "\(code)")
    }
  }

  @Test func errorsOfARequest() {
    let cases: [(Int, LiveEvent?)] = [
      (200, .refused(index: 0, code: 200, text: "text")),
      (354, .refused(index: 0, code: 354, text: "text")),
      (10089, .refused(index: 0, code: 10089, text: "text")),
      (321, .refused(index: 0, code: 321, text: "text")), (101, .limitReached(index: 0)),
      (10167, nil), (2150, nil), (399, nil), (300, nil), (10090, nil),
    ]
    for (code, wanted) in cases {
      let harness = IbHarness([IbHarness.stock()])
      _ = harness.connect()
      harness.subscribe()
      _ = harness.takeEvents()
      harness.receive("4", IbHarness.data, "\(code)", "text", "", "0")
      let events = harness.takeEvents().filter {
        if case .notice(_, _) = $0 { false } else { true }
      }
      #expect(events == (wanted.map { [$0] } ?? []), "\(code)")
    }
  }

  /// Tick-by-tick refused: level 1 gives the trades again, and the instrument is served.
  @Test func levelOneStandsInForTicks() {
    let harness = IbHarness([
      IbHarness.stock(details: ["tick_by_tick": "last", "generic_ticks": "100"])
    ])
    _ = harness.connect()
    harness.subscribe()
    _ = harness.takeEvents()
    harness.receive("1", "6", IbHarness.data, "4", "10", "1", "0")
    #expect(harness.takeRecords().isEmpty)
    harness.receive("4", IbHarness.id(IbRequestKind.tickLast), "10190", "too many", "", "0")
    harness.receive("1", "6", IbHarness.data, "4", "11", "1", "0")
    #expect(harness.takeRecords().map(\.description) == ["T 11.0x1 past"])
    #expect(
      !harness.takeEvents().contains { if case .refused(_, _, _) = $0 { true } else { false } })
  }

  @Test func anotherSessionTakesTheData() {
    let harness = IbHarness([IbHarness.stock()])
    _ = harness.connect()
    harness.subscribe()
    harness.receive("1", "6", IbHarness.data, "1", "10", "1", "0")
    _ = harness.takeEvents()
    harness.receive(
      "4", IbHarness.data, "10197", "No market data during competing session", "", "0")
    #expect(
      harness.takeEvents().contains { if case .upstreamDown(_) = $0 { true } else { false } })
    harness.receive("49", "1", "1783344600")
    harness.receive("81", IbHarness.data, "0.01", "", "0")
    #expect(
      !harness.takeEvents().contains { if case .upstreamUp(_, _) = $0 { true } else { false } })
    harness.receive("1", "6", IbHarness.data, "1", "10.1", "1", "0")
    #expect(
      harness.takeEvents().contains {
        if case .upstreamUp(true, _) = $0 { true } else { false }
      })
  }

  @Test func keepAliveIsAnswered() {
    let harness = IbHarness([IbHarness.stock()])
    _ = harness.connect()
    _ = harness.takeEvents()
    let context = harness.context
    harness.session.keepAlive(context: context, report: &harness.report)
    #expect(frames(harness.takeOutput()) == ["49 1"])
    harness.receive("49", "1", "1783344605")
    #expect(harness.takeEvents() == [.answered])
    harness.receive("109", "1783344605250")
    #expect(harness.takeEvents() == [.answered, .clockOffset(nanos: 250_000_000)])
  }

  /// A hole is filled page by page, and the records are snapshots.
  @Test func aHoleIsFilled() {
    let harness = IbHarness([IbHarness.stock()])
    _ = harness.connect()
    _ = harness.takeEvents()
    let start: UInt64 = 1_783_344_600_000_000_000
    #expect(
      harness.backfill(
        BackfillRequest(id: 77, index: 0, from: start, to: start + 100_000_000_000)))
    let id = IbHarness.id(IbRequestKind.historicalTicks)
    let contract = "0 AAPL STK     SMART  USD  "
    #expect(
      frames(harness.takeOutput()) == [
        "96 \(id) \(contract) 0 20260706-13:30:00  1000 TRADES 0 0 "
      ])
    harness.receive("98", id, "1", "1783344650", "0", "10", "5", "ISLAND", "", "1")
    #expect(
      frames(harness.takeOutput()) == [
        "96 \(id) \(contract) 0 20260706-13:30:51  1000 TRADES 0 0 "
      ])
    harness.receive("98", id, "1", "1783344720", "0", "10", "6", "ISLAND", "", "1")
    #expect(harness.takeEvents() == [.backfilled(request: 77, records: 1, error: nil)])
    #expect(harness.takeRecords().map(\.description) == ["T 10.0x5 past"])
    #expect(harness.backfill(BackfillRequest(id: 78, index: 0, from: start, to: start + 1)))
    _ = harness.takeOutput()
    harness.receive("4", id, "162", "HMDS query returned no data: AAPL", "", "0")
    #expect(harness.takeEvents().last == .backfilled(request: 78, records: 0, error: nil))
    #expect(harness.backfill(BackfillRequest(id: 79, index: 0, from: start, to: start + 1)))
    harness.receive("4", id, "162", "pacing violation", "", "0")
    #expect(
      harness.takeEvents().last
        == .backfilled(request: 79, records: 0, error: "162 pacing violation"))
  }

  @Test func thePastIsPaced() {
    let instruments = (1...80).map { LiveInstrument(instrumentID: UInt32($0), symbol: "S\($0)") }
    let harness = IbHarness(instruments)
    _ = harness.connect()
    for index in 0..<80 {
      #expect(harness.backfill(BackfillRequest(id: UInt32(index), index: index, from: 1, to: 2)))
    }
    #expect(frames(harness.takeOutput()).count == 5)
    var sent = 5
    for _ in 0..<30 {
      harness.now += 2_100_000_000
      let context = harness.context
      harness.session.keepAlive(context: context, report: &harness.report)
      sent += frames(harness.takeOutput()).filter { $0.hasPrefix("96 ") }.count
    }
    #expect(sent == 60)
    harness.now += 600_000_000_000
    let context = harness.context
    harness.session.keepAlive(context: context, report: &harness.report)
    #expect(frames(harness.takeOutput()).filter { $0.hasPrefix("96 ") }.count == 5)
  }

  @Test func contractDetailsDefine() {
    let harness = IbHarness([IbHarness.stock()])
    _ = harness.connect()
    _ = harness.takeEvents()
    let details =
      "6002 ES FUT 20260918 08:30 US/Central;;0;;CME;USD;ESU6;ES;ES;637533641;0.25;50;LMT;CME;1;"
      + "11004968;E-mini S&P 500;;202609;;;;US/Central;;;;;0;2147483647;ES;IND;67;20260918;;"
      + "1;1;1"
    var fields = details.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    fields.removeFirst()
    harness.receive(
      IbHarness.text(
        ["10", IbHarness.id(IbRequestKind.contract), "ES", "FUT", "20260918 08:30 US/Central", ""]
          + fields.dropFirst(1)))
    let events = harness.takeEvents()
    #expect(
      events == [
        .definition(
          LiveDefinition(
            symbol: "ESU6", name: "E-mini S&P 500", exchange: "CME", currency: "USD",
            securityType: "FUT", key: "637533641", tickSize: 250_000_000, validTo: "20260918"))
      ])
    let records = harness.takeRecords()
    #expect(records.map(\.type) == [.instrumentDefinition])
    #expect(harness.isBalanced)
  }
}
