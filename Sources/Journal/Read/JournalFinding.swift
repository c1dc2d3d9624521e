/// One place of a file that is not as it should be, and what that costs.
public struct JournalFinding: Equatable, Sendable {
  public var path: String
  /// The block's number, or nil for what belongs to no block.
  public var block: UInt64?
  /// Bytes of the file.
  public var range: Range<UInt64>
  public var text: String

  public init(path: String, block: UInt64?, range: Range<UInt64>, text: String) {
    self.path = path
    self.block = block
    self.range = range
    self.text = text
  }
}

extension JournalFinding {
  /// Records that are missing between two segments of a run.
  static func segmentGap(path: String, missing: UInt64) -> JournalFinding {
    JournalFinding(
      path: path, block: nil, range: 0..<0, text: "\(missing) records \(segmentGapText)")
  }

  /// Of a file, or a block, that is named like one of records and holds something else.
  static var rawText: String { "it is a raw capture and holds no records" }

  var isSegmentGap: Bool { block == nil && text.hasSuffix(Self.segmentGapText) }

  private static var segmentGapText: String {
    "are missing between the segment before and this one"
  }
}

extension JournalFinding: CustomStringConvertible {
  public var description: String {
    let place = "\(path): bytes \(range.lowerBound)..<\(range.upperBound)"
    return block.map { "\(place), block \($0): \(text)" } ?? "\(place): \(text)"
  }
}
