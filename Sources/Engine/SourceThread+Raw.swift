internal import Captures
internal import FeedKit
internal import Journal
internal import Ledger
internal import Net
internal import Wire

/// Raw captures take the way of live bytes once more: the same calls with the same times.
///
/// Where gaps are waited for, time is that of the capture: a gap that was filled live is filled
/// again, and one that was declared lost is declared lost at the next datagram after its deadline.
extension SourceThread {
  func readRaw(_ paths: [String]) throws(EngineError) {
    var soup = RawSoup()
    var block = ByteBuffer()
    for path in paths where !mustStop {
      do throws(JournalError) {
        var reader = try SegmentReader(path: path)
        if reader.header.codec.payload == .stream, soup.link == nil {
          try soup.open(path: path, header: reader.header)
        }
        soup.begin(reader.header)
        while !mustStop, let header = try reader.nextBlock() {
          block.removeAll()
          // What is damaged is among the reader's findings; the rest is decoded.
          let isWhole = (try? reader.appendRecords(to: &block)) != nil
          soup.pass(header, isWhole: isWhole)
          guard isWhole else { continue }
          switch header.payload {
          case .pcapng: replayDatagrams(block.bytes)
          case .stream: replayStream(block.bytes, &soup)
          case .dbn, .columnar: ledger.reject(.badCapture)
          }
          handOver()
          publish()
        }
        for _ in reader.findings { ledger.reject(.badCapture) }
      } catch {
        throw .journal(error)
      }
    }
  }

  /// The enhanced packet blocks of one journal block, as `PcapngEncoder` writes them.
  private func replayDatagrams(_ bytes: RawSpan) {
    var request: [UInt8] = []
    var at = 0
    while let packet = RawPacket(bytes, at: at) {
      at = packet.view.recordEnd
      ledger.packets &+= 1
      let time = packet.view.timestampNanos
      lastReceived = time
      switch PacketContent(packet.view, in: bytes) {
      case .udp(let datagram):
        runner.receive(
          bytes.extracting(datagram.range), tsRecv: time, now: time,
          isAnswer: datagram.destination.port == 0)
      case .other: ledger.reject(.notUDP)
      case .rejected(let reason): ledger.reject(reason)
      }
      if let deadline = runner.nextDeadline, deadline <= time {
        runner.advance(now: time, tsRecv: time, request: &request)
        request.removeAll(keepingCapacity: true)
      }
    }
    if at < bytes.byteCount { ledger.reject(.badCapture) }
  }

  private func replayStream(_ bytes: RawSpan, _ soup: inout RawSoup) {
    var at = 0
    while let chunk = StreamChunk(bytes, at: at) {
      at = chunk.range.upperBound
      lastReceived = chunk.receivedNanos
      switch chunk.kind {
      case .connection: soup.connect(nowNanos: chunk.receivedNanos)
      // What follows a hole cannot be framed: up to the next connection nothing is read.
      case .lost: soup.lose()
      case .bytes:
        guard let link = soup.link, soup.isFramed else { continue }
        soup.pending.append(bytes.extracting(chunk.range))
        let consumed = readPackets(
          link, soup.pending.bytes, now: chunk.receivedNanos, tsRecv: chunk.receivedNanos)
        soup.pending.removeFirst(consumed)
      }
    }
    if at < bytes.byteCount { ledger.reject(.badCapture) }
  }
}

/// A SoupBinTCP session that is read from a raw capture.
struct RawSoup: ~Copyable {
  private(set) var link: SoupLink?
  var pending = ByteBuffer()
  private(set) var isFramed = true
  private var isConnected = false
  /// Where the capture goes on, if nothing is missing: the run, and chunks before the next one.
  private var run: UInt64 = 0
  private var firstOrdinal: UInt64 = 0
  private var nextOrdinal: UInt64 = 0

  /// Takes up session and sequence where the capture's own client did.
  mutating func open(path: String, header: SegmentHeader) throws(JournalError) {
    let preamble = try RawPreamble.read(path: path, header: header)
    let server = RawPreamble.field("server", in: preamble) ?? ""
    do {
      let options = try SoupBinTCPClient.Options(
        login: try SoupBinTCPClient.Login(user: "raw", password: "raw"),
        session: RawPreamble.field("session", in: preamble) ?? "",
        sequence: RawPreamble.field("sequence", in: preamble).flatMap(UInt64.init) ?? 1)
      link = SoupLink(server: try Endpoint(parsing: server), options: options)
    } catch {
      throw .damaged(path: path, block: nil, detail: "\(error)")
    }
  }

  /// A segment of the capture begins. What is missing before it is a hole.
  mutating func begin(_ header: SegmentHeader) {
    let isFollowing = run == header.runID && nextOrdinal == header.firstOrdinal
    let isFirst = run == 0 && header.firstOrdinal == 0
    if !isFollowing && !isFirst { lose() }
    (run, firstOrdinal, nextOrdinal) = (header.runID, header.firstOrdinal, header.firstOrdinal)
  }

  /// A block of the segment; chunks that are missing before it, or in it, are a hole.
  mutating func pass(_ block: BlockHeader, isWhole: Bool) {
    if firstOrdinal &+ block.firstRecord != nextOrdinal || !isWhole { lose() }
    nextOrdinal = firstOrdinal &+ block.endRecord
  }

  mutating func connect(nowNanos: UInt64) {
    if isConnected, let link { link.client = link.client.resumed(nowNanos: nowNanos) }
    isConnected = true
    isFramed = true
    pending.removeAll()
  }

  mutating func lose() {
    isFramed = false
    pending.removeAll()
  }
}

/// One enhanced packet block (pcapng, section 4.3) of a capture that we have written.
struct RawPacket {
  let view: PacketView

  /// The block at `offset`; nil where none lies there whole.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard bytes.loadLE(UInt32.self, at: offset) == 6,
      let size = bytes.loadLE(UInt32.self, at: offset + 4), size >= 32,
      Int(size) <= bytes.byteCount - offset
    else { return nil }
    let captured = bytes.uncheckedLE(UInt32.self, at: offset + 20)
    guard captured <= size - 32 else { return nil }
    let high = UInt64(bytes.uncheckedLE(UInt32.self, at: offset + 12))
    let low = UInt64(bytes.uncheckedLE(UInt32.self, at: offset + 16))
    view = PacketView(
      timestampNanos: high << 32 | low, start: offset + 28, byteCount: Int(captured),
      originalByteCount: Int(bytes.uncheckedLE(UInt32.self, at: offset + 24)), link: .ethernet,
      interface: bytes.uncheckedLE(UInt32.self, at: offset + 8), recordEnd: offset + Int(size))
  }
}
