internal import FeedKit
internal import Lanes
internal import Records
internal import Sessions
internal import Wire

/// IB's connection as a live protocol: handshake, subscriptions, what errors mean, and the past.
///
///     us    API\0  v200..200              (or v213..226 where protobuf is wanted)
///     them  200, time
///     us    startApi
///     them  managed accounts (15), next valid id (9), in any order ─▶ ready
///
/// One connection, read-only: the requests that this type can send are those of `IbRequests`.
struct IbSession: ~Copyable, LiveProtocol {
  let settings: IbSettings
  var decoder: IbDecoder
  var requests = IbRequests()
  var subscriptions: [IbSubscription] = []
  var symbols: [String] = []
  var history = IbHistory()
  /// Where the handshake stands.
  var phase = Phase.closed
  var hasAccounts = false
  var hasNextID = false
  var accounts: [String] = []
  /// Bytes of a frame being passed over.
  var skipping = 0
  /// Whether another session of the user has the data.
  var takenOver = false
  var keepAlives = 0
  var delayedSeconds = 0

  struct Phase: RawRepresentable, Equatable, Sendable {
    var rawValue: UInt8
    static var closed: Self { Self(rawValue: 0) }
    static var awaitingVersion: Self { Self(rawValue: 1) }
    static var starting: Self { Self(rawValue: 2) }
    static var ready: Self { Self(rawValue: 3) }
    /// The connection is of no use any more: what still comes is passed over.
    static var broken: Self { Self(rawValue: 4) }
  }

  init(_ options: LiveOptions) {
    settings = IbSettings(options.settings)
    let settings = settings
    let count = options.instruments.count
    let depths = options.instruments.count { $0.interests.contains(.depth) }
    decoder = IbDecoder(
      shards: options.decoder.shards, instruments: count,
      books: min(depths, IbLimits.books), isRecording: false)
    decoder.writesAccounts = settings.wantsAccounts
    decoder.bookRows = settings.depthRows
    decoder.stockVolumeFactor = settings.volumeFactor
    for instrument in options.instruments {
      let subscription = IbSubscription(instrument, settings)
      subscriptions.append(subscription)
      symbols.append(instrument.canonical)
      if decoder.instruments.find(subscription.id) < 0 {
        _ = decoder.instruments.add(subscription.id)
      } else {
        decoder.instruments.addDouble(subscription.id)
      }
      decoder.setUp(subscription, at: subscriptions.count - 1)
    }
  }

  var channels: [LiveChannel] { [LiveChannel(name: "api", port: settings.port)] }

  var activity: LiveActivity {
    _read { yield decoder.activity }
  }

  mutating func opened(channel: Int, context: LiveContext, report: inout LiveReport) {
    decoder.reset()
    history.forget()
    (hasAccounts, hasNextID, takenOver) = (false, false, false)
    (skipping, delayedSeconds) = (0, 0)
    accounts = []
    for index in subscriptions.indices {
      subscriptions[index].sent = []
      subscriptions[index].refused = []
      subscriptions[index].isReportedRefused = false
      decoder.setUp(subscriptions[index], at: index)
    }
    decoder.version = settings.versions.upperBound
    requests.version = settings.versions.upperBound
    requests.hello(settings.versions, options: settings.connectOptions)
    phase = .awaitingVersion
    flush(&report)
  }

  /// Moves the requests written so far to the report.
  mutating func flush(_ report: inout LiveReport) {
    guard !requests.writer.bytes.isEmpty else { return }
    report.output[0].append(contentsOf: requests.writer.bytes)
    requests.writer.bytes.removeAll(keepingCapacity: true)
  }

  func requests(index: Int) -> Int { max(subscriptions[index].kinds.count, 1) }

  mutating func keepAlive(context: LiveContext, report: inout LiveReport) {
    guard phase == .ready else { return }
    keepAlives &+= 1
    requests.currentTime()
    if takenOver, keepAlives.isMultiple(of: Self.retryEvery) {
      // Nothing is sent again by itself when the other session ends: ask again now and then.
      takenOver = false
      report.events.append(
        .upstreamUp(keepsSubscriptions: false, text: "asking again after 10197"))
    }
    sendHistory(context, &report)
    flush(&report)
  }

  /// Keep-alives between two attempts to get the data back from another session.
  private static var retryEvery: Int { 12 }

  mutating func logOut(report: inout LiveReport) {}

  mutating func lose(
    _ cause: DisconnectCause, _ text: String, _ report: inout LiveReport
  ) {
    phase = .broken
    report.events.append(.lost(cause, text: text))
  }
}

extension IbDecoder {
  /// What an instrument's settings mean to the decoder.
  mutating func setUp(_ subscription: IbSubscription, at index: Int) {
    instruments[index].sizePlaces = UInt8(subscription.sizePlaces)
    instruments[index].tradeSource = subscription.tradeSource
    instruments[index].quotesByTick = subscription.wantsTickQuotes
    instruments[index].volumeFactor = volumeFactor(
      securityType: subscription.contract.securityType, currency: subscription.contract.currency)
  }
}
