internal import Journal

extension CommandOption where Value == JournalCodec {
  /// How segments are written.
  static func codec(_ name: String, help: String) -> Self {
    Self(
      name, placeholder: "CODEC", help: help,
      expects: "a codec such as none, lz4, zstd:3, columnar+zstd:1 or columnar+lz4"
    ) { JournalCodec(name: $0) }
  }
}

extension JournalCodec {
  /// The codec that a segment's name asks for by its ending; nil for other names.
  init?(forName name: String) {
    let codecs: [(String, String)] = [
      (".dbn.zst", "zstd:3"), (".dbn.lz4", "lz4"), (".dbn", "none"), (".mrc", "columnar+zstd:3"),
    ]
    guard let found = codecs.first(where: { name.hasSuffix($0.0) }) else { return nil }
    self.init(name: found.1)
  }

  /// The codec for an output: the one asked for, else that of the name's ending.
  static func of(
    output path: String, asked: JournalCodec?, verb: String
  ) throws(CommandError) -> JournalCodec {
    guard let codec = asked ?? JournalCodec(forName: path) else {
      throw CommandError(
        .usage, verb: verb, happened: "the name's ending tells no codec", what: path,
        remedy: "end it with .dbn.zst, .dbn.lz4, .dbn or .mrc, or give --codec")
    }
    guard path.hasSuffix("." + codec.fileEnding) else {
      throw CommandError(
        .usage, verb: verb, happened: "segments of the codec \(codec.name) have another ending",
        what: path, remedy: "end the name with .\(codec.fileEnding)")
    }
    return codec
  }
}
