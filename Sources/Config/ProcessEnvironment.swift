extension Configuration {
  /// The environment that this process was started with, read once more from the kernel: nothing
  /// that another thread could change while it is read. Empty where it cannot be had.
  public static func processEnvironment() -> [String: String] {
    let bytes = (try? FileText.bytes("/proc/self/environ", limit: environmentBytes)) ?? []
    var result: [String: String] = [:]
    for entry in bytes.split(separator: 0) {
      guard let sign = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: entry[..<sign], as: UTF8.self)
      result[name] = String(decoding: entry[(sign + 1)...], as: UTF8.self)
    }
    return result
  }

  /// The kernel's own limit is a quarter of the stack's, 2 MiB as a rule.
  private static var environmentBytes: Int { 32 << 20 }
}
