public import Foundation

/// The folder `shared` beside the checkout: vectors and captures that may not be committed.
public enum SharedFolder {
  /// `../shared` of the package's root, or nil where it is absent (then a test says that it skips).
  public static let url: URL? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = root.deletingLastPathComponent().appending(path: "shared")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  /// The package's own root folder.
  public static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Whether the folder is there; the condition of `.enabled(if:)` traits.
  public static var isPresent: Bool { url != nil }

  /// The contents of `shared/<path>`.
  public static func data(_ path: String) throws -> Data {
    guard let url else { throw CocoaError(.fileNoSuchFile) }
    return try Data(contentsOf: url.appending(path: path))
  }
}

/// A small seeded generator (SplitMix64) so that a failing property can be run again.
public struct SeededGenerator: RandomNumberGenerator {
  public let seed: UInt64
  private var state: UInt64

  public init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A value biased to boundaries: small, all ones, a power of two and its neighbours, or uniform.
  public mutating func boundaryValue() -> UInt64 {
    switch next() % 5 {
    case 0: return next() % 4
    case 1: return UInt64.max - next() % 4
    case 2: return (1 << (next() % 64)) &- 1 &+ next() % 3
    case 3: return next() >> (next() % 64)
    default: return next()
    }
  }
}

/// Bytes written as hexadecimal digits; nil for an odd count or another character.
public func bytes(hex: String) -> [UInt8]? {
  let digits = Array(hex.utf8)
  guard digits.count.isMultiple(of: 2) else { return nil }
  func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x61 + 10
    case 0x41...0x46: digit - 0x41 + 10
    default: nil
    }
  }
  var result: [UInt8] = []
  result.reserveCapacity(digits.count / 2)
  for index in stride(from: 0, to: digits.count, by: 2) {
    guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
    result.append(high << 4 | low)
  }
  return result
}
