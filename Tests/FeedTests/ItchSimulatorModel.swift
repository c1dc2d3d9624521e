/// A naive order book of dictionaries and arrays that checks a stream's every step.
struct NaiveMarket {
  struct Order: Equatable {
    let reference: UInt64
    let locate: Int
    let isAsk: Bool
    let price: UInt64
    var shares: UInt64
  }

  /// What was wrong, with the message's number; at most twenty are kept.
  private(set) var violations: [String] = []
  private(set) var orders: [UInt64: Order] = [:]
  /// By locate and side, then by price: references in time priority.
  private(set) var queues: [Int: [UInt64: [UInt64]]] = [:]
  private(set) var halted: Set<Int> = []
  private(set) var counts: [Character: Int] = [:]
  private var seenReferences: Set<UInt64> = []
  private var matches: Set<UInt64> = []
  private var lastTime: UInt64 = 0
  private var number = 0

  static let lengths: [Character: Int] = [
    "S": 12, "R": 39, "H": 25, "Y": 20, "L": 26, "V": 35, "W": 12, "K": 28, "J": 35, "h": 21,
    "A": 36, "F": 40, "E": 31, "C": 36, "X": 23, "D": 19, "U": 35, "P": 44, "Q": 40, "B": 19,
    "I": 50, "N": 20, "O": 48,
  ]

  mutating func apply(_ message: WireMessage) {
    number += 1
    counts[message.type, default: 0] += 1
    check(Self.lengths[message.type] == message.bytes.count, "length of \(message.type)")
    check(message.timestamp >= lastTime, "time goes back")
    check(message.timestamp < 86_400_000_000_000, "time after midnight")
    lastTime = message.timestamp
    switch message.type {
    case "A", "F": add(message)
    case "E": execute(message, price: nil)
    case "C": execute(message, price: message.number(32, 4))
    case "X": cancel(message)
    case "D": remove(message.number(11, 8), message.locate)
    case "U": replace(message)
    case "P": trade(message, price: message.number(32, 4), match: message.number(36, 8))
    case "Q": trade(message, price: nil, match: message.number(31, 8))
    case "B": check(matches.contains(message.number(11, 8)), "breaks an unknown match")
    case "H": setHalted(message.locate, message.character(19) != "T")
    case "h": setHalted(message.locate, message.character(20) != "T")
    default: break
    }
  }

  /// The references of one side of a book, best price first, in time priority.
  func references(_ locate: Int, isAsk: Bool) -> [UInt64] {
    let queue = queues[locate * 2 + (isAsk ? 1 : 0)] ?? [:]
    let prices = isAsk ? queue.keys.sorted(by: <) : queue.keys.sorted(by: >)
    return prices.flatMap { queue[$0] ?? [] }
  }

  private mutating func check(_ condition: Bool, _ text: String) {
    if !condition, violations.count < 20 { violations.append("message \(number): \(text)") }
  }

  private mutating func setHalted(_ locate: Int, _ isHalted: Bool) {
    if isHalted { halted.insert(locate) } else { halted.remove(locate) }
  }

  private mutating func add(_ message: WireMessage) {
    let side = message.character(19)
    check(side == "B" || side == "S", "side \(side)")
    insert(
      Order(
        reference: message.number(11, 8), locate: message.locate, isAsk: side == "S",
        price: message.number(32, 4), shares: message.number(20, 4)))
  }

  private mutating func insert(_ order: Order) {
    check(seenReferences.insert(order.reference).inserted, "reference used twice")
    check(order.shares > 0 && order.price > 0, "order without size or price")
    orders[order.reference] = order
    queues[order.locate * 2 + (order.isAsk ? 1 : 0), default: [:]][order.price, default: []]
      .append(order.reference)
    let bid = queues[order.locate * 2]?.keys.max() ?? 0
    let ask = queues[order.locate * 2 + 1]?.keys.min() ?? .max
    check(bid < ask, "crossed book")
  }

  private mutating func remove(_ reference: UInt64, _ locate: Int) {
    guard let order = orders.removeValue(forKey: reference) else {
      check(false, "unknown reference")
      return
    }
    check(order.locate == locate, "wrong locate")
    let key = order.locate * 2 + (order.isAsk ? 1 : 0)
    queues[key]?[order.price]?.removeAll { $0 == reference }
    if queues[key]?[order.price]?.isEmpty == true { queues[key]?[order.price] = nil }
  }

  private mutating func reduce(_ reference: UInt64, _ locate: Int, by shares: UInt64) {
    guard var order = orders[reference] else {
      check(false, "unknown reference")
      return
    }
    check(order.locate == locate, "wrong locate")
    check(shares > 0 && shares <= order.shares, "more shares than the order has")
    order.shares -= min(shares, order.shares)
    orders[reference] = order
    if order.shares == 0 { remove(reference, locate) }
  }

  private mutating func execute(_ message: WireMessage, price: UInt64?) {
    let reference = message.number(11, 8)
    check(!halted.contains(message.locate), "execution while halted")
    check(matches.insert(message.number(23, 8)).inserted, "match number used twice")
    if let order = orders[reference] {
      let first = references(order.locate, isAsk: order.isAsk).first
      check(first == reference, "execution out of priority")
      if let price {
        check(order.isAsk ? price >= order.price : price <= order.price, "price beyond the limit")
      }
    }
    reduce(reference, message.locate, by: message.number(19, 4))
  }

  private mutating func cancel(_ message: WireMessage) {
    let reference = message.number(11, 8)
    check((orders[reference]?.shares ?? 0) > message.number(19, 4), "cancel of all shares")
    reduce(reference, message.locate, by: message.number(19, 4))
  }

  private mutating func replace(_ message: WireMessage) {
    guard let old = orders[message.number(11, 8)] else {
      check(false, "unknown reference")
      return
    }
    remove(old.reference, message.locate)
    insert(
      Order(
        reference: message.number(19, 8), locate: old.locate, isAsk: old.isAsk,
        price: message.number(31, 4), shares: message.number(27, 4)))
  }

  private mutating func trade(_ message: WireMessage, price: UInt64?, match: UInt64) {
    check(!halted.contains(message.locate), "trade while halted")
    check(matches.insert(match).inserted, "match number used twice")
    if let price {
      let bid = queues[message.locate * 2]?.keys.max() ?? 0
      let ask = queues[message.locate * 2 + 1]?.keys.min() ?? .max
      check(price >= bid && price <= ask, "hidden trade outside of the quote")
    }
  }
}
