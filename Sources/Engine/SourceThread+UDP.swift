internal import FeedKit
internal import Ledger
internal import Net
internal import Records
internal import Timing
internal import Wire

/// The sockets of a datagram source: up to three lines, and behind them the one that sends
/// re-requests and receives their answers.
@safe final class LineSockets: @unchecked Sendable {
  // Safety of `@unchecked`: handed over from the thread that opens them to the one that reads them.
  let receivers: UnsafeMutablePointer<UDPReceiver>
  /// Receivers in all.
  let count: Int
  /// The re-request server; the last receiver is then its own.
  let server: SocketAddress?

  /// Lines that `Readiness.wait` can watch beside the answers.
  static var lineLimit: Int { 3 }

  init(lines: [Endpoint], reRequest: Endpoint?, bufferBytes: Int) throws(EngineError) {
    precondition(!lines.isEmpty && lines.count <= Self.lineLimit)
    var options = UDPReceiverOptions()
    options.socketBufferBytes = bufferBytes
    var endpoints = lines
    if let reRequest {
      endpoints.append(Endpoint(host: reRequest.host.contains(":") ? "::" : "0.0.0.0", port: 0))
    }
    var opened = 0
    unsafe receivers = .allocate(capacity: endpoints.count)
    count = endpoints.count
    do throws(NetError) {
      server = try reRequest?.resolved()
      for endpoint in endpoints {
        let receiver = try UDPReceiver(endpoint, options: options)
        // Safety: slot `opened` is free, and initialised here.
        unsafe receivers.advanced(by: opened).initialize(to: receiver)
        opened += 1
      }
    } catch {
      unsafe receivers.deinitialize(count: opened)
      unsafe receivers.deallocate()
      throw .net(error)
    }
  }

  deinit {
    // Safety: `count` receivers were initialised.
    unsafe receivers.deinitialize(count: count)
    unsafe receivers.deallocate()
  }

  func isAnswers(_ index: Int) -> Bool { server != nil && index == count - 1 }

  func descriptor(_ index: Int) -> Int32 {
    unsafe index < count ? receivers[index].descriptor : -1
  }

  var dropped: UInt64 {
    var sum: UInt64 = 0
    for index in 0..<count { unsafe sum &+= receivers[index].dropped }
    return sum
  }

  /// Asks the server. What the network refuses is asked for again, like an answer that is lost.
  func send(_ request: [UInt8]) {
    guard let server else { return }
    unsafe try? receivers[count - 1].send(rawBytes(of: request), to: server)
  }
}

extension SourceThread {
  /// The longest sleep between two looks at the stop flag.
  private static var longestWaitNanos: Int64 { 50_000_000 }
  /// Looks in a row without a datagram after which a polling thread publishes its counters, and
  /// time after which it does so at the latest.
  private static var publishLooks: UInt32 { 64 }
  /// Looks between two publications of a thread to which nothing comes, some 20 ms: the ring's
  /// heartbeat of an inline pipeline.
  private static var beatLooks: UInt32 { 1 << 16 }
  private static var publishNanos: UInt64 { 100_000 }
  /// What a datagram may take, with its messages, before a gap counts as the machine's.
  private static var datagramNanos: UInt64 { 5_000 }

  func readLines(_ sockets: LineSockets) throws(EngineError) {
    var request: [UInt8] = []
    var empty: UInt32 = 0
    var published: UInt64 = 0
    var watch = probe.map { HiccupWatch(now: $0.clock.now, marks: $0.marks) }
    defer { probe?.readerWatch = watch }
    do throws(NetError) {
      while !mustStop {
        var total = 0
        for index in 0..<sockets.count {
          // Safety: `index` is below the number of receivers, which `sockets` keeps.
          let receivers = unsafe sockets.receivers
          unsafe total += try receive(
            &receivers[index], line: index, isAnswer: sockets.isAnswers(index))
        }
        let now = MonotonicClock.now().rawValue
        if let deadline = runner.nextDeadline, deadline <= now {
          runner.advance(now: now, tsRecv: RealtimeClock.now().rawValue, request: &request)
          if !request.isEmpty { sockets.send(request) }
          request.removeAll(keepingCapacity: true)
          handOver()
        }
        tap.handOverOld(nowNanos: now)
        ledger.kernelDrops = sockets.dropped
        empty = total == 0 ? empty &+ 1 : 0
        if let probe { watch?.note(probe.clock.now, after: UInt64(total) &* Self.datagramNanos) }
        if mustPublish(empty: empty, since: now &- published) {
          publish()
          published = now
          if let probe { watch?.skip(to: probe.clock.now) }
        }
        if total == 0, !configuration.busyPolls {
          try wait(sockets)
          if let probe { watch?.skip(to: probe.clock.now) }
        }
      }
    } catch {
      throw .net(error)
    }
  }

  /// Whether it is time to publish counters: for a polling thread not while the next datagram may
  /// be on its way, since that takes longer than an empty look.
  private func mustPublish(empty: UInt32, since nanos: UInt64) -> Bool {
    !configuration.busyPolls || empty == Self.publishLooks || empty % Self.beatLooks == 1
      || empty == 0 && nanos >= Self.publishNanos
  }

  private func receive(
    _ receiver: inout UDPReceiver, line: Int, isAnswer: Bool
  ) throws(NetError) -> Int {
    let count = try receiver.receive()
    guard count > 0 else { return 0 }
    let start = MonotonicClock.now().rawValue
    let wall = RealtimeClock.now().rawValue
    let bytes = receiver.bytes
    for index in 0..<count {
      let datagram = receiver[index]
      ledger.packets &+= 1
      if ledger.measures {
        let received = datagram.timestampNanos
        ledger.stages.record(.receive, nanos: wall > received ? wall &- received : 0)
      }
      if datagram.isTruncated {
        ledger.reject(.oversized)
        continue
      }
      if tap.isOn {
        tap.add(
          bytes.extracting(datagram.range), source: datagram.source, line: line,
          tsRecv: datagram.timestampNanos)
      }
      runner.receive(
        bytes.extracting(datagram.range), tsRecv: datagram.timestampNanos, now: start,
        isAnswer: isAnswer)
    }
    if ledger.measures { ledger.noteDecoded(since: start) }
    handOver()
    return count
  }

  private func wait(_ sockets: LineSockets) throws(NetError) {
    var nanos = Self.longestWaitNanos
    if let deadline = runner.nextDeadline {
      let now = MonotonicClock.now().rawValue
      nanos = deadline <= now ? 0 : min(nanos, Int64(clamping: deadline &- now))
    }
    _ = try Readiness.wait(
      sockets.descriptor(0), sockets.descriptor(1), sockets.descriptor(2),
      sockets.descriptor(3), timeoutNanos: nanos)
  }
}
