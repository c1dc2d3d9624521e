internal import Captures
internal import Engine
internal import ExchangeFeeds
internal import FeedKit
internal import FeedRegistry
internal import Lanes
internal import Ledger
internal import Net

/// What the options of `millrace run` ask for, checked.
struct RunSetup {
  let options: PipelineOptions
  let sources: [SourceConfiguration]
  /// Present where nothing else is the input.
  let exchange: SimulatedExchange?
  /// Nanoseconds, nil for no end.
  let duration: UInt64?

  init(_ arguments: CommandArguments) throws(CommandError) {
    options = try Self.pipeline(arguments)
    duration = arguments[RunOptions.duration]
    let inputs = [
      arguments[RunOptions.input] != nil, !arguments.all(RunOptions.line).isEmpty,
      arguments[RunOptions.soup] != nil,
    ]
    guard inputs.filter({ $0 }).count <= 1 else {
      throw Self.usage("more than one input", "--input, --line, --soup", "give one of them")
    }
    if let path = arguments[RunOptions.input] {
      guard !options.capturesRaw else {
        throw Self.usage(
          "a file needs no capture", "--capture raw", "it is one: keep the file itself")
      }
      exchange = nil
      sources = [try Self.file(path, arguments)]
    } else if arguments[RunOptions.soup] != nil {
      exchange = nil
      sources = [try Self.soup(arguments)]
    } else if inputs[1] {
      exchange = nil
      sources = [try Self.lines(arguments)]
    } else {
      let simulated = try Self.simulated(arguments)
      exchange = simulated.exchange
      sources = [simulated.source]
    }
  }

  private static func usage(_ happened: String, _ what: String, _ remedy: String) -> CommandError {
    CommandError(.usage, verb: RunVerb.name, happened: happened, what: what, remedy: remedy)
  }

  private static func pipeline(
    _ arguments: CommandArguments
  ) throws(CommandError) -> PipelineOptions {
    var options = PipelineOptions(instance: arguments.value(of: RunOptions.instance))
    options.shards = arguments.value(of: RunOptions.shards)
    options.lanes.capacityLines = arguments.value(of: RunOptions.laneLines)
    options.lanes.policy = LanePolicy(name: arguments.value(of: RunOptions.policy)) ?? .wait
    options.lanes.strategy = WaitStrategy(name: arguments.value(of: RunOptions.wait)) ?? .park
    if arguments[RunOptions.inline] {
      options.layout = .inline
      guard options.lanes.policy == .wait else {
        throw usage(
          "an inline pipeline drops nothing", "--inline --policy drop-oldest",
          "leave --policy out: its reader is never faster than its workers")
      }
      guard arguments[RunOptions.workerCPUs] == nil else {
        throw usage(
          "an inline pipeline has no worker threads", "--inline --worker-cpus",
          "bind its one thread with --reader-cpus")
      }
    }
    options.ringLines = arguments.value(of: RunOptions.ringLines)
    options.folder = arguments.value(of: RunOptions.folder)
    options.usesWideInstructions = !arguments[RunOptions.portable]
    options.journal = try JournalRunOptions.settings(arguments)
    options.latency = try LatencyRunOptions.options(arguments)
    options.workerCPUs = try cpus(arguments[RunOptions.workerCPUs], "--worker-cpus")
    guard options.ringLines & (options.ringLines - 1) == 0 else {
      throw usage("not a power of two", "--ring-lines \(options.ringLines)", "try 65536")
    }
    options.outputs = try outputs(arguments.value(of: RunOptions.outputs))
    options.capturesRaw = arguments.value(of: RunOptions.capture) == "raw"
    guard !options.capturesRaw || options.journal != nil else {
      throw usage("nowhere to keep raw bytes", "--capture raw", "name a folder with --journal DIR")
    }
    return options
  }

  /// What workers add, from a list with commas.
  static func outputs(_ text: String) throws(CommandError) -> ShardOutputs {
    var outputs: ShardOutputs = []
    for name in text.split(separator: ",") where name != "none" {
      guard let output = ShardOutputs(name: String(name)) else {
        throw usage(
          "no such output", "--outputs \(name)",
          "known are \(ShardOutputs.names.joined(separator: ", "))")
      }
      outputs.insert(output)
    }
    return outputs
  }

  static func cpus(_ text: String?, _ option: String) throws(CommandError) -> [Int] {
    var result: [Int] = []
    for piece in (text ?? "").split(separator: ",") {
      guard let cpu = Int(piece), cpu >= 0 else {
        throw usage("not a list of CPUs", "\(option) \(text ?? "")", "write it as 0,2,3")
      }
      result.append(cpu)
    }
    return result
  }

  private static func feed(_ arguments: CommandArguments) throws(CommandError) -> any Feed.Type {
    let name = arguments[RunOptions.feed] ?? "itch50"
    guard let feed = FeedRegistry.feed(named: name) else {
      let names = FeedRegistry.feeds.map { $0.description.name }
      throw usage(
        "no such feed", "--feed \(name)", "known are \(names.joined(separator: ", "))")
    }
    return feed
  }

  private static func endpoint(_ text: String) throws(CommandError) -> Endpoint {
    do throws(NetError) {
      return try Endpoint(parsing: text)
    } catch {
      throw usage("\(error)", text, "write it as HOST:PORT or GROUP:PORT@INTERFACE")
    }
  }

  private static func common(
    _ arguments: CommandArguments, name: String, feed: any Feed.Type, input: SourceInput
  ) throws(CommandError) -> SourceConfiguration {
    var source = SourceConfiguration(name: name, feed: feed, input: input)
    source.gaps.deadlineNanos = arguments.value(of: RunOptions.gapWait)
    source.gaps.requestDelayNanos = arguments.value(of: RunOptions.requestDelay)
    source.busyPolls = arguments[RunOptions.busyPoll]
    source.socketBufferBytes = arguments.value(of: RunOptions.socketBuffer)
    source.cpu = try cpus(arguments[RunOptions.readerCPUs], "--reader-cpus").first
    let today = NewYorkTime.date(of: RealtimeClock.now().rawValue)
    source.midnight = NewYorkTime.midnight(of: arguments[RunOptions.date] ?? today)
    return source
  }

  private static func file(
    _ path: String, _ arguments: CommandArguments
  ) throws(CommandError) -> SourceConfiguration {
    let wanted = arguments[RunOptions.feed] == nil ? nil : try feed(arguments)
    let recognition: InputRecognition
    do throws(InputError) {
      recognition = try InputRecognition(path: path, as: wanted)
    } catch {
      throw CommandError(error, verb: RunVerb.name)
    }
    guard let feed = recognition.feed else {
      throw CommandError(
        .badInput, verb: RunVerb.name, happened: "no registered feed recognises the content",
        what: path, remedy: "name it with --feed, or look into the file with millrace inspect")
    }
    var source = try common(
      arguments, name: feed.description.name, feed: feed, input: .file(recognition))
    if let day = InspectVerb.tradingDay(recognition, arguments[RunOptions.date]) {
      source.midnight = NewYorkTime.midnight(of: day)
    }
    // A capture may have been cut anywhere: what it leaves out is a gap, however long.
    source.gaps.largestGapMessages = 1 << 36
    return source
  }

  private static func lines(
    _ arguments: CommandArguments
  ) throws(CommandError) -> SourceConfiguration {
    var lines: [Endpoint] = []
    for text in arguments.all(RunOptions.line) { lines.append(try endpoint(text)) }
    guard lines.count <= 3 else {
      throw usage("too many lines", "--line", "a source has at most three")
    }
    var server: Endpoint?
    if let text = arguments[RunOptions.reRequest] { server = try endpoint(text) }
    let feed = try feed(arguments)
    var source = try common(
      arguments, name: feed.description.name, feed: feed,
      input: .udp(lines: lines, reRequest: server))
    source.gaps.requestLimit = server == nil ? 0 : 8
    return source
  }

  private static func soup(
    _ arguments: CommandArguments
  ) throws(CommandError) -> SourceConfiguration {
    let feed = try feed(arguments)
    let server = try endpoint(arguments[RunOptions.soup] ?? "")
    let password = try SecretFile.firstLine(
      arguments[RunOptions.passwordFile], verb: RunVerb.name)
    let options: SoupBinTCPClient.Options
    do throws(SoupBinTCPClient.FieldError) {
      options = try SoupBinTCPClient.Options(
        login: try SoupBinTCPClient.Login(
          user: arguments.value(of: RunOptions.user), password: password),
        session: arguments[RunOptions.session] ?? "",
        sequence: UInt64(arguments.value(of: RunOptions.sequence)))
    } catch {
      throw usage("\(error)", "--soup login", "see millrace help run")
    }
    return try common(
      arguments, name: feed.description.name, feed: feed,
      input: .soup(server: server, options))
  }

  private static func simulated(
    _ arguments: CommandArguments
  ) throws(CommandError) -> (exchange: SimulatedExchange, source: SourceConfiguration) {
    var market = ItchMarketOptions()
    market.seed = UInt64(arguments.value(of: RunOptions.seed))
    market.symbols = arguments.value(of: RunOptions.symbols)
    market.rate = Int(arguments.value(of: RunOptions.rate))
    var impairment = LineImpairmentOptions()
    impairment.loss = arguments.value(of: RunOptions.loss)
    let exchange: SimulatedExchange
    do throws(EngineError) {
      exchange = try SimulatedExchange(market: market, impairments: [impairment, impairment])
    } catch {
      throw CommandError(error, verb: RunVerb.name)
    }
    var source = try common(
      arguments, name: "itch50", feed: ItchFeed.self,
      input: .udp(lines: exchange.lines, reRequest: exchange.reRequest))
    source.gaps.requestLimit = 8
    source.gaps.start = .one
    return (exchange, source)
  }
}
