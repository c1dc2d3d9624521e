internal import Engine
internal import Journal

/// The options of `millrace run` that concern the journal.
enum JournalRunOptions {
  static let journal = CommandOption.text(
    "journal", "DIR", help: "record everything that is published into segments below DIR")
  static let codec = CommandOption.text(
    "journal-codec", "CODEC",
    help: "none, lz4, zstd:LEVEL, or columnar+ one of them (denser; for millrace's own readers)",
    default: "zstd:1")
  static let sync = CommandOption.text(
    "journal-fsync", "WHEN",
    help: "when the disk must have it: block, interval:TIME, or off", default: "interval:1s")
  static let block = CommandOption.count(
    "journal-block", "RECORDS", in: 64...JournalLimits.blockRecords,
    help: "records of a full block; more are denser, fewer are sooner on the disk",
    default: "16384")
  static let segment = CommandOption.size(
    "journal-segment", help: "size at which a new segment is begun", default: "4GiB")
  static let rotate = CommandOption.choice(
    "journal-rotate", ["hour", "day"], help: "time after which a new segment is begun",
    default: "hour")
  static let flush = CommandOption.duration(
    "journal-flush", help: "longest time that a record waits for its block to fill",
    default: "1s")
  static let cpus = CommandOption.text(
    "journal-cpus", "LIST", help: "CPUs of the journal threads, by commas")

  static let all: [any DeclaredOption] = [
    journal, codec, sync, block, segment, rotate, flush, cpus,
  ]

  /// What the options ask for; nil where nothing is to be recorded.
  static func settings(_ arguments: CommandArguments) throws(CommandError) -> JournalSettings? {
    guard let root = arguments[journal] else { return nil }
    var settings = JournalSettings(root: root)
    let codecName = arguments.value(of: codec)
    guard let codec = JournalCodec(name: codecName) else {
      throw usage(
        "no such codec", "--journal-codec \(codecName)",
        "give none, lz4, zstd:1 to zstd:19, columnar+lz4 or columnar+zstd:1")
    }
    settings.codec = codec
    let when = arguments.value(of: sync)
    guard settings.setSync(when, nanos: OptionUnits.nanos) else {
      throw usage(
        "no such rule", "--journal-fsync \(when)", "give block, interval:1s or off")
    }
    settings.blockRecords = arguments.value(of: block)
    let segmentBytes = arguments.value(of: segment)
    guard segmentBytes >= leastSegmentBytes else {
      throw usage(
        "the segments are too small", "--journal-segment \(segmentBytes)", "give 1MiB or more")
    }
    settings.segmentBytes = UInt64(segmentBytes)
    settings.rotation = arguments.value(of: rotate) == "day" ? .day : .hour
    settings.flushNanos = arguments.value(of: flush)
    settings.cpus = try RunSetup.cpus(arguments[cpus], "--journal-cpus")
    return settings
  }

  private static var leastSegmentBytes: Int { 1 << 20 }

  private static func usage(_ happened: String, _ what: String, _ remedy: String) -> CommandError {
    CommandError(.usage, verb: RunVerb.name, happened: happened, what: what, remedy: remedy)
  }
}

extension CommandError {
  /// A journal that cannot be begun.
  init(opening error: JournalError, verb: String) {
    let what: String
    switch error {
    case .system(_, let path, _), .notASegment(let path, _), .damaged(let path, _, _): what = path
    case .badOption, .coder: what = "--journal"
    }
    self.init(
      .cannotCreate, verb: verb, happened: "\(error)", what: what,
      remedy: "make the folder writable for this user, or name another one with --journal DIR")
  }
}
