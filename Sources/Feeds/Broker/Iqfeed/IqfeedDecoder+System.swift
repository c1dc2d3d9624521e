internal import FeedKit
internal import Lanes
internal import Records
internal import Sessions
internal import Wire

/// System lines, `S,NAME,values` (sections 3, 5 and 7): the session's state. Rare.
extension IqfeedDecoder {
  @inline(never)
  mutating func decodeSystem(
    _ bytes: RawSpan, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    guard fields.count > 1 else { return .rejected(.truncated) }
    if fields.matches(bytes, 1, "CURRENT UPDATE FIELDNAMES") { return takeFieldSet(bytes) }
    if fields.matches(bytes, 1, "CURRENT PROTOCOL") { return takeVersion(bytes, context) }
    if fields.matches(bytes, 1, "CLEAR DEPTH") { return clearSide(bytes, context, into: &lanes) }
    if fields.matches(bytes, 1, "SERVER CONNECTED") { return takeServer(isUp: true, context) }
    if fields.matches(bytes, 1, "SERVER DISCONNECTED") {
      clearBooks(context, into: &lanes)
      return takeServer(isUp: false, context)
    }
    if fields.matches(bytes, 1, "SERVER RECONNECT FAILED") {
      events.append(.notice(code: 0, text: "IQConnect could not reconnect to its server"))
      return takeServer(isUp: false, context)
    }
    if fields.matches(bytes, 1, "STATS") { return takeStatistics(bytes) }
    if fields.matches(bytes, 1, "CLIENTSTATS") { return takeClient(bytes) }
    if fields.matches(bytes, 1, "FUNDAMENTAL FIELDNAMES") {
      return takeFundamentalSet(bytes)
    }
    if fields.matches(bytes, 1, "SYMBOL LIMIT REACHED") { return takeLimit(bytes) }
    if fields.matches(bytes, 1, "CUST") { return takeCustomer(bytes) }
    // KEY, KEYOK, IP, WATCHES, lists of names, log levels, answers of the admin port: nothing that
    // the session needs.
    return .ignored(Iqfeed.MessageType.system)
  }

  /// The field set of this connection from here on.
  private mutating func takeFieldSet(_ bytes: RawSpan) -> IqfeedVerdict {
    let names = IqfeedFieldSet.names(fields.rest(bytes, 2))
    let next = IqfeedFieldSet(names: names)
    guard next.symbol > 0 else { return .rejected(.badField) }
    set = next
    isSetAssumed = false
    link.fieldLists += 1
    guard !link.version.isEmpty, !link.isReady else { return .decoded }
    // The first list comes by itself; ours is the one with our names, or at the latest the second.
    let missing = link.wanted.filter { !names.contains($0) }
    guard missing.isEmpty || link.fieldLists > 1 else { return .decoded }
    for name in missing {
      events.append(.notice(code: 0, text: "IQFeed does not give the field \"\(name)\""))
    }
    guard next.contents > 0 else {
      events.append(
        .lost(.protocolError, text: "IQFeed does not give the field \"Message Contents\""))
      return .decoded
    }
    link.isReady = true
    if link.isAgreed { events.append(.ready) }
    return .decoded
  }

  /// Section 11: a server that does not know a version names the one in use.
  private mutating func takeVersion(_ bytes: RawSpan, _ context: IqfeedContext) -> IqfeedVerdict {
    guard !link.version.isEmpty else { return .decoded }
    let version = fields.text(bytes, 2)
    guard version == link.version else {
      events.append(
        .lost(
          .version,
          text: "IQConnect speaks protocol \(version) on \(context.channel.name), not "
            + "\(link.version): set protocol: \"6.1\" or update IQConnect"))
      return .decoded
    }
    if context.channel == .level1, !link.isAgreed {
      link.isAgreed = true
      if link.isReady { events.append(.ready) }
    }
    return .decoded
  }

  private mutating func takeFundamentalSet(_ bytes: RawSpan) -> IqfeedVerdict {
    let names = IqfeedFieldSet.names(fields.rest(bytes, 2))
    guard names.first == "Symbol" else { return .rejected(.badField) }
    fundamentals = IqfeedFundamentalSet(names: names)
    return .decoded
  }

  /// Repeats are usual (section 3). Level 1 speaks for the session; depth says the same of itself
  /// when it begins, whatever is true.
  private mutating func takeServer(isUp: Bool, _ context: IqfeedContext) -> IqfeedVerdict {
    guard link.isUp != isUp, context.channel == .level1 else { return .decoded }
    link.isUp = isUp
    // Watches are kept, but what they show is asked for again: a fresh P is not to be relied on.
    events.append(
      isUp
        ? .upstreamUp(keepsSubscriptions: false, text: "IQConnect has its server again")
        : .upstreamDown(text: "IQConnect has lost its server"))
    return .decoded
  }

  private mutating func takeLimit(_ bytes: RawSpan) -> IqfeedVerdict {
    guard fields.count > 2,
      let key = IqfeedInstruments.key(bytes, fields.start(2), fields.end(2))
    else { return .rejected(.badField) }
    let place = instruments.find(key)
    guard place >= 0 else { return .ignored(Iqfeed.MessageType.system) }
    events.append(.limitReached(index: Int(instruments.slot(place).index)))
    return .decoded
  }

  /// Section 3, "CUST values". The line holds account data: nothing of it is shown.
  private mutating func takeCustomer(_ bytes: RawSpan) -> IqfeedVerdict {
    guard fields.count > 11 else { return .ignored(Iqfeed.MessageType.system) }
    if let limit = Int(fields.text(bytes, 10)), limit > 0 {
      events.append(.subscriptionLimit(limit))
    }
    if fields.matches(bytes, 2, "delayed") { noteDelay(minutes: 15) }
    return .decoded
  }

  /// S,STATS of the admin port, every second (section 7): the link of IQConnect, and our limit.
  private mutating func takeStatistics(_ bytes: RawSpan) -> IqfeedVerdict {
    guard fields.count > 12 else { return .rejected(.truncated) }
    let limit = IqfeedNumber.whole(bytes, fields.start(4), fields.end(4))
    guard limit >= 0 else { return .rejected(.badField) }
    if limit > 0, limit < 1 << 31, limit != link.symbolLimit {
      link.symbolLimit = limit
      events.append(.subscriptionLimit(Int(limit)))
    }
    let isConnected = fields.matches(bytes, 12, "Connected")
    guard isConnected || fields.matches(bytes, 12, "Not Connected") else {
      return .rejected(.badField)
    }
    if isConnected != link.isConnected {
      link.isConnected = isConnected
      events.append(.part(name: "iqconnect link", isBroken: !isConnected))
    }
    return .decoded
  }

  /// S,CLIENTSTATS of one of our own sockets: kB queued there say that we read too slowly.
  private mutating func takeClient(_ bytes: RawSpan) -> IqfeedVerdict {
    guard fields.count > 10 else { return .rejected(.truncated) }
    guard fields.matches(bytes, 4, link.clientName), !fields.matches(bytes, 2, "0") else {
      return .ignored(Iqfeed.MessageType.system)
    }
    let queued = IqfeedNumber.price(bytes, fields.start(10), fields.end(10))
    guard !IqfeedNumber.isWrong(queued), queued != Undefined.price else {
      return .rejected(.badField)
    }
    // Two limits, so that one in between does not alarm each second; level 1 has the most data.
    guard fields.matches(bytes, 2, "1") else { return .decoded }
    let kilobytes = queued / 1_000_000_000
    let isQueueing = link.isQueueing ? kilobytes > 64 : kilobytes > 1_024
    if isQueueing != link.isQueueing {
      link.isQueueing = isQueueing
      events.append(.part(name: "iqconnect queue", isBroken: isQueueing))
    }
    return .decoded
  }

  /// Data that is late by more than any said before.
  mutating func noteDelay(minutes: Int) {
    guard minutes * 60 > link.delaySeconds else { return }
    link.delaySeconds = minutes * 60
    events.append(.delayed(seconds: link.delaySeconds))
  }

  /// A symbol that is not known (`n`) or has no depth (`q`).
  mutating func decodeRefusal(
    _ bytes: RawSpan, _ letter: UInt8, _ context: IqfeedContext
  ) -> IqfeedVerdict {
    guard fields.count == 2,
      let key = IqfeedInstruments.key(bytes, fields.start(1), fields.end(1))
    else { return .rejected(.badField) }
    let place = instruments.find(key)
    guard place >= 0 else { return .ignored(letter) }
    let index = Int(instruments.slot(place).index)
    let interests = LiveInterests(rawValue: instruments.slot(place).interests)
    let text = letter == Iqfeed.MessageType.noDepth ? "no depth" : "symbol not found"
    if context.channel == .depth, !interests.isDisjoint(with: [.trades, .quotes]) {
      // Its quotes may be good all the same.
      events.append(.notice(code: 0, text: "\(fields.text(bytes, 1)): \(text) of it"))
    } else {
      events.append(.refused(index: index, code: 0, text: text))
    }
    return .decoded
  }

  /// The server's clock, once a second (section 4, `T`).
  mutating func decodeTime(_ bytes: RawSpan, _ context: IqfeedContext) -> IqfeedVerdict {
    guard fields.count == 2 else { return .rejected(.truncated) }
    guard
      let time = IqfeedClock.compactTime(
        bytes, fields.start(1), fields.end(1), near: context.tsRecv)
    else { return .rejected(.badField) }
    if link.isAsked {
      link.isAsked = false
      events.append(.answered)
    }
    serverTime = time
    if !learns { lookAtClocks(time, context) }
    return .decoded
  }

  /// What of the last seconds says how far the clocks are apart, and how late the data is.
  private mutating func lookAtClocks(_ time: UInt64, _ context: IqfeedContext) {
    // Lines come late, never early: the largest difference is the best one.
    clockOffset = max(clockOffset, Int64(clamping: Int128(time) - Int128(context.tsRecv)))
    clockLines += 1
    if clockLines == 10 {
      events.append(.clockOffset(nanos: clockOffset))
      (clockOffset, clockLines) = (Int64.min, 0)
    }
    guard lagTrades >= 20 else { return }
    let minutes = Int(leastLag / 60_000_000_000)
    if minutes >= 5, minutes <= 1_440 { noteDelay(minutes: minutes) }
    (leastLag, lagTrades) = (UInt64.max, 0)
  }
}
