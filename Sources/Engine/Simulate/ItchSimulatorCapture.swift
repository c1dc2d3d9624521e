public import Captures
public import ExchangeFeeds
internal import FeedKit
public import Wire

/// Writes simulated days as captures of MoldUDP64 (classic pcap with nanoseconds).
///
/// Messages that are due within the same 100 µs share datagrams, as on the network; a packet's time
/// is that of its last message. Equal options give equal bytes.
public struct ItchSimulatorCapture: Sendable {
  /// UTC time of midnight in New York on the simulated day, ns; default 30 January 2020.
  public var midnight: UInt64 = 1_580_360_400_000_000_000
  /// Name of the session, 1 ... 10 printable ASCII characters.
  public var session = "MILLRACE01"
  /// The largest datagram, 64 ... 65,000 bytes.
  public var datagramBytes = MoldUDP64SenderLimits.defaultDatagramBytes
  /// From the addresses that are kept for documentation: TEST-NET-1 (RFC 5737) and MCAST-TEST-NET
  /// (RFC 6676).
  public var source = SocketAddress(IPAddress(v4: 0xC000_0201), port: 26_400)
  public var destination = SocketAddress(IPAddress(v4: 0xE9FC_0001), port: 26_400)

  public init() {}

  private static var batchNanos: UInt64 { 100_000 }
  private static var frameBytes: Int { 65_536 }

  /// Writes what is left of the day to `path`, which is created or replaced.
  ///
  /// - Parameter isStopping: asked once per batch, with the day so far; the day ends in good order
  ///   once it answers true.
  /// - Returns: the packets written, the end of the session included.
  public func write(
    _ market: inout ItchMarket, to path: String,
    isStopping: (borrowing ItchMarket) -> Bool = { _ in false }
  ) throws(InputError) -> UInt64 {
    guard let name = MoldUDP64SessionName(session) else {
      preconditionFailure("the session's name is not 1 to 10 printable characters")
    }
    var sender = MoldUDP64Sender(session: name, maximumBytes: datagramBytes)
    var writer = try PcapWriter(path: path)
    var frames = FixedTable<UInt8>(repeating: 0, count: Self.frameBytes)
    var datagram = FixedTable<UInt8>(repeating: 0, count: datagramBytes)
    var isEnding = false
    var deadline: UInt64 = 0
    while !market.isFinished {
      if !isEnding, isStopping(market) {
        isEnding = true
        market.endDay()
      }
      let count = Self.fill(&frames, from: &market, dueNanos: deadline)
      // A full buffer means that more is due by the same time.
      if count < Self.frameBytes / 2 {
        deadline = max(deadline + Self.batchNanos, market.dueNanos)
      }
      let time = midnight + market.timestampNanos
      var offset = 0
      while offset < count,
        let packed = Self.pack(frames, offset..<count, &sender, into: &datagram)
      {
        offset = packed.nextOffset
        try append(datagram.bytes(0..<packed.byteCount), at: time, to: &writer)
      }
    }
    let end = Self.end(sender, into: &datagram)
    try append(datagram.bytes(0..<end), at: midnight + market.timestampNanos, to: &writer)
    try writer.flush()
    return writer.packets
  }

  private func append(
    _ payload: RawSpan, at time: UInt64, to writer: inout PcapWriter
  ) throws(InputError) {
    try writer.append(
      timestampNanos: time, source: source, destination: destination, payload: payload)
  }

  // Each of these borrows one buffer for a span while it changes another.

  private static func fill(
    _ frames: inout FixedTable<UInt8>, from market: inout ItchMarket, dueNanos: UInt64
  ) -> Int {
    var span = frames.mutableBytes
    return market.fill(&span, dueNanos: dueNanos)
  }

  private static func pack(
    _ frames: borrowing FixedTable<UInt8>, _ range: Range<Int>, _ sender: inout MoldUDP64Sender,
    into datagram: inout FixedTable<UInt8>
  ) -> MoldUDP64Sender.Packed? {
    var span = datagram.mutableBytes
    return sender.pack(frames.bytes(0..<range.upperBound), from: range.lowerBound, into: &span)
  }

  private static func end(
    _ sender: MoldUDP64Sender, into datagram: inout FixedTable<UInt8>
  ) -> Int {
    var span = datagram.mutableBytes
    return sender.endOfSession(into: &span)
  }
}
