internal import FeedKit

/// Requests of the past that are under way or wait, and how fast they may go (section 12): at most
/// 60 in 10 minutes, the same not twice in 15 s, fewer than 6 for one instrument in 2 s.
struct IbHistory: Sendable {
  /// One hole being filled: page after page of at most 1,000 ticks.
  struct Fill: Sendable, Equatable {
    var request: UInt32
    var index: Int
    /// Unix ns: wanted, and from where the next page begins.
    var from: UInt64
    var to: UInt64
    var next: UInt64
    var pages = 0
    var records: UInt64 = 0
    var isSent = false
  }

  var fills: [Fill] = []
  /// When the last requests went out, monotonic ns, oldest first.
  private var sent: [UInt64] = []

  static var windowNanos: UInt64 { 600_000_000_000 }
  static var windowRequests: Int { 60 }
  static var burstNanos: UInt64 { 2_000_000_000 }
  static var burstRequests: Int { 5 }

  init() {}

  /// A connection is gone: so are its requests. The pace holds on.
  mutating func forget() { fills.removeAll(keepingCapacity: true) }

  /// Whether another request may go out now.
  mutating func maySend(_ now: UInt64) -> Bool {
    let old = now > Self.windowNanos ? now - Self.windowNanos : 0
    sent.removeAll { $0 < old }
    let recent = now > Self.burstNanos ? now - Self.burstNanos : 0
    return sent.count < Self.windowRequests
      && sent.count { $0 >= recent } < Self.burstRequests
  }

  mutating func noteSent(_ now: UInt64) { sent.append(now) }

  /// The fill of an instrument that waits for an answer.
  func fill(ofInstrument index: Int) -> Int? {
    fills.firstIndex { $0.index == index && $0.isSent }
  }
}

/// Filling holes from the upstream's historical ticks.
extension IbSession {
  mutating func backfill(
    _ request: BackfillRequest, context: LiveContext, report: inout LiveReport
  ) -> Bool {
    guard phase == .ready, subscriptions.indices.contains(request.index),
      request.from < request.to,
      !subscriptions[request.index].interests.isDisjoint(with: [.trades]),
      history.fills.count < IbLimits.waitingRequests,
      !history.fills.contains(where: { $0.index == request.index })
    else { return false }
    history.fills.append(
      IbHistory.Fill(
        request: request.id, index: request.index, from: request.from, to: request.to,
        next: request.from))
    sendHistory(context, &report)
    flush(&report)
    return true
  }

  /// Sends what waits as long as the pace allows it.
  mutating func sendHistory(_ context: LiveContext, _ report: inout LiveReport) {
    guard !history.fills.isEmpty, phase == .ready else { return }
    for place in history.fills.indices where !history.fills[place].isSent {
      guard history.maySend(context.now) else { return }
      let fill = history.fills[place]
      history.fills[place].isSent = true
      history.fills[place].pages += 1
      history.noteSent(context.now)
      let subscription = subscriptions[fill.index]
      // Ticks have whole seconds: the one in which the hole begins is taken whole.
      decoder.holes[subscription.id] = (fill.from / 1_000_000_000 * 1_000_000_000)..<fill.to
      requests.historicalTicks(
        IbRequestKind.id(IbRequestKind.historicalTicks, subscription.id), subscription.contract,
        start: IbZones.utcText(fill.next), count: IbLimits.historicalTicks, show: "TRADES",
        regularHours: settings.regularHours)
    }
  }

  /// A page has come. The last second of a page is complete, so that the next one begins behind it.
  mutating func takePast(
    _ reqID: Int, records: Int, last: Int, isDone: Bool, _ context: LiveContext,
    _ report: inout LiveReport
  ) {
    let index = decoder.instruments.find(IbRequestKind.instrument(reqID))
    guard let place = history.fill(ofInstrument: index) else { return }
    history.fills[place].records += UInt64(records)
    guard isDone else { return }
    let fill = history.fills[place]
    let next = (UInt64(max(last, 0)) + 1) * 1_000_000_000
    if last == 0 || next >= fill.to || next <= fill.next {
      end(place, error: nil, &report)
    } else if fill.pages >= IbLimits.historyPages {
      end(place, error: "cut short after \(fill.pages) requests", &report)
    } else {
      history.fills[place].next = next
      history.fills[place].isSent = false
      sendHistory(context, &report)
    }
  }

  /// 162 also says that there was no data, which is an answer.
  mutating func failHistory(_ error: IbError, _ report: inout LiveReport) {
    let index = decoder.instruments.find(IbRequestKind.instrument(error.reqID))
    guard let place = history.fill(ofInstrument: index), Self.isFinal(error.code) else { return }
    let isEmpty = error.text.contains("no data")
    end(place, error: isEmpty ? nil : "\(error.code) \(error.text)", &report)
  }

  private mutating func end(_ place: Int, error: String?, _ report: inout LiveReport) {
    let fill = history.fills.remove(at: place)
    decoder.holes[subscriptions[fill.index].id] = nil
    report.events.append(
      .backfilled(request: fill.request, records: fill.records, error: error))
  }
}
