public import FeedKit

/// What is known of the end of an interval.
public struct GapEnding: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// It lasts.
  public static var open: Self { Self(rawValue: 0) }
  /// Its end was seen.
  public static var known: Self { Self(rawValue: 1) }
  /// The process ended before: it lasted until the next start at the latest.
  public static var unknown: Self { Self(rawValue: 2) }

  /// The names in the order of their numbers.
  public static var names: [String] { ["open", "known", "unknown"] }
  public var name: String {
    Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : "ending_\(rawValue)"
  }
}

/// What became of the attempt to fill a gap.
public struct RepairStatus: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Nobody has asked for it.
  public static var none: Self { Self(rawValue: 0) }
  public static var requested: Self { Self(rawValue: 1) }
  /// The upstream's history has filled it, as far as that goes (trades, mostly).
  public static var repaired: Self { Self(rawValue: 2) }
  public static var failed: Self { Self(rawValue: 3) }
  /// The upstream has no history of it.
  public static var notAvailable: Self { Self(rawValue: 4) }

  /// The names in the order of their numbers.
  public static var names: [String] {
    ["none", "requested", "repaired", "failed", "not_available"]
  }
  public var name: String {
    Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : "repair_\(rawValue)"
  }
}

/// The attempt to fill a gap for one instrument.
public struct GapRepair: Sendable, Equatable {
  /// 0 for the whole source.
  public var instrument: UInt32
  public var status: RepairStatus
  /// Records that came.
  public var records: UInt64
  /// Why it failed; empty otherwise.
  public var text: String
  /// Unix ns.
  public var time: UInt64

  public init(
    instrument: UInt32, status: RepairStatus, records: UInt64 = 0, text: String = "", time: UInt64
  ) {
    self.instrument = instrument
    self.status = status
    self.records = records
    self.text = text
    self.time = time
  }
}

/// Messages of the upstream's own numbering that did not come.
public struct MissingMessages: Sendable, Equatable {
  public var channel: String
  public var first: UInt64
  public var last: UInt64

  public init(channel: String, first: UInt64, last: UInt64) {
    self.channel = channel
    self.first = first
    self.last = last
  }

  /// How many.
  public var count: UInt64 { last >= first ? last - first &+ 1 : 0 }
}

/// An interval in which records may be missing, or a hole in the upstream's numbering.
public struct GapEntry: Sendable, Equatable {
  /// The ledger's number; 0 before it has one.
  public var id: Int64 = 0
  public var source: String
  /// The connection's number: the one that was lost, or 0 where none stood.
  public var epoch: UInt32
  /// A name of `DisconnectCause`, or one of this type's own.
  public var cause: String
  public var detail: String
  /// Ids; empty for all of the source.
  public var instruments: [UInt32]
  /// Unix ns: the first instant that may be missing, and the first that is there again; `to` is nil
  /// while it lasts.
  public var from: UInt64
  public var to: UInt64?
  public var ending: GapEnding
  public var missing: MissingMessages?
  /// The trading session of `from`.
  public var session: CivilDate
  public var repairs: [GapRepair] = []

  public init(
    source: String, epoch: UInt32, cause: String, detail: String = "",
    instruments: [UInt32] = [], from: UInt64, to: UInt64?, missing: MissingMessages? = nil,
    session: CivilDate? = nil
  ) {
    self.source = source
    self.epoch = epoch
    self.cause = cause
    self.detail = detail
    self.instruments = instruments
    self.from = from
    self.to = to.map { max($0, from) }
    ending = to == nil ? .open : .known
    self.missing = missing
    self.session = session ?? SessionHours.always.date(of: from)
  }

  /// The cause of a hole in the upstream's own numbering.
  public static var upstreamMissing: String { "upstream_missing" }
  /// The cause of an interval in which this program was not running and had not ended in order.
  public static var notRunning: String { "not_running" }

  /// Whether the entry says something of this instrument.
  public func concerns(_ instrument: UInt32) -> Bool {
    instruments.isEmpty || instruments.contains(instrument)
  }

  /// All repairs in one: the worst status that is there, and the records of all.
  public var repair: GapRepair {
    let order: [RepairStatus] = [.failed, .requested, .notAvailable, .repaired]
    for status in order {
      guard let one = repairs.first(where: { $0.status == status }) else { continue }
      return GapRepair(
        instrument: one.instrument, status: status,
        records: repairs.reduce(0) { $0 &+ $1.records }, text: one.text, time: one.time)
    }
    return GapRepair(instrument: 0, status: .none, time: 0)
  }
}
