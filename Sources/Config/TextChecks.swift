internal import Journal
internal import Net

/// Host and port, for a server.
enum EndpointText {
  static func refusal(_ text: String) -> String? {
    do throws(NetError) {
      let endpoint = try Endpoint(parsing: text)
      return endpoint.interface == nil ? nil : "an interface (@...) has no meaning here"
    } catch {
      return "expected HOST:PORT such as 127.0.0.1:9464, found \(Units.quoted(text))"
    }
  }
}

/// A host alone: name, IPv4 or IPv6 address.
enum HostText {
  static func refusal(_ text: String) -> String? {
    let isHost = text.utf8.allSatisfy { byte in
      byte > 0x20 && byte < 0x7F && !"/@[]\"'\\".utf8.contains(byte)
    }
    let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
    if colons == 1 { return "expected a host without a port; ports have keys of their own" }
    guard isHost, (1...253).contains(text.utf8.count) else {
      return "expected a host name or an address, found \(Units.quoted(text))"
    }
    return nil
  }
}

/// Words of the journal's settings.
enum JournalText {
  static func codecRefusal(_ text: String) -> String? {
    JournalCodec(name: text) == nil
      ? "no such codec \(Units.quoted(text)); give none, lz4, zstd:1 to zstd:19, columnar+lz4 or "
        + "columnar+zstd:1"
      : nil
  }

  static func syncRefusal(_ text: String) -> String? {
    sync(text) == nil
      ? "no such rule \(Units.quoted(text)); give block, interval:1s or off" : nil
  }

  static func sync(_ text: String) -> SyncPolicy? {
    switch text {
    case "block": return .block
    case "off": return .off
    default:
      let parts = text.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0] == "interval",
        let nanos = try? Units.read(String(parts[1]), Units.times, "a duration", like: "1s"),
        nanos > 0
      else { return nil }
      return .interval(nanos)
    }
  }
}
