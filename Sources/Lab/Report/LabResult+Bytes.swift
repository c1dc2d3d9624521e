internal import FoundationEssentials

extension LabResult {
  /// Reads the bytes of a result file. Throws for other bytes and for later formats.
  public init(jsonBytes: [UInt8]) throws(LabError) {
    try self.init(json: Data(jsonBytes))
  }
}
