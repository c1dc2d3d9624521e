internal import Records

/// Codes of the venue that stand for a DBN code.
enum ItchCodes {
  /// Four letters as the big-endian integer that they are on the wire.
  private static func code(_ text: StaticString) -> UInt32 {
    var value: UInt32 = 0
    for byte in text.description.utf8 { value = value << 8 | UInt32(byte) }
    return value
  }

  /// Reason of a trading action (`H`): "Appendix B, Trading Action Reason Codes".
  static func reason(_ raw: UInt32) -> StatusReason { reasons[raw] ?? .none }

  /// A code that stands for the reason, as it is on the wire; several do for some.
  static func code(of reason: StatusReason) -> UInt32? {
    if reason == .none { return code("    ") }
    return codes[reason]
  }

  private static let codes: [StatusReason: UInt32] = Dictionary(
    reasons.map { ($0.value, $0.key) }, uniquingKeysWith: { min($0, $1) })

  private static let reasons: [UInt32: StatusReason] = [
    code("T1  "): .newsPending, code("T2  "): .newsReleased, code("T3  "): .newsAndTimes,
    code("T5  "): .luldPause, code("T6  "): .regulatory, code("T7  "): .quotationNotAvailable,
    code("T8  "): .etf, code("T12 "): .informationRequested, code("H4  "): .nonCompliance,
    code("H9  "): .filingsNotCurrent, code("H10 "): .secSuspension, code("H11 "): .regulatory,
    code("O1  "): .operational, code("LUDP"): .luldPause, code("LUDS"): .luldPause,
    code("MWC0"): .marketWideHaltCarryOver, code("MWC1"): .marketWideHaltLevel1,
    code("MWC2"): .marketWideHaltLevel2, code("MWC3"): .marketWideHaltLevel3,
    code("MWCQ"): .marketWideHaltResumption, code("IPO1"): .newIssue, code("IPOQ"): .newIssue,
    code("IPOE"): .newIssue, code("M1  "): .corporateAction, code("M2  "): .quotationNotAvailable,
    code("R1  "): .issueAvailable, code("R2  "): .issueAvailable, code("R4  "): .reviewed,
    code("R9  "): .filingSatisfied, code("C3  "): .newsNotForthcoming, code("C4  "): .reviewed,
    code("C9  "): .filingSatisfied, code("C11 "): .reviewed,
  ]
}
