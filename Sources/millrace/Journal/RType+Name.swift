internal import Records

extension RType {
  /// The name of the type's schema, or of the type where it has none; `rtype_N` for unknown ones.
  ///
  /// `tbbo` records are `mbp-1` by their type.
  var name: String {
    switch self {
    case .error: "error"
    case .symbolMapping: "symbol_mapping"
    case .system: "system"
    default: Self.schemas[Int(rawValue)] ?? "rtype_\(rawValue)"
    }
  }

  /// Whether it is of the gateway's own: mappings, notices, errors, which are of no schema.
  var isGateway: Bool { self == .symbolMapping || self == .system || self == .error }

  private static let schemas: [String?] = {
    var names = [String?](repeating: nil, count: 256)
    for code: UInt16 in 0..<64 {
      let schema = Schema(rawValue: code)
      guard let type = schema.rtype, names[Int(type.rawValue)] == nil else { continue }
      names[Int(type.rawValue)] = schema.name
    }
    return names
  }()
}

/// Records by type.
struct RecordCounts: Sendable {
  fileprivate(set) var counts = InlineArray<256, UInt64>(repeating: 0)
  fileprivate(set) var total: UInt64 = 0

  mutating func add(_ type: RType) {
    counts[Int(type.rawValue)] &+= 1
    total &+= 1
  }

  subscript(type: RType) -> UInt64 { counts[Int(type.rawValue)] }

  /// Types that are of a schema.
  var schemas: Int {
    var found = 0
    for code in counts.indices where counts[code] > 0 {
      found += RType(rawValue: UInt8(code)).isGateway ? 0 : 1
    }
    return found
  }

  /// Counts by the name of the type, the most frequent first.
  var named: [(name: String, count: UInt64)] {
    var result: [(name: String, count: UInt64)] = []
    for code in counts.indices where counts[code] > 0 {
      result.append((RType(rawValue: UInt8(code)).name, counts[code]))
    }
    return result.sorted { ($0.count, $1.name) > ($1.count, $0.name) }
  }
}

extension RecordCounts {
  /// Adds other counts.
  mutating func add(_ other: RecordCounts) {
    for code in counts.indices { counts[code] = counts[code] &+ other.counts[code] }
    total &+= other.total
  }
}
