import Wire

/// The blocks of pcapng (draft-ietf-opsawg-pcapng, section 4).
extension PacketReader {
  internal mutating func nextBlock(in bytes: RawSpan, from start: Int) -> PacketStep {
    let room = bytes.byteCount - start
    guard room >= PcapngLayout.minimumBlockBytes else {
      return .more(PcapngLayout.minimumBlockBytes)
    }
    // The type of a section header reads the same in both byte orders, and it sets the order.
    let type = word(bytes, start)
    if type == PcapngLayout.sectionHeader, !beginSection(bytes, start) {
      return .stop(.badCapture)
    }
    let total = Int(word(bytes, start + PcapngLayout.totalLength))
    guard total >= PcapngLayout.minimumBlockBytes, total.isMultiple(of: 4) else {
      return .stop(.badCapture)
    }
    guard isNeeded(type) else {
      ignoredBlocks += 1
      return .skip(to: start + total)
    }
    guard total <= CaptureLimits.blockBytes else { return .stop(.badCapture) }
    guard room >= total else { return .more(total) }
    guard word(bytes, start + total - 4) == UInt32(total) else { return .stop(.badCapture) }
    let packet: PacketView?
    switch type {
    case PcapngLayout.sectionHeader:
      return openSection(bytes, start, total)
    case PcapngLayout.interfaceDescription:
      return addInterface(bytes, start, total)
    case PcapngLayout.simplePacket:
      packet = simplePacket(bytes, start, total)
    default:
      packet = enhancedPacket(bytes, start, total, isObsolete: type == PcapngLayout.obsoletePacket)
    }
    guard let packet else { return reject(skippingTo: start + total) }
    return .packet(packet)
  }

  private func isNeeded(_ type: UInt32) -> Bool {
    switch type {
    case PcapngLayout.sectionHeader, PcapngLayout.interfaceDescription,
      PcapngLayout.obsoletePacket, PcapngLayout.simplePacket, PcapngLayout.enhancedPacket:
      true
    default: false
    }
  }

  private mutating func reject(skippingTo end: Int) -> PacketStep {
    rejectedRecords += 1
    return .skip(to: end)
  }

  /// Sets the byte order by the block's magic; false where it has none.
  private mutating func beginSection(_ bytes: RawSpan, _ start: Int) -> Bool {
    let magic = bytes.uncheckedLE(UInt32.self, at: start + PcapngLayout.Section.magic)
    isBigEndian = magic.byteSwapped == PcapngLayout.Section.magicValue
    return isBigEndian || magic == PcapngLayout.Section.magicValue
  }

  private mutating func openSection(_ bytes: RawSpan, _ start: Int, _ total: Int) -> PacketStep {
    guard total >= PcapngLayout.Section.byteCount,
      half(bytes, start + PcapngLayout.Section.majorVersion) == 1
    else { return .stop(.badCapture) }
    interfaces.removeAll(keepingCapacity: true)
    return .skip(to: start + total)
  }

  private mutating func addInterface(_ bytes: RawSpan, _ start: Int, _ total: Int) -> PacketStep {
    typealias Layout = PcapngLayout.Interface
    guard total >= Layout.byteCount, interfaces.count < CaptureLimits.interfaces else {
      return reject(skippingTo: start + total)
    }
    var resolution: UInt8 = 6
    var offsetSeconds: Int64 = 0
    var option = start + Layout.options
    let end = start + total - 4
    while option + 4 <= end {
      let code = half(bytes, option)
      let length = Int(half(bytes, option + 2))
      let value = option + 4
      guard code != Layout.endOfOptions, value + length <= end else { break }
      if code == Layout.timestampResolution, length >= 1 {
        resolution = bytes.uncheckedByte(at: value)
      } else if code == Layout.timestampOffset, length >= 8 {
        let bits = bytes.uncheckedLE(UInt64.self, at: value)
        offsetSeconds = Int64(bitPattern: isBigEndian ? bits.byteSwapped : bits)
      }
      option = value + (length + 3) & ~3
    }
    interfaces.append(
      CaptureInterface(
        link: LinkType(rawValue: half(bytes, start + Layout.link)),
        snapshotLength: word(bytes, start + Layout.snapshotLength),
        clock: CaptureClock(resolution: resolution, offsetSeconds: offsetSeconds)))
    return .skip(to: start + total)
  }

  /// Enhanced packet block, or the obsolete packet block, which differs only in a narrower
  /// interface.
  private func enhancedPacket(
    _ bytes: RawSpan, _ start: Int, _ total: Int, isObsolete: Bool
  ) -> PacketView? {
    typealias Layout = PcapngLayout.Enhanced
    guard total >= Layout.data + 4 else { return nil }
    let interface =
      isObsolete
      ? UInt32(half(bytes, start + Layout.interface)) : word(bytes, start + Layout.interface)
    let captured = Int(word(bytes, start + Layout.capturedLength))
    guard captured <= total - Layout.data - 4, captured <= CaptureLimits.packetBytes,
      Int(interface) < interfaces.count
    else { return nil }
    let source = interfaces[Int(interface)]
    let high = UInt64(word(bytes, start + Layout.timeHigh))
    let units = high << 32 | UInt64(word(bytes, start + Layout.timeLow))
    return PacketView(
      timestampNanos: source.clock.nanos(units), start: start + Layout.data, byteCount: captured,
      originalByteCount: Int(word(bytes, start + Layout.originalLength)), link: source.link,
      interface: interface, recordEnd: start + total)
  }

  /// Simple packet block: no time, always of interface 0, cut at that interface's snapshot length.
  private func simplePacket(_ bytes: RawSpan, _ start: Int, _ total: Int) -> PacketView? {
    typealias Layout = PcapngLayout.Simple
    guard total >= Layout.data + 4, let source = interfaces.first else { return nil }
    let original = Int(word(bytes, start + Layout.originalLength))
    let room = total - Layout.data - 4
    let limit = source.snapshotLength == 0 ? original : min(original, Int(source.snapshotLength))
    guard limit <= room, limit <= CaptureLimits.packetBytes else { return nil }
    return PacketView(
      timestampNanos: 0, start: start + Layout.data, byteCount: limit,
      originalByteCount: original, link: source.link, interface: 0, recordEnd: start + total)
  }
}
