internal import FeedKit

// Port 9200 (section 5): orders of futures, market makers of stocks, price levels of futures; at
// 6.1 and before lines with both sides. Indices and currencies have no depth.
extension IqfeedSimulator {
  /// Participants of a stock's book, one a place.
  static var participants: [String] {
    ["NSDQ", "ARCX", "BATS", "EDGX", "NYSE", "BOSX", "CHXE", "PHLX", "IEXG", "MEMX"]
  }

  func takeDepth(
    _ text: String, _ words: [String], _ client: IqfeedSimulatorClient, _ now: UInt64,
    _ wire: SimulatorWire
  ) {
    switch words[0] {
    case "WOR": change(words, client, wire) { $0.orders = true }
    case "ROR": change(words, client, nil) { $0.orders = false }
    case "WPL":
      let levels = words.count > 2 ? Int(words[2]) ?? 0 : SimulatedMarketLimits.levels
      guard (1...1_000).contains(levels) else { return say("E,!SYNTAX_ERROR!,", client, wire) }
      change(words, client, wire) { $0.levels = min(levels, SimulatedMarketLimits.levels) }
    case "RPL": change(words, client, nil) { $0.levels = 0 }
    case "c", "x", "S": break
    default: takeOldDepth(text, client, wire)
    }
  }

  private func takeOldDepth(
    _ text: String, _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) {
    let symbol = String(text.dropFirst())
    switch text.first {
    case "w": change(["w", symbol], client, wire) { $0.old = true }
    case "r": change(["r", symbol], client, nil) { $0.old = false }
    case "m": say("M,\(symbol),Simulated participant \(symbol),", client, wire)
    default: say("E,!SYNTAX_ERROR!,", client, wire)
    }
  }

  /// Changes what is watched; with a wire the image follows.
  private func change(
    _ words: [String], _ client: IqfeedSimulatorClient, _ wire: SimulatorWire?,
    _ change: (inout IqfeedSimulatorBook) -> Void
  ) {
    guard !client.connection.deniesAuthentication else { return }
    let symbol = words.count > 1 ? words[1] : ""
    guard let instrument = market.find(symbol) else {
      if let wire { say("n,\(symbol)", client, wire) }
      return
    }
    var wanted = IqfeedSimulatorBook()
    change(&wanted)
    let kind = market.instruments[instrument].kind
    // Only futures have price levels, and only they and stocks have a book at all.
    guard kind == .future || (kind == .stock && wanted.levels == 0) else {
      if let wire { say("q,\(symbol)", client, wire) }
      return
    }
    change(&client.books[instrument])
    if let wire, isUp { sayBook(instrument, wanted, client, wire) }
  }

  func sayAllBooks(_ client: IqfeedSimulatorClient, _ wire: SimulatorWire) {
    for instrument in client.books.indices where client.books[instrument].isWatched {
      sayBook(instrument, client.books[instrument], client, wire)
    }
  }

  private func sayBook(
    _ instrument: Int, _ book: IqfeedSimulatorBook, _ client: IqfeedSimulatorClient,
    _ wire: SimulatorWire
  ) {
    for level in 0..<SimulatedMarketLimits.levels {
      if book.old {
        writeOld(client.version == .oldest ? "U" : "Z", instrument, level, client)
        send(client, wire)
      }
      for isBid in [true, false] {
        if book.orders {
          sayOrder("6", instrument, isBid, level, quoteTime(instrument, isBid), client, wire)
        }
        if level < book.levels {
          sayLevel("7", instrument, isBid, level, quoteTime(instrument, isBid), client, wire)
        }
      }
    }
  }

  // MARK: The stream

  func streamDepth(_ event: MarketEvent, _ client: IqfeedSimulatorClient, _ wire: SimulatorWire) {
    let book = client.books[event.instrument]
    switch event.kind {
    case .halt:
      // Nothing is quoted while trading is halted.
      for side in ["A", "B"] where book.orders || book.levels > 0 {
        say(
          "S,CLEAR DEPTH,\(market.instruments[event.instrument].symbol),\(side),", client, wire)
      }
    case .resume: sayBook(event.instrument, book, client, wire)
    case .trade, .book:
      guard event.change != .none else { return }
      if book.orders { streamOrders(event, client, wire) }
      if book.levels > 0 { streamLevels(event, book.levels, client, wire) }
      if book.old { streamOld(event, client, wire) }
    }
  }

  private func streamOrders(
    _ event: MarketEvent, _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) {
    let isStock = market.instruments[event.instrument].kind == .stock
    if event.change == .size || isStock {
      return sayOrder("4", event.instrument, event.isBid, event.level, event.time, client, wire)
    }
    line.clear()
    line.text("5,\(market.instruments[event.instrument].symbol),\(event.goneOrder),,")
    line.text(event.isBid ? "B," : "A,")
    writeTime(event.time)
    send(client, wire)
    sayOrder("3", event.instrument, event.isBid, event.level, event.time, client, wire)
  }

  private func streamLevels(
    _ event: MarketEvent, _ levels: Int, _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) {
    switch event.change {
    case .none: break
    case .size:
      guard event.level < levels else { return }
      sayLevel("8", event.instrument, event.isBid, event.level, event.time, client, wire)
    case .improved:
      // The level that was the last one of those shown is pushed out.
      let best = market[event.instrument].level(isBid: event.isBid, 0).price
      let gone = event.isBid ? best - Int64(levels) : best + Int64(levels)
      sayGone(gone, event, client, wire)
      sayLevel("8", event.instrument, event.isBid, 0, event.time, client, wire)
    case .worsened:
      sayGone(event.gonePrice, event, client, wire)
      sayLevel("8", event.instrument, event.isBid, levels - 1, event.time, client, wire)
    }
  }

  private func sayGone(
    _ price: Int64, _ event: MarketEvent, _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) {
    line.clear()
    line.text("9,\(market.instruments[event.instrument].symbol),\(event.isBid ? "B" : "A"),")
    line.price(
      market[event.instrument].units(price),
      decimals: market.instruments[event.instrument].decimals)
    line.comma()
    writeTime(event.time)
    send(client, wire)
  }

  /// The levels of futures are numbered from the best, so a new best price moves all of them.
  private func streamOld(
    _ event: MarketEvent, _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) {
    let letter = client.version == .oldest ? "U" : "2"
    let isFuture = market.instruments[event.instrument].kind == .future
    let moved = isFuture && event.change != .size
    for level in moved ? 0..<SimulatedMarketLimits.levels : event.level..<event.level + 1 {
      var shown = level
      if !isFuture {
        shown = market[event.instrument].place(isBid: event.isBid, level: level)
      }
      writeOld(letter, event.instrument, shown, client)
      send(client, wire)
    }
  }

  // MARK: Lines

  /// Symbol, order id, MMID, side, price, size, priority, precision, time, date.
  private func sayOrder(
    _ letter: String, _ instrument: Int, _ isBid: Bool, _ level: Int, _ time: UInt64,
    _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) {
    let facts = market.instruments[instrument]
    let entry = market[instrument].level(isBid: isBid, level)
    line.clear()
    line.text(letter)
    line.comma()
    line.text(facts.symbol)
    line.comma()
    if facts.kind == .future { line.number(entry.order) }
    line.comma()
    if facts.kind == .stock { line.text(Self.participants[entry.place]) }
    line.text(isBid ? ",B," : ",A,")
    line.price(market[instrument].units(entry.price), decimals: facts.decimals)
    line.comma()
    line.number(UInt64(entry.size))
    line.comma()
    if facts.kind == .future { line.number(entry.order) }
    line.comma()
    line.number(facts.decimals)
    line.comma()
    writeTime(time)
    send(client, wire)
  }

  /// Symbol, side, price, size, order count, precision, time, date.
  private func sayLevel(
    _ letter: String, _ instrument: Int, _ isBid: Bool, _ level: Int, _ time: UInt64,
    _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) {
    let facts = market.instruments[instrument]
    let entry = market[instrument].level(isBid: isBid, level)
    line.clear()
    line.text("\(letter),\(facts.symbol),\(isBid ? "B" : "A"),")
    line.price(market[instrument].units(entry.price), decimals: facts.decimals)
    line.text(",\(entry.size),1,\(facts.decimals),")
    writeTime(time)
    send(client, wire)
  }

  private func quoteTime(_ instrument: Int, _ isBid: Bool) -> UInt64 {
    isBid ? market[instrument].bidTime : market[instrument].askTime
  }

  private func writeTime(_ time: UInt64) {
    let local = IqfeedSimulatorTime(time, market.clock)
    line.microClock(local.nanosOfDay)
    line.comma()
    line.dashed(local.date)
    line.comma()
  }

  /// `Z`, `2`, `U`: a participant's two sides, or a level's, which futures number `MD01` to `MD10`.
  private func writeOld(
    _ letter: String, _ instrument: Int, _ shown: Int, _ client: IqfeedSimulatorClient
  ) {
    let facts = market.instruments[instrument]
    let isFuture = facts.kind == .future
    func entry(_ isBid: Bool) -> SimulatedLevel {
      let levels = (0..<SimulatedMarketLimits.levels).map {
        market[instrument].level(isBid: isBid, $0)
      }
      return isFuture ? levels[shown] : levels.first { $0.place == shown } ?? levels[0]
    }
    let (bid, ask) = (entry(true), entry(false))
    let number = shown + 1 < 10 ? "0\(shown + 1)" : "\(shown + 1)"
    line.clear()
    line.text("\(letter),\(facts.symbol),\(isFuture ? "MD\(number)" : Self.participants[shown]),")
    line.price(market[instrument].units(bid.price), decimals: facts.decimals)
    line.comma()
    line.price(market[instrument].units(ask.price), decimals: facts.decimals)
    line.text(",\(bid.size),\(ask.size),")
    let isOldest = client.version == .oldest
    let bidTime = IqfeedSimulatorTime(market[instrument].bidTime, market.clock)
    let askTime = IqfeedSimulatorTime(market[instrument].askTime, market.clock)
    if isOldest { line.clock(bidTime.nanosOfDay) } else { line.microClock(bidTime.nanosOfDay) }
    line.comma()
    line.dashed(bidTime.date)
    line.text(isOldest ? ",20,52,12," : ",52,")
    if isOldest { line.clock(askTime.nanosOfDay) } else { line.microClock(askTime.nanosOfDay) }
    line.text(isOldest ? ",T,T," : ",T,T,F,")
  }
}
