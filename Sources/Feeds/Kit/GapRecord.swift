public import Records

/// A gap as data: a DBN error record whose text names the messages that are missing.
///
/// `gap session=000010059B first=14757722 last=14757731 count=10`. DBN has no gap record and no
/// private record type may stand in its stream (docs/decisions/003-gap-as-error-record.md).
public enum GapRecord {
  /// The record; `tsRecv` is when the gap was given up.
  public static func make(
    publisherID: UInt16, session: String, first: UInt64, last: UInt64, tsRecv: UInt64
  ) -> ErrorMessage {
    let count = last &- first &+ 1
    return ErrorMessage(
      publisherID: publisherID, instrumentID: 0, tsEvent: tsRecv,
      err: InlineArray(
        text: "gap session=\(session) first=\(first) last=\(last) count=\(count)"))
  }

  /// Whether an error record is a gap, for workers that must distrust their books from here on.
  public static func isGap(_ record: ErrorMessage) -> Bool {
    record.err[0] == UInt8(ascii: "g") && record.err[1] == UInt8(ascii: "a")
      && record.err[2] == UInt8(ascii: "p") && record.err[3] == UInt8(ascii: " ")
  }
}

/// Starts and ends of transport sessions as DBN system records.
public enum SessionRecord {
  public static func make(publisherID: UInt16, text: String, tsRecv: UInt64) -> SystemMessage {
    SystemMessage(
      publisherID: publisherID, instrumentID: 0, tsEvent: tsRecv, msg: InlineArray(text: text))
  }

  /// Text with which the record of a session's start begins: books are empty from here on.
  public static var startText: String { "session start" }

  /// Whether a system record is the start of a session.
  public static func isStart(_ record: SystemMessage) -> Bool {
    var index = 0
    for byte in startText.utf8 {
      guard record.msg[index] == byte else { return false }
      index += 1
    }
    return true
  }
}
