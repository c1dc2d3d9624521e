/// Limits of this module, by name.
public enum HttpLimits {
  /// Connections at a time; further ones wait in the kernel's queue.
  public static var connections: Int { 32 }
  /// Connections that wait to be accepted.
  static var backlog: Int32 { 64 }
  /// Silence of a connection after which it is closed, seconds.
  public static var idleSeconds: Int { 10 }
  /// Age of a connection at which it is closed, however busy: whoever sends a byte now and then
  /// cannot hold one for ever.
  public static var connectionSeconds: Int { 60 }
  /// Request line and headers, bytes.
  public static var requestBytes: Int { 16_384 }
  /// The path that is asked for, bytes.
  public static var pathBytes: Int { 1_024 }
}
