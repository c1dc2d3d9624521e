internal import Captures
internal import FeedKit
internal import Journal
internal import Net
internal import Wire

extension CaptureThread {
  /// The captures of all live sources; none where nobody asked for them.
  static func open(
    _ options: PipelineOptions, _ sources: [SourceConfiguration]
  ) throws(EngineError) -> [CaptureThread] {
    guard options.capturesRaw, let settings = options.journal else { return [] }
    let runID = UInt64.random(in: 1...UInt64.max)
    var captures: [CaptureThread] = []
    for (index, source) in sources.enumerated() {
      guard let plan = try CapturePlan(source) else { continue }
      // Texts of the header have their lengths.
      let instance = String("\(options.instance)/\(source.name)".prefix(47))
      var journal = settings.options(
        shard: index, shardCount: sources.count, instance: instance,
        dataset: source.feed.description.dataset, runID: runID)
      journal.blockRecords = CaptureSettings.chunksPerBlock
      do throws(JournalError) {
        captures.append(
          CaptureThread(
            index: index, name: "capture-\(source.name)",
            writer: try RawCaptureWriter(
              journal, source: source.name, payload: plan.payload, preamble: plan.preamble),
            form: plan.form, link: CaptureLink()))
      } catch {
        throw .journal(error)
      }
    }
    return captures
  }
}

/// How the raw bytes of a source are kept.
private struct CapturePlan {
  let payload: JournalPayload
  let form: CaptureForm
  let preamble: [UInt8]

  /// Nil for inputs that are files themselves.
  init?(_ source: SourceConfiguration) throws(EngineError) {
    switch source.input {
    case .file, .raw, .paced: return nil
    case .udp(let lines, let server):
      payload = .pcapng
      var addresses: [SocketAddress] = []
      do throws(NetError) {
        for line in lines { addresses.append(try line.resolved()) }
      } catch {
        throw .net(error)
      }
      var names = lines.map(\.description)
      if let server {
        // Port 0 tells the answers apart from the lines.
        addresses.append(SocketAddress(.anyV4, port: 0))
        names.append("answers of \(server)")
      }
      form = .datagrams(addresses)
      var header = ByteBuffer()
      PcapngEncoder().appendHeader(interfaces: names, to: &header)
      let bytes = header.bytes
      preamble = (0..<bytes.byteCount).map { bytes.uncheckedByte(at: $0) }
    case .live(let feed, let host, _):
      payload = .stream
      form = .stream
      preamble = StreamChunk.preamble([
        ("protocol", "live"), ("feed", feed.description.name), ("server", host),
      ])
    case .soup(let server, let options):
      payload = .stream
      form = .stream
      preamble = StreamChunk.preamble([
        ("protocol", "soupbintcp"), ("server", server.description), ("session", options.session),
        ("sequence", String(options.sequence)),
      ])
    }
  }
}
