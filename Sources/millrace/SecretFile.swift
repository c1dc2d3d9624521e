internal import Captures
internal import Wire

/// Secrets from files: never from the command line, which every user can read.
enum SecretFile {
  /// The first line of the file, or an empty secret without a path.
  static func firstLine(_ path: String?, verb: String) throws(CommandError) -> String {
    guard let path else { return "" }
    do throws(InputError) {
      let file = try MappedFile(path: path)
      let bytes = file.bytes
      var line: [UInt8] = []
      for index in 0..<bytes.byteCount {
        let byte = bytes.uncheckedByte(at: index)
        if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
        line.append(byte)
      }
      return String(decoding: line, as: UTF8.self)
    } catch {
      throw CommandError(error, verb: verb)
    }
  }
}
