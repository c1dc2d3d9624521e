internal import CMillrace

/// What a block's payload holds (`millrace_journal.h`, MILLRACE_PAYLOAD_…).
public enum JournalPayload: UInt8, Sendable, CaseIterable {
  case dbn = 1
  case columnar = 2
  case pcapng = 3
  case stream = 4

  /// Whether blocks hold DBN records, as they are or as columns.
  public var hasRecords: Bool { self == .dbn || self == .columnar }
}

/// How payloads are compressed (MILLRACE_CODER_…).
public enum JournalCoder: UInt8, Sendable, CaseIterable {
  case none = 0
  case lz4 = 1
  case zstd = 2
}

/// Payload, coder and level: what a segment is written with.
public struct JournalCodec: Equatable, Sendable {
  public var payload: JournalPayload
  public var coder: JournalCoder
  /// zstd 1...19; LZ4 0...12 (0 the fast one); columnar LZ4: its acceleration as a negative number.
  public var level: Int8

  public init(payload: JournalPayload = .dbn, coder: JournalCoder = .zstd, level: Int8 = 1) {
    self.payload = payload
    self.coder = coder
    self.level = level
  }

  /// From `none`, `lz4`, `zstd:3`, `columnar`, `columnar+lz4`, `columnar+zstd:1`.
  public init?(name: String) {
    var rest = Substring(name)
    self.init()
    if rest.hasPrefix("columnar") {
      payload = .columnar
      rest = rest.dropFirst("columnar".count)
      if rest.isEmpty { return }
      guard rest.hasPrefix("+") else { return nil }
      rest = rest.dropFirst()
    }
    let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch parts.first {
    case "none": (coder, level) = (.none, 0)
    case "lz4": (coder, level) = (.lz4, 0)
    case "zstd": (coder, level) = (.zstd, 1)
    default: return nil
    }
    guard parts.count == 2 else { return }
    guard let given = Int8(parts[1]) else { return nil }
    switch coder {
    case .none: return nil
    case .lz4: guard (-64...12).contains(given) else { return nil }
    case .zstd: guard (1...19).contains(given) else { return nil }
    }
    level = given
  }

  /// As `init(name:)` reads it.
  public var name: String {
    let coded = coder == .none || (coder == .lz4 && level == 0) ? "\(coder)" : "\(coder):\(level)"
    return payload == .columnar ? "columnar+\(coded)" : coded
  }

  /// How the file's name ends, without the leading dot.
  public var fileEnding: String {
    switch (payload, coder) {
    case (.dbn, .none): "dbn"
    case (.dbn, .lz4): "dbn.lz4"
    case (.dbn, .zstd): "dbn.zst"
    case (.columnar, _): "mrc"
    case (.pcapng, .none): "pcapng"
    case (.pcapng, .lz4): "pcapng.lz4"
    case (.pcapng, .zstd): "pcapng.zst"
    case (.stream, .none): "stream"
    case (.stream, .lz4): "stream.lz4"
    case (.stream, .zstd): "stream.zst"
    }
  }
}

/// What a block may cost its reader (`millrace_journal.h`).
public enum JournalLimits {
  public static var blockRecords: Int { Int(MILLRACE_BLOCK_MAX_RECORDS) }
  public static var blockRawBytes: Int { Int(MILLRACE_BLOCK_MAX_RAW_BYTES) }
  public static var mapBytes: Int { Int(MILLRACE_BLOCK_MAX_MAP_BYTES) }
  /// Bytes of a block header without its map.
  public static var blockHeaderBytes: Int { 128 }
  public static var segmentHeaderBytes: Int { 256 }
}
