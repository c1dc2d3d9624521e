internal import FeedKit

/// A halt or an offering under way: which step comes next, and at which message number.
struct MarketHalt: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable { case volatility, news, operational, offering }

  var kind = Kind.volatility
  var locate = 0
  var step = 0
  var at: UInt64 = 0
}

extension ItchMarket {
  /// Arranges the rare events of the market phase.
  mutating func scheduleEvents() {
    if options.messagesPerHalt > 0 {
      nextHaltAt = messageCount + UInt64(options.messagesPerHalt)
    }
    if options.messagesPerRarity > 0 {
      nextRarityAt = messageCount + UInt64(options.messagesPerRarity)
    }
    for offering in 0..<min(options.initialOfferings, options.symbols) {
      let delay = UInt64(options.haltMessages) * UInt64(offering + 1) / 4
      addHalt(.offering, options.symbols - offering, at: messageCount + delay)
    }
    updateEventAt()
  }

  /// The rare message that is due, or 0.
  @inline(never)
  mutating func event(_ out: inout MutableRawSpan, _ at: Int) -> Int {
    guard day.stage == .market, !isClosing else {
      // Nothing begins or ends outside of the market: what is halted stays so for the day.
      if isClosing, day.stage.rawValue <= MarketDay.Stage.market.rawValue {
        day.flowEnd = messageCount
      }
      eventAt = .max
      return 0
    }
    defer { updateEventAt() }
    for index in 0..<haltCount where messageCount >= halts[index].at {
      return continueHalt(&out, at, index)
    }
    if messageCount >= nextHaltAt {
      nextHaltAt = messageCount + UInt64(options.messagesPerHalt)
      return beginHalt(&out, at)
    }
    if messageCount >= nextRarityAt {
      nextRarityAt = messageCount + UInt64(options.messagesPerRarity)
      return rarity(&out, at)
    }
    return 0
  }

  private mutating func updateEventAt() {
    eventAt = min(nextHaltAt, nextRarityAt)
    for index in 0..<haltCount { eventAt = min(eventAt, halts[index].at) }
  }

  private mutating func addHalt(_ kind: MarketHalt.Kind, _ locate: Int, at: UInt64) {
    guard haltCount < ItchMarketLimits.halts else { return }
    halts[haltCount] = MarketHalt(kind: kind, locate: locate, step: 0, at: at)
    haltCount += 1
  }

  private mutating func beginHalt(_ out: inout MutableRawSpan, _ at: Int) -> Int {
    let locate = Int(symbolTable[Int(truncatingIfNeeded: random.next()) & (symbolTable.count - 1)])
    guard symbols[locate].isHalted == 0, haltCount < ItchMarketLimits.halts else { return 0 }
    let kind: MarketHalt.Kind =
      switch random.below(8) {
      case 0: .operational
      case 1, 2: .news
      default: .volatility
      }
    symbols[locate].isHalted = 1
    addHalt(kind, locate, at: messageCount + 1)
    switch kind {
    case .operational: return operationalHalt(&out, at, locate, "H")
    case .news:
      return tradingAction(
        &out, at, locate, state: "H", reason: MarketText.four("T", "1", " ", " "))
    default:
      return tradingAction(
        &out, at, locate, state: "P", reason: MarketText.four("L", "U", "D", "P"))
    }
  }

  private mutating func continueHalt(
    _ out: inout MutableRawSpan, _ at: Int, _ index: Int
  ) -> Int {
    let halt = halts[index]
    halts[index].step += 1
    halts[index].at = messageCount + UInt64(options.haltMessages) / 3 + 1
    switch halt.kind {
    case .volatility: return continuePause(&out, at, index, halt)
    case .news: return continueNews(&out, at, index, halt)
    case .operational:
      if halt.step < 2 { return 0 }
      release(index)
      return operationalHalt(&out, at, halt.locate, "T")
    case .offering: return continueOffering(&out, at, index, halt)
    }
  }

  /// A volatility pause: collar, imbalance, sometimes an extension, trading, cross.
  private mutating func continuePause(
    _ out: inout MutableRawSpan, _ at: Int, _ index: Int, _ halt: MarketHalt
  ) -> Int {
    switch halt.step {
    case 0: return collar(&out, at, halt.locate, extensions: 0)
    case 1: return writeImbalance(&out, at, halt.locate, type: "H")
    case 2 where random.below(4) == 0: return collar(&out, at, halt.locate, extensions: 1)
    default:
      release(index)
      beginReopening(halt.locate)
      return tradingAction(
        &out, at, halt.locate, state: "T", reason: MarketText.four("L", "U", "D", "P"))
    }
  }

  private mutating func continueNews(
    _ out: inout MutableRawSpan, _ at: Int, _ index: Int, _ halt: MarketHalt
  ) -> Int {
    switch halt.step {
    case 0: return 0
    case 1:
      return tradingAction(
        &out, at, halt.locate, state: "Q", reason: MarketText.four("T", "3", " ", " "))
    case 2: return writeImbalance(&out, at, halt.locate, type: "H")
    default:
      release(index)
      beginReopening(halt.locate)
      return tradingAction(
        &out, at, halt.locate, state: "T", reason: MarketText.four("T", "3", " ", " "))
    }
  }

  private mutating func continueOffering(
    _ out: inout MutableRawSpan, _ at: Int, _ index: Int, _ halt: MarketHalt
  ) -> Int {
    switch halt.step {
    case 0: return offeringUpdate(&out, at, halt.locate)
    case 1:
      return tradingAction(
        &out, at, halt.locate, state: "Q", reason: MarketText.four("I", "P", "O", "Q"))
    case 2: return directListing(&out, at, halt.locate)
    case 3: return writeImbalance(&out, at, halt.locate, type: "H")
    default:
      release(index)
      beginReopening(halt.locate)
      return tradingAction(
        &out, at, halt.locate, state: "T", reason: MarketText.four("I", "P", "O", "E"))
    }
  }

  private mutating func release(_ index: Int) {
    symbols[halts[index].locate].isHalted = 0
    haltCount -= 1
    halts[index] = halts[haltCount]
  }

  /// The cross that follows the trading message at once.
  private mutating func beginReopening(_ locate: Int) {
    beginCross("H", locate...locate, messages: 8)
  }

  // MARK: Messages

  private mutating func operationalHalt(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, _ action: Unicode.Scalar
  ) -> Int {
    let size = begin(&out, at, 0x68, 21, locate)
    out.putBE(symbols[locate].stock, at + 13)
    out.put(0x51, at + 21)
    out.put(UInt8(truncatingIfNeeded: action.value), at + 22)
    return size
  }

  /// LULD auction collar: 5 % around the centre, 5 % more with each extension.
  private mutating func collar(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, extensions: UInt32
  ) -> Int {
    let reference = symbols[locate].price(Int(symbols[locate].centre))
    let width = reference / 20 * (extensions + 1)
    let size = begin(&out, at, 0x4A, 35, locate)
    out.putBE(symbols[locate].stock, at + 13)
    out.putBE(reference, at + 21)
    out.putBE(reference + width - width % 100, at + 25)
    out.putBE(reference - width + width % 100, at + 29)
    out.putBE(extensions, at + 33)
    return size
  }

  /// The anticipated release, in whole seconds since midnight.
  private mutating func offeringUpdate(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int
  ) -> Int {
    let size = begin(&out, at, 0x4B, 28, locate)
    out.putBE(symbols[locate].stock, at + 13)
    out.putBE(UInt32(timestampNanos / 1_000_000_000 + 600), at + 21)
    out.put(0x41, at + 25)
    out.putBE(symbols[locate].price(Int(symbols[locate].centre)), at + 26)
    return size
  }

  private mutating func directListing(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int
  ) -> Int {
    let near = symbols[locate].price(Int(symbols[locate].centre))
    let size = begin(&out, at, 0x4F, 48, locate)
    out.putBE(symbols[locate].stock, at + 13)
    out.put(0x59, at + 21)
    out.putBE(near - near / 5, at + 22)
    out.putBE(near + near / 5 * 4, at + 26)
    out.putBE(near, at + 30)
    out.putBE(timestampNanos, at + 34)
    out.putBE(near - near / 10, at + 42)
    out.putBE(near + near / 10, at + 46)
    return size
  }

  private mutating func rarity(_ out: inout MutableRawSpan, _ at: Int) -> Int {
    let bits = random.next()
    let locate = Int(symbolTable[Int(truncatingIfNeeded: bits) & (symbolTable.count - 1)])
    switch bits >> 32 % 4 {
    case 0 where matchNumber > 0:
      let size = begin(&out, at, 0x42, 19, lastExecutedLocate)
      out.putBE(matchNumber, at + 13)
      return size
    case 1:
      symbols[locate].regSHO = symbols[locate].regSHO == 0x30 ? 0x31 : 0x32
      return regSHO(&out, at, locate)
    default:
      let size = begin(&out, at, 0x4E, 20, locate)
      out.putBE(symbols[locate].stock, at + 13)
      let interest = MarketText.four("B", "S", "A", "N") >> UInt32(8 * (bits >> 40 & 3))
      out.put(UInt8(truncatingIfNeeded: interest), at + 21)
      return size
    }
  }
}
