public import Wire

/// The transport of feeds that never come in datagrams: every datagram is rejected.
///
/// Their messages come from files, or one by one from a session that frames them itself.
public enum NoDatagrams: DatagramFraming {
  public static func header(of datagram: RawSpan) throws(RejectReason) -> DatagramHeader {
    throw .badHeader
  }

  public static func blockLength(_ bytes: RawSpan, at offset: Int) -> Int? { nil }

  public static var blockPrefixBytes: Int { 0 }

  public static func name(of session: SessionID) -> String { "" }

  public static func appendRequest(
    session: SessionID, first: UInt64, count: UInt64, to request: inout [UInt8]
  ) -> Bool { false }
}
