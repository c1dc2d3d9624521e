/// Limits of this module, by name. A document beyond one of them is refused with its place.
public enum YamlLimits {
  /// Bytes of a document: some 80,000 instruments with details of their own.
  public static var documentBytes: Int { 8 << 20 }
  /// Nodes of a document, keys among them.
  public static var nodes: Int { 1 << 20 }
  /// Lists and maps inside each other. No schema of ours needs more than eight.
  public static var depth: Int { 32 }
  /// Bytes of one scalar.
  public static var scalarBytes: Int { 1 << 16 }
  /// Findings that are kept of one document; the walk ends behind the last of them.
  public static var findings: Int { 100 }
}
