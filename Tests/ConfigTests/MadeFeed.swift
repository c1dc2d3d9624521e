import FeedKit
import Lanes
import Sessions
import Wire

/// A feed made for these tests: every kind of setting, and no bytes.
enum MadeFeed: LiveFeed {
  static var description: FeedDescription {
    FeedDescription(
      name: "made", summary: "A feed made for tests", dataset: "MADE.TEST", publisherID: 60_900,
      readsFiles: false, countsFromMidnight: false)
  }

  static var settings: [LiveSetting] {
    [
      LiveSetting("main_port", .integer(1...65_535), default: "5009", "Port of the main channel."),
      LiveSetting("product", .text, default: nil, "Name of the product."),
      LiveSetting("is_delayed", .boolean, default: "false", "Whether late data is wanted."),
      LiveSetting("pause", .duration, default: "1500000000", "A pause."),
      LiveSetting("framing", .choice(["text", "binary"]), default: "text", "How it is framed."),
      LiveSetting("password", .secret, default: nil, "The password."),
      LiveSetting("token", .secret, default: "", "A token, where there is one."),
    ]
  }

  static var instrumentSettings: [LiveSetting] {
    [
      LiveSetting("exchange", .text, default: "SMART", "Where it is traded."),
      LiveSetting("con_id", .integer(0...2_147_483_647), default: "", "The key of it."),
    ]
  }

  static var policy: SessionPolicy {
    var policy = SessionPolicy()
    policy.silenceNanos = 10_000_000_000
    policy.requestsPerSecond = 45
    policy.subscriptionLimit = 500
    return policy
  }

  static func isValidSymbol(_ symbol: String) -> Bool {
    (1...30).contains(symbol.utf8.count)
      && symbol.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") }
  }

  static func makeLive(
    _ options: LiveOptions, lanes: consuming LaneWriter
  ) -> any LiveRunning { preconditionFailure("the tests of the configuration run nothing") }

  static var messages: MessageTable { MessageTable(isLittleEndian: true, []) }
  static func protocolName(of datagram: RawSpan) -> String? { nil }
  static func messageBytes(ofType type: UInt8) -> Int { 0 }
  static func makeRunner(
    _ options: RunnerOptions, lanes: consuming LaneWriter
  ) -> any SourceRunner { preconditionFailure("the tests of the configuration run nothing") }
  static func header(of datagram: RawSpan) throws(RejectReason) -> DatagramHeader {
    try NoDatagrams.header(of: datagram)
  }
  static func blockLength(_ bytes: RawSpan, at offset: Int) -> Int? { nil }
  static func name(of session: SessionID) -> String { "" }
}
