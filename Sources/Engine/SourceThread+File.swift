internal import Captures
internal import FeedKit
internal import FeedRegistry
internal import Ledger
internal import Wire

/// An input file, opened; given away once, to the thread that reads it.
final class FileInput: @unchecked Sendable {
  // Safety of `@unchecked`: handed over from the thread that opens it to the one that reads it.
  private var file: InputFile?
  let framing: FileFraming

  init(_ recognition: InputRecognition, feed: any Feed.Type) throws(EngineError) {
    let file: InputFile
    do throws(InputError) {
      file = try InputFile(path: recognition.path)
    } catch {
      throw .input(error)
    }
    framing = recognition.framing ?? .lengthPrefixed
    if file.format == .framed, !feed.description.readsFiles {
      throw .unknownInput(
        path: recognition.path,
        detail: "not a packet capture, and feed \(feed.description.name) has no files of its own")
    }
    self.file = consume file
  }

  /// The file, once.
  func take() -> InputFile? {
    var taken: InputFile? = nil
    swap(&taken, &file)
    return taken
  }
}

extension SourceThread {
  /// Bytes of a file that are decoded between two publications of the counters: small enough that
  /// the wires stay in the cache, and the ledger's allowance bounded.
  static var sliceBytes: Int { 64 << 10 }

  func readFile(_ input: FileInput) {
    guard var file = input.take() else { return }
    switch file.format {
    case .capture: readCapture(&file)
    case .framed: readFrames(&file, framing: input.framing)
    }
    if file.problem != nil { ledger.reject(.badCapture) }
  }

  private func readFrames(_ file: inout InputFile, framing: FileFraming) {
    var isLast = false
    // A message that is longer than a slice is read in a larger one.
    var limit = Self.sliceBytes
    while !mustStop {
      let window = min(file.window.byteCount, limit)
      let consumed = readSlice(file.window, limit: limit, framing: framing, isLast: isLast)
      file.consume(consumed)
      if consumed == 0, window == limit {
        limit *= 2
        continue
      }
      limit = Self.sliceBytes
      if consumed < Self.sliceBytes / 2 {
        if isLast {
          if consumed == 0 { break }
        } else {
          isLast = !file.refill()
        }
      }
    }
  }

  private func readSlice(
    _ window: RawSpan, limit: Int, framing: FileFraming, isLast: Bool
  ) -> Int {
    let count = min(window.byteCount, limit)
    let start = MonotonicClock.now().rawValue
    let consumed = runner.readFile(
      window.extracting(0..<count), framing: framing, tsRecv: RealtimeClock.now().rawValue,
      isLast: isLast && count == window.byteCount)
    if ledger.measures { ledger.noteDecoded(since: start) }
    handOver()
    publish()
    return consumed
  }

  private func readCapture(_ file: inout InputFile) {
    var request: [UInt8] = []
    while !mustStop, let packet = file.next() {
      ledger.packets &+= 1
      let now = packet.timestampNanos
      readPacket(packet, in: file.window)
      runner.advance(now: now, tsRecv: now, request: &request)
      request.removeAll(keepingCapacity: true)
      if ledger.packets & 63 == 0 {
        handOver()
        publish()
      }
    }
  }

  private func readPacket(_ packet: PacketView, in window: RawSpan) {
    switch PacketContent(packet, in: window) {
    case .udp(let datagram):
      runner.receive(
        window.extracting(datagram.range), tsRecv: packet.timestampNanos,
        now: packet.timestampNanos, isAnswer: false)
    case .other: ledger.reject(.notUDP)
    case .rejected(let reason): ledger.reject(reason)
    }
  }
}
