internal import Engine
internal import FeedKit

/// Options of the simulated upstreams, and what they make.
struct UpstreamOptions {
  static let port = CommandOption.text(
    "port", "NAME=PORT", help: "where a port listens, 0 for any free one; may be repeated")
  static let anyPorts = CommandOption.flag(
    "any-ports", help: "all other ports at free numbers, not at the usual ones")
  static let listen = CommandOption.text(
    "listen", "HOST", help: "address to listen at", default: "127.0.0.1")
  static let symbols = CommandOption.text(
    "symbols", "N|LIST", help: "number of instruments, or their symbols with commas between",
    default: "100")
  static let seed = CommandOption.count("seed", help: "chooses the market", default: "1")
  static let rate = CommandOption.rate(
    "rate", help: "market events per second, all instruments together", default: "1k")
  static let duration = CommandOption.duration("duration", help: "end after this time")
  static let speed = CommandOption.text(
    "speed", "FACTOR", help: "simulated seconds per second", default: "1")
  static let history = CommandOption.count(
    "history", in: 0...100_000_000, help: "trades that can be looked up later", default: "1M")
  static let fault = CommandOption.text(
    "fault", "SCRIPT", help: "faults to inject, see below; may be repeated")
  static let faultLog = CommandOption.text(
    "fault-log", "FILE", help: "write each injected fault as a line of JSON")
  static let truth = CommandOption.text(
    "truth", "FILE", help: "write each message that is sent as a line of JSON, if it can")
  static let set = CommandOption.text(
    "set", "NAME=VALUE", help: "a setting of this simulator, see below; may be repeated")

  static let all: [any DeclaredOption] = [
    port, anyPorts, listen, symbols, seed, rate, duration, speed, history, fault, faultLog,
    truth, set,
  ]

  private let type: any UpstreamSimulator.Type
  private let verb: String

  init(_ type: any UpstreamSimulator.Type, verb: String) {
    self.type = type
    self.verb = verb
  }

  func faults(_ arguments: CommandArguments) throws(CommandError) -> FaultScript {
    let text = arguments.all(Self.fault).joined(separator: ",")
    do throws(FaultScriptError) {
      return try FaultScript(parsing: text, ports: type.ports.map(\.name))
    } catch {
      throw wrong(error.reason, "--fault \(error.word)", "see millrace help \(verb)")
    }
  }

  func simulator(_ arguments: CommandArguments) throws(CommandError) -> SimulatorOptions {
    var options = SimulatorOptions()
    options.seed = UInt64(arguments.value(of: Self.seed))
    options.rate = arguments.value(of: Self.rate)
    options.historyTrades = arguments.value(of: Self.history)
    let text = arguments.value(of: Self.symbols)
    if let count = OptionUnits.count(text) {
      guard (1...1_000_000).contains(count) else {
        throw wrong("too many or no instruments", "--symbols \(text)", "give 1 to 1M")
      }
      options.symbolCount = count
    } else {
      options.symbols = text.split(separator: ",").map(String.init)
    }
    for text in arguments.all(Self.set) {
      let (name, value) = try pair(text, "--set")
      guard type.settings.contains(where: { $0.name == name }) else {
        let known = type.settings.map(\.name).joined(separator: ", ")
        throw wrong(
          "there is no such setting", "--set \(text)",
          known.isEmpty ? "this simulator has none" : "known are \(known)")
      }
      options.settings[name] = value
    }
    return options
  }

  func shell(_ arguments: CommandArguments) throws(CommandError) -> SimulatedUpstreamOptions {
    var options = SimulatedUpstreamOptions()
    options.host = arguments.value(of: Self.listen)
    if !arguments[Self.anyPorts] {
      for port in type.ports { options.ports[port.name] = port.usual }
    }
    for text in arguments.all(Self.port) {
      let (name, value) = try pair(text, "--port")
      guard type.ports.contains(where: { $0.name == name }) else {
        let known = type.ports.map(\.name).joined(separator: ", ")
        throw wrong("there is no such port", "--port \(text)", "known are \(known)")
      }
      guard let number = UInt16(value) else {
        throw wrong("the port is no number", "--port \(text)", "give one from 0 to 65535")
      }
      options.ports[name] = number
    }
    let text = arguments.value(of: Self.speed)
    guard let speed = Double(text), speed > 0, speed <= 100_000 else {
      throw wrong("the speed is no factor", "--speed \(text)", "give one such as 1 or 60")
    }
    options.speed = speed
    return options
  }

  private func pair(
    _ text: String, _ option: String
  ) throws(CommandError) -> (name: String, value: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw wrong("a name and a value are wanted", "\(option) \(text)", "write NAME=VALUE")
    }
    return (String(parts[0]), String(parts[1]))
  }

  private func wrong(_ happened: String, _ what: String, _ remedy: String) -> CommandError {
    CommandError(.usage, verb: verb, happened: happened, what: what, remedy: remedy)
  }
}
