internal import Sessions

/// What a session has agreed with IQConnect on the present connections (section 3).
struct IqfeedLink {
  /// The version that every socket asks for; empty for recorded lines, which are taken as they are.
  var version = ""
  /// Field names that were asked for.
  var wanted: [String] = []
  /// CURRENT UPDATE FIELDNAMES lines so far: the first one comes by itself.
  var fieldLists = 0
  var isReady = false
  /// Whether the version was confirmed on level 1.
  var isAgreed = false
  /// Whether IQConnect has its own upstream; it is taken to until it says no.
  var isUp = true
  /// Whether an answer to `T` is waited for.
  var isAsked = false
  /// What STATS said last.
  var isConnected = true
  /// Whether our own queue at IQConnect is long.
  var isQueueing = false
  var clientName = ""
  /// What STATS or CUST have said last.
  var symbolLimit: Int64 = 0
  /// What CUST or the lines' delays have said, in seconds.
  var delaySeconds = 0

  /// A new connection: everything is agreed anew.
  mutating func begin() {
    (fieldLists, isReady, isAgreed, isUp, isAsked) = (0, false, false, true, false)
    (isConnected, isQueueing, delaySeconds, symbolLimit) = (true, false, 0, 0)
  }
}
