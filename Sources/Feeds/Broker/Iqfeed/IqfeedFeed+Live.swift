public import FeedKit
public import Lanes
public import Sessions

extension IqfeedFeed: LiveFeed {
  public static var settings: [LiveSetting] {
    [
      LiveSetting(
        "protocol", .choice(["6.2", "6.1"]), default: "6.2",
        "Version of the protocol that every socket asks for."),
      LiveSetting(
        "client_name", .text, default: "millrace", "Name under which IQConnect lists us."),
      LiveSetting(
        "fields", .text, default: Iqfeed.goodFields,
        "Fields of level 1 lines, with commas between them; Symbol and Message Contents must be "
          + "among them."),
      LiveSetting(
        "timestamps", .boolean, default: "true",
        "Whether a time line comes every second: the heartbeat of a quiet market."),
      LiveSetting(
        "admin", .boolean, default: "true",
        "Whether the admin port is read: connection statistics and our own queue there."),
      port(.level1), port(.depth), port(.lookup), port(.admin), port(.derivatives),
      LiveSetting(
        "symbol_search", .text, default: "",
        "Beginning of symbols (@ES) that are searched at each connection, for the symbol "
          + "master."),
      LiveSetting("product", .text, default: "", "Product id, to start a login by program."),
      LiveSetting("product_version", .text, default: "1.0", "Version of the product."),
      LiveSetting("login", .secret, default: "", "Login id, where IQConnect does not have it."),
      LiveSetting("password", .secret, default: "", "Password of the login."),
    ]
  }

  private static func port(_ channel: IqfeedChannel) -> LiveSetting {
    LiveSetting(
      "\(channel.name)_port", .integer(1...65_535), default: "\(channel.usualPort)",
      "Port of IQConnect's \(channel.name) service.")
  }

  public static var instrumentSettings: [LiveSetting] {
    [
      LiveSetting(
        "depth_kind", .choice(["auto", "orders", "levels"]), default: "auto",
        "What a book is asked for: orders, price levels, or levels for futures (@...) and orders "
          + "for all else."),
      LiveSetting(
        "depth_levels", .integer(1...100), default: "10", "Price levels of a side."),
      LiveSetting(
        "bar_seconds", .choice(["1", "60", "3600"]), default: "60",
        "Length of the bars, where bars are wanted."),
    ]
  }

  /// Section 9: 500 symbols unless CUST says another number, history requests 50 a second; a time
  /// line every second, so that ten seconds of silence are the end.
  public static var policy: SessionPolicy {
    var policy = SessionPolicy()
    policy.silenceNanos = 10_000_000_000
    policy.keepAliveNanos = 4_000_000_000
    policy.requestsPerSecond = 500
    policy.requestBurst = 500
    policy.subscriptionLimit = 500
    return policy
  }

  public static func isValidSymbol(_ symbol: String) -> Bool { IqfeedSymbol.isValid(symbol) }

  public static func makeLive(
    _ options: LiveOptions, lanes: consuming LaneWriter
  ) -> any LiveRunning {
    LiveRunner<IqfeedSession>(options, publisherID: Iqfeed.publisherID, lanes: lanes)
  }
}
