internal import Journal

extension Schema {
  static let journal = SettingSection(
    "journal",
    [
      SettingKey(
        "root", .path, .required, .restart, "Folder below which the segments are written."),
      SettingKey(
        "codec",
        .checked(
          expects: "`none`, `lz4`, `zstd:LEVEL`, `columnar+` one of them",
          refusal: JournalText.codecRefusal), .text("zstd:1"), .restart,
        "Compression; columnar ones are denser and for Millrace's own readers."),
      SettingKey(
        "fsync",
        .checked(expects: "`block`, `interval:TIME`, `off`", refusal: JournalText.syncRefusal),
        .text("interval:1s"), .restart, "When the disk must have it."),
      SettingKey(
        "block", .integer(64...JournalLimits.blockRecords), .text("16384"), .restart,
        "Records of a full block; more are denser, fewer are sooner on the disk."),
      SettingKey(
        "segment", .size((1 << 20)...(1 << 50)), .text("4GiB"), .restart,
        "Size at which a new segment is begun."),
      SettingKey(
        "rotate", .choice(["hour", "day"]), .text("hour"), .restart,
        "Time after which a new segment is begun."),
      SettingKey(
        "flush", .duration(1_000_000...3_600_000_000_000), .text("1s"), .restart,
        "Longest time that a record waits for its block to fill."),
      SettingKey("cpus", cpus, .text(""), .restart, "CPUs of the journal's threads, by shard."),
      SettingKey(
        "raw", .boolean, .text("false"), .restart,
        "Whether the bytes as received are kept too, for `millrace redecode`."),
    ])
}
