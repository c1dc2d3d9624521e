extension RecordLayout {
  /// The layout of a record type in a stream of one DBN version (1...3); nil for unknown types.
  public static func of(_ rtype: RType, version: UInt8 = 3) -> RecordLayout? {
    switch version {
    case 1: ofVersion1[rtype] ?? ofVersion3[rtype]
    case 2: ofVersion2[rtype] ?? ofVersion3[rtype]
    default: ofVersion3[rtype]
    }
  }

  private static let ofVersion3 = table([
    MBOMessage.self, TradeMessage.self, MBP1Message.self, MBP10Message.self, BBOMessage.self,
    CMBP1Message.self, CBBOMessage.self, OHLCVMessage.self, StatusMessage.self,
    InstrumentDefinitionMessage.self, ImbalanceMessage.self, StatisticsMessage.self,
    ErrorMessage.self, SystemMessage.self, SymbolMappingMessage.self,
  ])

  private static let ofVersion1 = table([
    V1.InstrumentDefinitionMessage.self, V1.StatisticsMessage.self, V1.ErrorMessage.self,
    V1.SystemMessage.self, V1.SymbolMappingMessage.self,
  ])

  private static let ofVersion2 = table([
    V2.InstrumentDefinitionMessage.self, V2.StatisticsMessage.self,
  ])

  private static func table(_ records: [any Record.Type]) -> [RType: RecordLayout] {
    var result: [RType: RecordLayout] = [:]
    for record in records {
      for rtype in record.rtypes { result[rtype] = record.layout }
    }
    return result
  }
}
