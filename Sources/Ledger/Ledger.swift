/// The ledger: every message is accounted for, or somebody is told.
///
/// The equations' terms come from `CounterTable`. What is on both sides of an equation in one block
/// is always exact, because a block is published as a whole. A sum over blocks of several threads
/// is known to lie between its values in a snapshot's two readings, give or take what each thread
/// counts between two publications (`batchRecords`); in a quiesced instance everything is exact.
public enum Ledger {
  /// An equation that does not hold.
  public struct Violation: Sendable, Equatable, CustomStringConvertible {
    /// The equation's name: messages, records, lanes, shard, offers or outlet.
    public let equation: String
    /// The scope of the block that it was drawn up for.
    public let scope: CounterScope
    /// That block's name.
    public let name: String
    /// The value of the left side.
    public let left: UInt64
    /// The value of the right side.
    public let right: UInt64
    /// One sentence with the terms of both sides.
    public let description: String
  }

  /// The equations of the snapshot that do not hold; empty when everything is accounted for.
  ///
  /// - Parameter quiesced: whether all threads have stopped and published; then nothing may be in
  ///   flight, and every equation must be exact.
  ///
  /// An equation is left out where the file lacks one of its sides (a source without lanes).
  public static func check(_ snapshot: CounterSnapshot, quiesced: Bool) -> [Violation] {
    var violations: [Violation] = []
    for equation in Equation.all {
      for owner in snapshot.blocks where owner.scope == equation.owner {
        let account = Account(equation, owner: owner, blocks: snapshot.blocks)
        if let violation = account?.violation(quiesced: quiesced) { violations.append(violation) }
      }
    }
    return violations
  }
}

/// One equation drawn up for one block.
private struct Account {
  /// A counter of one block on one side.
  struct Term {
    var name: String
    var earlier: UInt64
    var later: UInt64
  }

  let equation: Equation
  let owner: BlockSnapshot
  var left: [Term] = []
  var right: [Term] = []
  /// What the threads may have counted and not yet published.
  var slack: Int64 = 0
  /// What the lanes between both sides can hold.
  var capacity: Int64 = 0
  var spansBlocks = false
  var isConsistent = true

  /// Nil where one of the sides has no counter in the file.
  init?(_ equation: Equation, owner: BlockSnapshot, blocks: [BlockSnapshot]) {
    self.equation = equation
    self.owner = owner
    for block in blocks where Self.belongs(block, to: owner) {
      let before = left.count + right.count
      for definition in CounterTable.definitions(of: block.scope) {
        if definition.left.contains(equation.id) {
          Self.add(definition, of: block, to: &left)
        }
        if definition.right.contains(equation.id) {
          Self.add(definition, of: block, to: &right)
        }
      }
      guard left.count + right.count > before else { continue }
      isConsistent = isConsistent && block.isConsistent
      slack += Int64(clamping: min(block.batchRecords, 1 << 40))
      capacity += Int64(clamping: min(block.capacityRecords, 1 << 40))
      if block.scope != owner.scope { spansBlocks = true }
    }
    guard !left.isEmpty, !right.isEmpty else { return nil }
  }

  private static func add(
    _ definition: CounterDefinition, of block: BlockSnapshot, to side: inout [Term]
  ) {
    guard let later = block.sum(definition.id, in: block.reading),
      let earlier = block.sum(definition.id, in: block.earlier)
    else { return }
    side.append(Term(name: definition.name, earlier: earlier, later: later))
  }

  /// Whether a block's counters can be terms of an equation of `owner`.
  private static func belongs(_ block: BlockSnapshot, to owner: BlockSnapshot) -> Bool {
    switch (block.scope, owner.scope) {
    case (owner.scope, _): block.major == owner.major && block.minor == owner.minor
    case (.lane, .source): block.major == owner.major
    case (.lane, .shard): block.minor == owner.major
    case (.shard, .outlet): block.major == owner.major
    default: false
    }
  }

  func violation(quiesced: Bool) -> Ledger.Violation? {
    // A block that could not be read whole says nothing for certain: its next reading will.
    guard isConsistent else { return nil }
    let leftLater = sum(left, \.later)
    let rightLater = sum(right, \.later)
    let allowed: ClosedRange<Int64>
    var least = difference(leftLater, rightLater)
    var most = least
    if quiesced || !spansBlocks {
      allowed = 0...0
    } else {
      least = difference(sum(left, \.earlier), rightLater)
      most = difference(leftLater, sum(right, \.earlier))
      allowed = -slack...(slack + (equation.allowsInFlight ? capacity : 0))
    }
    guard most < allowed.lowerBound || least > allowed.upperBound else { return nil }
    return Ledger.Violation(
      equation: equation.name, scope: owner.scope, name: owner.name, left: leftLater,
      right: rightLater,
      description: sentence(leftLater, rightLater, allowed: allowed))
  }

  private func sentence(_ left: UInt64, _ right: UInt64, allowed: ClosedRange<Int64>) -> String {
    let difference = difference(left, right)
    let amount =
      difference >= 0
      ? "\(difference) more on the left" : "\(difference.magnitude) more on the right"
    let bound =
      allowed == 0...0
      ? "" : ", \(allowed.lowerBound) to \(allowed.upperBound) may be on their way"
    return "\(owner.scope.name) \(owner.name): \(text(self.left, left)) is not "
      + "\(text(self.right, right)): \(amount)\(bound)"
  }

  /// "decoded 90 + ignored 10 = 100", equal names of several blocks joined.
  private func text(_ side: [Term], _ total: UInt64) -> String {
    var names: [String] = []
    var values: [String: UInt64] = [:]
    for term in side {
      if values[term.name] == nil { names.append(term.name) }
      values[term.name, default: 0] &+= term.later
    }
    let terms = names.map { "\($0) \(values[$0, default: 0])" }.joined(separator: " + ")
    return names.count > 1 ? "\(terms) = \(total)" : terms
  }

  private func sum(_ side: [Term], _ reading: KeyPath<Term, UInt64>) -> UInt64 {
    side.reduce(0) { $0 &+ $1[keyPath: reading] }
  }

  private func difference(_ left: UInt64, _ right: UInt64) -> Int64 {
    Int64(truncatingIfNeeded: left &- right)
  }
}
