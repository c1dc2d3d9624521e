import Captures
import Foundation
import Gzip
import TestSupport
import Testing
import Wire

@Suite struct InputFileTests {
  static func capture(packets: Int, bytesEach: Int) -> [UInt8] {
    var capture = PcapBytes(isNanos: true)
    for index in 0..<packets {
      capture.add(
        seconds: 1, fraction: UInt32(index),
        [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: bytesEach))
    }
    return capture.bytes
  }

  @Test(arguments: [false, true])
  func packetsAreTheSameCompressed(_ isCompressed: Bool) throws {
    // 3.6 MB: records lie across the ends of several refills of 1 MiB.
    let plain = Self.capture(packets: 3_000, bytesEach: 1_191)
    try withTemporaryFile(isCompressed ? gzipMember(plain) : plain) { path in
      var file = try InputFile(path: path)
      #expect(file.format == .capture(.pcap))
      #expect(file.isCompressed == isCompressed)
      var wrong = 0
      var index = 0
      file.forEachPacket { window, packet in
        let byte = UInt8(truncatingIfNeeded: index)
        if packet.timestampNanos != 1_000_000_000 + UInt64(index) || packet.byteCount != 1_191
          || window.loadByte(at: packet.start) != byte
          || window.loadByte(at: packet.range.upperBound - 1) != byte
        {
          wrong += 1
        }
        index += 1
      }
      #expect(wrong == 0)
      #expect(file.packets == 3_000)
      #expect(file.problem == nil)
      #expect(file.next() == nil)
    }
  }

  /// A whole gzip file of a pcapng block that is longer than what may be held in memory.
  @Test func longUnknownBlocksOfCompressedFilesAreSkipped() throws {
    var capture = PcapngBytes()
    capture.addInterface()
    capture.addBlock(0x0BAD) { $0.add(raw: Array(repeating: 1, count: 3 << 20)) }
    capture.addEnhanced(units: 5, [1, 2, 3])
    try withTemporaryFile(gzipMember(capture.bytes)) { path in
      var file = try InputFile(path: path)
      #expect(file.next()?.timestampNanos == 5_000)
      #expect(file.next() == nil)
      #expect(file.problem == nil)
    }
  }

  @Test func whereACorruptRecordStopsIsTold() throws {
    var capture = PcapBytes()
    capture.add(seconds: 1, fraction: 0, [1, 2, 3, 4])
    capture.add(seconds: 1, fraction: 0, [1], captured: .max)
    try withTemporaryFile(capture.bytes) { path in
      var file = try InputFile(path: path)
      #expect(file.next() != nil)
      #expect(file.next() == nil)
      #expect(file.problem == InputProblem(offset: 44, cause: .corruptRecord))
      #expect(file.problem?.reason == .badCapture)
      #expect(file.rejectedRecords == 1)
      #expect(file.next() == nil)
    }
  }

  @Test(arguments: [false, true])
  func whereATruncatedCaptureEndsIsTold(_ isCompressed: Bool) throws {
    let plain = Self.capture(packets: 2, bytesEach: 10).dropLast(3)
    try withTemporaryFile(isCompressed ? gzipMember(Array(plain)) : Array(plain)) { path in
      var file = try InputFile(path: path)
      #expect(file.next() != nil)
      #expect(file.next() == nil)
      #expect(file.problem == InputProblem(offset: 50, cause: .truncatedRecord))
    }
  }

  @Test func aCutCompressedFileGivesWhatItHolds() throws {
    let member = gzipMember(Self.capture(packets: 4, bytesEach: 10))
    try withTemporaryFile(Array(member.dropLast(20))) { path in
      var file = try InputFile(path: path)
      var packets = 0
      file.forEachPacket { _, _ in packets += 1 }
      #expect(packets == 3)
      guard case .compression(.truncated(1, member.count - 20)) = file.problem?.cause else {
        Issue.record("\(String(describing: file.problem))")
        return
      }
    }
  }

  @Test(arguments: [false, true])
  func anythingElseIsFramedBytes(_ isCompressed: Bool) throws {
    let plain = (0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 / 251) }
    try withTemporaryFile(isCompressed ? gzipMember(plain) : plain) { path in
      var file = try InputFile(path: path)
      #expect(file.format == .framed)
      #expect(file.next() == nil)
      var position = 0
      var wrong = 0
      repeat {
        // Leaves a rest, as a message does whose end has not come yet.
        let count = file.window.byteCount - min(7, file.window.byteCount)
        // Every 13th byte: all of them take long in a debug build.
        for index in stride(from: 0, to: count, by: 13)
        where file.window.loadByte(at: index) != plain[position + index] {
          wrong += 1
        }
        file.consume(count)
        position += count
        #expect(file.offset == UInt64(position))
      } while file.refill()
      #expect(wrong == 0)
      #expect(position + file.window.byteCount == plain.count)
      #expect(file.problem == nil)
    }
  }

  @Test func aFullWindowEndsTheRefills() throws {
    let member = gzipMember([UInt8](repeating: 3, count: 100_000))
    var stream: [UInt8] = []
    for _ in 0..<200 { stream += member }
    try withTemporaryFile(stream) { path in
      var file = try InputFile(path: path)
      while file.refill() {}
      #expect(file.window.byteCount >= CaptureLimits.blockBytes)
      #expect(file.window.byteCount <= CaptureLimits.blockBytes + CaptureLimits.refillBytes)
      #expect(file.problem == nil)
      let held = file.window.byteCount
      file.consume(held)
      let more = file.refill()
      #expect(more)
    }
  }

  @Test func failuresSayWhatToDo() throws {
    let folder = FileManager.default.temporaryDirectory.path
    func failure(_ path: String) -> InputError? {
      do throws(InputError) {
        _ = try InputFile(path: path)
        return nil
      } catch { return error }
    }
    #expect(failure(folder + "/no-such-file")?.kind == .notFound)
    #expect(failure(folder)?.kind == .isDirectory)
    #expect(failure("/dev/null")?.kind == .notRegularFile)
    try withTemporaryFile([]) { path in
      #expect(failure(path)?.kind == .isEmpty)
      #expect(failure(path)?.description.contains(path) == true)
    }
    try withTemporaryFile([0x1F, 0x8B, 8, 0xFF, 1, 2, 3]) { path in
      guard case .compression = failure(path)?.kind else {
        Issue.record("\(String(describing: failure(path)))")
        return
      }
    }
    if geteuid() != 0 {
      try withTemporaryFile([1]) { path in
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        #expect(failure(path)?.kind == .permissionDenied)
      }
    }
  }

  @Test(arguments: [LinkType.ethernet, .rawIP], [false, true])
  func whatIsWrittenIsRead(_ link: LinkType, _ isV6: Bool) throws {
    let group =
      isV6 ? IPAddress(v6High: 0xFF15 << 48, low: 0x0102_0304) : IPAddress(v4: 0xEFFF_0102)
    let host = isV6 ? IPAddress.loopbackV6 : IPAddress(v4: 0x0A01_0203)
    try withTemporaryFile([]) { path in
      do {
        var writer = try PcapWriter(path: path, link: link)
        for index in 0..<1_000 {
          try writer.append(
            timestampNanos: 1_700_000_000_123_456_789 + UInt64(index),
            source: SocketAddress(host, port: 1), destination: SocketAddress(group, port: 2),
            payload: [UInt8](repeating: UInt8(index & 255), count: index).rawSpan)
        }
        try writer.flush()
        #expect(writer.packets == 1_000)
      }
      var file = try InputFile(path: path)
      var wrong = 0
      var index = 0
      file.forEachPacket { window, packet in
        if packet.timestampNanos != 1_700_000_000_123_456_789 + UInt64(index) { wrong += 1 }
        guard case .udp(let datagram) = PacketContent(packet, in: window) else {
          wrong += 1
          return
        }
        if datagram.byteCount != index || datagram.destination != SocketAddress(group, port: 2)
          || datagram.source != SocketAddress(host, port: 1)
        {
          wrong += 1
        }
        for position in datagram.range where window.loadByte(at: position) != UInt8(index & 255) {
          wrong += 1
        }
        index += 1
      }
      #expect(wrong == 0)
      #expect(index == 1_000)
    }
  }
}
