internal import FeedKit

extension ItchMarket {
  /// One message outside of the plain order flow, or 0 at the end of the day.
  ///
  /// Stages that have nothing (more) to say pass on to the next one, so the loop ends.
  @inline(never)
  mutating func script(_ out: inout MutableRawSpan, _ at: Int) -> Int {
    while true {
      if cross.isActive {
        let size = crossStep(&out, at)
        if size > 0 { return size }
        day.flowEnd = day.heldFlowEnd
        if messageCount < day.flowEnd { return step(&out, at) }
        continue
      }
      if day.stage == .finished { return 0 }
      let size = stageMessage(&out, at)
      if size > 0 { return size }
    }
  }

  /// The next message of the stage, or 0 after having moved to the next stage.
  private mutating func stageMessage(_ out: inout MutableRawSpan, _ at: Int) -> Int {
    switch day.stage {
    case .startOfMessages: return systemEvent(&out, at, "O")
    case .directory: return eachSymbol(&out, at, repeats: 1) { $0.directory(&$1, $2, $3) }
    case .tradingAction:
      return eachSymbol(&out, at, repeats: 1) { $0.initialTradingAction(&$1, $2, $3) }
    case .regSHO: return eachSymbol(&out, at, repeats: 1) { $0.regSHO(&$1, $2, $3) }
    case .participants:
      return eachSymbol(&out, at, repeats: options.participantsPerSymbol) {
        $0.participantPosition(&$1, $2, $3)
      }
    case .declineLevels: return declineLevels(&out, at)
    case .startOfSystem:
      jump(to: MarketDay.startOfSystem)
      return systemEvent(&out, at, "S")
    case .startOfMarket:
      jump(to: MarketDay.startOfMarket)
      return systemEvent(&out, at, "Q")
    case .endOfMarket:
      jump(to: MarketDay.endOfMarket)
      return systemEvent(&out, at, "M")
    case .openingCross, .closingCross:
      let type: Unicode.Scalar = day.stage == .openingCross ? "O" : "C"
      enterNextStage()
      beginCross(type, 1...options.symbols, messages: options.crossMessages)
      return 0
    case .preMarket, .openingAuction, .market, .closingAuction, .postMarket:
      // The flow's end has been reached; what an aggressor still has to do comes first.
      if take.shares > 0 { return flow(&out, at) }
      enterNextStage()
      return messageCount < day.flowEnd ? step(&out, at) : 0
    case .endOfSystem:
      jump(to: MarketDay.endOfSystem)
      return systemEvent(&out, at, "E")
    case .endOfMessages: return systemEvent(&out, at, "C")
    case .finished: return 0
    }
  }

  private mutating func jump(to time: UInt64) { clock = max(clock, time << 8) }

  mutating func tickOver() {
    pace.due &+= pace.quietGap
    clock &+= pace.quietGap
  }

  mutating func enterNextStage() {
    day.stage = MarketDay.Stage(rawValue: day.stage.rawValue + 1) ?? .finished
    day.cursor = 0
    day.flowEnd = 0
    switch day.stage {
    case .preMarket:
      beginFlow(share: 4, liveMessages: 8 * options.symbols, until: MarketDay.openingAuction)
    case .openingAuction:
      jump(to: MarketDay.openingAuction)
      beginFlow(share: 4, liveMessages: 4 * options.symbols, until: MarketDay.startOfMarket)
      day.actions = MarketTables.actionCount
    case .market: beginMarket()
    case .closingAuction:
      jump(to: MarketDay.closingAuction)
      beginFlow(share: 5, liveMessages: 4 * options.symbols, until: MarketDay.endOfMarket)
      day.actions = 2 * MarketTables.actionCount
    case .postMarket: beginPostMarket()
    default: break
    }
  }

  /// Order flow of `share` hundredths of what is neither directory nor cross.
  private mutating func beginFlow(share: Int, liveMessages: Int, until end: UInt64) {
    var length = options.messages == nil ? liveMessages : flowMessages * share / 100
    if isClosing, day.stage.rawValue < MarketDay.Stage.market.rawValue { length = 0 }
    day.flowEnd = messageCount + UInt64(length)
    day.actions = 0
    pace.endPhase(in: (end << 8) - min(clock, end << 8))
  }

  private var flowMessages: Int {
    guard let messages = options.messages else { return 0 }
    return messages - options.minimumMessages + ItchMarketOptions.minimumFlowMessages
  }

  private static var overrunMessages: Int { 64 }

  /// The market lasts until what remains is needed for the rest of the day.
  private mutating func beginMarket() {
    beginFlow(share: 0, liveMessages: 0, until: MarketDay.closingAuction)
    if isClosing { return }
    if let messages = options.messages {
      // 3 messages end the day; a reopening cross or an aggressor may overrun the phase's end.
      let rest = flowMessages * 6 / 100 + options.crossMessages + 3 + Self.overrunMessages
      day.flowEnd = UInt64(max(messages - rest, 0))
    } else {
      day.flowEnd = .max
    }
    scheduleEvents()
  }

  private mutating func beginPostMarket() {
    beginFlow(share: 1, liveMessages: options.symbols, until: MarketDay.endOfSystem)
    if let messages = options.messages { day.flowEnd = UInt64(messages - 2) }
  }

  /// Calls `write` for every symbol `repeats` times; 0 when all have been visited.
  private mutating func eachSymbol(
    _ out: inout MutableRawSpan, _ at: Int, repeats: Int,
    _ write: (inout ItchMarket, inout MutableRawSpan, Int, Int) -> Int
  ) -> Int {
    guard day.cursor < options.symbols * repeats else {
      enterNextStage()
      return 0
    }
    let locate = day.cursor / repeats + 1
    day.cursor += 1
    tickOver()
    return write(&self, &out, at, locate)
  }

  // MARK: Messages of the start and the end

  private mutating func systemEvent(
    _ out: inout MutableRawSpan, _ at: Int, _ code: Unicode.Scalar
  ) -> Int {
    tickOver()
    let size = begin(&out, at, 0x53, 12, 0)
    out.put(UInt8(truncatingIfNeeded: code.value), at + 13)
    enterNextStage()
    return size
  }

  private mutating func directory(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int
  ) -> Int {
    let size = begin(&out, at, 0x52, 39, locate)
    let offering = symbols[locate].isHalted != 0
    let fund = locate % 5 == 0
    out.putBE(symbols[locate].stock, at + 13)
    // Market categories of Nasdaq's own tiers, NYSE, NYSE American, Arca and Bats.
    out.put([0x51, 0x47, 0x53, 0x4E, 0x41, 0x50, 0x5A][locate % 7], at + 21)
    out.put(locate % 97 == 0 ? 0x44 : 0x4E, at + 22)
    out.putBE(100 as UInt32, at + 23)
    out.put(0x4E, at + 27)
    out.put(fund ? 0x51 : 0x43, at + 28)
    out.put(fund ? 0x45 : 0x5A, at + 29)
    out.put(0x20, at + 30)
    out.put(0x50, at + 31)
    out.put(0x4E, at + 32)
    out.put(offering ? 0x59 : 0x4E, at + 33)
    out.put(locate % 8 == 0 ? 0x31 : 0x32, at + 34)
    out.put(fund ? 0x59 : 0x4E, at + 35)
    out.putBE((fund && locate % 50 == 0 ? 3 : 0) as UInt32, at + 36)
    out.put(fund && locate % 100 == 0 ? 0x59 : 0x4E, at + 40)
    return size
  }

  private mutating func initialTradingAction(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int
  ) -> Int {
    guard symbols[locate].isHalted != 0 else {
      return tradingAction(&out, at, locate, state: "T", reason: MarketText.spaces)
    }
    return tradingAction(
      &out, at, locate, state: "H", reason: MarketText.four("I", "P", "O", "1"))
  }

  mutating func tradingAction(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, state: Unicode.Scalar, reason: UInt32
  ) -> Int {
    let size = begin(&out, at, 0x48, 25, locate)
    out.putBE(symbols[locate].stock, at + 13)
    out.put(UInt8(truncatingIfNeeded: state.value), at + 21)
    out.put(0x20, at + 22)
    out.putBE(reason, at + 23)
    return size
  }

  mutating func regSHO(_ out: inout MutableRawSpan, _ at: Int, _ locate: Int) -> Int {
    let size = begin(&out, at, 0x59, 20, locate)
    out.putBE(symbols[locate].stock, at + 13)
    out.put(symbols[locate].regSHO, at + 21)
    return size
  }

  private mutating func participantPosition(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int
  ) -> Int {
    let number = day.cursor
    let size = begin(&out, at, 0x4C, 26, locate)
    out.putBE(MarketText.participant(number), at + 13)
    out.putBE(symbols[locate].stock, at + 17)
    out.put(number % 3 == 0 ? 0x59 : 0x4E, at + 25)
    out.put(0x4E, at + 26)
    out.put(number % 41 == 0 ? 0x45 : 0x41, at + 27)
    return size
  }

  /// The index levels 7, 13 and 20 % under an invented close of 4,200, with eight decimals.
  private mutating func declineLevels(_ out: inout MutableRawSpan, _ at: Int) -> Int {
    tickOver()
    let size = begin(&out, at, 0x56, 35, 0)
    let one: UInt64 = 100_000_000
    out.putBE(3_906 * one, at + 13)
    out.putBE(3_654 * one, at + 21)
    out.putBE(3_360 * one, at + 29)
    enterNextStage()
    return size
  }
}
