/// Requests as bytes, in the form of the negotiated version (fact sheet, sections 5 and 14). Only
/// those that read: nothing here places, changes, cancels or exercises anything.
struct IbRequests: Sendable {
  /// Negotiated server version.
  var version = Ib.textVersion
  var writer = IbFrameWriter()

  init(version: Int = Ib.textVersion) { self.version = version }

  private var isProtobuf: Bool { version >= IbMessageID.protobufVersion }

  /// One frame: the fields of the text form or of the protobuf form.
  private mutating func frame(
    _ id: Int, text: (inout IbFrameWriter) -> Void, protobuf: (inout IbFrameWriter) -> Void
  ) {
    if isProtobuf {
      writer.beginProtobuf(id)
      protobuf(&writer)
    } else {
      writer.beginText(id, serverVersion: version)
      text(&writer)
    }
    writer.end()
  }

  /// `API\0` and the range, the only bytes without a frame's length before them.
  mutating func hello(_ versions: ClosedRange<Int>, options: String) {
    writer.bytes.append(contentsOf: [0x41, 0x50, 0x49, 0])
    writer.beginBare()
    writer.raw("v\(versions.lowerBound)..\(versions.upperBound)")
    if !options.isEmpty { writer.raw(" \(options)") }
    writer.end()
  }

  mutating func startAPI(clientID: Int) {
    frame(IbRequestID.startAPI) {
      $0.field(2)
      $0.field(clientID)
      $0.emptyField()
    } protobuf: {
      $0.int(1, clientID)
    }
  }

  mutating func marketDataType(_ type: Int) {
    frame(IbRequestID.marketDataType) {
      $0.field(1)
      $0.field(type)
    } protobuf: {
      $0.int(1, type)
    }
  }

  mutating func marketData(_ reqID: Int, _ contract: IbContract, genericTicks: String) {
    frame(IbRequestID.marketData) {
      $0.field(11)
      $0.field(reqID)
      contract.write(to: &$0)
      contract.writeLegs(to: &$0)
      $0.field(false)
      $0.field(genericTicks)
      $0.field(false)
      $0.field(false)
      $0.emptyField()
    } protobuf: {
      $0.int(1, reqID)
      contract.writeMessage(2, to: &$0)
      $0.stringUnlessEmpty(3, genericTicks)
    }
  }

  /// `Last`, `AllLast`, `BidAsk` or `MidPoint`.
  mutating func tickByTick(
    _ reqID: Int, _ contract: IbContract, kind: String, past count: Int = 0,
    ignoresSize: Bool = false
  ) {
    frame(IbRequestID.tickByTick) {
      $0.field(reqID)
      contract.write(to: &$0)
      $0.field(kind)
      $0.field(count)
      $0.field(ignoresSize)
    } protobuf: {
      $0.int(1, reqID)
      contract.writeMessage(2, to: &$0)
      $0.string(3, kind)
      $0.int(4, count)
      if ignoresSize { $0.bool(5, true) }
    }
  }

  mutating func depth(_ reqID: Int, _ contract: IbContract, rows: Int, isSmart: Bool) {
    frame(IbRequestID.depth) {
      $0.field(5)
      $0.field(reqID)
      contract.write(to: &$0)
      $0.field(rows)
      $0.field(isSmart)
      $0.emptyField()
    } protobuf: {
      $0.int(1, reqID)
      contract.writeMessage(2, to: &$0)
      $0.int(3, rows)
      if isSmart { $0.bool(4, true) }
    }
  }

  /// The flag must be the one that was asked for.
  mutating func cancelDepth(_ reqID: Int, isSmart: Bool) {
    frame(IbRequestID.cancelDepth) {
      $0.field(1)
      $0.field(reqID)
      $0.field(isSmart)
    } protobuf: {
      $0.int(1, reqID)
      if isSmart { $0.bool(2, true) }
    }
  }

  mutating func realTimeBars(
    _ reqID: Int, _ contract: IbContract, show: String, regularHours: Bool
  ) {
    frame(IbRequestID.realTimeBars) {
      $0.field(3)
      $0.field(reqID)
      contract.write(to: &$0)
      $0.field(5)
      $0.field(show)
      $0.field(regularHours)
      $0.emptyField()
    } protobuf: {
      $0.int(1, reqID)
      contract.writeMessage(2, to: &$0)
      $0.int(3, 5)
      $0.string(4, show)
      if regularHours { $0.bool(5, true) }
    }
  }

  /// The bar size stands before the duration on the wire.
  mutating func historicalData(
    _ reqID: Int, _ contract: IbContract, end: String, barSize: String, duration: String,
    regularHours: Bool, show: String, formatDate: Int
  ) {
    frame(IbRequestID.historicalData) {
      $0.field(reqID)
      contract.write(to: &$0)
      $0.field(false)
      $0.field(end)
      $0.field(barSize)
      $0.field(duration)
      $0.field(regularHours)
      $0.field(show)
      $0.field(formatDate)
      contract.writeLegs(to: &$0)
      $0.field(false)
      $0.emptyField()
    } protobuf: {
      $0.int(1, reqID)
      contract.writeMessage(2, to: &$0)
      $0.stringUnlessEmpty(3, end)
      $0.string(4, barSize)
      $0.string(5, duration)
      if regularHours { $0.bool(6, true) }
      $0.string(7, show)
      $0.int(8, formatDate)
    }
  }

  mutating func headTimestamp(
    _ reqID: Int, _ contract: IbContract, show: String, regularHours: Bool, formatDate: Int
  ) {
    frame(IbRequestID.headTimestamp) {
      $0.field(reqID)
      contract.write(to: &$0)
      $0.field(false)
      $0.field(regularHours)
      $0.field(show)
      $0.field(formatDate)
    } protobuf: {
      $0.int(1, reqID)
      contract.writeMessage(2, to: &$0)
      if regularHours { $0.bool(3, true) }
      $0.string(4, show)
      $0.int(5, formatDate)
    }
  }

  /// Ticks of the past from `start` on.
  mutating func historicalTicks(
    _ reqID: Int, _ contract: IbContract, start: String, count: Int, show: String,
    regularHours: Bool
  ) {
    frame(IbRequestID.historicalTicks) {
      $0.field(reqID)
      contract.write(to: &$0)
      $0.field(false)
      $0.field(start)
      $0.emptyField()
      $0.field(count)
      $0.field(show)
      $0.field(regularHours)
      $0.field(false)
      $0.emptyField()
    } protobuf: {
      $0.int(1, reqID)
      contract.writeMessage(2, to: &$0)
      $0.stringUnlessEmpty(3, start)
      $0.int(5, count)
      $0.string(6, show)
      if regularHours { $0.bool(7, true) }
    }
  }

  mutating func contractDetails(_ reqID: Int, _ contract: IbContract) {
    let version = version
    frame(IbRequestID.contractDetails) {
      $0.field(8)
      $0.field(reqID)
      contract.write(to: &$0)
      $0.field(false)
      $0.emptyField()
      $0.emptyField()
      if version >= Ib.issuerID { $0.emptyField() }
    } protobuf: {
      $0.int(1, reqID)
      contract.writeMessage(2, to: &$0)
    }
  }
}
