internal import FeedKit
internal import Timing

/// Messages that several passages of a search use: a market's first messages are the same however
/// many are made.
final class FramesCache {
  private var frames: LabFrames?
  private var market = LabMarket()
  private var made = 0

  /// The first `count` messages of the market as a paced input; made anew where more are needed
  /// than there are. The start is set later.
  func paced(
    _ plan: LabPlan, count: Int, shape: RateProfile, clock: TickClock
  ) throws(LabFailure) -> PacedFrames {
    if made < count || market != plan.market {
      frames = nil
      frames = try LabFrames(plan.market, count: count)
      market = plan.market
      made = count
    }
    guard let paced = Self.paced(frames, plan, shape, clock) else {
      throw .plan("the market has no messages")
    }
    return paced
  }

  private static func paced(
    _ frames: borrowing LabFrames?, _ plan: LabPlan, _ shape: RateProfile, _ clock: TickClock
  ) -> PacedFrames? {
    switch frames {
    case .some(let frames):
      PacedFrames(frames.flow, profile: shape, clock: clock, start: .max, wraps: !plan.hasBooks)
    case .none: nil
    }
  }
}
