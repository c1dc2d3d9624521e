internal import Glibc
internal import Ledger

/// The page on a terminal: on the alternate screen, drawn over itself.
///
/// Plain escape codes (ECMA-48, and the private modes of xterm that every terminal knows): no
/// library has to know the terminal. What was there before comes back at the end, however it ends.
enum TopScreen {
  /// Between two looks at the keys and the size of the window.
  private static var turnNanos: UInt64 { 100_000_000 }

  static func run(
    _ look: inout TopLook, pages: Int, nanos: UInt64, _ context: CommandContext
  ) throws(CommandError) -> ExitCode {
    let keys = KeyInput()
    defer { keys.restore() }
    // Alternate screen, no cursor.
    try show("\u{1B}[?1049h\u{1B}[?25l")
    defer { _ = SystemCalls.write(Array("\u{1B}[?25h\u{1B}[?1049l".utf8), to: 1) }
    var drawn = 0
    var size = TerminalSize.now
    try draw(look, size, context)
    var next = MonotonicClock.now().rawValue &+ nanos
    while drawn < pages {
      let now = MonotonicClock.now().rawValue
      let left = next > now ? min(next &- now, turnNanos) : 0
      if StopSignals.wait(nanos: left, for: StopSignals.ofTerminals) || keys.wantsEnd { break }
      let newSize = TerminalSize.now
      if MonotonicClock.now().rawValue >= next {
        // Late is late: the next look is one interval from now, not from when it was due.
        next = MonotonicClock.now().rawValue &+ nanos
        try look.take()
        drawn += 1
        try draw(look, newSize, context)
      } else if newSize != size {
        try draw(look, newSize, context)
      }
      size = newSize
    }
    return .ok
  }

  private static func draw(
    _ look: TopLook, _ size: TerminalSize, _ context: CommandContext
  ) throws(CommandError) {
    guard let frame = look.frame else { return }
    var lines = TopPage(frame).lines.map { $0.drawn(width: size.columns, context.terminal) }
    let rows = max(size.rows, 2)
    if lines.count > rows - 1 {
      lines = Array(lines.prefix(rows - 2))
      lines.append("... the window is too low for the rest")
    }
    let help = "q ends; the interval is \(LedgerReport.duration(frame.intervalNanos))"
    lines.append(context.terminal.styled(String(help.prefix(size.columns)), .faint))
    // Home, each line and what is left of the one before it, then what is left below.
    let text = "\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J"
    try show(text)
  }

  private static func show(_ text: String) throws(CommandError) {
    switch SystemCalls.write(Array(text.utf8), to: 1) {
    case .done: return
    case .closed, .failed:
      // The terminal has gone.
      throw .closedOutput
    }
  }
}

/// Rows and columns of the terminal behind standard output.
private struct TerminalSize: Equatable {
  var rows: Int
  var columns: Int

  static var now: Self {
    var size = winsize()
    // Safety: the call fills the structure that it is made for.
    guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return Self(rows: 24, columns: 80)
    }
    return Self(rows: Int(size.ws_row), columns: Int(size.ws_col))
  }
}

/// Keys as they are pressed, where standard input is a terminal.
private struct KeyInput {
  private let saved: termios?

  /// No echo, no waiting for the end of the line, and Ctrl-C is a key like any other.
  init() {
    var settings = termios()
    // Safety: the call fills the structure that it is made for.
    guard unsafe tcgetattr(0, &settings) == 0 else {
      saved = nil
      return
    }
    saved = settings
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
    // Safety: a local of the right type, only read.
    _ = unsafe tcsetattr(0, TCSANOW, &settings)
  }

  /// The terminal as it was.
  func restore() {
    guard var settings = saved else { return }
    // Safety: as above.
    _ = unsafe tcsetattr(0, TCSANOW, &settings)
  }

  /// Whether a key was pressed that ends the view: q, or Ctrl-C.
  var wantsEnd: Bool {
    guard saved != nil else { return false }
    var request = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    // Safety: one structure, as the count says.
    guard unsafe poll(&request, 1, 0) > 0, request.revents & Int16(POLLIN) != 0 else {
      return false
    }
    var bytes = [UInt8](repeating: 0, count: 64)
    // Safety: the buffer has as many bytes as the call may fill.
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(0, $0.baseAddress, $0.count) }
    guard count > 0 else { return true }
    // ETX is what Ctrl-C sends.
    return bytes.prefix(count).contains { $0 == UInt8(ascii: "q") || $0 == 3 }
  }
}
