internal import Captures
internal import Wire

/// Options from files: the word `@FILE` stands for what the file says.
///
///     # one option a line, without the dashes
///     shards 2
///     wait = spin
///     busy-poll
///
/// What follows on the command line wins, since the last value of an option counts. A file may not
/// name another one.
enum ArgumentFile {
  /// Bytes of the largest file: an options file is a page of text.
  private static var limitBytes: Int { 1 << 16 }
  /// EFBIG.
  private static var fileTooLarge: Int32 { 27 }

  /// The words with every `@FILE` replaced. Words behind `--` are operands and stay.
  static func expand(_ words: [String], verb: String) throws(CommandError) -> [String] {
    var result: [String] = []
    var isOperand = false
    for word in words {
      if word == "--" { isOperand = true }
      if !isOperand, word.hasPrefix("@"), word.count > 1 {
        result += try options(in: String(word.dropFirst()), verb: verb)
      } else {
        result.append(word)
      }
    }
    return result
  }

  private static func options(in path: String, verb: String) throws(CommandError) -> [String] {
    var words: [String] = []
    for (index, line) in try text(of: path, verb: verb).split(
      separator: "\n", omittingEmptySubsequences: false
    ).enumerated() {
      let content = line.prefix { $0 != "#" }
      let parts = content.split(maxSplits: 1) { $0 == " " || $0 == "\t" || $0 == "=" }
      guard let name = parts.first else { continue }
      guard !name.hasPrefix("-"), !name.hasPrefix("@") else {
        throw CommandError(
          .configuration, verb: verb, happened: "an option is written without dashes here",
          what: "\(path), line \(index + 1): \(name)", remedy: "write \"name value\"")
      }
      words.append("--\(name)")
      if parts.count > 1 {
        words.append(String(parts[1].drop { $0 == " " || $0 == "\t" || $0 == "=" }.trimmedEnd))
      }
    }
    return words
  }

  private static func text(of path: String, verb: String) throws(CommandError) -> String {
    do throws(InputError) {
      let file = try MappedFile(path: path)
      let bytes = file.bytes
      guard bytes.byteCount <= limitBytes else {
        throw InputError(.system(fileTooLarge), path: path, operation: "read")
      }
      var copy: [UInt8] = []
      for index in 0..<bytes.byteCount { copy.append(bytes.uncheckedByte(at: index)) }
      return String(decoding: copy, as: UTF8.self)
    } catch {
      throw CommandError(
        .configuration, verb: verb, happened: "the options file cannot be read",
        what: "\(error)", remedy: "check the path behind the @")
    }
  }
}

extension Substring {
  /// Without blanks at its end.
  fileprivate var trimmedEnd: Substring {
    var end = self
    while let last = end.last, last == " " || last == "\t" || last == "\r" { end.removeLast() }
    return end
  }
}
