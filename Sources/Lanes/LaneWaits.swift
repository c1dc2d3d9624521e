/// How often a full lane made its producer wait, and for how long in all.
public struct LaneWaits: Sendable, BitwiseCopyable {
  public var count: UInt64 = 0
  public var nanos: UInt64 = 0

  public init() {}
}
