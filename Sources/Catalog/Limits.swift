/// Limits of this module, by name.
public enum CatalogLimits {
  /// Instrument ids are 1 ... 2^27 - 1 (`LiveInstrument.instrumentID`).
  public static var lastInstrumentID: UInt32 { (1 << 27) - 1 }
  /// Bytes of a symbol, of a canonical symbol, of a source's name.
  public static var symbolBytes: Int { 128 }
  /// Bytes of a free text (a description, a reason) that is kept; the rest is cut off.
  public static var textBytes: Int { 1_024 }
  /// Instruments that one gap may name; one that concerns more names none, which means all.
  public static var gapInstruments: Int { 100_000 }
  /// Days that one coverage report may span.
  public static var coverageDays: Int { 366 }
  /// Bytes of a quarantined message that are kept; what is longer is cut, and never run again.
  public static var quarantineMessageBytes: Int { 1 << 20 }
  /// Bytes of the messages that set the state before a quarantined one.
  public static var quarantinePreludeBytes: Int { 64 << 10 }
  /// Bytes of a quarantined message's context.
  public static var quarantineContextBytes: Int { 4 << 10 }
  /// Bytes of all quarantine files of a folder, unless the writer is told otherwise.
  public static var quarantineBytes: UInt64 { 64 << 20 }
}
