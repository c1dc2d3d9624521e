internal import CXXHash

/// XXH3-64 with seed 0: what the journal's headers and manifests check their bytes with.
///
/// Not cryptographic: it finds damage, not forgery.
public enum ContentHash {
  /// The hash of `bytes`.
  public static func hash(_ bytes: RawSpan) -> UInt64 {
    // Safety: the library reads the span's bytes only, during the call.
    unsafe bytes.withUnsafeBytes { unsafe XXH3_64bits($0.baseAddress, $0.count) }
  }
}

/// The same hash over bytes that come piece by piece. One thread at a time.
@safe public struct RunningHash: ~Copyable {
  private let state: OpaquePointer

  /// Of nothing, so far.
  public init() {
    guard let made = unsafe XXH3_createState() else { preconditionFailure("no memory for a hash") }
    unsafe state = made
    // Safety: the state was made just now.
    _ = unsafe XXH3_64bits_reset(state)
  }

  deinit {
    // Safety: made in `init`, freed once.
    _ = unsafe XXH3_freeState(state)
  }

  /// Adds `bytes` at the end.
  public mutating func add(_ bytes: RawSpan) {
    // Safety: the library reads the span's bytes only, during the call.
    _ = unsafe bytes.withUnsafeBytes { unsafe XXH3_64bits_update(state, $0.baseAddress, $0.count) }
  }

  /// The hash of everything added so far.
  public var value: UInt64 { unsafe XXH3_64bits_digest(state) }
}
