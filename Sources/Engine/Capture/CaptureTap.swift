internal import Lanes
internal import Synchronization
internal import Wire

/// Before every chunk in a capture's block.
struct CaptureHead: BitwiseCopyable {
  /// ns since the Unix epoch: what the decoder was given.
  var receivedNanos: UInt64
  /// Chunks (bytes of a stream) that were lost between this one and the one before it.
  var lostBefore: UInt64
  /// The sender of a datagram, in the order of the wire.
  var sourceHigh: UInt64
  var sourceLow: UInt64
  var sourcePort: UInt16
  /// Index of the line; the answers of a re-request server are behind the lines.
  var line: UInt16
  /// Bytes that follow.
  var byteCount: UInt32

  static var byteCount: Int { 40 }
}

/// What a reader and the thread of its capture share.
final class CaptureLink: Sendable {
  let lane = CaptureSettings.makeLane()
  /// Chunks that found no free buffer.
  let lost = Atomic<UInt64>(0)
}

/// Copies what a reader thread receives for the thread that stores it. Belongs to the reader.
///
/// The capture never holds a reader back: where its thread cannot keep up, chunks are lost and
/// counted, in the ledger and in the capture itself. A chunk costs one copy.
@safe struct CaptureTap: ~Copyable {
  private var writer: BlockLaneWriter
  private let link: CaptureLink?
  private var lost: UInt64 = 0

  /// A tap into `link`, or one that does nothing.
  init(_ link: CaptureLink?) {
    self.link = link
    writer = BlockLaneWriter(link?.lane)
  }

  var isOn: Bool { writer.isOn }

  /// Keeps one datagram.
  mutating func add(
    _ datagram: RawSpan, source: SocketAddress, line: Int, tsRecv: UInt64
  ) {
    add(
      CaptureHead(
        receivedNanos: tsRecv, lostBefore: lost, sourceHigh: source.address.high,
        sourceLow: source.address.low, sourcePort: source.port, line: UInt16(line),
        byteCount: UInt32(datagram.byteCount)), datagram, weight: 1)
  }

  /// Keeps bytes of a stream; none for the beginning of a connection.
  mutating func add(stream bytes: RawSpan, line: Int = 0, tsRecv: UInt64) {
    var at = 0
    repeat {
      let count = min(bytes.byteCount - at, CaptureSettings.largestChunk)
      add(
        CaptureHead(
          receivedNanos: tsRecv, lostBefore: lost, sourceHigh: 0, sourceLow: 0, sourcePort: 0,
          line: UInt16(line), byteCount: UInt32(count)), bytes.extracting(at..<(at + count)),
        weight: UInt64(max(count, 1)))
      at += count
    } while at < bytes.byteCount
  }

  private mutating func add(_ head: CaptureHead, _ bytes: RawSpan, weight: UInt64) {
    guard writer.isOn else { return }
    if writer.append(head, bytes) {
      lost = 0
      return
    }
    writer.handOver()
    guard writer.takeBlock(), writer.append(head, bytes) else {
      lost &+= weight
      link?.lost.wrappingAdd(1, ordering: .relaxed)
      return
    }
    lost = 0
  }

  /// Hands over what has waited for a second. Once a turn.
  mutating func handOverOld(nowNanos: UInt64) {
    writer.handOverIfOlder(than: CaptureSettings.flushNanos, nowNanos: nowNanos)
  }

  /// Hands over everything. At the end.
  mutating func finish() { writer.handOver() }
}

/// How raw bytes are captured.
enum CaptureSettings {
  /// Bytes of a chunk: a datagram has at most 65,507.
  static var largestChunk: Int { 65_536 }
  static var blockBytes: Int { 1 << 20 }
  static var blockCount: Int { 16 }
  static var chunksPerBlock: Int { 16_384 }
  /// Age at which a block that is not full is stored all the same, ns.
  static var flushNanos: UInt64 { 1_000_000_000 }

  static func makeLane() -> BlockLane {
    BlockLane(
      blockRecords: chunksPerBlock, blockBytes: blockBytes,
      largestBytes: CaptureHead.byteCount + largestChunk, blockCount: blockCount)
  }
}
