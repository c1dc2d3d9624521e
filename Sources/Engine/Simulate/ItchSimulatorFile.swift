public import ExchangeFeeds
internal import FeedKit
internal import Glibc

/// Why a simulated day could not be written.
public struct ItchSimulatorFileError: Error, Equatable, Sendable, CustomStringConvertible {
  public let path: String
  /// The system's error number.
  public let code: Int32

  public var description: String {
    // Safety: the text is NUL-terminated and copied at once.
    let text = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    return "write \(path): \(text)"
  }
}

/// Writes simulated days as Nasdaq BinaryFILEs: u16 length and message, a length of 0 at the end.
public enum ItchSimulatorFile {
  /// Bytes of one write call: enough to make its cost vanish, and small enough for the L2 cache.
  private static var bufferBytes: Int { 262_144 }

  /// Writes what is left of the day, as fast as it goes.
  ///
  /// - Parameters:
  ///   - path: created or replaced; `/dev/stdout` writes to a pipe.
  ///   - endsSession: whether a length of 0 follows the last message, as in a real file. Some
  ///     public readers (PyPI `itchfeed`) do not know it.
  ///   - isStopping: asked once per buffer, with the day so far; the day ends in good order once
  ///     it answers true.
  /// - Returns: the bytes written.
  public static func write(
    _ market: inout ItchMarket, to path: String, endsSession: Bool = true,
    isStopping: (borrowing ItchMarket) -> Bool = { _ in false }
  ) throws(ItchSimulatorFileError) -> UInt64 {
    // Safety: the path is NUL-terminated for the call.
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw ItchSimulatorFileError(path: path, code: errno) }
    defer { _ = close(descriptor) }
    var buffer = FixedTable<UInt8>(repeating: 0, count: bufferBytes)
    var total: UInt64 = 0
    var isEnding = false
    while true {
      if !isEnding, isStopping(market) {
        isEnding = true
        market.endDay()
      }
      let count = fill(&buffer, from: &market)
      if count == 0 { break }
      try write(buffer.bytes(0..<count), to: descriptor, path)
      total += UInt64(count)
    }
    guard endsSession else { return total }
    buffer[0] = 0
    buffer[1] = 0
    try write(buffer.bytes(0..<2), to: descriptor, path)
    return total + 2
  }

  private static func fill(_ buffer: inout FixedTable<UInt8>, from market: inout ItchMarket) -> Int
  {
    var span = buffer.mutableBytes
    return market.fill(&span)
  }

  private static func write(
    _ bytes: RawSpan, to descriptor: Int32, _ path: String
  ) throws(ItchSimulatorFileError) {
    var written = 0
    while written < bytes.byteCount {
      // Safety: the bytes are only read, during the call, and the rest lies inside of them.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw ItchSimulatorFileError(path: path, code: errno) }
      written += count
    }
  }
}
