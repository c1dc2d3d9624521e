public import Records

/// What a live session says of itself in the stream, as DBN error and system records: no private
/// record type may stand there (docs/decisions/003-gap-as-error-record.md). Times are Unix ns.
public enum LiveRecord {
  /// The connection is gone: `gap source=iqfeed epoch=3 cause=reset from=…`. Books of the source
  /// are not to be trusted from here on.
  public static func lost(
    publisherID: UInt16, source: String, epoch: UInt32, cause: String, from: UInt64, tsRecv: UInt64
  ) -> ErrorMessage {
    error(
      publisherID, 0, "gap source=\(source) epoch=\(epoch) cause=\(cause) from=\(from)", tsRecv)
  }

  /// Data flows again: `gap source=iqfeed epoch=4 cause=reset from=… to=…`. What happened between
  /// the times may be missing.
  public static func gap(
    publisherID: UInt16, source: String, epoch: UInt32, cause: String, from: UInt64, to: UInt64
  ) -> ErrorMessage {
    error(
      publisherID, 0, "gap source=\(source) epoch=\(epoch) cause=\(cause) from=\(from) to=\(to)",
      to)
  }

  /// Messages of one instrument did not come, by the upstream's own numbers: `missing source=…
  /// channel=… first=… last=… count=…`. Books stay as good as they were.
  public static func missing(
    publisherID: UInt16, instrumentID: UInt32, source: String, channel: String, first: UInt64,
    last: UInt64, tsRecv: UInt64
  ) -> ErrorMessage {
    error(
      publisherID, instrumentID,
      "missing source=\(source) channel=\(channel) first=\(first) last=\(last) "
        + "count=\(last &- first &+ 1)", tsRecv)
  }

  /// A connection begins, with empty books: `session start iqfeed epoch=4`.
  public static func started(
    publisherID: UInt16, source: String, epoch: UInt32, tsRecv: UInt64
  ) -> SystemMessage {
    SessionRecord.make(
      publisherID: publisherID, text: "\(SessionRecord.startText) \(source) epoch=\(epoch)",
      tsRecv: tsRecv)
  }

  /// The session's state has changed: `session state source=iqfeed epoch=4 state=live`.
  public static func state(
    publisherID: UInt16, source: String, epoch: UInt32, state: String, tsRecv: UInt64
  ) -> SystemMessage {
    SessionRecord.make(
      publisherID: publisherID,
      text: "session state source=\(source) epoch=\(epoch) state=\(state)", tsRecv: tsRecv)
  }

  /// A hole of one instrument was asked for: `backfill source=… from=… to=… records=…`.
  public static func backfilled(
    publisherID: UInt16, instrumentID: UInt32, source: String, from: UInt64, to: UInt64,
    records: UInt64, error: String?, tsRecv: UInt64
  ) -> SystemMessage {
    SystemMessage(
      publisherID: publisherID, instrumentID: instrumentID, tsEvent: tsRecv,
      msg: InlineArray(
        text: "backfill source=\(source) from=\(from) to=\(to) records=\(records)"
          + (error.map { " error=\($0)" } ?? "")))
  }

  private static func error(
    _ publisherID: UInt16, _ instrumentID: UInt32, _ text: String, _ tsRecv: UInt64
  ) -> ErrorMessage {
    ErrorMessage(
      publisherID: publisherID, instrumentID: instrumentID, tsEvent: tsRecv,
      err: InlineArray(text: text))
  }
}
