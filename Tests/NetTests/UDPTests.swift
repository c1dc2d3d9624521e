import Foundation
import Net
import TestSupport
import Testing
import Wire

private let second: Int64 = 1_000_000_000

/// The realtime clock in nanoseconds.
private func realtimeNanos() -> UInt64 {
  var now = timespec()
  // Safety: `now` is ours.
  _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
  return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}

/// Receives until `count` datagrams have come or five quiet seconds have passed.
private func collect(
  _ receiver: inout UDPReceiver, _ count: Int
) throws -> [(bytes: [UInt8], datagram: ReceivedDatagram)] {
  var result: [(bytes: [UInt8], datagram: ReceivedDatagram)] = []
  while result.count < count {
    let taken = try receiver.receive(timeoutNanos: 5 * second)
    if taken == 0 { break }
    for index in 0..<taken {
      let datagram = receiver[index]
      let bytes = receiver.bytes
      result.append((datagram.range.map { bytes.uncheckedByte(at: $0) }, datagram))
    }
  }
  return result
}

@Suite struct UDPTests {
  /// Addresses that every machine with a loopback interface has.
  static let receivers = [
    "127.0.0.1:0", "[::1]:0", "239.192.7.1:0@127.0.0.1", "239.192.7.2:0@lo",
  ]

  /// An interface with a route for IPv6 groups; the loopback interface usually has none.
  static let interfaceV6: String? = {
    let rows = (try? String(contentsOfFile: "/proc/net/igmp6", encoding: .utf8)) ?? ""
    let names = rows.split(separator: "\n").map { $0.split(separator: " ")[1] }
    return Set(names).map(String.init).sorted().first { name in
      (try? UDPSender(Endpoint(host: "ff12::7:3", port: 9, interface: name))) != nil
    }
  }()

  @Test(.enabled(if: interfaceV6 != nil, "no interface has a route for IPv6 multicast"))
  func groupsOfIPv6() throws {
    let name = Self.interfaceV6
    var receiver = try UDPReceiver(Endpoint(host: "ff12::7:3", port: 0, interface: name))
    var options = UDPSenderOptions()
    // Looped back on this machine, never sent out.
    options.multicastHops = 0
    var sender = try UDPSender(Self.senderEndpoint(receiver), options: options)
    try sender.send([4, 2].rawSpan)
    #expect(try collect(&receiver, 1).first?.bytes == [4, 2])
  }

  static func senderEndpoint(_ receiver: borrowing UDPReceiver) -> Endpoint {
    Endpoint(
      host: receiver.endpoint.host, port: receiver.localAddress.port,
      interface: receiver.endpoint.interface)
  }

  @Test(arguments: receivers)
  func mixedSizesArriveInOrder(_ text: String) throws {
    var receiver = try UDPReceiver(Endpoint(parsing: text))
    var sender = try UDPSender(Self.senderEndpoint(receiver))
    let before = realtimeNanos()
    let payloads: [[UInt8]] = (0..<200).map { index in
      [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: index * 37 % 1_400)
    }
    for payload in payloads { try sender.append(payload.rawSpan) }
    try sender.flush()
    let found = try collect(&receiver, payloads.count)
    let after = realtimeNanos()
    #expect(found.map(\.bytes) == payloads)
    #expect(sender.sent == 200)
    #expect(receiver.received == 200)
    #expect(receiver.truncated == 0 && receiver.dropped == 0)
    #expect(found.allSatisfy { $0.datagram.source == sender.localAddress })
    let times = found.map(\.datagram.timestampNanos)
    // Sanity only: the clock may be set while the test runs.
    let minute = 60 * UInt64(second)
    #expect(times.allSatisfy { $0 > before - minute && $0 < after + minute })
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test func oversizedDatagramsAreCutAndCounted() throws {
    var options = UDPReceiverOptions()
    options.datagramBytes = 100
    options.batchDatagrams = 4
    var receiver = try UDPReceiver(Endpoint(parsing: "127.0.0.1:0"), options: options)
    var sender = try UDPSender(Endpoint(receiver.localAddress))
    for size in [99, 100, 101, 5_000, 0, 3] {
      try sender.send([UInt8](repeating: 7, count: size).rawSpan)
    }
    let found = try collect(&receiver, 6)
    #expect(found.map(\.datagram.byteCount) == [99, 100, 100, 100, 0, 3])
    #expect(found.map(\.datagram.isTruncated) == [false, false, true, true, false, false])
    #expect(receiver.truncated == 2)
  }

  @Test func fullBuffersAreCountedAsDrops() throws {
    var options = UDPReceiverOptions()
    options.socketBufferBytes = 8 << 10
    var receiver = try UDPReceiver(Endpoint(parsing: "127.0.0.1:0"), options: options)
    let countsDrops = receiver.countsDrops
    try #require(countsDrops)
    var sender = try UDPSender(Endpoint(receiver.localAddress))
    let payload = [UInt8](repeating: 1, count: 1_000)
    for _ in 0..<200 { try sender.send(payload.rawSpan) }
    var taken = 0
    while case let count = try receiver.receive(), count > 0 { taken += count }
    #expect(taken < 200)
    // The counter rides on a datagram that arrives after the loss.
    try sender.send(payload.rawSpan)
    taken += try collect(&receiver, 1).count
    #expect(UInt64(taken) + receiver.dropped == 201)
  }

  /// Two receivers share a port; each datagram reaches exactly one of them. Busy polling may be
  /// refused.
  @Test func sharedPortsSplitTheDatagrams() throws {
    var options = UDPReceiverOptions()
    options.reusesPort = true
    options.busyPollMicros = 20
    var first = try UDPReceiver(Endpoint(parsing: "127.0.0.1:0"), options: options)
    var second = try UDPReceiver(Endpoint(first.localAddress), options: options)
    #expect(first.socketBufferBytes > 0)
    for index in 0..<32 as Range<UInt8> {
      // A socket of its own each time: the kernel chooses the receiver by the sender's port.
      var sender = try UDPSender(Endpoint(first.localAddress))
      try sender.send([index].rawSpan)
    }
    var found: [UInt8] = []
    while found.count < 32 {
      let ready = try Readiness.wait(
        first.descriptor, second.descriptor, timeoutNanos: 5_000_000_000)
      if ready == 0 { break }
      if ready & 1 != 0 { found += try collect(&first, 1).map { $0.bytes[0] } }
      if ready & 2 != 0 { found += try collect(&second, 1).map { $0.bytes[0] } }
    }
    #expect(found.sorted() == Array(0..<32))
  }

  @Test func nothingThereIsZeroAndNotAnError() throws {
    var receiver = try UDPReceiver(Endpoint(parsing: "127.0.0.1:0"))
    #expect(try receiver.receive() == 0)
    #expect(try receiver.receive(timeoutNanos: 1_000_000) == 0)
    #expect(receiver.count == 0)
  }

  @Test func aGroupHearsOnlyItself() throws {
    var first = try UDPReceiver(Endpoint(parsing: "239.192.8.1:0@127.0.0.1"))
    let port = first.localAddress.port
    var other = try UDPReceiver(Endpoint(host: "239.192.8.2", port: port, interface: "127.0.0.1"))
    var toOther = try UDPSender(Endpoint(host: "239.192.8.2", port: port, interface: "127.0.0.1"))
    try toOther.send([1].rawSpan)
    #expect(try collect(&other, 1).count == 1)
    #expect(try first.receive() == 0)
  }

  /// `::` hears both families; IPv4 senders look like IPv4 there too.
  @Test(arguments: [
    ("127.0.0.1:0", "127.0.0.1:0"), ("[::]:0", "127.0.0.1:0"), ("[::]:0", "[::1]:0"),
  ])
  func answersReachTheSender(_ serverText: String, _ clientText: String) throws {
    var server = try UDPReceiver(Endpoint(parsing: serverText))
    var client = try UDPReceiver(Endpoint(parsing: clientText))
    let target = SocketAddress(client.localAddress.address, port: server.localAddress.port)
    try client.send([1, 2].rawSpan, to: target)
    let request = try #require(try collect(&server, 1).first)
    #expect(request.datagram.source == client.localAddress)
    try server.send([3].rawSpan, to: request.datagram.source)
    #expect(try collect(&client, 1).first?.bytes == [3])
  }

  @Test func readinessTellsWhichLine() throws {
    let quiet = try UDPReceiver(Endpoint(parsing: "127.0.0.1:0"))
    let busy = try UDPReceiver(Endpoint(parsing: "127.0.0.1:0"))
    #expect(
      try Readiness.wait(quiet.descriptor, busy.descriptor, timeoutNanos: 1_000_000) == 0)
    try quiet.send([1].rawSpan, to: busy.localAddress)
    #expect(
      try Readiness.wait(quiet.descriptor, busy.descriptor, timeoutNanos: 5 * second) == 0b10)
  }

  @Test func noListenerIsCountedNotThrown() throws {
    let port: UInt16
    do { port = try UDPReceiver(Endpoint(parsing: "127.0.0.1:0")).localAddress.port }
    var sender = try UDPSender(Endpoint(host: "127.0.0.1", port: port))
    for _ in 0..<20 { try sender.send([1].rawSpan) }
    #expect(sender.sent == 20)
    #expect(sender.refused > 0)
  }

  @Test func tooLargeForTheQueueSaysWhatToRaise() throws {
    var options = UDPSenderOptions()
    options.datagramBytes = 10
    var sender = try UDPSender(Endpoint(host: "127.0.0.1", port: 9), options: options)
    #expect(throws: NetError.self) {
      try sender.append([UInt8](repeating: 0, count: 11).rawSpan)
    }
    #expect(sender.queued == 0)
  }

  @Test(arguments: [
    ("239.192.7.9:0@no-such-if", "no such interface"), ("192.0.2.1:0", "ip address"),
  ])
  func failuresSayWhatToDo(_ text: String, _ advice: String) throws {
    let endpoint = try Endpoint(parsing: text)
    let error = #expect(throws: NetError.self) { _ = try UDPReceiver(endpoint) }
    #expect(error?.description.contains(advice) == true)
  }

  @Test func aTakenPortIsAnError() throws {
    let first = try UDPReceiver(Endpoint(parsing: "127.0.0.1:0"))
    let same = Endpoint(first.localAddress)
    let error = #expect(throws: NetError.self) { _ = try UDPReceiver(same) }
    #expect(error?.description.contains("another process has the port") == true)
  }
}
