internal import Records
internal import Wire

/// Statistics of the venue: one message is one to three records of the same sequence.
extension ItchEncoder {
  mutating func encodeStatistic(_ bytes: RawSpan, lane: Int, into frames: inout ByteBuffer) {
    guard let record = StatisticsMessage(copying: bytes) else { return lose(.statistics) }
    guard Self.isVenue(record.statType) else {
      // The worker's own, of the session: the receiver adds them up again.
      counts.implied &+= 1
      return
    }
    if let first = lanes[lane].statistics.first,
      first.sequence != record.sequence || first.header.instrumentID != record.header.instrumentID
    {
      release(lane, into: &frames)
    }
    lanes[lane].statistics.append(record)
    if lanes[lane].statistics.count == 3 { release(lane, into: &frames) }
  }

  private static func isVenue(_ type: StatType) -> Bool {
    type == .lowerPriceLimit || type == .upperPriceLimit || type == .indicativeOpeningPrice
  }

  /// Sends the statistics that wait, or counts them where they are no message together.
  mutating func releaseStatistics(_ lane: Int, into frames: inout ByteBuffer) {
    let group = lanes[lane].statistics
    guard let first = group.first else { return }
    lanes[lane].statistics.removeAll(keepingCapacity: true)
    let isWritten: Bool
    switch group.map(\.statType) {
    case [.lowerPriceLimit, .lowerPriceLimit, .lowerPriceLimit]:
      isWritten = writeDeclineLevels(group, into: &frames)
    case [.upperPriceLimit, .lowerPriceLimit]:
      isWritten = writeCollar(group, into: &frames)
    case [.indicativeOpeningPrice]:
      isWritten = writeQuotation(first, into: &frames)
    case [.indicativeOpeningPrice, .upperPriceLimit, .lowerPriceLimit]:
      isWritten = writeListing(group, into: &frames)
    default: isWritten = false
    }
    if isWritten {
      counts.implied &+= UInt64(group.count - 1)
    } else {
      lose(.statistics, count: UInt64(group.count))
    }
  }

  /// MWCB Decline Level (`V`), 35 bytes: 1.2.5.1.
  private mutating func writeDeclineLevels(
    _ group: [StatisticsMessage], into frames: inout ByteBuffer
  ) -> Bool {
    guard group.allSatisfy({ $0.price >= 0 && $0.price % Itch.price8Factor == 0 }) else {
      return false
    }
    begin(
      Itch.MessageType.mwcbDeclineLevel, byteCount: Itch.MWCBDeclineLevel.byteCount,
      locate: UInt16(truncatingIfNeeded: group[0].header.instrumentID),
      tsEvent: group[0].header.tsEvent, into: &frames)
    for record in group { frames.appendBE(UInt64(record.price / Itch.price8Factor)) }
    return true
  }

  /// LULD Auction Collar (`J`), 35 bytes: 1.2.7. The reference price is the middle by rule.
  private mutating func writeCollar(
    _ group: [StatisticsMessage], into frames: inout ByteBuffer
  ) -> Bool {
    guard let upper = Self.optionalPrice4(group[0].price),
      let lower = Self.optionalPrice4(group[1].price)
    else { return false }
    let locate = UInt16(truncatingIfNeeded: group[0].header.instrumentID)
    begin(
      Itch.MessageType.luldAuctionCollar, byteCount: Itch.LULDAuctionCollar.byteCount,
      locate: locate, tsEvent: group[0].header.tsEvent, into: &frames)
    frames.appendBE(stock(locate))
    frames.appendBE(UInt32((UInt64(upper) + UInt64(lower)) / 2))
    frames.appendBE(upper)
    frames.appendBE(lower)
    frames.appendBE(UInt32(group[0].statFlags))
    return true
  }

  /// IPO Quoting Period Update (`K`), 28 bytes: 1.2.6.
  private mutating func writeQuotation(
    _ record: StatisticsMessage, into frames: inout ByteBuffer
  ) -> Bool {
    guard let price = Self.optionalPrice4(record.price) else { return false }
    let isCancelled = record.updateAction == .delete
    let seconds = isCancelled ? 0 : time(record.tsRef) / 1_000_000_000
    let locate = UInt16(truncatingIfNeeded: record.header.instrumentID)
    begin(
      Itch.MessageType.ipoQuotingPeriod, byteCount: Itch.IPOQuotingPeriod.byteCount,
      locate: locate, tsEvent: record.header.tsEvent, into: &frames)
    frames.appendBE(stock(locate))
    frames.appendBE(UInt32(truncatingIfNeeded: seconds))
    frames.append(value: isCancelled ? UInt8(ascii: "C") : UInt8(ascii: "A"))
    frames.appendBE(price)
    return true
  }

  /// Direct Listing with Capital Raise (`O`), 48 bytes: 1.8. Least and greatest price are not kept.
  private mutating func writeListing(
    _ group: [StatisticsMessage], into frames: inout ByteBuffer
  ) -> Bool {
    guard let near = Self.optionalPrice4(group[0].price),
      let upper = Self.optionalPrice4(group[1].price),
      let lower = Self.optionalPrice4(group[2].price)
    else { return false }
    let locate = UInt16(truncatingIfNeeded: group[0].header.instrumentID)
    begin(
      Itch.MessageType.directListing, byteCount: Itch.DirectListing.byteCount, locate: locate,
      tsEvent: group[0].header.tsEvent, into: &frames)
    frames.appendBE(stock(locate))
    frames.append(value: UInt8(ascii: "Y"))
    frames.appendBE(UInt32(0))
    frames.appendBE(UInt32(0))
    frames.appendBE(near)
    frames.appendBE(time(group[0].tsRef))
    frames.appendBE(lower)
    frames.appendBE(upper)
    return true
  }
}
