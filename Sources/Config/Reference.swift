internal import FeedKit
internal import Sessions

extension Configuration {
  /// `docs/configuration.md`: every key, from the same table that checks them.
  public static var reference: String { Reference(feeds: knownFeeds).text }
}

/// The reference of all keys, as Markdown.
struct Reference {
  private(set) var text = ""

  init(feeds: [any LiveFeed.Type]) {
    text = Self.head
    section(Schema.root, title: "The top", level: 2, keys: Schema.root.keys)
    let source = SourceSchema.section(nil, feeds: feeds)
    text += "\n## A source\n\nAn element of `sources`.\n"
    table(source.keys)
    subsections(source.keys, prefix: "sources[].", level: 3)
    for feed in feeds { describe(feed, feeds) }
    text += Self.tail
  }

  private static let head = """
    # Configuration

    <!-- Made by `millrace validate config --reference`; a test compares it. -->

    `millrace run --config FILE` reads one YAML file, `millrace validate config FILE` checks it and
    lists all that is wrong with it, each with file, line and column. Examples are in
    [config](../config/README.md).

    - A key that is not listed here is an error, and so is a value of another type or without its
      unit. The schema alone decides what a value is: a symbol `NO` or `1E5` needs no quotes. A text
      that begins with one of ``@ ` % & * ! | > { [ # ' "`` does, as YAML wants it (`"@ESZ26"`).
    - Durations: `250ms`, `1s`, `2m`, `1h` (also `us`, `ns`). Sizes: `64KiB`, `1MB` (`B`, `kB`,
      `KiB`, `MB`, `MiB`, `GB`, `GiB`). Rates: `50/s`, `300/m`, `1000/h`. Shares: `0.5%`. All exact.
    - `${NAME}` in a value is the environment variable; `${NAME:-default}` has a default for one
      that is not set or empty; `$${` is a plain `${`. A variable that is not set and has no default
      is an error. Between the braces of a `{map}` in one line it needs quotes: `{host: "${NAME}"}`.
    - Secrets never stand in the file: `!env NAME` or `${NAME}` reads the environment,
      `!file PATH` the first line of a file that others cannot read, `!credential NAME` what
      systemd passes with `LoadCredential`.
    - `!include FILE`, `symbol_file` and paths of secrets are relative to the configuration's
      folder, all other paths to the working folder.
    - YAML's anchors and aliases are not taken, nor is a key that stands twice.

    **Takes effect**: `now` at a reload (SIGHUP) without touching a connection, `reconnect` with a
    new connection of the source, `restart` only when the program is started again: a reload with
    such a change is refused as a whole.

    """

  private static let tail = """

    ## Files of symbols

    One symbol a line. A `#` at the beginning of a line or behind a blank begins a comment;
    elsewhere it belongs to the symbol (`@ES#`).

    """

  private mutating func section(
    _ section: SettingSection, title: String, level: Int, keys: [SettingKey]
  ) {
    text += "\n\(String(repeating: "#", count: level)) \(title)\n"
    table(keys)
    subsections(keys.filter { $0.name != "sources" }, prefix: "", level: level + 1)
  }

  /// Sections below the keys, each under its path.
  private mutating func subsections(_ keys: [SettingKey], prefix: String, level: Int) {
    for key in keys {
      let (section, path): (SettingSection, String)
      switch key.kind {
      case .section(let inner): (section, path) = (inner, "\(prefix)\(key.name)")
      case .sections(let inner), .symbols(let inner):
        (section, path) = (inner, "\(prefix)\(key.name)[]")
      default: continue
      }
      // A source's health is that of the top once more, and its credentials are the feeds'.
      if prefix == "sources[]." && (key.name == "health" || key.name == "credentials") { continue }
      text += "\n\(String(repeating: "#", count: level)) `\(path)`\n\n\(key.help)\n"
      table(section.keys)
      subsections(section.keys, prefix: path + ".", level: min(level + 1, 6))
    }
  }

  private mutating func table(_ keys: [SettingKey]) {
    guard !keys.isEmpty else { return }
    text += "\n| key | what it may be | default | takes effect | |\n|---|---|---|---|---|\n"
    for key in keys {
      let cells = [
        "`\(key.name)`", key.kind.words, Self.fallback(key), key.reload.rawValue, key.help,
      ]
      text += "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
  }

  private static func fallback(_ key: SettingKey) -> String {
    switch key.fallback {
    case .nothing: ""
    case .required: "must be given"
    case .inherited: "as at the top"
    case .text(""): ""
    case .text(let text): "`\(text)`"
    }
  }

  /// What a feed adds, and the defaults that it has of its own.
  private mutating func describe(_ feed: any LiveFeed.Type, _ feeds: [any LiveFeed.Type]) {
    let description = feed.description
    text += "\n## Feed `\(description.name)`\n\n\(description.summary)\n"
    let common = Set(SourceSchema.section(nil, feeds: feeds).keys.map(\.name))
    let own = SourceSchema.section(feed, feeds: feeds).keys.filter { !common.contains($0.name) }
    if !own.isEmpty {
      text += "\nKeys of a source beside the common ones:\n"
      table(own)
    }
    let secrets = feed.settings.filter { $0.kind == .secret }.map(SourceSchema.key)
    if !secrets.isEmpty {
      text += "\nKeys of `credentials`:\n"
      table(secrets)
    }
    let details = feed.instrumentSettings.map(SourceSchema.key)
    if !details.isEmpty {
      text += "\nKeys of `symbols[]` and `symbol_defaults` beside the common ones:\n"
      table(details)
    }
    let differing = Self.differing(feed, feeds)
    if !differing.isEmpty {
      text += "\nOther defaults: " + differing.joined(separator: ", ") + ".\n"
    }
  }

  /// Common keys whose default is not the usual one.
  private static func differing(
    _ feed: any LiveFeed.Type, _ feeds: [any LiveFeed.Type]
  ) -> [String] {
    let usual = flat(SourceSchema.section(nil, feeds: feeds).keys, "")
    let own = flat(SourceSchema.section(feed, feeds: feeds).keys, "")
    return own.compactMap { entry in
      guard let other = usual.first(where: { $0.path == entry.path }), other.text != entry.text
      else { return nil }
      return "`\(entry.path): \(entry.text)`"
    }
  }

  private static func flat(
    _ keys: [SettingKey], _ prefix: String
  ) -> [(path: String, text: String)] {
    keys.flatMap { key -> [(path: String, text: String)] in
      if case .section(let section) = key.kind, key.name != "symbol_defaults" {
        return flat(section.keys, prefix + key.name + ".")
      }
      guard case .text(let text) = key.fallback, !text.isEmpty else { return [] }
      return [(prefix + key.name, text)]
    }
  }
}
