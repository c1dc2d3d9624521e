/// Numbers with units, as people write them in options. Nil for anything else.
enum OptionUnits {
  /// A duration in nanoseconds: a decimal number and one of ns, us, ms, s, m, h.
  static func nanos(_ text: String) -> UInt64? {
    let factors: [String: Double] = [
      "ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
    ]
    guard let (number, unit) = split(text), let factor = factors[unit] else { return nil }
    return UInt64(exactly: (number * factor).rounded())
  }

  /// Bytes: a whole number, alone or with B, KiB, MiB, GiB, kB, MB, GB (also K, M, G: binary).
  static func size(_ text: String) -> Int? {
    let factors: [String: Double] = [
      "": 1, "B": 1, "K": 1024, "KiB": 1024, "M": 0x1p20, "MiB": 0x1p20, "G": 0x1p30,
      "GiB": 0x1p30, "kB": 1e3, "MB": 1e6, "GB": 1e9,
    ]
    guard let (number, unit) = split(text), let factor = factors[unit] else { return nil }
    return Int(exactly: number * factor)
  }

  /// A whole number, alone or with k, M, G (decimal).
  static func count(_ text: String) -> Int? {
    guard let number = decimal(text) else { return nil }
    return Int(exactly: number)
  }

  /// A number per second, alone or with k, M, G; `/s` may follow.
  static func rate(_ text: String) -> Double? {
    decimal(text.hasSuffix("/s") ? String(text.dropLast(2)) : text)
  }

  /// A share from 0 to 1, or from 0% to 100%.
  static func fraction(_ text: String) -> Double? {
    guard let (number, unit) = split(text), unit.isEmpty || unit == "%" else { return nil }
    let share = unit == "%" ? number / 100 : number
    return share <= 1 ? share : nil
  }

  private static func decimal(_ text: String) -> Double? {
    let factors: [String: Double] = ["": 1, "k": 1e3, "M": 1e6, "G": 1e9]
    guard let (number, unit) = split(text), let factor = factors[unit] else { return nil }
    return number * factor
  }

  /// A non-negative decimal number and what follows it.
  private static func split(_ text: String) -> (number: Double, unit: String)? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits), number.isFinite else { return nil }
    return (number, String(text.dropFirst(digits.count)))
  }
}
