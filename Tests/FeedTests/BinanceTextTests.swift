import FeedKit
import Records
import TestSupport
import Testing
import Wire

@testable import ExchangeFeeds

/// The words between the values, and the numbers that are read eight characters at a time.
@Suite struct BinanceTextTests {
  @Test func wordsAreTheirTexts() {
    let words: [(UInt64, String)] = [
      (BinanceText.streamHead, "{\"stream"), (BinanceText.streamColon, "\":\""),
      (BinanceText.dataHead, "\",\"data\""), (BinanceText.tradeHead, "{\"e\":\"tr"),
      (BinanceText.tradeRest, "ade\",\"E\""), (BinanceText.aggregateHead, "{\"e\":\"ag"),
      (BinanceText.aggregateRest, "gTrade\","), (BinanceText.eventTime, "\"E\":"),
      (BinanceText.symbol, ",\"s\":\""), (BinanceText.tradeID, "\",\"t\":"),
      (BinanceText.aggregateID, "\",\"a\":"), (BinanceText.price, ",\"p\":\""),
      (BinanceText.quantity, "\",\"q\":\""), (BinanceText.firstID, "\",\"f\":"),
      (BinanceText.lastID, ",\"l\":"), (BinanceText.timeAfterText, "\",\"T\":"),
      (BinanceText.timeAfterNumber, ",\"T\":"), (BinanceText.maker, ",\"m\":"),
      (BinanceText.ignored, ",\"M\":"), (BinanceText.trueEnd, "true}"), (BinanceText.yes, "true"),
      (BinanceText.no, "false"), (BinanceText.tickerHead, "{\"u\":"),
      (BinanceText.bidPrice, "\",\"b\":\""), (BinanceText.bidSize, "\",\"B\":\""),
      (BinanceText.askPrice, "\",\"a\":\""), (BinanceText.askSize, "\",\"A\":\""),
    ]
    for (word, text) in words {
      #expect(text.utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) } == word, "\(text)")
    }
  }

  private static func decimal(_ generator: inout SeededGenerator, places: Int) -> String {
    let wholes = Int.random(in: 1...8, using: &generator)
    var text = ""
    for _ in 0..<wholes { text += "\(Int.random(in: 0...9, using: &generator))" }
    text += "."
    for _ in 0..<places { text += "\(Int.random(in: 0...9, using: &generator))" }
    return text
  }

  @Test(arguments: 1...4)
  func decimalsAreExact(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<2_000 {
      let places = Int.random(in: 1...8, using: &generator)
      let text = Self.decimal(&generator, places: places)
      let bytes = Array((text + "\"," + String(repeating: "7", count: 40)).utf8)
      var scan = BinanceScan(bytes.rawSpan, at: 0)
      let value = scan.decimal()
      let (bad, at) = (scan.bad, scan.at)
      #expect(bad == 0 && at == text.utf8.count, "\(text)")
      try #expect(Int64(value) * 10 == Price.parse(text), "\(text)")
      guard places == 8 else { continue }
      var fixed = BinanceScan(bytes.rawSpan, at: 0)
      let same = fixed.fixedDecimal()
      let (fixedBad, fixedAt) = (fixed.bad, fixed.at)
      #expect(fixedBad == 0 && fixedAt == at && same == value, "\(text)")
    }
  }

  /// Any byte that is no digit, in any place, is noticed.
  @Test func everyWrongByteIsNoticed() {
    for byte in UInt8.min...UInt8.max where byte &- 0x30 >= 10 {
      for place in 0..<14 where place != 5 {
        var bytes = Array("61837.63000000\",\"q\":\"0.02000000\"".utf8)
        bytes[place] = byte
        var fixed = BinanceScan(bytes.rawSpan, at: 0)
        _ = fixed.fixedDecimal()
        fixed.expect(BinanceText.quantity, 7)
        let fixedBad = fixed.bad
        #expect(fixedBad != 0, "byte \(byte) at \(place)")
        var scan = BinanceScan(bytes.rawSpan, at: 0)
        _ = scan.decimal()
        scan.expect(BinanceText.quantity, 7)
        let bad = scan.bad
        #expect(bad != 0, "byte \(byte) at \(place)")
        guard place < 5 else { continue }
        bytes = Array("1735689600000,\"s\":\"BTCUSDT\",".utf8)
        bytes[place] = byte
        var time = BinanceScan(bytes.rawSpan, at: 0)
        _ = time.time()
        let timeBad = time.bad
        var number = BinanceScan(bytes.rawSpan, at: 0)
        number.skipNumber()
        number.expect(BinanceText.symbol, 6)
        let numberBad = number.bad
        #expect(timeBad != 0 && numberBad != 0, "byte \(byte) at \(place)")
      }
    }
  }

  @Test func lotsDivideExactly() {
    for places in 0...8 {
      let lot = Lot(places: places)
      var power: UInt64 = 1
      for _ in 0..<(8 - places) { power *= 10 }
      #expect(lot.units == Int64(power) * 10 && lot.places == places)
      for count: UInt64 in [0, 1, 2, 9, 4_294_967_294] {
        #expect(lot.size(count * power) == count)
        if power > 1 { #expect(lot.size(count * power + 1) > Lot.largest) }
        if power > 1 { #expect(lot.size(count * power + power - 1) > Lot.largest) }
      }
      #expect(lot.size(4_294_967_295 * power) > Lot.largest)
      #expect(lot.size(UInt64.max) > Lot.largest)
    }
  }

  @Test func namesAreWords() {
    for name in ["A", "BTCUSDT", "ABCDEFGH", "ABCDEFGHI", "1000SATSUSDT12", "ABCDEFGHIJKLMNO"] {
      let bytes = Array((name + "\",\"p\":\"1.00000000\"").utf8)
      var scan = BinanceScan(bytes.rawSpan, at: 0)
      let (w0, w1) = scan.name()
      let (bad, at) = (scan.bad, scan.at)
      #expect(bad == 0 && at == name.utf8.count)
      let padded = Array(name.utf8) + Array(repeating: 0, count: 16 - name.utf8.count)
      #expect(w0 == padded.rawSpan.loadLE(UInt64.self, at: 0))
      #expect(w1 == padded.rawSpan.loadLE(UInt64.self, at: 8))
    }
  }
}
