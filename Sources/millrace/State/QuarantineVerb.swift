internal import Catalog
internal import Ledger
internal import Wire

/// `millrace quarantine`: messages that were rejected.
enum QuarantineVerb: Verb {
  static var name: String { "quarantine" }
  static var summary: String { "list, show and run again the messages that were rejected" }
  static var operands: String { "[VERB]" }
  static var options: [any DeclaredOption] { [] }
  static var subverbs: [any Verb.Type] {
    [QuarantineListVerb.self, QuarantineShowVerb.self, QuarantineReplayVerb.self]
  }
  static var notes: String { Subverbs.notes(of: name, subverbs) }

  /// Only called where no verb of the table was named first.
  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    throw Subverbs.missing(name, subverbs, context.arguments.operands.first)
  }
}

/// The quarantine files that a verb is to look at.
enum QuarantineInput {
  static let feed = CommandOption.text("feed", "NAME", help: "messages of this feed only")
  static let reason = CommandOption.text(
    "reason", "NAME", help: "messages rejected for this reason only (bad_field)")

  struct File {
    var path: String
    var content: QuarantineContent
  }

  /// The files named, or those below the folder of state; read, damaged entries told.
  static func read(
    _ context: CommandContext, verb: String
  ) throws(CommandError) -> [File] {
    let arguments = context.arguments
    var files: [File] = []
    do throws(QuarantineError) {
      var paths = arguments.operands
      if paths.isEmpty {
        paths = try QuarantineReader.files(in: StateFolder(arguments, verb: verb).quarantine)
      }
      for path in paths {
        let content = try QuarantineReader.read(path)
        files.append(File(path: path, content: content))
        guard content.skippedBytes > 0 else { continue }
        context.terminal.note(
          "\(path): \(content.skippedBytes) bytes that are no whole entry were passed over"
            + (content.hasTornTail ? " (the last entry is torn)" : ""))
      }
    } catch {
      throw CommandError(error, verb: verb)
    }
    for index in files.indices {
      files[index].content.entries.removeAll { !isWanted($0, arguments) }
    }
    return files
  }

  private static func isWanted(_ entry: QuarantineEntry, _ arguments: CommandArguments) -> Bool {
    (arguments[feed] == nil || arguments[feed] == entry.feed)
      && (arguments[reason] == nil || arguments[reason] == entry.reason.name)
  }
}

extension CommandError {
  init(_ error: QuarantineError, verb: String) {
    let (code, remedy): (ExitCode, String) =
      switch error.kind {
      case .notFound: (.noInput, "check the path, or name the folder of state with --state DIR")
      case .access: (.permission, "run it as the user of the pipeline")
      case .foreign: (.badInput, "name a file of the folder quarantine/")
      case .inUse: (.unavailable, "a running pipeline writes it: wait for the next day, or end it")
      case .system: (.inputOutput, "check the disk and try again")
      }
    self.init(code, verb: verb, happened: error.text, what: error.path, remedy: remedy)
  }
}

/// `millrace quarantine list`: how many messages, from where, why.
enum QuarantineListVerb: Verb {
  static var name: String { "quarantine list" }
  static var summary: String { "count rejected messages by file, channel and reason" }
  static var operands: String { "[FILE...]" }
  static var options: [any DeclaredOption] {
    [StateFolder.option, QuarantineInput.feed, QuarantineInput.reason]
  }
  static var notes: String { "FILE: quarantine files; all below --state if none is named." }

  private struct Key: Hashable {
    var file: String
    var feed: String
    var channel: String
    var reason: String
  }

  private struct Count {
    var count = 0
    var first: UInt64 = .max
    var last: UInt64 = 0
  }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    var order: [Key] = []
    var counts: [Key: Count] = [:]
    for file in try QuarantineInput.read(context, verb: name) {
      for entry in file.content.entries {
        let key = Key(
          file: file.path, feed: entry.feed, channel: entry.channel, reason: entry.reason.name)
        if counts[key] == nil { order.append(key) }
        var count = counts[key] ?? Count()
        count.count += 1
        count.first = min(count.first, entry.time)
        count.last = max(count.last, entry.time)
        counts[key] = count
      }
    }
    let found = order.map { ($0, counts[$0] ?? Count()) }
    if context.arguments[GlobalOptions.json] {
      var json = JSONText()
      for (key, count) in found {
        json.object {
          $0.field("file", key.file)
          $0.field("feed", key.feed)
          $0.field("channel", key.channel)
          $0.field("reason", key.reason)
          $0.field("messages", count.count)
          $0.field("first", CatalogTime.text(count.first))
          $0.field("last", CatalogTime.text(count.last))
        }
        json.newLine()
      }
      try context.output.write(json.utf8)
      return .ok
    }
    guard !found.isEmpty else {
      try context.output.write("no rejected messages\n")
      return .ok
    }
    var rows = [["FILE", "FEED", "CHANNEL", "REASON", "MESSAGES", "FIRST", "LAST"]]
    rows += found.map { key, count in
      [
        key.file, key.feed, key.channel, key.reason, "\(count.count)",
        CatalogTime.text(count.first), CatalogTime.text(count.last),
      ]
    }
    try context.output.write(TextTable(rows: rows).text)
    return .ok
  }
}

/// `millrace quarantine show`: the messages themselves.
enum QuarantineShowVerb: Verb {
  static var name: String { "quarantine show" }
  static var summary: String { "print rejected messages with what was known at that moment" }
  static var operands: String { "[FILE...]" }
  static var options: [any DeclaredOption] {
    [StateFolder.option, QuarantineInput.feed, QuarantineInput.reason, limit]
  }
  static var notes: String {
    "FILE: quarantine files; all below --state if none is named. Messages are whole with --json."
  }

  static let limit = CommandOption.count("limit", help: "messages at most", default: "100")

  /// Bytes of a message that people are shown.
  private static var shownBytes: Int { 512 }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    var left = context.arguments.value(of: limit)
    for file in try QuarantineInput.read(context, verb: name) {
      for (index, entry) in file.content.entries.enumerated() where left > 0 {
        left -= 1
        let isJSON = context.arguments[GlobalOptions.json]
        try context.output.write(isJSON ? json(entry, file.path, index) : text(entry))
      }
    }
    if left == 0 { context.terminal.note("there may be more: see --limit") }
    return .ok
  }

  private static func text(_ entry: QuarantineEntry) -> String {
    var text = "\(CatalogTime.text(entry.time))  \(entry.source) (\(entry.feed))"
    if !entry.channel.isEmpty { text += " \(entry.channel)" }
    text += "  epoch \(entry.epoch)  \(entry.reason.name)  \(entry.bytes.count) bytes"
    text += entry.isCut ? " (cut)\n" : "\n"
    for line in entry.context.split(separator: "\n") { text += "  # \(line)\n" }
    text += "  " + printable(entry.bytes.prefix(shownBytes))
    return text + (entry.bytes.count > shownBytes ? " ...\n" : "\n")
  }

  /// The bytes with everything but printable ASCII as `\x1F`, so that no message can do anything to
  /// a terminal.
  static func printable(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for byte in bytes {
      if byte == UInt8(ascii: "\\") {
        text += "\\\\"
      } else if (0x20..<0x7F).contains(byte) {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "\\x" + hex(byte)
      }
    }
    return text
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count < 2 ? "0" + digits : digits
  }

  private static func json(_ entry: QuarantineEntry, _ path: String, _ index: Int) -> String {
    var json = JSONText()
    json.object {
      $0.field("file", path)
      $0.field("index", index)
      $0.field("time", CatalogTime.text(entry.time))
      $0.field("time_ns", entry.time)
      $0.field("source", entry.source)
      $0.field("feed", entry.feed)
      $0.field("channel", entry.channel)
      $0.field("epoch", entry.epoch)
      $0.field("reason", entry.reason.name)
      $0.field("cut", entry.isCut)
      $0.field("context", entry.context)
      $0.field("bytes", entry.bytes.count)
      $0.field("hex", entry.bytes.map(hex).joined())
      $0.field("prelude_hex", entry.prelude.map(hex).joined())
      $0.field("text", printable(entry.bytes))
    }
    return json.text + "\n"
  }
}
