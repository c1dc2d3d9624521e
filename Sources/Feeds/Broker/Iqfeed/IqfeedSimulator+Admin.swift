internal import FeedKit

// Port 9300 (section 7).
extension IqfeedSimulator {
  func takeAdmin(
    _ words: [String], _ client: IqfeedSimulatorClient, _ now: UInt64, _ wire: SimulatorWire
  ) {
    guard words[0] == "S", words.count > 1 else {
      return say("E,!SYNTAX_ERROR!,", client, wire)
    }
    let value = words.count > 2 ? words[2] : ""
    switch words[1] {
    case "REGISTER CLIENT APP": say("S,REGISTER CLIENT APP COMPLETED,", client, wire)
    case "REMOVE CLIENT APP": say("S,REMOVE CLIENT APP COMPLETED,", client, wire)
    case "SET LOGINID":
      login = value
      say("S,CURRENT LOGINID,\(value),", client, wire)
    case "SET PASSWORD": say("S,CURRENT PASSWORD,\(value),", client, wire)
    case "SET SAVE LOGIN INFO":
      savesLogin = value == "On"
      say(savesLogin ? "S,LOGIN INFO SAVED," : "S,LOGIN INFO NOT SAVED,", client, wire)
    case "SET AUTOCONNECT":
      hasAutoconnect = value == "On"
      say(hasAutoconnect ? "S,AUTOCONNECT ON," : "S,AUTOCONNECT OFF,", client, wire)
    case "CONNECT", "DISCONNECT": break
    case "CLIENTSTATS ON": client.wantsClientStatistics = true
    case "CLIENTSTATS OFF": client.wantsClientStatistics = false
    default: say("E,!SYNTAX_ERROR!,", client, wire)
    }
  }

  /// The line of the connection, and one of each client where they are wanted.
  func sayStatistics(_ client: IqfeedSimulatorClient, _ now: UInt64, _ wire: SimulatorWire) {
    let isConnected = isUp && !client.connection.deniesAuthentication
    let sent = clients.values.reduce(0) { $0 + wire.sentBytes($1.id) }
    let got = clients.values.reduce(0) { $0 + $1.received }
    let seconds = max((now &- start) / 1_000_000_000, 1)
    line.clear()
    line.text(isConnected ? "S,STATS,127.0.0.1,60003," : "S,STATS,,,")
    line.text("\(linesLimit),\(watchedSymbols),\(clients.count),0,\(reconnections),")
    line.text("\(reconnections),")
    if isConnected {
      statisticsTime(start, digits: 1)
      line.comma()
      statisticsTime(now, digits: 2)
      line.text(",Connected,6.2.0.25,\(login),")
    } else {
      line.text(",,Not Connected,6.2.0.25,\(login),")
    }
    kilobytes(got)
    line.text(",0.00,")
    kilobytes(got / seconds)
    line.comma()
    kilobytes(sent)
    line.text(",0.00,")
    kilobytes(sent / seconds)
    line.comma()
    send(client, wire)
    guard client.channel == .admin, client.wantsClientStatistics else { return }
    for other in clients.values.sorted(by: { $0.id < $1.id }) {
      sayClient(other, client, wire)
    }
  }

  /// Type, id, name, start, symbols, regionals, kB received, sent, queued.
  private func sayClient(
    _ other: IqfeedSimulatorClient, _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) {
    let type =
      switch other.channel {
      case .admin: 0
      case .level1: 1
      case .depth: 2
      case .lookup, .derivatives: 3
      }
    let time = IqfeedSimulatorTime(other.started, market.clock)
    let seconds = time.nanosOfDay / 1_000_000_000
    line.clear()
    line.text("S,CLIENTSTATS,\(type),\(other.id),\(other.name),")
    line.packed(time.date)
    line.byte(UInt8(ascii: " "))
    line.digits(seconds / 3_600 * 10_000 + seconds / 60 % 60 * 100 + seconds % 60, 6)
    if other.channel == .level1 {
      line.text(",\(other.watchCount),\(other.regionalCount),")
    } else {
      line.text(",,,")
    }
    kilobytes(other.received)
    line.comma()
    kilobytes(wire.sentBytes(other.id))
    line.comma()
    kilobytes(UInt64(wire.queuedBytes(other.id)))
    line.comma()
    send(client, wire)
  }

  /// `Jul 05 7:26AM` and `Jul 05 04:15AM`: no year; only the market's hours have two digits.
  private func statisticsTime(_ time: UInt64, digits: Int) {
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let local = IqfeedSimulatorTime(time, market.clock)
    let minutes = Int(local.nanosOfDay / 60_000_000_000)
    let hour = minutes / 60
    line.text("\(months[local.date.month - 1]) ")
    line.digits(UInt64(local.date.day), 2)
    let shown = hour % 12 == 0 ? 12 : hour % 12
    line.byte(UInt8(ascii: " "))
    line.digits(UInt64(shown), shown > 9 ? 2 : digits)
    line.byte(UInt8(ascii: ":"))
    line.digits(UInt64(minutes % 60), 2)
    line.text(hour < 12 ? "AM" : "PM")
  }

  /// With two decimals.
  private func kilobytes(_ bytes: UInt64) {
    let hundredths = bytes * 100 / 1_024
    line.number(hundredths / 100)
    line.byte(UInt8(ascii: "."))
    line.digits(hundredths % 100, 2)
  }
}
