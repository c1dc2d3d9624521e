/// What the person at the terminal sees beside the output: notes and progress on standard error.
struct Terminal {
  /// Whether notes and progress are wanted.
  let isQuiet: Bool
  /// Whether more notes are wanted.
  let isVerbose: Bool
  /// Whether standard output may be coloured.
  let hasColor: Bool
  /// Whether progress can be drawn: standard error is a terminal and nobody asked for silence.
  let showsProgress: Bool

  init(_ arguments: CommandArguments) {
    isQuiet = arguments[GlobalOptions.quiet]
    isVerbose = arguments[GlobalOptions.verbose]
    // no-color.org: any text but the empty one says no.
    let refuses = !(SystemCalls.environment("NO_COLOR") ?? "").isEmpty
    hasColor =
      !refuses && !arguments[GlobalOptions.noColor] && !arguments[GlobalOptions.json]
      && SystemCalls.isTerminal(1) && SystemCalls.environment("TERM") != "dumb"
    showsProgress = !isQuiet && SystemCalls.isTerminal(2)
  }

  /// A line on standard error, unless silence was asked for.
  func note(_ text: String) {
    if !isQuiet { Self.writeError("millrace: \(text)\n") }
  }

  /// A line on standard error that says why the exit code will not be 0: silence does not mean it.
  func error(_ text: String) {
    endProgress()
    Self.writeError("millrace: error: \(text)\n")
  }

  /// A line on standard error where more was asked for.
  func detail(_ text: String) {
    if isVerbose { note(text) }
  }

  /// Replaces the progress line; nothing where there is no terminal.
  func progress(_ text: String) {
    guard showsProgress else { return }
    let width = SystemCalls.terminalColumns(2) ?? 80
    Self.writeError("\r\u{1B}[K" + text.prefix(max(width - 1, 10)))
  }

  /// Takes the progress line away.
  func endProgress() {
    if showsProgress { Self.writeError("\r\u{1B}[K") }
  }

  /// The text as it is printed: in this style where colours are allowed.
  func styled(_ text: String, _ style: Style) -> String {
    hasColor ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Select Graphic Rendition codes (ECMA-48, 8.3.117).
  struct Style: RawRepresentable {
    let rawValue: Int
    static var bold: Self { Self(rawValue: 1) }
    static var faint: Self { Self(rawValue: 2) }
    static var red: Self { Self(rawValue: 31) }
    static var green: Self { Self(rawValue: 32) }
    static var yellow: Self { Self(rawValue: 33) }
  }

  /// Writes to standard error; nobody can be told of a failure.
  static func writeError(_ text: String) {
    _ = SystemCalls.write(Array(text.utf8), to: 2)
  }
}
