/// What was asked for, and what has come of it. Indices are the session's instruments.
struct SubscriptionBook: Sendable {
  let costs: [Int]

  init(costs: [Int], policy: SessionPolicy) { self.costs = costs }
}
