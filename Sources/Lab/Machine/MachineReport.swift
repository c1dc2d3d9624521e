internal import CLinux
internal import FoundationEssentials

/// What a machine is, and what it can do when nothing but it is measured.
public struct MachineReport: Codable, Sendable {
  public var environment: LabEnvironment
  /// Round trip of one line between two CPUs; nil where there is only one.
  public var rawRoundTrip: LabQuantiles?
  /// Pauses that a spinning thread saw on each CPU.
  public var hiccups: [LabHiccups] = []

  public init(environment: LabEnvironment) { self.environment = environment }

  /// As JSON, keys in order.
  public func json() throws(LabError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(self))
    } catch {
      throw .unreadable("\(error)")
    }
  }
}

/// Which CPU each part of a run is bound to.
public enum LabCPUs {
  /// The CPUs that this process may run on, ascending.
  public static var allowed: [Int] {
    (0..<1_024).filter { ml_thread_may_run_on(Int32($0)) }
  }
}
