/// Name, size and fields of one record layout.
public struct RecordLayout: Sendable {
  /// Name of the layout, after its schema: `mbo`, `mbp-1`, `definition`.
  public let name: String
  /// Size of a record in bytes, without a send time.
  public let byteCount: Int
  /// Every printable field in the order of the bytes, the header's five first.
  public let fields: [FieldDescription]

  init(name: String, byteCount: Int, fields: [FieldDescription]) {
    self.name = name
    self.byteCount = byteCount
    self.fields = FieldDescription.header + fields
  }
}
