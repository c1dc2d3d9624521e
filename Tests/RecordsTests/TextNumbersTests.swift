import Records
import TestSupport
import Testing

/// The forms in which `export` writes prices and times.
@Suite struct TextNumbersTests {
  private static let order = MBOMessage(
    publisherID: 2, instrumentID: 17, tsEvent: 1_700_000_000_123_456_789, orderID: 9,
    price: -37_630_000_000, size: 25, action: .add, side: .bid, sequence: 7)

  private func line(_ form: TextForm, _ numbers: TextNumbers) -> String {
    var bytes: [UInt8] = []
    Self.order.append(to: &bytes)
    var lines: [UInt8] = []
    RecordText(form: form, symbolColumn: true, numbers: numbers)
      .append(rawBytes(of: bytes), symbol: "MILL", to: &lines)
    return String(decoding: lines, as: UTF8.self)
  }

  @Test(arguments: [
    (TextNumbers(), "1700000000123456789,9,-37.63,25,0,0,A,B,,0,7,MILL\n"),
    (
      TextNumbers(prices: .integer, times: .iso8601),
      "2023-11-14T22:13:20.123456789Z,9,-37630000000,25,0,0,A,B,,0,7,MILL\n"
    ),
  ])
  func csv(_ numbers: TextNumbers, _ row: String) {
    #expect(line(.csv, numbers) == "160,2,17," + row)
  }

  @Test(arguments: [
    (TextNumbers(), "1700000000123456789", "\"-37.63\""),
    (
      TextNumbers(prices: .integer, times: .iso8601), "\"2023-11-14T22:13:20.123456789Z\"",
      "-37630000000"
    ),
  ])
  func json(_ numbers: TextNumbers, _ time: String, _ price: String) {
    #expect(
      line(.json, numbers) == """
        {"record":"mbo","rtype":160,"publisher_id":2,"instrument_id":17,"ts_event":\(time),\
        "order_id":9,"price":\(price),"size":25,"flags":0,"channel_id":0,"action":"A","side":"B",\
        "ts_recv":null,"ts_in_delta":0,"sequence":7,"symbol":"MILL"}

        """)
  }

  /// The send time behind a record is written as its other times are.
  @Test func sendTimes() {
    var bytes: [UInt8] = []
    var order = Self.order
    order.header.length += 2
    order.append(to: &bytes)
    bytes += [1, 0, 0, 0, 0, 0, 0, 0]
    for (form, numbers, end) in [
      (TextForm.csv, TextNumbers(), ",1\n"),
      (.csv, TextNumbers(times: .iso8601), ",1970-01-01T00:00:00.000000001Z\n"),
      (.json, TextNumbers(), "\"ts_out\":1}\n"),
      (.json, TextNumbers(times: .iso8601), "\"ts_out\":\"1970-01-01T00:00:00.000000001Z\"}\n"),
    ] {
      var lines: [UInt8] = []
      RecordText(form: form, sendTime: true, numbers: numbers)
        .append(rawBytes(of: bytes), to: &lines)
      #expect(String(decoding: lines, as: UTF8.self).hasSuffix(end))
    }
  }
}
