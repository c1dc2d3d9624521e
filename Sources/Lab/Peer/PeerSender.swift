internal import FeedKit
internal import Ledger
internal import Net
internal import Timing
internal import Wire

/// A way for messages from the sending process to the pipeline.
protocol LoadLine: ~Copyable {
  /// Sends whole frames in one piece.
  mutating func send(_ frames: RawSpan, now: UInt64) throws(NetError)
  /// Does what the protocol wants beside that; often, when there is time.
  mutating func serve(now: UInt64) throws(NetError)
  /// Whether the other side is there.
  var isOpen: Bool { get }
  /// Pieces sent.
  var packets: UInt64 { get }
}

/// What the other process offers to the pipeline; or nothing (`NoSender`).
protocol PeerLoad: ~Copyable {
  /// Sends what comes before the clock starts. `wait` sleeps, and says whether to go on. Gives the
  /// messages sent.
  mutating func sendLead(
    now: () -> UInt64, wait: (UInt64) -> Bool
  ) throws(NetError) -> UInt64
  /// The first message is due at `start`, Unix ns.
  mutating func begin(start: UInt64)
  /// Sends what is due, one piece; gives whether there was anything.
  mutating func step(now: UInt64) throws(NetError) -> Bool
  /// What the protocol wants beside messages.
  mutating func serve(now: UInt64) throws(NetError)
  /// Whether all has been sent.
  var isDone: Bool { get }
  var sent: UInt64 { get }
  consuming func finish(into result: inout PeerResult)
}

/// Sends nothing.
struct NoSender: PeerLoad, ~Copyable {
  mutating func sendLead(
    now: () -> UInt64, wait: (UInt64) -> Bool
  ) throws(NetError) -> UInt64 { 0 }
  mutating func begin(start: UInt64) {}
  mutating func step(now: UInt64) throws(NetError) -> Bool { false }
  mutating func serve(now: UInt64) throws(NetError) {}
  var isDone: Bool { true }
  var sent: UInt64 { 0 }
  consuming func finish(into result: inout PeerResult) {}
}

/// Sends each message when it is due, with its due time as its own time. What could not be sent in
/// time is sent as soon as it can be, and keeps its due time.
struct PeerSender<Line: LoadLine & ~Copyable>: PeerLoad, ~Copyable {
  private var frames: LabFrames
  private var line: Line
  private var schedule: Schedule
  private var start: UInt64 = 0
  private let midnight: UInt64
  /// Where the next frame begins.
  private var offset: Int
  /// When the next message is due, Unix ns; nil where none is left.
  private var nextDue: UInt64?
  private(set) var sent: UInt64 = 0
  private var departures = Histogram()

  /// Bytes of frames in one piece at most, so that a datagram with its header stays below 1,400.
  private static var pieceBytes: Int { 1_300 }
  /// Position of an ITCH message's 48-bit time in its frame: u16 length, type, locate, tracking.
  private static var timeOffset: Int { 7 }

  init(
    frames: consuming LabFrames, line: consuming Line, schedule: Schedule, midnight: UInt64
  ) {
    offset = frames.leadBytes
    self.frames = frames
    self.line = line
    self.schedule = schedule
    self.midnight = midnight
  }

  mutating func begin(start: UInt64) {
    self.start = start
    nextDue = schedule.next().map { start &+ $0 }
  }

  var isDone: Bool { nextDue == nil }

  consuming func finish(into result: inout PeerResult) {
    result.sent = sent
    result.packets = line.packets
    result.unsent = nextDue == nil ? 0 : 1
    while schedule.next() != nil { result.unsent += 1 }
    result.departure = LabStage("departure", from: "due", all: departures, clean: Histogram())
  }

  mutating func step(now: UInt64) throws(NetError) -> Bool {
    guard let first = nextDue, first <= now else { return false }
    var end = offset
    var count: UInt64 = 0
    while let due = nextDue, due <= now, end < frames.byteCount {
      let size = frameBytes(at: end)
      guard count == 0 || end &+ size &- offset <= Self.pieceBytes else { break }
      stamp(due, at: end)
      end &+= size
      count &+= 1
      nextDue = schedule.next().map { start &+ $0 }
    }
    try Self.send(frames, offset..<end, to: &line, now: now)
    departures.record(now > first ? now &- first : 0, count: count)
    sent &+= count
    offset = end < frames.byteCount ? end : frames.leadBytes
    return true
  }

  mutating func serve(now: UInt64) throws(NetError) { try line.serve(now: now) }

  /// Gently: some pieces a millisecond. Its times are the present. Waits for the other side first.
  mutating func sendLead(
    now: () -> UInt64, wait: (UInt64) -> Bool
  ) throws(NetError) -> UInt64 {
    while !line.isOpen {
      try line.serve(now: now())
      guard wait(100_000) else { return 0 }
    }
    var position = 0
    var count: UInt64 = 0
    while position < frames.leadBytes {
      let begin = position
      let time = now()
      while position < frames.leadBytes {
        let size = frameBytes(at: position)
        guard position == begin || position + size - begin <= Self.pieceBytes else { break }
        stamp(time, at: position)
        position += size
        count += 1
      }
      try Self.send(frames, begin..<position, to: &line, now: time)
      guard wait(50_000) else { break }
    }
    return count
  }

  private static func send(
    _ frames: borrowing LabFrames, _ range: Range<Int>, to line: inout Line, now: UInt64
  ) throws(NetError) {
    try line.send(frames.span.extracting(range), now: now)
  }

  private func frameBytes(at position: Int) -> Int {
    let high = frames.bytes[position]
    let low = frames.bytes[position &+ 1]
    return 2 &+ Int(high) &<< 8 &+ Int(low)
  }

  private mutating func stamp(_ time: UInt64, at position: Int) {
    frames.stamp(time &- midnight, at: position &+ Self.timeOffset)
  }
}

extension LabFrames {
  /// Writes a 48-bit time, ns since midnight.
  mutating func stamp(_ nanos: UInt64, at position: Int) {
    var span = mutableSpan
    span.storeBytes(
      of: UInt16(truncatingIfNeeded: nanos &>> 32).bigEndian, toByteOffset: position,
      as: UInt16.self)
    span.storeBytes(
      of: UInt32(truncatingIfNeeded: nanos).bigEndian, toByteOffset: position &+ 2,
      as: UInt32.self)
  }
}

/// MoldUDP64 datagrams to one address.
struct DatagramLine: LoadLine, ~Copyable {
  private var sender: UDPSender
  private var mold: MoldUDP64Sender
  private var datagram = FixedTable<UInt8>(repeating: 0, count: 1_472)

  init(to endpoint: Endpoint) throws(NetError) {
    guard let session = MoldUDP64SessionName("LAB") else {
      throw NetError("open", endpoint.description, .invalid("no session"))
    }
    sender = try UDPSender(endpoint)
    mold = MoldUDP64Sender(session: session)
  }

  var isOpen: Bool { true }
  var packets: UInt64 { sender.sent }

  mutating func serve(now: UInt64) throws(NetError) {}

  mutating func send(_ frames: RawSpan, now: UInt64) throws(NetError) {
    var offset = 0
    while offset < frames.byteCount {
      guard let packed = Self.pack(frames, from: offset, &mold, &datagram) else { return }
      try Self.send(datagram, packed.byteCount, &sender)
      offset = packed.nextOffset
    }
  }

  private static func pack(
    _ frames: RawSpan, from offset: Int, _ mold: inout MoldUDP64Sender,
    _ datagram: inout FixedTable<UInt8>
  ) -> MoldUDP64Sender.Packed? {
    var room = datagram.mutableBytes
    return mold.pack(frames, from: offset, into: &room)
  }

  private static func send(
    _ datagram: borrowing FixedTable<UInt8>, _ count: Int, _ sender: inout UDPSender
  ) throws(NetError) {
    try sender.send(datagram.bytes(0..<count))
  }
}

/// A SoupBinTCP server with one client.
struct SoupLine: LoadLine, ~Copyable {
  private let listener: TCPListener
  private var connection: TCPConnection?
  private var server: SoupBinTCPServer
  private var store: RetransmissionStore
  private var out = FixedTable<UInt8>(repeating: 0, count: 65_536)
  private(set) var packets: UInt64 = 0
  private var nextLook: UInt64 = 0

  /// Bytes and messages kept for a client that comes late: the lead and what follows it at once.
  private static var storeBytes: Int { 1 << 24 }
  private static var storeMessages: Int { 1 << 19 }
  private static var sendNanos: Int64 { 2_000_000_000 }
  /// From one look at what the client has sent to the next: its heartbeats come every second.
  private static var lookNanos: UInt64 { 1_000_000 }

  init(now: UInt64) throws(NetError) {
    guard let session = MoldUDP64SessionName("LAB") else {
      throw NetError("open", "SoupBinTCP", .invalid("no session"))
    }
    listener = try TCPListener(Endpoint(host: "127.0.0.1", port: 0))
    server = SoupBinTCPServer(SoupBinTCPServer.Options(session: session), nowNanos: now)
    store = RetransmissionStore(
      session: session, capacityBytes: Self.storeBytes, capacityMessages: Self.storeMessages)
  }

  var port: UInt16 { listener.localAddress.port }
  var isOpen: Bool { if case .streaming = server.phase { true } else { false } }

  mutating func serve(now: UInt64) throws(NetError) {
    guard now >= nextLook || !isOpen else { return }
    nextLook = now &+ Self.lookNanos
    if connection == nil {
      connection = try listener.accept(timeoutNanos: 0, bufferBytes: 8_192)
    }
    guard var client = connection.take() else { return }
    if case .received = try client.receive(timeoutNanos: 0) {
      client.consume(Self.pass(client, to: &server, now))
    }
    connection = consume client
    try produce(now: now)
  }

  mutating func send(_ frames: RawSpan, now: UInt64) throws(NetError) {
    _ = store.append(frames)
    try produce(now: now)
  }

  /// Sends what the server has for its client, all of it.
  private mutating func produce(now: UInt64) throws(NetError) {
    guard var client = connection.take() else { return }
    var count = Self.fill(&server, from: store, into: &out, now)
    while count > 0 {
      try Self.send(out, count, to: &client)
      packets &+= 1
      guard count > out.count / 2 else { break }
      count = Self.fill(&server, from: store, into: &out, now)
    }
    connection = consume client
  }

  private static func fill(
    _ server: inout SoupBinTCPServer, from store: borrowing RetransmissionStore,
    into out: inout FixedTable<UInt8>, _ now: UInt64
  ) -> Int {
    var span = out.mutableBytes
    return server.produce(from: store, into: &span, nowNanos: now)
  }

  private static func send(
    _ out: borrowing FixedTable<UInt8>, _ count: Int, to client: inout TCPConnection
  ) throws(NetError) {
    try client.send(out.bytes(0..<count), timeoutNanos: sendNanos)
  }

  /// Gives the server what has arrived, and tells how many bytes that was.
  private static func pass(
    _ connection: borrowing TCPConnection, to server: inout SoupBinTCPServer, _ now: UInt64
  ) -> Int {
    server.receive(connection.bytes, nowNanos: now)
    return connection.bytes.byteCount
  }
}
