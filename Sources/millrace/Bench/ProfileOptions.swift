internal import Captures
internal import Lab

/// The options of what is offered and when.
enum ProfileOptions {
  static let profile = CommandOption.choice(
    "profile", LabProfile.kinds, help: "the shape of the load over time", default: "constant")
  static let rate = CommandOption.rate(
    "rate",
    help: "messages a second: the rate, the rate at the beginning, the base below the bursts, or "
      + "that within bursts (default 1M; 50M within bursts)")
  static let to = CommandOption.rate(
    "to", help: "ramp, step, bell: messages a second that it goes to", default: "5M")
  static let factor = CommandOption.count(
    "factor", in: 1...1_000, help: "microburst: how many times the base", default: "10")
  static let burstLength = CommandOption.duration(
    "burst-length", help: "microburst: how long", default: "50us")
  static let period = CommandOption.duration(
    "period", help: "microburst, bursts: from one to the next", default: "10ms")
  static let count = CommandOption.count(
    "count", in: 1...100_000_000, help: "bursts: messages of each", default: "1000")
  static let capture = CommandOption.text(
    "capture", "FILE",
    help: "capture: a pcap or pcapng whose packets' arrival times are played, over and over")
  static let speed = CommandOption.count(
    "speed", in: 1...1_000_000, help: "capture: how many times as fast", default: "1")
  static let duration = CommandOption.duration(
    "duration", help: "how long messages are due", default: "5s")

  static let all: [any DeclaredOption] = [
    profile, rate, to, factor, burstLength, period, count, capture, speed, duration,
  ]

  /// Packets of a capture that are looked at.
  private static var arrivalLimit: Int { 4_000_000 }

  /// The profile that is asked for.
  static func profile(_ arguments: CommandArguments, verb: String) throws(CommandError)
    -> LabProfile
  {
    var result = LabProfile()
    // A capture that is named is meant.
    let kind = arguments.value(of: profile)
    result.kind = arguments[capture] != nil && kind == "constant" ? "capture" : kind
    result.rate = arguments[rate] ?? (result.kind == "bursts" ? 50_000_000 : 1_000_000)
    result.to = arguments.value(of: to)
    result.factor = Double(arguments.value(of: factor))
    result.burstNanos = arguments.value(of: burstLength)
    result.periodNanos = arguments.value(of: period)
    result.count = arguments.value(of: count)
    result.speed = Double(arguments.value(of: speed))
    result.nanos = arguments.value(of: duration)
    guard result.nanos >= 1_000_000, result.nanos <= 3_600_000_000_000 else {
      throw CommandError(
        .usage, verb: verb, happened: "the run is too short or too long", what: "--duration",
        remedy: "give a time from 1ms to 1h")
    }
    guard result.periodNanos > 0, result.burstNanos > 0, result.burstNanos <= result.periodNanos
    else {
      throw CommandError(
        .usage, verb: verb, happened: "a burst must be shorter than its period",
        what: "--burst-length, --period", remedy: "the defaults are 50us every 10ms")
    }
    if result.kind == "capture" {
      guard let path = arguments[capture] else {
        throw CommandError(
          .usage, verb: verb, happened: "no capture is named", what: "--profile capture",
          remedy: "name a pcap or pcapng with --capture FILE")
      }
      result.arrivals = try arrivals(path, verb: verb)
    }
    return result
  }

  /// Arrival times of a capture's packets, ns from the first one.
  private static func arrivals(_ path: String, verb: String) throws(CommandError) -> [UInt64] {
    var file: InputFile
    do throws(InputError) {
      file = try InputFile(path: path)
    } catch {
      throw CommandError(error, verb: verb)
    }
    guard case .capture = file.format else {
      throw CommandError(
        .badInput, verb: verb, happened: "not a capture of packets", what: path,
        remedy: "give a pcap or pcapng; others have no arrival times")
    }
    var times: [UInt64] = []
    while times.count < arrivalLimit, let packet = file.next() {
      times.append(packet.timestampNanos)
    }
    guard let first = times.first, times.count > 1 else {
      throw CommandError(
        .badInput, verb: verb, happened: "fewer than two packets", what: path,
        remedy: "give a capture with traffic")
    }
    return times.map { $0 > first ? $0 - first : 0 }
  }
}
