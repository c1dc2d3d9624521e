/// A checked value.
indirect enum SettingValue: Sendable, Equatable {
  case text(String)
  case integer(Int)
  case boolean(Bool)
  case nanos(UInt64)
  case bytes(Int)
  case rate(Rate)
  /// Millionths.
  case share(Int)
  /// Thousandths.
  case multiple(Int)
  case secret(Secret)
  case list([CheckedValue])
  case section(CheckedSection)
  /// Nothing was said, and nothing is meant.
  case nothing
}

/// A checked value and its place; nil for a default.
struct CheckedValue: Sendable, Equatable {
  var value: SettingValue
  var place: SettingPlace?

  init(_ value: SettingValue, at place: SettingPlace? = nil) {
    self.value = value
    self.place = place
  }

  /// Equal in what they say, wherever it stands.
  static func == (left: CheckedValue, right: CheckedValue) -> Bool { left.value == right.value }
}

/// The checked values of a map, each key of its section with one.
struct CheckedSection: Sendable, Equatable {
  let schema: SettingSection
  var values: [String: CheckedValue] = [:]
  var place: SettingPlace?

  init(_ schema: SettingSection, at place: SettingPlace? = nil) {
    self.schema = schema
    self.place = place
  }

  static func == (left: CheckedSection, right: CheckedSection) -> Bool {
    left.schema.name == right.schema.name && left.values == right.values
  }

  subscript(key: String) -> SettingValue { values[key]?.value ?? .nothing }

  // What a schema has checked is there with its type; the other answers are never used.

  func text(_ key: String) -> String { optionalText(key) ?? "" }

  func optionalText(_ key: String) -> String? {
    if case .text(let text) = self[key] { return text }
    return nil
  }

  func integer(_ key: String) -> Int { optionalInteger(key) ?? 0 }

  func optionalInteger(_ key: String) -> Int? {
    if case .integer(let number) = self[key] { return number }
    return nil
  }

  func boolean(_ key: String) -> Bool { self[key] == .boolean(true) }

  func nanos(_ key: String) -> UInt64 { optionalNanos(key) ?? 0 }

  func optionalNanos(_ key: String) -> UInt64? {
    if case .nanos(let nanos) = self[key] { return nanos }
    return nil
  }

  func optionalBytes(_ key: String) -> Int? {
    if case .bytes(let bytes) = self[key] { return bytes }
    return nil
  }

  func optionalRate(_ key: String) -> Rate? {
    if case .rate(let rate) = self[key] { return rate }
    return nil
  }

  func optionalShare(_ key: String) -> Int? {
    if case .share(let millionths) = self[key] { return millionths }
    return nil
  }

  func optionalMultiple(_ key: String) -> Int? {
    if case .multiple(let thousandths) = self[key] { return thousandths }
    return nil
  }

  func list(_ key: String) -> [CheckedValue] {
    if case .list(let elements) = self[key] { return elements }
    return []
  }

  func texts(_ key: String) -> [String] {
    list(key).compactMap { element in
      if case .text(let text) = element.value { return text }
      return nil
    }
  }

  func integers(_ key: String) -> [Int] {
    list(key).compactMap { element in
      if case .integer(let number) = element.value { return number }
      return nil
    }
  }

  func section(_ key: String) -> CheckedSection? {
    if case .section(let section) = self[key] { return section }
    return nil
  }

  func sections(_ key: String) -> [CheckedSection] {
    list(key).compactMap { element in
      if case .section(let section) = element.value { return section }
      return nil
    }
  }
}
