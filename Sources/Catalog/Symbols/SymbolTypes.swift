/// What is known of an instrument at a source, beside its names.
public struct SymbolDetails: Sendable, Equatable {
  /// A description for people.
  public var name: String
  public var exchange: String
  public var currency: String
  /// The upstream's own word (`STK`, `FUTURE`).
  public var securityType: String
  /// The upstream's stable key (IB: conId), empty where it has none.
  public var key: String
  /// Smallest price step in units of 1e-9, 0 where unknown.
  public var tickSize: Int64

  public init(
    name: String = "", exchange: String = "", currency: String = "", securityType: String = "",
    key: String = "", tickSize: Int64 = 0
  ) {
    self.name = name
    self.exchange = exchange
    self.currency = currency
    self.securityType = securityType
    self.key = key
    self.tickSize = tickSize
  }

  /// Whether both can be the same instrument: what both sides know of key, type and currency
  /// agrees.
  func canBe(_ other: SymbolDetails) -> Bool {
    func agrees(_ one: String, _ two: String) -> Bool { one.isEmpty || two.isEmpty || one == two }
    return agrees(key, other.key) && agrees(securityType, other.securityType)
      && agrees(currency, other.currency)
  }

  /// With what only `older` knew filled in.
  func filled(from older: SymbolDetails) -> SymbolDetails {
    var filled = self
    if name.isEmpty { filled.name = older.name }
    if exchange.isEmpty { filled.exchange = older.exchange }
    if currency.isEmpty { filled.currency = older.currency }
    if securityType.isEmpty { filled.securityType = older.securityType }
    if key.isEmpty { filled.key = older.key }
    if tickSize == 0 { filled.tickSize = older.tickSize }
    return filled
  }

  /// Texts that fit the table.
  var bounded: SymbolDetails {
    SymbolDetails(
      name: name.bounded(), exchange: exchange.bounded(to: CatalogLimits.symbolBytes),
      currency: currency.bounded(to: CatalogLimits.symbolBytes),
      securityType: securityType.bounded(to: CatalogLimits.symbolBytes),
      key: key.bounded(to: CatalogLimits.symbolBytes), tickSize: max(tickSize, 0))
  }
}

/// An upstream symbol and the instrument that it meant for a while.
public struct Listing: Sendable, Equatable {
  public var source: String
  public var symbol: String
  public var instrument: UInt32
  /// The instrument's canonical symbol at the moment asked for; empty where it has none.
  public var canonical: String
  public var details: SymbolDetails
  /// Unix ns: the first instant of validity, and the first after it; `validTo` nil while it lasts.
  public var validFrom: UInt64
  public var validTo: UInt64?
}

/// What a list, a configuration or an upstream says of a symbol.
public struct SymbolDefinition: Sendable, Equatable {
  public var symbol: String
  /// Nil where the source does not say: the one known, or the symbol itself.
  public var canonical: String?
  public var details: SymbolDetails
  /// Nil for the moment of the import, and for "until further notice". Unix ns.
  public var validFrom: UInt64?
  public var validTo: UInt64?
  /// The instrument id of another master, kept where that is possible.
  public var instrument: UInt32?

  public init(
    symbol: String, canonical: String? = nil, details: SymbolDetails = SymbolDetails(),
    validFrom: UInt64? = nil, validTo: UInt64? = nil, instrument: UInt32? = nil
  ) {
    self.symbol = symbol
    self.canonical = canonical
    self.details = details
    self.validFrom = validFrom
    self.validTo = validTo
    self.instrument = instrument
  }
}

/// What an import has changed.
public struct SymbolImportReport: Sendable, Equatable {
  /// A line about one symbol.
  public struct Remark: Sendable, Equatable {
    public var symbol: String
    public var text: String
  }

  /// Symbols that were not known; among them those of instruments that were not known either.
  public var added = 0
  public var instruments = 0
  /// Details that differ from what was known.
  public var changed = 0
  /// Instruments that go on under another symbol.
  public var renamed = 0
  /// Symbols that mean another instrument than before.
  public var reused = 0
  public var unchanged = 0
  public var refused = 0
  public var conflicting = 0
  /// Why symbols were refused, and what contradicts itself: the first ones, all are counted.
  public var refusals: [Remark] = []
  public var conflicts: [Remark] = []

  public init() {}

  static var remarks: Int { 1_000 }

  mutating func refuse(_ symbol: String, _ text: String) {
    refused += 1
    guard refusals.count < Self.remarks else { return }
    refusals.append(Remark(symbol: symbol.bounded(to: CatalogLimits.symbolBytes), text: text))
  }

  mutating func conflict(_ symbol: String, _ text: String) {
    conflicting += 1
    guard conflicts.count < Self.remarks else { return }
    conflicts.append(Remark(symbol: symbol, text: text))
  }

  /// Definitions looked at.
  public var total: Int { added + changed + renamed + reused + unchanged + refused }
}
