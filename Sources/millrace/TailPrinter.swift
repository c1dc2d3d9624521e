internal import Ledger
internal import Records

/// Prints the records that are wanted, and counts. One thread.
final class TailPrinter {
  private let output: OutputWriter
  private let terminal: Terminal
  private let text: RecordText
  private let isJSON: Bool
  /// By record type.
  private let isWanted: [Bool]
  private var lines: [UInt8] = []
  private var left: Int
  private(set) var printed: UInt64 = 0

  private static var pieceBytes: Int { 32_768 }

  /// - Parameter schemas: the types that are wanted; empty for all.
  init(_ context: CommandContext, schemas: [RType]) throws(CommandError) {
    let arguments = context.arguments
    let name =
      arguments[GlobalOptions.json] ? "json" : arguments.value(of: TailVerb.format)
    guard name != "csv" || Set(schemas).count == 1 else {
      throw TailVerb.failure(
        .usage, "records of several types have no common columns", "--format csv",
        "name one schema, such as --schemas mbo")
    }
    output = context.output
    terminal = context.terminal
    isJSON = name == "json"
    text = RecordText(form: isJSON ? .json : name == "csv" ? .csv : .human, symbolColumn: true)
    var isWanted = [Bool](repeating: schemas.isEmpty, count: 256)
    for type in schemas { isWanted[Int(type.rawValue)] = true }
    self.isWanted = isWanted
    left = arguments[TailVerb.count] ?? .max
    if let type = schemas.first { text.appendHeading(of: type, to: &lines) }
  }

  /// Whether enough was printed.
  var isDone: Bool { left == 0 }

  func wants(_ type: RType) -> Bool { isWanted[Int(type.rawValue)] }

  func print(_ record: RawSpan, symbol: String?) throws(CommandError) {
    text.append(record, symbol: symbol, to: &lines)
    printed += 1
    left -= 1
    if lines.count >= Self.pieceBytes { try pass() }
  }

  /// Records that were overwritten before they were read.
  func lost(_ count: UInt64, shard: Int) throws(CommandError) {
    guard isJSON else { return }
    try event {
      $0.field("lost", count)
      $0.field("shard", shard)
    }
  }

  /// Another writer has begun.
  func epoch(_ epoch: UInt64, shard: Int) throws(CommandError) {
    terminal.note("shard \(shard): a new writer has begun (epoch \(epoch))")
    guard isJSON else { return }
    try event {
      $0.field("epoch", epoch)
      $0.field("shard", shard)
    }
  }

  private func event(_ members: (inout JSONText) -> Void) throws(CommandError) {
    var json = JSONText()
    json.object(members)
    lines += json.utf8
    lines.append(UInt8(ascii: "\n"))
  }

  /// Hands all lines to the system.
  func flush() throws(CommandError) {
    try pass()
    try output.flush()
  }

  private func pass() throws(CommandError) {
    try output.write(lines)
    lines.removeAll(keepingCapacity: true)
  }
}
