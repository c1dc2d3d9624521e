internal import Captures
internal import FeedKit
internal import FeedRegistry
internal import Lanes
internal import Ledger
internal import Wire

/// Reads one file from end to end and counts what is in it. Memory does not depend on its size.
struct FileInspection: ~Copyable {
  let recognition: InputRecognition
  /// The trading day, where the feed counts from midnight.
  let date: CivilDate?
  private(set) var packets: UInt64 = 0
  private(set) var bytes: UInt64 = 0
  /// Datagrams whose messages have no numbers.
  private(set) var unnumbered: UInt64 = 0
  /// What was rejected before it came to the feed, by `RejectReason`.
  private(set) var rejected = InlineArray<32, UInt64>(repeating: 0)
  private(set) var problem: InputProblem?
  private(set) var wire: WireTally?
  private(set) var report = SourceReport()
  private(set) var tally: RecordTally
  private var filter: DatagramFilter
  private let progress: InspectProgress

  /// Bytes of a file that are decoded at a time: their records stay in the cache.
  private static var chunkBytes: Int { 4 << 10 }
  /// Lines that a chunk's records take at most: no message has fewer bytes than its records have
  /// lines.
  private static var chunkLines: Int { 4 << 10 }
  /// A line of text is taken whole: each of its 10 bytes or more may be a level, and a record.
  private static var textLines: Int { 1 << 17 }
  /// A datagram of 64 KiB can set free all that were held back behind a gap.
  private static var heldDatagrams: Int { 96 }
  private static var heldBytes: Int { 2_048 }
  private static var datagramLines: Int { 1 << 18 }
  /// A capture may leave out most of a day: no venue sends 2^36 messages in one.
  private static var largestGap: UInt64 { 1 << 36 }

  init(_ recognition: InputRecognition, date: CivilDate?, progress: InspectProgress) {
    let isCapture = recognition.format != .framed
    let isText = recognition.framing == .lines
    tally = RecordTally(
      capacityLines: isCapture ? Self.datagramLines : isText ? Self.textLines : Self.chunkLines)
    self.recognition = recognition
    self.date = date
    self.progress = progress
    wire = recognition.feed.map(WireTally.init(feed:))
    filter = DatagramFilter(admitsAll: recognition.protocolName == nil)
  }

  /// Reads it all; every message goes to `lines` too, where somebody wants them.
  mutating func run(
    _ file: consuming InputFile, lines: inout InspectLines?
  ) throws(CommandError) {
    var file = file
    if let feed = recognition.feed {
      try read(&file, feed: feed, lines: &lines)
    } else {
      countUnknown(&file)
    }
    problem = file.problem
    bytes = max(bytes, file.offset)
    rejected[Int(RejectReason.badCapture.rawValue)] &+= file.rejectedRecords
    progress.end()
  }

  private mutating func read(
    _ file: inout InputFile, feed: any Feed.Type, lines: inout InspectLines?
  ) throws(CommandError) {
    let gaps = GapPolicy(
      heldDatagrams: Self.heldDatagrams, heldBytes: Self.heldBytes,
      largestGapMessages: Self.largestGap)
    let decoder = DecoderOptions(
      shards: 1, midnight: date.map(NewYorkTime.midnight(of:)) ?? 0)
    let runner = feed.makeRunner(
      RunnerOptions(decoder: decoder, gaps: gaps), lanes: tally.writer())
    if let framing = recognition.framing {
      try readMessages(&file, runner, framing: framing, lines: &lines)
    } else {
      try readPackets(&file, runner, feed: feed, lines: &lines)
    }
    report = runner.report
  }

  /// A capture of protocols that no feed knows: packets can still be told apart.
  private mutating func countUnknown(_ file: inout InputFile) {
    while let packet = file.next() {
      packets += 1
      bytes += UInt64(packet.byteCount)
      let content = PacketContent(packet, in: file.window)
      reject(content.rejectReason ?? .badHeader)
    }
  }

  private mutating func reject(_ reason: RejectReason) {
    rejected[Int(reason.rawValue) & 31] &+= 1
  }

  private mutating func readPackets(
    _ file: inout InputFile, _ runner: any SourceRunner, feed: any Feed.Type,
    lines: inout InspectLines?
  ) throws(CommandError) {
    var clock: UInt64 = 0
    var requests: [UInt8] = []
    while let packet = file.next() {
      packets &+= 1
      bytes &+= UInt64(packet.byteCount)
      clock = max(clock, packet.timestampNanos)
      let window = file.window
      switch PacketContent(packet, in: window) {
      case .udp(let datagram):
        let payload = window.extracting(datagram.range)
        guard filter.admits(payload, to: datagram.destination, feed: feed) else {
          reject(.badHeader)
          break
        }
        let isNumbered = hasNumber(payload, feed: feed)
        if isNumbered {
          runner.receive(payload, tsRecv: packet.timestampNanos, now: clock, isAnswer: false)
        }
        runner.advance(now: clock, tsRecv: clock, request: &requests)
        let number = packets
        try wire?.datagram(payload) { (index, sequence, range) throws(CommandError) in
          if !isNumbered {
            runner.message(
              payload, from: range.lowerBound, to: range.upperBound, sequence: sequence,
              tsRecv: packet.timestampNanos)
          }
          try lines?.write(
            payload, range, packet: number, index: UInt64(index), sequence: sequence)
        }
        tally.drain()
      case .other: reject(.notUDP)
      case .rejected(let reason): reject(reason)
      }
      if packets & 1023 == 0 { progress.update(bytes, messages: wire?.messages ?? 0) }
    }
    runner.finish(tsRecv: clock)
    tally.drain()
  }

  private mutating func readMessages(
    _ file: inout InputFile, _ runner: any SourceRunner, framing: FileFraming,
    lines: inout InspectLines?
  ) throws(CommandError) {
    var wanted = Self.chunkBytes
    while true {
      while file.window.byteCount < wanted, file.refill() {}
      let count = min(file.window.byteCount, wanted)
      guard count > 0 else { break }
      let isLast = file.window.byteCount < wanted
      let consumed = try readChunk(
        file.window.extracting(0..<count), runner, framing: framing, isLast: isLast,
        lines: &lines)
      // A message longer than the chunk is taken alone.
      wanted =
        consumed > 0
        ? Self.chunkBytes
        : framing == .lines ? 2 * wanted : longMessageBytes(file.window)
      file.consume(consumed)
      progress.update(file.offset, messages: wire?.messages ?? 0)
      if consumed == 0, isLast { break }
    }
    runner.finish(tsRecv: 0)
    tally.drain()
  }
}

extension FileInspection {
  /// Whether a datagram's messages have numbers. Some published captures have had theirs taken out
  /// (all are 0): those are decoded as they come.
  private mutating func hasNumber(_ datagram: RawSpan, feed: any Feed.Type) -> Bool {
    guard let header = try? feed.header(of: datagram), header.kind == .data,
      header.sequence == 0
    else { return true }
    unnumbered += 1
    return false
  }

  /// Decodes the whole messages of a chunk; gives the bytes consumed.
  private mutating func readChunk(
    _ chunk: RawSpan, _ runner: any SourceRunner, framing: FileFraming, isLast: Bool,
    lines: inout InspectLines?
  ) throws(CommandError) -> Int {
    let consumed = runner.readFile(chunk, framing: framing, tsRecv: 0, isLast: isLast)
    tally.drain()
    let whole = chunk.extracting(0..<consumed)
    try wire?.file(whole, framing: framing) { (sequence, range) throws(CommandError) in
      try lines?.write(whole, range, packet: nil, index: sequence &- 1, sequence: sequence)
    }
    return consumed
  }

  /// Bytes of the message at the start of a chunk that cannot hold it.
  private func longMessageBytes(_ chunk: RawSpan) -> Int {
    guard let feed = recognition.feed, let length = feed.blockLength(chunk, at: 0) else {
      return Self.chunkBytes
    }
    return max(feed.blockPrefixBytes + length, Self.chunkBytes)
  }
}

/// Lets through what is addressed as the feed's datagrams are.
///
/// A capture may hold other traffic too, and some headers have no mark of their own. Whatever goes
/// to an address to which a recognised datagram went is the feed's, damaged or not.
struct DatagramFilter {
  private var known: Set<SocketAddress> = []
  private var latest: SocketAddress?
  private let admitsAll: Bool

  /// With `admitsAll` the user has said whose datagrams these are.
  init(admitsAll: Bool) { self.admitsAll = admitsAll }

  mutating func admits(
    _ datagram: RawSpan, to destination: SocketAddress, feed: any Feed.Type
  ) -> Bool {
    if admitsAll || destination == latest { return true }
    if !known.contains(destination) {
      guard feed.protocolName(of: datagram) != nil else { return false }
      known.insert(destination)
    }
    latest = destination
    return true
  }
}
