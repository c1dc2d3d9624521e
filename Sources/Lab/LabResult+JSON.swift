public import FoundationEssentials

/// What is wrong with a file of a result.
public enum LabError: Error, Sendable, CustomStringConvertible {
  /// It is no result of the lab, or of a later format; the text says where.
  case unreadable(String)

  public var description: String {
    switch self {
    case .unreadable(let detail): "not a result of `millrace bench`: \(detail)"
    }
  }
}

extension LabResult {
  /// The latest layout that this version reads.
  public static var latestFormat: Int { 1 }

  /// The whole result as JSON, keys in order, so that two runs can be compared as text.
  public func json() throws(LabError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(self)
    } catch {
      throw .unreadable("\(error)")
    }
  }

  /// The same as bytes.
  public func jsonBytes() throws(LabError) -> [UInt8] { Array(try json()) }

  /// Reads what `json` has written. Throws for other bytes and for later formats.
  public init(json: Data) throws(LabError) {
    do {
      self = try JSONDecoder().decode(LabResult.self, from: json)
    } catch {
      throw .unreadable("\(error)")
    }
    guard format <= Self.latestFormat else {
      throw .unreadable("format \(format); this version reads up to \(Self.latestFormat)")
    }
  }
}
