internal import FeedKit

/// An option as help and the parser know it, whatever its value.
protocol DeclaredOption: Sendable {
  /// Name without dashes.
  var name: String { get }
  /// Letter of the one-dash form, if it has one.
  var letter: Character? { get }
  /// What stands for the value in help; nil for a switch.
  var placeholder: String? { get }
  /// What it does, one sentence without a full stop.
  var help: String { get }
  /// What is meant where the option is absent, in help and as a value; nil for nothing.
  var defaultText: String? { get }
  /// What a value must look like, for the message about one that does not.
  var expects: String { get }

  /// The value of this text, or nil for a wrong one.
  func parsed(_ text: String) -> (any Sendable)?
}

/// An option whose value has a type. Verbs keep theirs in static properties and ask
/// `CommandArguments` with them.
struct CommandOption<Value: Sendable>: DeclaredOption {
  let name: String
  let letter: Character?
  let placeholder: String?
  let help: String
  let defaultText: String?
  let expects: String
  private let read: @Sendable (String) -> Value?

  init(
    _ name: String, letter: Character? = nil, placeholder: String?, help: String,
    default defaultText: String? = nil, expects: String,
    read: @escaping @Sendable (String) -> Value?
  ) {
    self.name = name
    self.letter = letter
    self.placeholder = placeholder
    self.help = help
    self.defaultText = defaultText
    self.expects = expects
    self.read = read
  }

  func parsed(_ text: String) -> (any Sendable)? { read(text) }
}

extension CommandOption where Value == Bool {
  /// A switch: there or not.
  static func flag(_ name: String, letter: Character? = nil, help: String) -> Self {
    Self(name, letter: letter, placeholder: nil, help: help, expects: "no value") { _ in true }
  }
}

extension CommandOption where Value == String {
  /// Any text.
  static func text(
    _ name: String, _ placeholder: String, help: String, default defaultText: String? = nil
  ) -> Self {
    Self(
      name, placeholder: placeholder, help: help, default: defaultText, expects: "some text"
    ) { $0.isEmpty ? nil : $0 }
  }

  /// One of a few words.
  static func choice(
    _ name: String, _ words: [String], help: String, default defaultText: String? = nil
  ) -> Self {
    Self(
      name, placeholder: words.joined(separator: "|"), help: help, default: defaultText,
      expects: "one of " + words.joined(separator: ", ")
    ) { words.contains($0) ? $0 : nil }
  }
}

extension CommandOption where Value == Int {
  /// A whole number, with k, M or G for thousands, millions, thousands of millions.
  static func count(
    _ name: String, _ placeholder: String = "N", in range: ClosedRange<Int> = 0...Int.max,
    help: String, default defaultText: String? = nil
  ) -> Self {
    let bounds =
      range.upperBound == Int.max
      ? "of \(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
    return Self(
      name, placeholder: placeholder, help: help, default: defaultText,
      expects: "a whole number \(bounds), such as 500, 20k or 2M"
    ) { text in OptionUnits.count(text).flatMap { range.contains($0) ? $0 : nil } }
  }

  /// A number of bytes.
  static func size(
    _ name: String, help: String, default defaultText: String? = nil
  ) -> Self {
    Self(
      name, placeholder: "SIZE", help: help, default: defaultText,
      expects: "a size such as 4096, 64KiB, 8MiB or 1GiB"
    ) { OptionUnits.size($0) }
  }
}

extension CommandOption where Value == Double {
  /// A number of something per second.
  static func rate(
    _ name: String, help: String, default defaultText: String? = nil
  ) -> Self {
    Self(
      name, placeholder: "RATE", help: help, default: defaultText,
      expects: "a rate per second such as 500, 250k, 1.5M"
    ) { OptionUnits.rate($0) }
  }

  /// A share of the whole.
  static func fraction(
    _ name: String, help: String, default defaultText: String? = nil
  ) -> Self {
    Self(
      name, placeholder: "SHARE", help: help, default: defaultText,
      expects: "a share such as 0.01 or 1%"
    ) { OptionUnits.fraction($0) }
  }
}

extension CommandOption where Value == UInt64 {
  /// A time span, in nanoseconds.
  static func duration(
    _ name: String, help: String, default defaultText: String? = nil
  ) -> Self {
    Self(
      name, placeholder: "TIME", help: help, default: defaultText,
      expects: "a time such as 500us, 250ms, 10s, 2m or 1h"
    ) { OptionUnits.nanos($0) }
  }
}

extension CommandOption where Value == CivilDate {
  /// A day.
  static func date(_ name: String, help: String) -> Self {
    Self(
      name, placeholder: "YYYY-MM-DD", help: help, expects: "a day such as 2023-08-22"
    ) { CivilDate($0) }
  }
}
