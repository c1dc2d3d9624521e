internal import Records

/// What is known of a field before any value of it is seen.
struct FieldPlan {
  /// What the field tells, and so what it may be predicted from.
  enum Role {
    case tsEvent, tsRecv, latency, sequence, orderID, instrument, publisher, price, level,
      time, number, code
    /// Text, reserved bytes, anything: no number.
    case bytes
  }

  var offset: Int
  var width: Int
  var role: Role
  /// Where an order record holds the same; nil where it does not.
  var parentOffset: Int?
}

/// The fields of one kind of records, in the order in which a reader can take them.
struct KindPlan {
  let rtype: UInt8
  let length: UInt8
  let fields: [FieldPlan]
  /// Whether records of the kind follow from order records, if there are any.
  let isDerived: Bool

  var recordBytes: Int { Int(length) * 4 }

  /// The plan of a kind with a layout of its own; where `isPlain`, or the layout is unknown or
  /// longer than the records, they are bytes behind the header.
  init(rtype: UInt8, length: UInt8, isPlain: Bool) {
    self.rtype = rtype
    self.length = length
    let size = Int(length) * 4
    let type = RType(rawValue: rtype)
    if isPlain {
      isDerived = false
      fields = [FieldPlan(offset: 2, width: size - 2, role: .bytes)]
      return
    }
    let layout = RecordLayout.of(type).flatMap { $0.byteCount <= size ? $0 : nil }
    isDerived = layout != nil && Self.derived.contains(type)
    var planned = Self.described(layout, type)
    if let layout, size == layout.byteCount + 8 {
      // The time of sending that a live gateway adds.
      planned.append(FieldPlan(offset: layout.byteCount, width: 8, role: .time))
    }
    fields = Self.ordered(planned, size: size)
  }

  private static let derived: Set<RType> = [.mbp1, .mbp10]

  private static func described(_ layout: RecordLayout?, _ type: RType) -> [FieldPlan] {
    let descriptions =
      layout?.fields ?? Array((RecordLayout.of(.mbo)?.fields ?? []).prefix { $0.offset < 16 })
    let isDerived = derived.contains(type)
    return descriptions.filter { $0.offset >= 2 }.map { field in
      var plan = FieldPlan(
        offset: field.offset, width: field.byteCount, role: role(of: field, isDerived: isDerived))
      if isDerived, let same = RecordLayout.of(.mbo)?.fields.first(where: { $0.name == field.name })
      {
        plan.parentOffset = same.offset
      }
      return plan
    }
  }

  private static func role(of field: FieldDescription, isDerived: Bool) -> FieldPlan.Role {
    switch field.name {
    case "ts_event": return .tsEvent
    case "ts_recv": return .tsRecv
    case "ts_in_delta": return .latency
    case "sequence": return .sequence
    case "order_id": return .orderID
    case "instrument_id": return .instrument
    case "publisher_id": return .publisher
    default: break
    }
    switch field.kind {
    case .price: return .price
    case .timestamp: return .time
    case .u8, .i8, .character: return .code
    case .text: return .bytes
    default: return field.name.hasPrefix("bid_") || field.name.hasPrefix("ask_") ? .level : .number
    }
  }

  /// The fields, each behind what it may be predicted from, and the bytes that none covers.
  private static func ordered(_ planned: [FieldPlan], size: Int) -> [FieldPlan] {
    func rank(_ role: FieldPlan.Role) -> Int {
      switch role {
      case .tsEvent: 0
      case .tsRecv, .instrument: 1
      case .bytes: 3
      default: 2
      }
    }
    var result: [FieldPlan] = []
    for wanted in 0...3 { result += planned.filter { rank($0.role) == wanted } }
    var covered = [Bool](repeating: false, count: size)
    for field in planned {
      for byte in field.offset..<field.offset + field.width { covered[byte] = true }
    }
    var start = 2
    while start < size {
      var end = start
      while end < size, !covered[end] { end += 1 }
      if end > start {
        result.append(FieldPlan(offset: start, width: end - start, role: .bytes))
      }
      start = max(end, start + 1)
    }
    return result
  }
}
