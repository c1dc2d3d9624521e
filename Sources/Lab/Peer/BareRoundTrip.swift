internal import CLinux
internal import Ledger
internal import Net
internal import Records
internal import Timing
internal import Wire

/// The least that loopback UDP costs here: a datagram to another process and back, both spinning.
///
///     this process, CPU a ─ 64 bytes ─▶ kernel ─▶ other process, CPU b ─▶ kernel ─▶ back
///
/// A pipeline that hears a datagram cannot be quicker than half of it.
enum BareRoundTrip {
  /// Bytes of the payload: a MoldUDP64 header and one order.
  private static var payloadBytes: Int { 64 }

  /// Round trips of `nanos` to the echo at this port, which is there already.
  static func measure(
    port: UInt16, nanos: UInt64, clock: TickClock
  ) throws(NetError) -> LabQuantiles {
    let local = Endpoint(host: "127.0.0.1", port: 0)
    var receiver = try UDPReceiver(local)
    let target = Endpoint(host: "127.0.0.1", port: port)
    let address = try target.resolved()
    var histogram = Histogram()
    let payload = [UInt8](repeating: 0x2A, count: payloadBytes)
    let begin = clock.now
    var sentAt = begin
    while sentAt &- begin < nanos {
      try receiver.send(rawBytes(of: payload), to: address)
      while try receiver.receive() == 0 {
        // One that was lost on the way is asked for again.
        if clock.now &- sentAt > 100_000_000 { break }
      }
      let now = clock.now
      if receiver.count > 0 { histogram.record(now &- sentAt) }
      sentAt = now
    }
    return LabQuantiles(histogram)
  }

  /// The other process: sends back what comes until the run ends.
  static func answer(_ plan: PeerPlan) throws(NetError) {
    var receiver = try UDPReceiver(Endpoint(host: "127.0.0.1", port: 0))
    guard let control = try? LabControl(path: plan.controlPath, isNew: false) else { return }
    control.store(UInt64(receiver.localAddress.port), in: .port)
    control.add(1, to: .opened)
    let payload = [UInt8](repeating: 0x2A, count: payloadBytes)
    var looks: UInt64 = 0
    while true {
      let count = try receiver.receive()
      for index in 0..<count {
        try receiver.send(rawBytes(of: payload), to: receiver[index].source)
      }
      looks &+= 1
      if looks & 1_023 == 0, control.load(.stop) != 0 { return }
    }
  }
}
