internal import Wire

/// A change of one row of depth (12, 13; sections 8 and 14).
struct IbDepthChange {
  var reqID = 0
  var position = IbFields.unset
  /// 0 insert, 1 update, 2 delete.
  var operation = IbFields.unset
  /// 0 ask, 1 bid.
  var side = IbFields.unset
  var price = IbDecimal.unset
  var size = IbDecimal.unset
  /// Market maker or exchange of the row; 13 only.
  var marketMaker = 0..<0
  var isSmart = false

  /// 12: `version, reqId, position, operation, side, price, size`; 13 has a market maker behind the
  /// position and, from 146 on, whether it is smart depth behind the size.
  @inline(__always)
  init(_ fields: inout IbFields, hasMarketMaker: Bool, version: Int) {
    fields.skip()
    reqID = fields.int()
    position = fields.int()
    if hasMarketMaker { marketMaker = fields.text() }
    operation = fields.int()
    side = fields.int()
    price = fields.decimal()
    size = fields.decimal()
    if hasMarketMaker, version >= Ib.smartDepth { isSmart = fields.bool() }
  }

  /// `MarketDepth` and `MarketDepthL2`: 1 reqId, 2 the row. What is absent is 0 (an insert of the
  /// first ask has neither).
  init(_ message: inout IbProtobuf) {
    (position, operation, side) = (0, 0, 0)
    (price, size) = (.zero, .zero)
    var hasRow = false
    while message.next() {
      switch message.number {
      case 1: reqID = message.int()
      case 2:
        hasRow = true
        let range = message.range()
        var row = IbProtobuf(message.bytes, from: range.lowerBound, to: range.upperBound)
        readRow(&row)
        if let failure = row.failure { message.fail(failure) }
      default: message.skip()
      }
    }
    if !hasRow { message.fail(.truncated) }
  }

  @inline(__always)
  private mutating func readRow(_ row: inout IbProtobuf) {
    while row.next() {
      switch row.number {
      case 1: position = row.int()
      case 2: operation = row.int()
      case 3: side = row.int()
      case 4: price = row.price()
      case 5: size = row.decimal()
      case 6: marketMaker = row.range()
      case 7: isSmart = row.bool()
      default: row.skip()
      }
    }
  }
}
