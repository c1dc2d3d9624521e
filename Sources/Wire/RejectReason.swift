/// Why bytes from outside did not become a record.
///
/// A reason is an index into a fixed counter table, so that counting costs one addition. The set is
/// open (`RawRepresentable`): a feed may use the reasons from `firstFeedReason` on for its own.
public struct RejectReason: RawRepresentable, Hashable, Sendable, Error {
  /// Index of the reason's counter, 0 ..< `RejectReason.limit`.
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// How many reasons a counter table holds.
  @inlinable public static var limit: Int { 32 }

  /// The message or frame ends before the length that its type demands.
  @inlinable public static var truncated: Self { Self(rawValue: 0) }
  /// The length field names more bytes than the frame has, or none where some must be.
  @inlinable public static var badLength: Self { Self(rawValue: 1) }
  /// A message type that the protocol does not list.
  @inlinable public static var unknownType: Self { Self(rawValue: 2) }
  /// A field holds a value that cannot be given a meaning (a side that is neither buy nor sell).
  @inlinable public static var badField: Self { Self(rawValue: 3) }
  /// The frame header is not of this protocol or of an unknown version.
  @inlinable public static var badHeader: Self { Self(rawValue: 4) }
  /// A frame of another session than the one that is followed.
  @inlinable public static var wrongSession: Self { Self(rawValue: 5) }
  /// A packet that is not IP/UDP, or a fragment of one.
  @inlinable public static var notUDP: Self { Self(rawValue: 6) }
  /// A link type or encapsulation that the capture reader does not know.
  @inlinable public static var unknownLink: Self { Self(rawValue: 7) }
  /// The frame or message is larger than its limit.
  @inlinable public static var oversized: Self { Self(rawValue: 8) }
  /// Bytes after the last message of a frame.
  @inlinable public static var trailingBytes: Self { Self(rawValue: 9) }
  /// A number that does not fit its field in the record.
  @inlinable public static var overflow: Self { Self(rawValue: 10) }
  /// The table of instruments is full.
  @inlinable public static var instrumentLimit: Self { Self(rawValue: 11) }
  /// A capture block or packet record that cannot be read.
  @inlinable public static var badCapture: Self { Self(rawValue: 12) }
  /// A sequence number that would run past its width.
  @inlinable public static var badSequence: Self { Self(rawValue: 13) }
  /// A packet from a sender that is not the configured one.
  @inlinable public static var wrongSender: Self { Self(rawValue: 14) }

  /// The name under which the reason is counted, in reports and metrics.
  public var name: String {
    let names = [
      "truncated", "bad_length", "unknown_type", "bad_field", "bad_header", "wrong_session",
      "not_udp", "unknown_link", "oversized", "trailing_bytes", "overflow", "instrument_limit",
      "bad_capture", "bad_sequence", "wrong_sender",
    ]
    return Int(rawValue) < names.count ? names[Int(rawValue)] : "reason_\(rawValue)"
  }
}
