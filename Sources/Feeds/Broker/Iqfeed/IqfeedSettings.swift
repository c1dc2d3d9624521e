internal import FeedKit

/// The settings of a source, read once.
struct IqfeedSettings {
  var version = "6.2"
  var clientName = "millrace"
  var fields = Iqfeed.goodFields
  var ports: [IqfeedChannel: UInt16] = [:]
  var usesAdmin = true
  var sendsTimestamps = true
  var product = ""
  var productVersion = ""
  var login = ""
  var password = ""
  /// Beginning of the symbols that the symbol master asks for.
  var symbolSearch = ""

  init(_ values: [String: String]) {
    for setting in IqfeedFeed.settings {
      let value = values[setting.name] ?? setting.defaultValue ?? ""
      take(setting.name, value)
    }
  }

  private mutating func take(_ name: String, _ value: String) {
    switch name {
    case "protocol": version = value
    case "client_name": clientName = Self.plain(value)
    case "fields": fields = value.isEmpty ? Iqfeed.goodFields : Self.line(value)
    case "admin": usesAdmin = value == "true"
    case "timestamps": sendsTimestamps = value == "true"
    case "product": product = Self.plain(value)
    case "product_version": productVersion = Self.plain(value)
    case "login": login = Self.plain(value)
    case "symbol_search": symbolSearch = IqfeedSymbol.isValid(value) ? value : ""
    case "password": password = Self.plain(value)
    default:
      for channel in IqfeedChannel.allCases where name == "\(channel.name)_port" {
        ports[channel] = UInt16(value) ?? channel.usualPort
      }
    }
  }

  /// A value as one field of a request: no comma and no control character.
  static func plain(_ text: String) -> String {
    String(decoding: text.utf8.filter { $0 >= 0x20 && $0 < 0x7F && $0 != 0x2C }, as: UTF8.self)
  }

  /// A list of fields as a line: no control character, no blank around commas.
  static func line(_ text: String) -> String {
    IqfeedFieldSet.names(
      String(decoding: text.utf8.filter { $0 >= 0x20 && $0 < 0x7F }, as: UTF8.self)
    ).joined(separator: ",")
  }
}

/// The services of IQConnect (section 1).
enum IqfeedChannel: CaseIterable {
  case level1
  case depth
  case lookup
  case admin
  case derivatives

  var name: String {
    switch self {
    case .level1: "level1"
    case .depth: "depth"
    case .lookup: "lookup"
    case .admin: "admin"
    case .derivatives: "derivatives"
    }
  }

  var usualPort: UInt16 {
    switch self {
    case .level1: 5009
    case .depth: 9200
    case .lookup: 9100
    case .admin: 9300
    case .derivatives: 9400
    }
  }
}
