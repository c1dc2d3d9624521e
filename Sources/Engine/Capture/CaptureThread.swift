internal import Captures
public import Journal
internal import Lanes
internal import Ledger
internal import Net
internal import Synchronization
internal import Wire

/// The thread that stores what one source has received: makes pcapng or stream chunks of it,
/// compresses, writes.
///
///     reader ─▶ CaptureTap ─▶ BlockLane ─▶ this thread ─▶ RawCaptureWriter ─▶ segments
final class CaptureThread: @unchecked Sendable {
  // Safety of `@unchecked`: everything is touched by the thread alone until it was joined.
  let link: CaptureLink
  /// Of the source.
  let index: Int
  let name: String
  private var writer: RawCaptureWriter
  private var reader: BlockLaneReader
  private let form: CaptureForm
  private var output = ByteBuffer(capacity: CaptureSettings.blockBytes * 2)
  private let isDraining = Atomic(false)
  private var isFailing = false
  private let events = Mutex<[JournalEvent]>([])
  private var thread: NativeThread?

  private static var tickNanos: Int64 { 20_000_000 }
  /// Events that are kept until somebody asks for them.
  private static var eventLimit: Int { 64 }

  init(
    index: Int, name: String, writer: consuming RawCaptureWriter, form: CaptureForm,
    link: CaptureLink
  ) {
    self.index = index
    self.name = name
    self.link = link
    self.writer = writer
    self.form = form
    reader = BlockLaneReader(link.lane)
  }

  func start() throws(EngineError) {
    thread = try NativeThread(name: name, cpu: nil) { [self] in run() }
  }

  /// Stores what was handed over, and ends. The reader has ended.
  func drain() {
    isDraining.store(true, ordering: .releasing)
    link.lane.ringReader()
    thread?.join()
  }

  /// What has changed since the last call. Any thread.
  func takeEvents() -> [JournalEvent] {
    events.withLock { events in
      defer { events.removeAll() }
      return events
    }
  }

  /// What became of everything received. After `drain`.
  var report: CaptureReport {
    let status = writer.status
    let missed = link.lost.load(ordering: .relaxed)
    return CaptureReport(
      name: name, received: status.offered + missed, written: status.written, missed: missed,
      lost: status.lost, bytesWritten: status.bytesWritten, lastError: status.lastError)
  }

  private func run() {
    while true {
      while reader.next() { storeBlock() }
      writer.tick(nowNanos: RealtimeClock.now().rawValue)
      // Pairs with the store in `drain`: the lane is looked at once more after it was seen.
      if isDraining.load(ordering: .acquiring) {
        if reader.hasBlock { continue }
        break
      }
      reader.wait(timeoutNanos: Self.tickNanos) { isDraining.load(ordering: .acquiring) }
    }
    writer.close(nowNanos: RealtimeClock.now().rawValue)
  }

  private func storeBlock() {
    output.removeAll()
    let block = form.append(reader.records, to: &output)
    reader.release()
    writer.write(
      output.bytes, count: block.count, first: block.first, last: block.last,
      nowNanos: RealtimeClock.now().rawValue)
    note()
  }

  private func note() {
    let status = writer.status
    guard status.isFailing != isFailing else { return }
    isFailing = status.isFailing
    let event = JournalEvent(
      outlet: name, error: isFailing ? status.lastError : nil, lost: status.lost)
    events.withLock { events in
      if events.count < Self.eventLimit { events.append(event) }
    }
  }
}

/// What became of the raw bytes of one source: received = written + missed + lost.
public struct CaptureReport: Sendable {
  public let name: String
  /// Datagrams, or chunks of a stream.
  public let received: UInt64
  public let written: UInt64
  /// They came faster than they could be stored.
  public let missed: UInt64
  /// The disk refused them.
  public let lost: UInt64
  public let bytesWritten: UInt64
  public let lastError: JournalError?
}

/// What the chunks of a capture become.
enum CaptureForm: Sendable {
  /// Datagrams; the destination of each line.
  case datagrams([SocketAddress])
  case stream

  /// Appends the chunks of a lane's block; gives their number and the range of their times.
  func append(
    _ chunks: RawSpan, to output: inout ByteBuffer
  ) -> (count: Int, first: UInt64, last: UInt64) {
    var (count, first, last) = (0, UInt64.max, UInt64(0))
    var at = 0
    let encoder = PcapngEncoder()
    while let head = CaptureHead(chunks, at: at) {
      let start = at + CaptureHead.byteCount
      at = start + Int(head.byteCount)
      let bytes = chunks.extracting(start..<at)
      first = min(first, head.receivedNanos)
      last = max(last, head.receivedNanos)
      switch self {
      case .datagrams(let lines):
        let source = SocketAddress(
          IPAddress(v6High: head.sourceHigh, low: head.sourceLow), port: head.sourcePort)
        let line = min(Int(head.line), lines.count - 1)
        let isKept = encoder.append(
          timestampNanos: head.receivedNanos, interface: UInt32(line), source: source,
          destination: Self.destination(lines[line], like: source),
          lostBefore: head.lostBefore, payload: bytes, to: &output)
        if isKept { count += 1 }
      case .stream:
        count += 1
        if head.lostBefore > 0 {
          StreamChunk.appendHead(
            receivedNanos: head.receivedNanos, count: 8, kind: .lost, to: &output)
          output.append(value: head.lostBefore)
          count += 1
        }
        StreamChunk.appendHead(
          receivedNanos: head.receivedNanos, count: bytes.byteCount,
          kind: bytes.byteCount == 0 ? .connection : .bytes, channel: head.line, to: &output)
        output.append(bytes)
      }
    }
    return (count, first, last)
  }

  /// A socket that is bound to no address of its own has the family of who sends to it.
  private static func destination(
    _ line: SocketAddress, like source: SocketAddress
  ) -> SocketAddress {
    guard line.address.isV6 != source.address.isV6 else { return line }
    return SocketAddress(source.address.isV6 ? .anyV6 : .anyV4, port: line.port)
  }
}

extension CaptureHead {
  /// The head at `offset` of a lane's block; nil at its end.
  init?(_ block: RawSpan, at offset: Int) {
    guard offset + Self.byteCount <= block.byteCount else { return nil }
    receivedNanos = block.uncheckedLE(UInt64.self, at: offset)
    lostBefore = block.uncheckedLE(UInt64.self, at: offset + 8)
    sourceHigh = block.uncheckedLE(UInt64.self, at: offset + 16)
    sourceLow = block.uncheckedLE(UInt64.self, at: offset + 24)
    sourcePort = block.uncheckedLE(UInt16.self, at: offset + 32)
    line = block.uncheckedLE(UInt16.self, at: offset + 34)
    byteCount = block.uncheckedLE(UInt32.self, at: offset + 36)
    guard Int(byteCount) <= block.byteCount - offset - Self.byteCount else { return nil }
  }
}
