import Glibc
public import Wire

/// Writes a classic pcap file with nanoseconds, for simulators and tests.
///
/// Bytes are gathered and written in pieces of 256 KiB. A file that exists is replaced. One thread.
public struct PcapWriter: ~Copyable {
  public let path: String
  /// Packets appended so far.
  public private(set) var packets: UInt64 = 0

  private let encoder: PcapEncoder
  private let descriptor: Int32
  private var pending: [UInt8] = []

  private static var flushBytes: Int { 256 << 10 }

  /// Creates or replaces the file and writes the file header.
  public init(path: String, link: LinkType = .ethernet) throws(InputError) {
    // Safety: the string is NUL-terminated for the time of the call.
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw InputError(inputErrorKind(errno), path: path, operation: "open")
    }
    self.path = path
    self.descriptor = descriptor
    encoder = PcapEncoder(link: link)
    pending.reserveCapacity(2 * Self.flushBytes)
    encoder.appendHeader(to: &pending)
  }

  deinit { _ = Glibc.close(descriptor) }

  /// Appends one UDP datagram; the conditions are those of `PcapEncoder.append`.
  public mutating func append(
    timestampNanos: UInt64, source: SocketAddress, destination: SocketAddress, payload: RawSpan
  ) throws(InputError) {
    encoder.append(
      timestampNanos: timestampNanos, source: source, destination: destination, payload: payload,
      to: &pending)
    packets += 1
    if pending.count >= Self.flushBytes { try flush() }
  }

  /// Appends a packet whose bytes begin with the link's own header.
  public mutating func append(timestampNanos: UInt64, packet: RawSpan) throws(InputError) {
    encoder.append(timestampNanos: timestampNanos, packet: packet, to: &pending)
    packets += 1
    if pending.count >= Self.flushBytes { try flush() }
  }

  /// Hands all that was appended to the system; call it before the value ends, or the rest is lost.
  public mutating func flush() throws(InputError) {
    var written = 0
    while written < pending.count {
      // Safety: the buffer lives through the call and the count stays inside of it.
      let count = unsafe pending.withUnsafeBytes { bytes in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
        return unsafe write(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        pending.removeFirst(written)
        throw InputError(.system(errno), path: path, operation: "write")
      }
      written += count
    }
    pending.removeAll(keepingCapacity: true)
  }
}
