import Foundation
import Net
import Synchronization
import TestSupport
import Wire

/// What the server of the tests does to one connection.
enum LineFault: Sendable, Equatable {
  /// Serves until it is stopped or `cut` is called.
  case none
  /// Closes in order, or tears, after so many trades.
  case fin(after: Int)
  case reset(after: Int)
  /// Says nothing any more after so many trades, and reads nothing.
  case mute(after: Int)
  /// Closes before a byte.
  case slam
  /// Accepts, and never says a word.
  case dumb
  case refuseLogin
  case wrongVersion
  /// The upstream's own link is lost after so many trades, and back after some time.
  case upstream(after: Int)
  /// Refuses the second instrument.
  case unknown
  /// Every second line is rubbish.
  case rubbish
}

/// A server that speaks the tests' line protocol on a real socket: one connection at a time, each
/// with the next fault of its script, and none once the script is over.
final class LineServer: @unchecked Sendable {
  // Safety of `@unchecked`: what threads share is atomic or behind a mutex.
  let port: UInt16
  private let script: [LineFault]
  /// What the prices of the trades count from.
  private let base: Int
  private let shouldStop = Atomic(false)
  let connections = Atomic(0)
  let trades = Atomic(0)
  let requests = Mutex<[String]>([])
  private let done = DispatchSemaphore(value: 0)

  init(_ script: [LineFault], base: Int = 0) throws {
    self.script = script
    self.base = base
    let listener = try TCPListener(Endpoint(host: "127.0.0.1", port: 0))
    port = listener.localAddress.port
    let box = ListenerBox(listener)
    Thread { [self] in
      serve(box)
      done.signal()
    }.start()
  }

  func stop() {
    shouldStop.store(true, ordering: .relaxed)
    done.wait()
  }

  private final class ListenerBox: @unchecked Sendable {
    // Safety of `@unchecked`: used by the serving thread alone.
    let listener: TCPListener
    init(_ listener: consuming TCPListener) { self.listener = listener }
  }

  private var mustStop: Bool { shouldStop.load(ordering: .relaxed) }

  private func serve(_ box: ListenerBox) {
    while !mustStop {
      guard let connection = try? box.listener.accept(timeoutNanos: 20_000_000) else { continue }
      let number = connections.add(1, ordering: .relaxed).oldValue
      let fault = number < script.count ? script[number] : .none
      var client = LineClient(connection)
      serve(&client, fault)
    }
  }

  private func serve(_ client: inout LineClient, _ fault: LineFault) {
    if fault == .slam { return }
    if fault == .dumb { return wait(&client) }
    var sent = 0
    while !mustStop {
      guard client.read() else { return }
      for line in client.lines {
        requests.withLock { $0.append(line) }
        switch line {
        case "HELLO":
          client.send(
            fault == .refuseLogin ? "A\n" : fault == .wrongVersion ? "V\n" : "HELLO\n")
        case "H": client.send("H\n")
        case _ where line.hasPrefix("W "):
          let symbol = String(line.dropFirst(2))
          if fault == .unknown && symbol == "B" {
            client.send("N B\n")
          } else {
            client.symbols.append(symbol)
          }
        default: break
        }
      }
      for symbol in client.symbols {
        sent += 1
        trades.add(1, ordering: .relaxed)
        client.send("T \(symbol) \(base + sent)\n")
        if fault == .rubbish { client.send("T \(symbol) none\nQ\n") }
        switch fault {
        case .fin(let after) where sent >= after: return
        case .reset(let after) where sent >= after: return client.tear()
        case .mute(let after) where sent >= after: return wait(&client)
        case .upstream(let after) where sent == after:
          client.send("D\n")
          client.symbols = []
          usleep(50_000)
          client.send("U\n")
        default: break
        }
      }
      usleep(1_000)
    }
  }

  /// Keeps the connection open without a word, until the peer gives it up.
  private func wait(_ client: inout LineClient) {
    while !mustStop {
      usleep(5_000)
      if client.isGone { return }
    }
  }
}

/// One client of the server.
struct LineClient: ~Copyable {
  private var connection: TCPConnection
  var lines: [String] = []
  var symbols: [String] = []

  init(_ connection: consuming TCPConnection) { self.connection = connection }

  /// Reads what has come; false once the peer has gone.
  mutating func read() -> Bool {
    lines = []
    guard let result = try? connection.receive(timeoutNanos: 0), result != .ended else {
      return false
    }
    takeLines()
    return true
  }

  private mutating func takeLines() {
    var text: [UInt8] = []
    let count = connection.bytes.byteCount
    for at in 0..<count { text.append(connection.bytes.uncheckedByte(at: at)) }
    guard let last = text.lastIndex(of: UInt8(ascii: "\n")) else { return }
    lines = text[..<last].split(separator: UInt8(ascii: "\n")).map {
      String(decoding: $0, as: UTF8.self)
    }
    connection.consume(last + 1)
  }

  var isGone: Bool {
    mutating get {
      guard let result = try? connection.receive(timeoutNanos: 0) else { return true }
      return result == .ended
    }
  }

  mutating func send(_ text: String) {
    let bytes = Array(text.utf8)
    try? connection.send(bytes.rawSpan, timeoutNanos: 1_000_000_000)
  }

  /// Ends with bytes unread, so that the kernel tears the connection (RST).
  mutating func tear() {
    var looks = 0
    // The client's next sign of life is what stays unread.
    while looks < 5_000, (try? Readiness.wait(connection.descriptor, timeoutNanos: 1_000_000)) == 0
    {
      looks += 1
    }
  }
}
