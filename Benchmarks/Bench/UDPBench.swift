import CBenchHooks
import CLinux
import Engine
import ExchangeFeeds
import FeedKit
import Ledger
import Net
import Records
import Synchronization
import Wire

/// MoldUDP64 on the loopback interface: the pipeline's reader beside a bare receive loop.
///
///     sender thread (CPU 0) ─▶ UDP 127.0.0.1 ─┬▶ bare loop: receive, count (CPU 1)
///      1,400-byte datagrams                   └▶ reader thread (CPU 1) ─▶ lane ─▶ worker
///      at a fixed rate
///
/// On two cores sender, reader and worker cannot all run at once, so that no rate says what the
/// reader could do. What is compared is the CPU time that each receiving thread takes for the same
/// datagrams at the same pace: what the reader needs beyond it is the cost of everything but the
/// socket.
enum UDPBench: Bench {
  static var name: String { "udp" }
  static var summary: String { "loopback MoldUDP64: the reader thread beside a bare receive loop" }

  /// Datagrams a batch, and from one batch to the next: 32 in 2 ms are 16,000 a second, so that the
  /// worker finds time on the sender's core and the kernel drops nothing.
  private static var batch: Int { 32 }
  private static var batchNanos: UInt64 { 2_000_000 }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    let day = try BenchDay(
      messages: options.isQuick ? 200_000 : 1_000_000, options: options, inFile: false)
    let datagrams = try pack(day.bytes)
    var report = BenchReport(name)
    report.input = day.description
    report.input.append(("datagrams", "\(datagrams.count) of at most 1,400 bytes"))
    let count = Double(datagrams.count)
    for _ in 0..<options.rounds(7) {
      do throws(NetError) {
        report.add("bare receive loop", "ns/datagram", try bare(datagrams) / count)
      } catch {
        throw .missing(error.description)
      }
      do throws(EngineError) {
        report.add("Millrace's reader", "ns/datagram", try piped(datagrams, day.messages) / count)
      } catch {
        throw .missing(error.description)
      }
    }
    report.bar(
      "CPU of the bare loop / of the reader",
      report.ratio("bare receive loop", to: "Millrace's reader"), atLeast: 0.95)
    report.verified.append("every message decoded; ledger balanced")
    return report
  }

  private static func pack(_ bytes: RawSpan) throws(BenchError) -> [[UInt8]] {
    guard let session = MoldUDP64SessionName("BENCH") else { return [] }
    var sender = MoldUDP64Sender(session: session)
    var datagrams: [[UInt8]] = []
    var buffer = try BenchMemory(byteCount: 1_472)
    var offset = 0
    while true {
      var room = buffer.mutableBytes(from: 0)
      guard let packed = sender.pack(bytes, from: offset, into: &room) else { return datagrams }
      let filled = buffer.bytes(packed.byteCount)
      var datagram: [UInt8] = []
      for index in 0..<packed.byteCount { datagram.append(filled.uncheckedByte(at: index)) }
      datagrams.append(datagram)
      offset = packed.nextOffset
    }
  }

  /// Sends everything at the fixed rate.
  private static func send(_ datagrams: [[UInt8]], to endpoint: Endpoint) throws(NetError) {
    var sender = try UDPSender(endpoint)
    let start = MonotonicClock.now()
    var sent = 0
    while sent < datagrams.count {
      let due = UInt64(sent / batch) * batchNanos
      let elapsed = MonotonicClock.now().nanos(since: start)
      if elapsed < due { ml_thread_nap(Int64(due - elapsed)) }
      for _ in 0..<min(batch, datagrams.count - sent) {
        let datagram = datagrams[sent]
        try sender.append(rawBytes(of: datagram))
        sent += 1
      }
      try sender.flush()
    }
    ml_thread_nap(100_000_000)
  }

  /// CPU time of the bare loop in nanoseconds. It blocks and takes batches as the reader does.
  private static func bare(_ datagrams: [[UInt8]]) throws(NetError) -> Double {
    let receiver = try UDPReceiver(Endpoint(host: "127.0.0.1", port: 0))
    let endpoint = Endpoint(host: "127.0.0.1", port: receiver.localAddress.port)
    let total = UInt64(datagrams.count)
    let received = Received()
    let box = Handover(receiver)
    let thread = try? BenchThread(
      cpu: 1,
      {
        // Safety: the name is a constant text.
        unsafe ml_thread_name("bare-loop")
        var receiver = box.take()
        while received.datagrams.load(ordering: .relaxed) < total {
          guard let taken = try? receiver.receive(timeoutNanos: 2_000_000_000), taken > 0 else {
            break
          }
          received.datagrams.add(UInt64(taken), ordering: .relaxed)
        }
        received.cpu.store(cpuNanos("bare-loop"), ordering: .releasing)
      })
    _ = ml_thread_pin(0)
    try send(datagrams, to: endpoint)
    thread?.join()
    guard received.datagrams.load(ordering: .relaxed) == total else {
      throw NetError("receive", "bare loop: datagrams were dropped", .timedOut)
    }
    return Double(received.cpu.load(ordering: .acquiring))
  }

  private final class Received: Sendable {
    let datagrams = Atomic<UInt64>(0)
    let cpu = Atomic<UInt64>(0)
  }

  private static func cpuNanos(_ name: String) -> UInt64 {
    // Safety: the text lives through the call.
    unsafe name.withCString { unsafe bench_thread_cpu($0) }
  }

  /// CPU time of the pipeline's reader thread in nanoseconds.
  private static func piped(
    _ datagrams: [[UInt8]], _ messages: UInt64
  ) throws(EngineError) -> Double {
    var options = PipelineOptions(instance: "bench-\(bench_process())", verb: "bench")
    options.outputs = []
    let port: UInt16
    do throws(NetError) {
      port = try UDPReceiver(Endpoint(host: "127.0.0.1", port: 0)).localAddress.port
    } catch {
      throw .net(error)
    }
    let endpoint = Endpoint(host: "127.0.0.1", port: port)
    var source = SourceConfiguration(
      name: "itch", feed: ItchFeed.self, input: .udp(lines: [endpoint], reRequest: nil), cpu: 1)
    source.gaps.start = .one
    let pipeline = try Pipeline(options: options, sources: [source], version: "bench")
    defer {
      BenchFile.removeFolder(
        pipeline.folder,
        files: ["counters", "shard-0.ring", "shard-0.ring.lock", "shard-0.symbols"])
    }
    try pipeline.start()
    _ = ml_thread_pin(0)
    do throws(NetError) {
      try send(datagrams, to: endpoint)
    } catch {
      throw .net(error)
    }
    let cpu = cpuNanos("reader-itch")
    let violations = pipeline.stop()
    let received = try pipeline.snapshot().total(.messages)
    guard violations.isEmpty, received == messages else {
      throw .unknownInput(
        path: "loopback", detail: "\(received) of \(messages) messages; \(violations)")
    }
    return Double(cpu)
  }
}
