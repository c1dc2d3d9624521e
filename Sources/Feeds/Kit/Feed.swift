public import Lanes
public import Wire

/// How messages follow each other in a file that is not a packet capture.
public struct FileFraming: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// A length field before each message; length 0 ends the session (Nasdaq BinaryFILE).
  public static var lengthPrefixed: Self { Self(rawValue: 0) }
  /// Two zero bytes before each message, whose length follows from its type.
  public static var zeroPrefixed: Self { Self(rawValue: 1) }
  /// Messages back to back, whose length follows from the type.
  public static var bare: Self { Self(rawValue: 2) }
  /// Messages of text, one a line; what recorders write before them is told by `TextLine`.
  public static var lines: Self { Self(rawValue: 3) }

  /// The name in reports.
  public var name: String { ["framed", "zero-framed", "bare", "lines"][Int(min(rawValue, 3))] }
}

/// What people and the program need to know of a feed.
public struct FeedDescription: Sendable {
  /// Name in options: lower case, no spaces.
  public var name: String
  /// One sentence for `--help`.
  public var summary: String
  /// DBN dataset of its records (`XNAS.ITCH`), at most 15 characters.
  public var dataset: String
  /// DBN publisher id of its records.
  public var publisherID: UInt16
  /// Whether files of its messages exist, in one of the feed's `fileFramings`.
  public var readsFiles: Bool
  /// Whether its times count from midnight in New York, so that a file needs a date.
  public var countsFromMidnight: Bool

  public init(
    name: String, summary: String, dataset: String, publisherID: UInt16, readsFiles: Bool,
    countsFromMidnight: Bool
  ) {
    self.name = name
    self.summary = summary
    self.dataset = dataset
    self.publisherID = publisherID
    self.readsFiles = readsFiles
    self.countsFromMidnight = countsFromMidnight
  }
}

/// One protocol, as the registry knows it. A feed is one folder that has one type of this kind, and
/// one line in the registry.
public protocol Feed: SendableMetatype {
  static var description: FeedDescription { get }

  /// Layouts of all messages, for `inspect` and the documentation.
  static var messages: MessageTable { get }

  /// Number of the datagram's message protocol where one transport carries several, for reports;
  /// nil where the datagram is not of this feed.
  static func protocolName(of datagram: RawSpan) -> String?

  /// Bytes of the message of this type, 0 for an unknown one: for files without lengths.
  static func messageBytes(ofType type: UInt8) -> Int

  /// The way from this feed's bytes into `lanes`. Made here, in the feed's own module, so that the
  /// compiler specialises the whole of it for this feed.
  static func makeRunner(_ options: RunnerOptions, lanes: consuming LaneWriter)
    -> any SourceRunner

  /// Header of a datagram of this feed's transport.
  static func header(of datagram: RawSpan) throws(RejectReason) -> DatagramHeader

  /// The length field of the block at `offset`: bytes of the message after it. Nil outside.
  static func blockLength(_ bytes: RawSpan, at offset: Int) -> Int?

  /// Bytes of the length field before each message.
  static var blockPrefixBytes: Int { get }

  /// The session as people write it.
  static func name(of session: SessionID) -> String

  /// How messages may follow each other in its files.
  static var fileFramings: [FileFraming] { get }

  /// The type under which the message is counted; 0 where it is none of this feed's. Asked where
  /// messages are text; the type of a binary message is its first byte.
  static func messageType(_ bytes: RawSpan, _ message: Range<Int>) -> UInt8

  /// A simulated upstream that speaks this feed's protocol, for `millrace simulate`; nil for none.
  static var simulator: (any UpstreamSimulator.Type)? { get }
}

extension Feed {
  public static var simulator: (any UpstreamSimulator.Type)? { nil }

  public static var blockPrefixBytes: Int { 2 }

  public static var fileFramings: [FileFraming] { [.lengthPrefixed, .zeroPrefixed, .bare] }

  public static func messageType(_ bytes: RawSpan, _ message: Range<Int>) -> UInt8 {
    message.isEmpty ? 0 : bytes.loadByte(at: message.lowerBound) ?? 0
  }
}
