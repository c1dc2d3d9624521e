/// Why bytes are not DBN, with the position of the fault.
public struct DBNError: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Kind: Equatable, Sendable {
    /// The bytes begin with neither `DBN` nor a zstd frame.
    case badMagic
    /// A version that no reader may guess at (above 3).
    case unsupportedVersion(UInt8)
    /// Metadata beyond `RecordLimits.metadataBytes`.
    case metadataTooLong(Int)
    /// Metadata shorter than its fixed part, or with lists that end outside of it.
    case metadataTruncated
    /// A schema definition, which no writer has ever sent.
    case schemaDefinition
    /// A record whose length byte is less than its header.
    case badLength(UInt8)
    /// A record shorter than the layout of its type.
    case shortRecord(RType, length: UInt8)
    /// Text that does not fit its field; only writers throw it.
    case textTooLong(String)
    /// Compressed bytes that the decompressor refuses.
    case compression(String)
  }

  public let kind: Kind
  /// Byte offset in the decompressed stream.
  public let position: Int

  public init(_ kind: Kind, at position: Int) {
    self.kind = kind
    self.position = position
  }
}

extension DBNError: CustomStringConvertible {
  public var description: String { "DBN byte \(position): \(text)" }

  private var text: String {
    switch kind {
    case .badMagic: "neither DBN nor zstd"
    case .unsupportedVersion(let version): "version \(version) is not supported"
    case .metadataTooLong(let count): "metadata of \(count) bytes is too long"
    case .metadataTruncated: "the metadata's lists end outside of it"
    case .schemaDefinition: "a schema definition is not supported"
    case .badLength(let words): "a record of \(words) words has no header"
    case .shortRecord(let rtype, let words):
      "a record of type \(rtype.rawValue) has only \(Int(words) * 4) bytes"
    case .textTooLong(let text): "'\(text)' does not fit its field"
    case .compression(let reason): reason
    }
  }
}
