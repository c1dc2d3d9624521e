internal import FeedKit
internal import Lanes
internal import Sessions
internal import Wire

/// Frames: found, passed over, decoded.
extension IbSession {
  mutating func read(
    _ bytes: RawSpan, channel: Int, context: LiveContext, into lanes: inout LaneWriter,
    counters: inout DecodeCounters, report: inout LiveReport
  ) -> LiveProgress {
    var progress = LiveProgress()
    let wasTakenOver = takenOver
    let before = wasTakenOver ? lanes.recordCount &- decoder.coldRecords : 0
    passOver(bytes, &progress)
    if phase == .awaitingVersion {
      readVersion(bytes, &progress, counters: &counters, report: &report)
    }
    while phase == .ready || phase == .starting {
      guard
        let frame = nextFrame(bytes, &progress, counters: &counters, report: &report)
      else { break }
      let reason = decoder.decodeFrame(
        bytes, from: frame.lowerBound, to: frame.upperBound,
        context: MessageContext(sequence: UInt64(context.epoch), tsRecv: context.tsRecv),
        into: &lanes, counters: &counters)
      if let reason { report.addPoison(frame, reason) }
      if !decoder.events.isEmpty { takeEvents(context, into: &lanes, &report) }
    }
    // What comes after the connection was given up belongs to no message.
    if phase == .broken { progress.consumed = bytes.byteCount }
    if takenOver, wasTakenOver, lanes.recordCount &- decoder.coldRecords > before {
      takenOver = false
      report.events.append(.upstreamUp(keepsSubscriptions: true, text: "data flows again"))
    }
    sendHistory(context, &report)
    flush(&report)
    return progress
  }

  /// Passes over what is left of a frame that was too long.
  @inline(__always)
  private mutating func passOver(_ bytes: RawSpan, _ progress: inout LiveProgress) {
    guard skipping > 0 else { return }
    let count = min(skipping, bytes.byteCount)
    skipping -= count
    progress.consumed = count
  }

  /// The payload of the next whole frame; nil where there is none yet.
  @inline(__always)
  private mutating func nextFrame(
    _ bytes: RawSpan, _ progress: inout LiveProgress, counters: inout DecodeCounters,
    report: inout LiveReport
  ) -> Range<Int>? {
    let start = progress.consumed
    guard start &+ 4 <= bytes.byteCount else { return nil }
    let length = Int(bytes.uncheckedBE(UInt32.self, at: start))
    guard length <= settings.frameLimit else {
      return longFrame(bytes, length, &progress, counters: &counters, report: &report)
    }
    let end = start &+ 4 &+ length
    guard end <= bytes.byteCount else { return nil }
    progress.consumed = end
    progress.messages &+= 1
    return (start &+ 4)..<end
  }

  /// A frame that is too long to be read: beyond the protocol's cap there is no way back to the
  /// next one; below it the frame is passed over as it streams by, and counts once.
  private mutating func longFrame(
    _ bytes: RawSpan, _ length: Int, _ progress: inout LiveProgress,
    counters: inout DecodeCounters, report: inout LiveReport
  ) -> Range<Int>? {
    let start = progress.consumed
    guard length <= IbLimits.frameBytes else {
      progress.messages &+= 1
      counters.reject(.badLength)
      report.addPoison(start..<min(start + 64, bytes.byteCount), .badLength)
      lose(.protocolError, "a frame of \(length) bytes; at most \(IbLimits.frameBytes)", &report)
      return nil
    }
    // The id stands in the first bytes; wait for it.
    guard start + 12 <= bytes.byteCount else { return nil }
    progress.messages &+= 1
    let id = longFrameID(bytes, at: start + 4)
    if Self.isSkippable(id) {
      counters.ignore(type: UInt8(truncatingIfNeeded: id))
    } else {
      counters.reject(.oversized)
      report.addPoison(start..<min(start + 256, bytes.byteCount), .oversized)
    }
    let available = min(length, bytes.byteCount - start - 4)
    progress.consumed = start + 4 + available
    skipping = length - available
    return nil
  }

  private func longFrameID(_ bytes: RawSpan, at start: Int) -> Int {
    guard decoder.version < IbMessageID.binaryIDVersion else {
      let id = Int(bytes.uncheckedBE(UInt32.self, at: start))
      return id > IbMessageID.protobufOffset ? id - IbMessageID.protobufOffset : id
    }
    var fields = IbFields(bytes, from: start, to: start + 8)
    let id = fields.int(unset: 0)
    return fields.failure == nil ? id : 0
  }

  /// Messages that may be very long and mean nothing to this feed: scanner parameters, news bodies,
  /// advisor configuration, completed orders.
  static func isSkippable(_ id: Int) -> Bool {
    [16, 18, 19, 20, 51, 75, 83, 86, 101].contains(id)
  }

  /// The version reply: always text, whatever the version (section 2).
  private mutating func readVersion(
    _ bytes: RawSpan, _ progress: inout LiveProgress, counters: inout DecodeCounters,
    report: inout LiveReport
  ) {
    guard let frame = nextFrame(bytes, &progress, counters: &counters, report: &report) else {
      return
    }
    var fields = IbFields(bytes, from: frame.lowerBound, to: frame.upperBound)
    let version = fields.int(unset: 0)
    let time = fields.string()
    guard fields.failure == nil, version > 0 else {
      counters.reject(.badHeader)
      report.addPoison(frame, .badHeader)
      return lose(.version, "the answer to the hello is no version", &report)
    }
    counters.decoded &+= 1
    guard settings.versions.contains(version) else {
      return lose(
        .version,
        "the server speaks version \(version); asked for were \(settings.versions.lowerBound) to "
          + "\(settings.versions.upperBound)", &report)
    }
    decoder.version = version
    requests.version = version
    for index in subscriptions.indices { decoder.setUp(subscriptions[index], at: index) }
    phase = .starting
    report.events.append(.notice(code: 0, text: "server version \(version), its time \(time)"))
    requests.startAPI(clientID: settings.clientID)
    flush(&report)
  }
}
