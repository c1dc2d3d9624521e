/// When a change of a setting takes effect in a running program.
public enum ReloadClass: String, Sendable, Comparable, CaseIterable {
  /// At once, without touching a connection.
  case now
  /// With a new connection of the source.
  case reconnect
  /// Only when the program is started again: a reload refuses it.
  case restart

  public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// What is meant where a key is absent.
enum SettingDefault: Sendable {
  /// Nothing: the setting is off.
  case nothing
  /// The key must be there.
  case required
  /// This text, as if it stood there; parts of a list by ", ".
  case text(String)
  /// What the section of the same name at the top says.
  case inherited
}

/// One key of the configuration.
struct SettingKey: Sendable {
  var name: String
  var kind: SettingKind
  var fallback: SettingDefault
  var reload: ReloadClass
  /// One or two sentences, for the reference.
  var help: String

  init(
    _ name: String, _ kind: SettingKind, _ fallback: SettingDefault, _ reload: ReloadClass,
    _ help: String
  ) {
    self.name = name
    self.kind = kind
    self.fallback = fallback
    self.reload = reload
    self.help = help
  }
}

/// The keys of a map.
struct SettingSection: Sendable {
  /// Name in the reference and in messages.
  var name: String
  var keys: [SettingKey]
  /// The key by which elements of a list are told apart, for paths and differences.
  var identity: String?
  /// Whether keys that stand here may be unknown to it, because what they belong to is unknown.
  var isOpen = false

  init(_ name: String, identity: String? = nil, _ keys: [SettingKey]) {
    self.name = name
    self.identity = identity
    self.keys = keys
  }

  subscript(name: String) -> SettingKey? { keys.first { $0.name == name } }
}
