internal import Captures
internal import Engine
internal import ExchangeFeeds
internal import Glibc
internal import Ledger
internal import Net

/// `millrace simulate itch`: a day of Nasdaq TotalView-ITCH 5.0.
enum ItchSimulation: Simulator {
  static var name: String { "itch" }
  static var summary: String { "Nasdaq TotalView-ITCH 5.0: BinaryFILE, MoldUDP64, SoupBinTCP" }
  static var options: [any DeclaredOption] { ItchSimulationOptions.all }

  private typealias Options = ItchSimulationOptions

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let arguments = context.arguments
    let path = arguments[Options.output]
    let isLive = [Options.lineA, Options.lineB, Options.soup].contains { arguments[$0] != nil }
    guard (path != nil) != isLive else {
      throw failure(
        .usage, isLive ? "a file and the network at once" : "nothing says where the day goes",
        "--output, --line-a, --line-b, --soup", "give --output FILE, or lines, or --soup")
    }
    StopSignals.hold()
    let started = MonotonicClock.now()
    var report: ItchSimulationReport
    if let path {
      report = try write(to: path, context)
    } else {
      report = try serve(context)
    }
    report.seed = arguments.value(of: Options.seed)
    report.nanos = max(MonotonicClock.now().nanos(since: started), 1)
    context.terminal.endProgress()
    let text = arguments[GlobalOptions.json] ? report.json : report.text
    if path == "-" {
      if !context.terminal.isQuiet { Terminal.writeError(text) }
    } else {
      try context.output.write(text)
    }
    return .ok
  }

  // MARK: Into a file

  private static func write(
    to path: String, _ context: CommandContext
  ) throws(CommandError) -> ItchSimulationReport {
    let arguments = context.arguments
    let options = Options.market(arguments, isFile: true)
    var market: ItchMarket
    do throws(ItchMarketOptions.Invalid) {
      market = try ItchMarket(options)
    } catch {
      throw failure(.usage, error.description, "the market's options", "see millrace help simulate")
    }
    let isCapture = arguments.value(of: Options.format) == "pcap"
    let file = path == "-" ? "/dev/stdout" : path
    let end = arguments[Options.duration] ?? .max
    var progress = SimulationProgress(context.terminal)
    let isStopping: (borrowing ItchMarket) -> Bool = { market in
      progress.show(messages: market.messages, now: MonotonicClock.now().rawValue)
      return StopSignals.hasCome || market.dueNanos >= end
    }
    var report = ItchSimulationReport()
    if isCapture {
      report.packets = try writeCapture(&market, to: file, arguments, isStopping)
    } else {
      report.bytes = try writeFrames(&market, to: file, isStopping)
    }
    report.market = market.summary
    report.output = path
    return report
  }

  private static func writeFrames(
    _ market: inout ItchMarket, to path: String, _ isStopping: (borrowing ItchMarket) -> Bool
  ) throws(CommandError) -> UInt64 {
    do throws(ItchSimulatorFileError) {
      return try ItchSimulatorFile.write(&market, to: path, isStopping: isStopping)
    } catch {
      throw outputFailure(error.code, error.description, path)
    }
  }

  private static func writeCapture(
    _ market: inout ItchMarket, to path: String, _ arguments: CommandArguments,
    _ isStopping: (borrowing ItchMarket) -> Bool
  ) throws(CommandError) -> UInt64 {
    var capture = ItchSimulatorCapture()
    capture.session = arguments.value(of: Options.session)
    capture.datagramBytes = arguments.value(of: Options.datagram)
    do throws(InputError) {
      return try capture.write(&market, to: path, isStopping: isStopping)
    } catch {
      let code: Int32 =
        switch error.kind {
        case .system(let code): code
        case .permissionDenied: EACCES
        default: ENOENT
        }
      throw outputFailure(code, error.description, path)
    }
  }

  private static func outputFailure(_ code: Int32, _ text: String, _ path: String) -> CommandError {
    switch code {
    case EPIPE: .closedOutput
    case ENOSPC, EIO, EDQUOT, EFBIG:
      failure(.inputOutput, text, path, "check the disk and try again")
    case EACCES, EPERM, EROFS:
      failure(.permission, text, path, "write to a folder that is yours")
    default: failure(.cannotCreate, text, path, "check the path")
    }
  }

  // MARK: On the network

  private static func serve(_ context: CommandContext) throws(CommandError) -> ItchSimulationReport
  {
    let options = try Options.server(context.arguments)
    let server: ItchSimulatorServer
    do throws(ItchSimulatorServerError) {
      server = try ItchSimulatorServer(options)
    } catch {
      switch error {
      case .options(let text): throw failure(.usage, text, "", "see millrace help simulate")
      case .net(let error): throw failure(.unavailable, error.description, "", "")
      }
    }
    announce(server, context.terminal)
    let started = MonotonicClock.now().rawValue
    let end = context.arguments[Options.duration].map { started &+ $0 } ?? .max
    var progress = SimulationProgress(context.terminal)
    var isEnding = false
    do throws(NetError) {
      let sent = try server.run { now in
        progress.show(messages: server.messages, now: now)
        // The first signal ends the day in good order, a second one at once.
        if StopSignals.hasCome {
          server.stop()
        } else if !isEnding, now >= end {
          server.stop()
        } else {
          return
        }
        isEnding = true
      }
      return ItchSimulationReport(sent, lines: options.lines)
    } catch {
      throw failure(
        .inputOutput, error.description, "", "check the interface and the addresses")
    }
  }

  private static func announce(_ server: ItchSimulatorServer, _ terminal: Terminal) {
    for (name, line) in zip(["A", "B"], server.options.lines) {
      terminal.note("line \(name): MoldUDP64 to \(line), session \(server.options.session)")
    }
    if let address = server.requestAddress { terminal.note("re-requests: \(address)") }
    if let address = server.soupAddress { terminal.note("SoupBinTCP: \(address)") }
  }

  private static func failure(
    _ code: ExitCode, _ happened: String, _ what: String, _ remedy: String
  ) -> CommandError {
    CommandError(
      code, verb: "\(SimulateVerb.name) \(name)", happened: happened, what: what, remedy: remedy)
  }
}

/// A line on the terminal five times a second: messages so far and per second.
struct SimulationProgress {
  private let terminal: Terminal
  private var last: (nanos: UInt64, messages: UInt64)?

  private static var intervalNanos: UInt64 { 200_000_000 }

  init(_ terminal: Terminal) { self.terminal = terminal }

  mutating func show(messages: UInt64, now: UInt64) {
    guard terminal.showsProgress else { return }
    guard let last else {
      last = (now, messages)
      return
    }
    let elapsed = now &- last.nanos
    guard elapsed >= Self.intervalNanos else { return }
    let rate = Double(messages &- last.messages) / Double(elapsed) * 1e3
    terminal.progress("simulating: \(messages) messages, \(SimulationProgress.millions(rate)) M/s")
    self.last = (now, messages)
  }

  /// Two decimals of a number.
  static func millions(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
