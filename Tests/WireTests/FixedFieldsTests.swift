import TestSupport
import Testing
import Wire

/// Fields at fixed offsets, loads at computed ones, and the text of padded fields.
struct FixedFieldsTests {
  private let bytes: [UInt8] = [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0xFF]

  @Test func fieldsReadTheirOwnBytesInTheirOwnOrder() {
    let span = bytes.rawSpan
    let big = BE<UInt32, 1>.read(span, at: 0)
    let little = LE<UInt32, 1>.read(span, at: 0)
    let last = BE<UInt16, 1>.read(span, at: 7)
    let six = BE48<0>.read(span, at: 1)
    #expect(big == 0x0102_0304)
    #expect(little == 0x0403_0201)
    #expect(last == 0x08FF)
    #expect(six == 0x0102_0304_0506)
    #expect(BE<UInt64, 2>.byteOffset == 2)
    #expect(BE<UInt64, 2>.byteCount == 8)
  }

  @Test func checkedLoadsEndAtTheSpan() {
    let span = bytes.rawSpan
    for offset in -2...12 {
      let byte = span.loadByte(at: offset)
      let big = span.loadBE(UInt32.self, at: offset)
      let little = span.loadLE(UInt32.self, at: offset)
      #expect((byte != nil) == (0..<10).contains(offset))
      #expect((big != nil) == (0...6).contains(offset))
      #expect(little == big?.byteSwapped)
    }
    let far = span.loadBE(UInt64.self, at: Int.max)
    #expect(far == nil)
  }

  @Test(
    arguments: [
      ([0x41, 0x42, 0x20, 0x20], "AB"), ([0x20, 0x41, 0x00, 0x00], " A"), ([0x20, 0x20], ""),
      ([0x41, 0x07, 0x80], "A\\x07\\x80"), ([], ""),
    ] as [([UInt8], String)])
  func textDropsPaddingAndShowsWhatIsNoText(bytes: [UInt8], text: String) {
    let span = bytes.rawSpan
    let shown = span.text(at: 0, count: bytes.count)
    let outside = span.text(at: 1, count: bytes.count)
    #expect(shown == text)
    #expect(outside == "")
  }

  @Test func everyReasonHasItsOwnName() {
    let names = (0..<RejectReason.limit).map { RejectReason(rawValue: UInt8($0)).name }
    #expect(Set(names).count == RejectReason.limit)
    #expect(RejectReason.truncated.name == "truncated")
    #expect(RejectReason.wrongSender.name == "wrong_sender")
  }
}
