/// Where the ring files of an instance lie: `<folder>/<instance>/shard-<n>.ring`.
public struct RingLocation: Equatable, Sendable {
  /// The folder of all instances on this machine.
  public static var defaultFolder: String { "/dev/shm/millrace" }

  /// The folder that holds the instances' folders.
  public let folder: String
  /// The name of the running pipeline: letters, digits, `-`, `_` and `.`, not beginning with a dot.
  public let instance: String

  /// Checks the name, so that it can neither leave the folder nor overflow the header's field.
  public init(
    instance: String, folder: String = RingLocation.defaultFolder
  ) throws(SharedMemoryError) {
    let isSafe = instance.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
      default: false
      }
    }
    guard isSafe, !instance.isEmpty, !instance.hasPrefix("."),
      instance.utf8.count <= SharedMemoryLimits.maximumInstanceBytes
    else {
      throw .badOption(
        "instance name \"\(instance)\": 1 to \(SharedMemoryLimits.maximumInstanceBytes) letters, "
          + "digits, '-', '_' or '.', not beginning with '.'")
    }
    self.folder = folder
    self.instance = instance
  }

  /// The folder of this instance's files.
  public var instanceFolder: String { "\(folder)/\(instance)" }

  /// The ring file of a shard.
  public func ring(shard: Int) -> String { "\(instanceFolder)/shard-\(shard).ring" }

  /// The symbol file of a shard.
  public func symbols(shard: Int) -> String { "\(instanceFolder)/shard-\(shard).symbols" }
}
