public import Records

/// Which records of a journal are wanted. Nothing given: all of them.
public struct JournalQuery: Sendable {
  /// Receive times, ns: the first one wanted, and the first one behind them.
  public var from: UInt64?
  public var to: UInt64?
  /// Records of any of these symbols or instruments.
  public var symbols: [String] = []
  public var instruments: [UInt32] = []
  /// Records of any of these schemas' types.
  public var schemas: [Schema] = []
  /// Whether segments that are still written are followed, and the ones that come after them.
  public var followsLive = false
  /// Whether the times by which records are ordered are wanted too (`JournalStream.times`).
  public var listsTimes = false

  public init() {}

  /// Whether some records are not wanted.
  var isSelecting: Bool {
    from != nil || to != nil || !schemas.isEmpty || isSelectingInstruments
  }

  var isSelectingInstruments: Bool { !symbols.isEmpty || !instruments.isEmpty }
}
