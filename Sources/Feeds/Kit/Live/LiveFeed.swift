public import Lanes
public import Sessions

/// A setting of a feed or of its instruments, as the configuration checks it.
public struct LiveSetting: Sendable, Equatable {
  /// What a value may be.
  public enum Kind: Sendable, Equatable {
    case text
    case integer(ClosedRange<Int>)
    case boolean
    /// Given with a unit in the configuration; the value is decimal nanoseconds.
    case duration
    case choice([String])
    /// Never printed; from the environment, a file, or a systemd credential only.
    case secret
  }

  /// `snake_case`, unique within the feed.
  public var name: String
  public var kind: Kind
  /// Nil where it must be given.
  public var defaultValue: String?
  /// One sentence.
  public var help: String

  public init(_ name: String, _ kind: Kind, default defaultValue: String?, _ help: String) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.help = help
  }
}

/// A feed that has live sessions.
public protocol LiveFeed: Feed {
  /// Settings of a source of this feed. Ports of its channels are settings too: `level1_port`.
  static var settings: [LiveSetting] { get }

  /// Settings of each instrument beyond its symbol and interests.
  static var instrumentSettings: [LiveSetting] { get }

  /// The upstream's limits and rhythm, where the configuration says nothing else.
  static var policy: SessionPolicy { get }

  /// The way from this feed's bytes into `lanes`. Made here, in the feed's own module, so that the
  /// compiler specialises the whole of it for this feed.
  static func makeLive(_ options: LiveOptions, lanes: consuming LaneWriter) -> any LiveRunning

  /// Whether this is a symbol that the upstream could know: its alphabet and length, so that
  /// nothing can be smuggled into a request line.
  static func isValidSymbol(_ symbol: String) -> Bool
}
