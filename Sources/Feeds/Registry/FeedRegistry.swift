internal import BrokerFeeds
internal import ExchangeFeeds
public import FeedKit

/// All feeds, one a line. Options, `--help`, inspection, the conformance tests and the fuzzer find
/// them here and nowhere else.
public enum FeedRegistry {
  public static let feeds: [any Feed.Type] = [
    ItchFeed.self,
    IexTopsFeed.self, IexDeepFeed.self, IexDeepPlusFeed.self,
    BinanceFeed.self,
    IqfeedFeed.self,
    InteractiveBrokersFeed.self,
  ]

  /// The feed of this name, or nil.
  public static func feed(named name: String) -> (any Feed.Type)? {
    feeds.first { $0.description.name == name }
  }
}
