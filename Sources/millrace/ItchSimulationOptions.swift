internal import Engine
internal import ExchangeFeeds
internal import FeedKit
internal import Net

/// The options of `millrace simulate itch`, and what they ask for.
enum ItchSimulationOptions {
  // Where to.
  static let output = CommandOption.text(
    "output", "FILE|-", help: "write the day into a file, or to standard output")
  static let format = CommandOption.choice(
    "format", ["framed", "pcap"],
    help: "of the file: BinaryFILE, or a capture of MoldUDP64 datagrams", default: "framed")
  static let lineA = CommandOption.text(
    "line-a", "HOST:PORT[@IF]", help: "send MoldUDP64 line A there, unicast or multicast")
  static let lineB = CommandOption.text("line-b", "HOST:PORT[@IF]", help: "the same for line B")
  static let reRequest = CommandOption.text(
    "re-request", "HOST:PORT", help: "answer requests for missing messages there")
  static let soup = CommandOption.text(
    "soup", "HOST:PORT", help: "offer the session over SoupBinTCP there")
  static let user = CommandOption.text(
    "user", "NAME", help: "SoupBinTCP user that is let in; everybody if not given")
  static let passwordFile = CommandOption.text(
    "password-file", "FILE", help: "file with that user's password, first line")
  static let session = CommandOption.text(
    "session", "NAME", help: "name of the session, 1 to 10 characters", default: "MILLRACE01")
  static let datagram = CommandOption.count(
    "datagram-bytes", in: 64...65_000, help: "largest datagram", default: "1400")
  static let duration = CommandOption.duration(
    "duration", help: "end the day after this time (for a file: of simulated time)")

  // Faults of the lines.
  static let loss = CommandOption.fraction(
    "loss", help: "share of datagrams that each line loses", default: "0")
  static let lossA = CommandOption.fraction("loss-a", help: "the same for line A alone")
  static let lossB = CommandOption.fraction("loss-b", help: "the same for line B alone")
  static let duplicate = CommandOption.fraction(
    "duplicate", help: "share of datagrams sent twice", default: "0")
  static let reorder = CommandOption.fraction(
    "reorder", help: "share of datagrams that later ones overtake", default: "0")
  static let reorderDistance = CommandOption.count(
    "reorder-distance", in: 1...64, help: "how many overtake one", default: "3")

  // The market; the defaults are those of ItchMarketOptions.
  static let messages = CommandOption.count(
    "messages", help: "messages of the day (default for a file: 1M)")
  static let seed = CommandOption.count("seed", help: "chooses the day", default: "1")
  static let symbols = CommandOption.count(
    "symbols", in: 16...65_535, help: "listed instruments", default: "8000")
  static let openOrders = CommandOption.count(
    "open-orders", help: "open orders aimed at (default 37.5 a symbol: 300k for 8,000)")
  static let activityOffset = CommandOption.count(
    "activity-offset", help: "flattens activity: share of rank k ~ 1 / (k + N)", default: "8")
  static let participants = CommandOption.count(
    "participants", help: "market participants per symbol", default: "2")
  static let offerings = CommandOption.count(
    "offerings", help: "symbols with an IPO cross", default: "2")
  static let haltEvery = CommandOption.count(
    "halt-every", help: "messages from one trading halt to the next, 0 for none", default: "250k")
  static let haltMessages = CommandOption.count(
    "halt-messages", help: "messages that a halt lasts", default: "20k")
  static let rarityEvery = CommandOption.count(
    "rarity-every", help: "messages from one rare type (B, N, Y) to the next, 0 for none",
    default: "20k")
  static let rate = CommandOption.rate(
    "rate", help: "mean messages per second outside of bursts", default: "250k")
  static let burstFactor = CommandOption.count(
    "burst-factor", help: "rate of a burst as a multiple", default: "8")
  static let burstDuration = CommandOption.duration(
    "burst-duration", help: "how long a burst lasts", default: "20ms")
  static let burstInterval = CommandOption.duration(
    "burst-interval", help: "from one burst to the next, 0s for none", default: "1s")
  static let microburstInterval = CommandOption.duration(
    "microburst-interval", help: "from one microburst of one symbol to the next, 0s for none",
    default: "5ms")
  static let microburstMessages = CommandOption.count(
    "microburst-messages", help: "messages of a microburst", default: "48")
  static let microburstGap = CommandOption.duration(
    "microburst-gap", help: "mean time between them", default: "150ns")

  static let all: [any DeclaredOption] = [
    output, format, lineA, lineB, reRequest, soup, user, passwordFile, session, datagram, duration,
    loss, lossA, lossB, duplicate, reorder, reorderDistance, messages, seed, symbols, openOrders,
    activityOffset, participants, offerings, haltEvery, haltMessages, rarityEvery, rate,
    burstFactor, burstDuration, burstInterval, microburstInterval, microburstMessages,
    microburstGap,
  ]

  /// Messages of a file where none are asked for.
  private static var fileMessages: Int { 1_000_000 }

  /// The market that is asked for; its ranges are checked where it is made.
  static func market(_ arguments: CommandArguments, isFile: Bool) -> ItchMarketOptions {
    var options = ItchMarketOptions()
    options.seed = UInt64(arguments.value(of: seed))
    options.symbols = arguments.value(of: symbols)
    options.messages = arguments[messages]
    if isFile, options.messages == nil, arguments[duration] == nil {
      options.messages = fileMessages
    }
    options.openOrders = arguments[openOrders] ?? options.symbols * 75 / 2
    options.activityOffset = arguments.value(of: activityOffset)
    options.participantsPerSymbol = arguments.value(of: participants)
    options.initialOfferings = arguments.value(of: offerings)
    options.messagesPerHalt = arguments.value(of: haltEvery)
    options.haltMessages = arguments.value(of: haltMessages)
    options.messagesPerRarity = arguments.value(of: rarityEvery)
    options.rate = Int(arguments.value(of: rate).rounded().clamped(to: 0...1e15))
    options.burstFactor = arguments.value(of: burstFactor)
    options.burstDurationNanos = arguments.value(of: burstDuration)
    options.burstIntervalNanos = arguments.value(of: burstInterval)
    options.microburstIntervalNanos = arguments.value(of: microburstInterval)
    options.microburstMessages = arguments.value(of: microburstMessages)
    options.microburstGapNanos = arguments.value(of: microburstGap)
    return options
  }

  /// Where and how the exchange is heard.
  static func server(
    _ arguments: CommandArguments
  ) throws(CommandError) -> ItchSimulatorServerOptions {
    var options = ItchSimulatorServerOptions(market: market(arguments, isFile: false))
    guard arguments[lineA] != nil || arguments[lineB] == nil else {
      throw CommandError(
        .usage, verb: SimulateVerb.name, happened: "a line B without a line A", what: "--line-b",
        remedy: "call a single line A")
    }
    for (line, own) in [(lineA, lossA), (lineB, lossB)] {
      guard let endpoint = try endpoint(line, arguments) else { continue }
      var faults = LineImpairmentOptions()
      faults.loss = arguments[own] ?? arguments.value(of: loss)
      faults.duplication = arguments.value(of: duplicate)
      faults.reordering = arguments.value(of: reorder)
      faults.reorderingDistance = arguments.value(of: reorderDistance)
      options.lines.append(endpoint)
      options.impairments.append(faults)
    }
    options.requests = try endpoint(reRequest, arguments)
    options.soup = try endpoint(soup, arguments)
    options.session = arguments.value(of: session)
    options.datagramBytes = arguments.value(of: datagram)
    options.username = arguments[user] ?? ""
    options.password = try SecretFile.firstLine(arguments[passwordFile], verb: SimulateVerb.name)
    return options
  }

  private static func endpoint(
    _ option: CommandOption<String>, _ arguments: CommandArguments
  ) throws(CommandError) -> Endpoint? {
    guard let text = arguments[option] else { return nil }
    do throws(NetError) {
      return try Endpoint(parsing: text)
    } catch {
      throw CommandError(
        .usage, verb: SimulateVerb.name, happened: error.description, what: "--\(option.name)",
        remedy: "")
    }
  }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
