/// What a session wants to be done.
public enum SessionAction: Sendable, Equatable {
  /// Open the transport; the epoch has increased.
  case open
  /// Close the transport and forget all bytes of it.
  case close(DisconnectCause)
  case subscribe(index: Int)
  case unsubscribe(index: Int)
  /// Ask the upstream for a sign of life.
  case keepAlive
  /// Ask for the hole of an instrument, monotonic ns as the machine was given them: from the last
  /// byte of the old connection to the confirmation in the new one.
  case backfill(index: Int, from: UInt64, to: UInt64)
  /// Renew the credential that expires soon.
  case renewToken
  /// Nothing to do before this time, monotonic ns.
  case wait(until: UInt64)
}
