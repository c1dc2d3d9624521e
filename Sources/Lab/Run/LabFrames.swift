internal import ExchangeFeeds
internal import FeedKit
internal import Wire

/// The messages of a run, framed as in a file, made in memory before it begins.
///
///     ┌──────────────────────────────┬───────────────────────────────────────────┐
///     │ lead: directory and states   │ flow: orders, executions, trades …         │
///     └──────────────────────────────┴───────────────────────────────────────────┘
///      sent before the first is due    one for each due time, over and over
///
/// What comes before the first order (the directory) would be a load of its own kind, so that it is
/// sent before the clock starts.
struct LabFrames: ~Copyable {
  private(set) var bytes: FixedTable<UInt8>
  /// Bytes in use.
  let byteCount: Int
  let leadBytes: Int
  let leadMessages: Int
  let flowMessages: Int

  /// Makes the lead and `count` messages. The same market gives the same bytes.
  init(_ market: LabMarket, count: Int) throws(LabFailure) {
    guard count <= LabMarket.limit else {
      throw .plan(
        "\(count) messages are due; at most \(LabMarket.limit) are kept in memory: lower --rate or "
          + "--duration")
    }
    var options = ItchMarketOptions()
    options.seed = market.seed
    options.symbols = market.symbols
    let made: Made
    do throws(ItchMarketOptions.Invalid) {
      made = try Self.make(options, count: count)
    } catch {
      throw .plan("\(error)")
    }
    byteCount = made.byteCount
    leadBytes = made.leadBytes
    leadMessages = made.leadMessages
    flowMessages = made.messages - made.leadMessages
    bytes = made.take()
  }

  var span: RawSpan {
    @_lifetime(borrow self)
    get { bytes.bytes(0..<byteCount) }
  }

  /// The messages behind the lead.
  var flow: RawSpan {
    @_lifetime(borrow self)
    get { bytes.bytes(leadBytes..<byteCount) }
  }

  var mutableSpan: MutableRawSpan {
    @_lifetime(&self)
    mutating get { bytes.mutableBytes }
  }

  /// Position of the message's type and time in a frame: behind two bytes of length.
  static var typeOffset: Int { 2 }

  private struct Made: ~Copyable {
    var bytes: FixedTable<UInt8>
    var byteCount = 0
    var leadBytes = 0
    var leadMessages = 0
    var messages = 0

    consuming func take() -> FixedTable<UInt8> { bytes }
  }

  private static func make(
    _ options: ItchMarketOptions, count: Int
  ) throws(ItchMarketOptions.Invalid) -> Made {
    var market = try ItchMarket(options)
    // The lead: five messages a symbol and a few of the system.
    let lead = options.symbols * (3 + options.participantsPerSymbol) + 64
    let capacity = lead * ItchMarketLimits.frameBytes + count * Self.bytesPerMessage + 4_096
    var made = Made(bytes: FixedTable(repeating: 0, count: capacity))
    var isLead = true
    var left = count
    while left > 0, capacity - made.byteCount >= ItchMarketLimits.frameBytes {
      let size = append(&market, to: &made)
      guard size > 0 else { break }
      if isLead, made.bytes[made.byteCount + typeOffset] == UInt8(ascii: "A") { isLead = false }
      made.byteCount += size
      made.messages += 1
      if isLead {
        made.leadBytes = made.byteCount
        made.leadMessages = made.messages
      } else {
        left -= 1
      }
    }
    return made
  }

  private static func append(_ market: inout ItchMarket, to made: inout Made) -> Int {
    let offset = made.byteCount
    var span = made.bytes.mutableBytes
    return market.next(into: &span, at: offset)
  }

  /// Room for a message; on average one has 31 bytes with its length.
  private static var bytesPerMessage: Int { 40 }
}
