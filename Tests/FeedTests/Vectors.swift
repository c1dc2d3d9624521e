import Foundation
import TestSupport

/// Vector files of the shared folder.
enum Vectors {
  /// The vectors of `vectors/<name>.json`.
  static func load(_ name: String) throws -> [[String: Any]] {
    let root = try JSONSerialization.jsonObject(
      with: SharedFolder.data("vectors/\(name).json"))
    return (root as? [String: Any])?["vectors"] as? [[String: Any]] ?? []
  }

  /// The bytes of a vector's hexadecimal digits.
  static func bytes(_ vector: [String: Any], _ key: String = "hex") throws -> [UInt8] {
    guard let digits = vector[key] as? String, let bytes = TestSupport.bytes(hex: digits) else {
      throw CocoaError(.coderInvalidValue)
    }
    return bytes
  }
}
