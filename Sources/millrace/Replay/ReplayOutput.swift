internal import Engine
internal import Glibc
internal import Records
internal import Wire

/// Standard output as the outlet of a replay.
final class ReplayOutput: ReplayOutlet, @unchecked Sendable {
  // Safety of `@unchecked`: made by one thread, used by the giving one from then on.
  private let text: RecordText?
  private let isDelayed: Bool
  private var pending = ByteBuffer(capacity: 65_536)
  private var lines: [UInt8] = []
  private var names: ReplayNames

  private static var pieceBytes: Int { 65_536 }

  /// - Parameters:
  ///   - text: nil for DBN.
  ///   - isDelayed: whether what is due waits until a piece is full (at full speed), or goes out.
  init(_ text: RecordText?, names: ReplayNames, isDelayed: Bool) {
    self.text = text
    self.names = names
    self.isDelayed = isDelayed
  }

  /// Takes the metadata of a DBN stream, or a heading; before the replay begins.
  func begin(_ metadata: DBNMetadata, heading: RType?) throws(ReplayError) {
    if let text {
      if let heading { text.appendHeading(of: heading, to: &lines) }
      return
    }
    var bytes: [UInt8] = []
    do throws(DBNError) {
      try metadata.append(to: &bytes)
    } catch {
      throw .output("\(error)")
    }
    pending.append(rawBytes(of: bytes))
  }

  func publish(_ records: RawSpan, recordCount: Int, ring: Int) throws(ReplayError) {
    guard let text else {
      if pending.count + records.byteCount > Self.pieceBytes { try pass() }
      if records.byteCount >= Self.pieceBytes { return try Self.write(records) }
      return pending.append(records)
    }
    var at = 0
    while let header = RecordHeader(copying: records, at: at), header.length >= 4 {
      let end = at + header.byteCount
      guard end <= records.byteCount else { break }
      let record = records.extracting(at..<end)
      text.append(record, symbol: names.name(of: header, in: record), to: &lines)
      at = end
      if lines.count >= Self.pieceBytes { try pass() }
    }
  }

  func flush(nowNanos: UInt64) throws(ReplayError) {
    if !isDelayed { try pass() }
  }

  func idle(nowNanos: UInt64) throws(ReplayError) { try pass() }

  func finish(nowNanos: UInt64) throws(ReplayError) { try pass() }

  private func pass() throws(ReplayError) {
    if pending.count > 0 {
      try Self.write(pending)
      pending.removeAll()
    }
    if !lines.isEmpty {
      try Self.write(lines)
      lines.removeAll(keepingCapacity: true)
    }
  }

  private static func write(_ buffer: borrowing ByteBuffer) throws(ReplayError) {
    try write(buffer.bytes)
  }

  private static func write(_ lines: borrowing [UInt8]) throws(ReplayError) {
    try write(rawBytes(of: lines))
  }

  private static func write(_ bytes: RawSpan) throws(ReplayError) {
    let code = SystemCalls.write(bytes, to: 1)
    if code == EPIPE { throw .closedOutput }
    guard code == 0 else {
      throw .output(SystemCalls.FileFailure(code: code, path: "standard output").text)
    }
  }
}
