/// Limits of the module.
public enum NetLimits {
  /// Datagrams taken or sent by one system call.
  public static var batchDatagrams: Int { 1024 }
  /// Bytes of one datagram.
  public static var datagramBytes: Int { 65_536 }
  /// Addresses of one host name that are tried.
  static var addresses: Int { 16 }
  /// Connections that wait to be accepted.
  static var backlog: Int32 { 128 }
}
