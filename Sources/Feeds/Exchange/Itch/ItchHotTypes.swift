internal import Lanes
internal import Records
internal import Wire

/// The order messages: 97 % of a day. Each becomes one MBO record by moving fields, so one table of
/// moves serves the permutation and the scalar path alike.
struct ItchHotType {
  let type: UInt8
  let byteCount: Int
  let action: Action
  /// Offset of the order's id; of the new one in a replacement.
  let idAt: Int
  /// Offset of the price, nil where the message has none.
  let priceAt: Int?
  /// Offset of the size, nil where the whole order is meant.
  let sizeAt: Int?
  let isSided: Bool
  let isReplace: Bool

  static let all: [ItchHotType] = [
    add(Itch.MessageType.addOrder, Itch.AddOrder.byteCount),
    add(Itch.MessageType.addOrderAttributed, Itch.AddOrder.attributedByteCount),
    ItchHotType(
      type: Itch.MessageType.orderDelete, byteCount: Itch.OrderDelete.byteCount, action: .cancel,
      idAt: Itch.OrderDelete.Reference.byteOffset, priceAt: nil, sizeAt: nil, isSided: false,
      isReplace: false),
    ItchHotType(
      type: Itch.MessageType.orderCancel, byteCount: Itch.OrderCancel.byteCount, action: .cancel,
      idAt: Itch.OrderCancel.Reference.byteOffset, priceAt: nil,
      sizeAt: Itch.OrderCancel.Shares.byteOffset, isSided: false, isReplace: false),
    ItchHotType(
      type: Itch.MessageType.orderExecuted, byteCount: Itch.OrderExecuted.byteCount, action: .fill,
      idAt: Itch.OrderExecuted.Reference.byteOffset, priceAt: nil,
      sizeAt: Itch.OrderExecuted.Shares.byteOffset, isSided: false, isReplace: false),
    ItchHotType(
      type: Itch.MessageType.orderReplace, byteCount: Itch.OrderReplace.byteCount, action: .modify,
      idAt: Itch.OrderReplace.NewReference.byteOffset,
      priceAt: Itch.OrderReplace.Price.byteOffset, sizeAt: Itch.OrderReplace.Shares.byteOffset,
      isSided: false, isReplace: true),
  ]

  private static func add(_ type: UInt8, _ byteCount: Int) -> ItchHotType {
    ItchHotType(
      type: type, byteCount: byteCount, action: .add, idAt: Itch.AddOrder.Reference.byteOffset,
      priceAt: Itch.AddOrder.Price.byteOffset, sizeAt: Itch.AddOrder.Shares.byteOffset,
      isSided: true, isReplace: false)
  }

  /// Offset of the lower half of the id that a replacement retires.
  static var olderHalfAt: Int { Itch.OrderReplace.OriginalReference.byteOffset + 4 }

  /// The moves of this type for the permuter. Offsets in the record: DBN, "MBO".
  func template(publisherID: UInt16) -> FramePermuter.Template {
    var template = FramePermuter.Template(messageBytes: byteCount)
    template.bytes(
      at: 0,
      [
        MBOMessage.lengthWords, RType.mbo.rawValue, UInt8(publisherID & 0xFF),
        UInt8(publisherID >> 8),
      ])
    template.field(at: 4, from: Itch.Header.StockLocate.byteOffset, count: 2)
    template.field(at: 8, from: Itch.Header.Timestamp.byteOffset, count: 6)
    template.field(at: 16, from: idAt, count: 8)
    if let priceAt {
      template.field(at: 24, from: priceAt, count: 4)
      template.isPriced = true
    } else {
      template.bytes(at: 24, Array(repeating: 0xFF, count: 7) + [0x7F])
    }
    if let sizeAt {
      template.field(at: 32, from: sizeAt, count: 4)
    } else {
      template.bytes(at: 32, Array(repeating: 0xFF, count: 4))
    }
    template.bytes(at: 36, [Flags.last.rawValue, 0, action.rawValue, Side.none.rawValue])
    if isReplace { template.field(at: 48, from: Self.olderHalfAt, count: 4) }
    template.isSided = isSided
    template.isReplace = isReplace
    return template
  }

  /// What the permuter must know beside the templates.
  static var shape: FramePermuter.Shape {
    FramePermuter.Shape(
      sideAt: Itch.AddOrder.Side.byteOffset,
      olderIDAt: Itch.OrderReplace.OriginalReference.byteOffset,
      newerIDAt: Itch.OrderReplace.NewReference.byteOffset,
      priceFactor: UInt32(Itch.price4Factor))
  }
}
