import Engine
import FeedKit
import Foundation
import Logging
import Sessions
import Synchronization
import TestSupport
import Testing

@testable import Control

@Suite("Commands of operators")
struct ControlSocketTests {
  @Test("Lines are commands, or nothing")
  func lines() {
    let all: [ControlCommand] = [
      .status, .reload, .resetCircuit(source: "iq"), .reconnect(source: "ib"),
    ]
    for command in all { #expect(ControlCommand(line: command.line) == command) }
    for line in [
      "", "stat", "reset-circuit", "reset-circuit ", "reset-circuit a b", "reload x", " ",
    ] { #expect(ControlCommand(line: line) == nil) }
  }

  /// Serves from a thread of its own until it is stopped.
  final class Server: Sendable {
    private struct State {
      var mustStop = false
      var hasBegun = false
      var hasEnded = false
      var failure: ControlSocketError?
      var seen: [ControlRequest] = []
    }

    private let state = Mutex(State())

    /// Begins once the socket is there; throws where it cannot be.
    init(path: String) throws {
      Thread { [self] in
        do throws(ControlSocketError) { try serve(path) } catch {
          state.withLock { $0.failure = error }
        }
        state.withLock {
          $0.hasBegun = true
          $0.hasEnded = true
        }
      }.start()
      _ = Patience.wait { state.withLock { $0.hasBegun } }
      if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    private func serve(_ path: String) throws(ControlSocketError) {
      let socket = try ControlSocket(path: path)
      state.withLock { $0.hasBegun = true }
      while !state.withLock({ $0.mustStop }) {
        _ = socket.serve(timeoutNanos: 20_000_000) { request in
          state.withLock { $0.seen.append(request) }
          return "ok \(request.command.line)"
        }
      }
    }

    var seen: [ControlRequest] { state.withLock { $0.seen } }

    func stop() {
      state.withLock { $0.mustStop = true }
      _ = Patience.wait { state.withLock { $0.hasEnded } }
    }
  }

  @Test("A command comes with the asker's user and process; only the owner may use the socket")
  func command() throws {
    let folder = try ControlFolder()
    let path = folder.path("control")
    let server = try Server(path: path)
    defer { server.stop() }
    #expect(try ControlClient.ask(.resetCircuit(source: "iq"), at: path) == "ok reset-circuit iq")
    #expect(try ControlClient.ask(.status, at: path) == "ok status")
    let requests = server.seen
    #expect(requests.map(\.command) == [.resetCircuit(source: "iq"), .status])
    #expect(requests.allSatisfy { $0.user == getuid() && $0.process == getpid() })
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test("Nonsense is answered, and never ends the server")
  func nonsense() throws {
    let folder = try ControlFolder()
    let path = folder.path("control")
    let server = try Server(path: path)
    defer { server.stop() }
    for bytes in [
      Array("nonsense\n".utf8), [0, 255, 10], Array(repeating: 65, count: 100_000), [],
    ] as [[UInt8]] {
      let socket = try UnixSocket.open(path)
      defer { close(socket) }
      #expect(try UnixSocket.connect(socket, path) == 0)
      let limit = ControlClock.now() + 30_000_000_000
      _ = UnixSocket.send(socket, bytes, until: limit)
      shutdown(socket, Int32(SHUT_WR))
      let answer = UnixSocket.receive(socket, limit: 1_000, until: limit) { _ in false }
      // What was longer than allowed may be cut off by the end of the connection.
      if let answer, !answer.isEmpty {
        #expect(String(decoding: answer, as: UTF8.self).hasPrefix("error "))
      }
    }
    #expect(try ControlClient.ask(.status, at: path) == "ok status")
    #expect(server.seen.count == 1)
  }

  @Test("A dead process's socket is replaced, a living one is not; nobody there is an error")
  func owners() throws {
    let folder = try ControlFolder()
    let path = folder.path("control")
    let absent = #expect(throws: ControlSocketError.self) {
      try ControlClient.ask(.status, at: path)
    }
    #expect(absent?.isAbsent == true)
    // A socket whose listener is gone.
    let left = try UnixSocket.open(path)
    #expect(try UnixSocket.bind(left, path) == 0)
    close(left)
    let dead = #expect(throws: ControlSocketError.self) { try ControlClient.ask(.status, at: path) }
    #expect(dead?.isAbsent == true)
    let server = try Server(path: path)
    let second = #expect(throws: ControlSocketError.self) { _ = try ControlSocket(path: path) }
    #expect(second?.text == "another process serves it already")
    #expect(try ControlClient.ask(.status, at: path) == "ok status")
    server.stop()
    #expect(Patience.wait { !FileManager.default.fileExists(atPath: path) })
    let long = folder.path(String(repeating: "x", count: 200))
    #expect(throws: ControlSocketError.self) { _ = try ControlSocket(path: long) }
  }
}

@Suite("The desk that carries commands out")
struct ControlDeskTests {
  static func request(_ command: ControlCommand) -> ControlRequest {
    ControlRequest(command: command, user: 7, process: 8)
  }

  @Test("A reset is written down with who asked, then done")
  func reset() throws {
    let folder = try ControlFolder()
    let audit = try AuditLog(path: folder.path("audit"))
    let log = try Log(path: folder.path("log"))
    let board = ControlBoard()
    var book = NoteBook(sources: ["iq"])
    _ = book.take([state(.backoff, .openCircuit, .refused, "nobody"), note(.circuit(.open))])
    board.publish(ControlSnapshot(takenAt: 0, sessions: book.sessions))
    let done = Mutex<[String]>([])
    let desk = ControlDesk(
      board: board, audit: audit, log: log,
      command: { command, source in
        done.withLock { $0.append("\(command) \(source)") }
        return true
      }, reload: { (false, "line 3: unknown key") })
    #expect(
      desk.answer(Self.request(.resetCircuit(source: "iq")))
        == "ok iq was open_circuit, circuit open")
    #expect(done.withLock { $0 } == ["resetCircuit iq"])
    #expect(
      desk.answer(Self.request(.reconnect(source: "ib")))
        == "error there is no session ib; known are iq")
    #expect(desk.answer(Self.request(.reload)) == "error line 3: unknown key")
    #expect(desk.answer(Self.request(.status)).hasPrefix("ok\n{\"taken_at\":0,"))
    #expect(done.withLock { $0.count } == 1)
    let verdict = try AuditLog.verify(folder.path("audit"))
    #expect(verdict.entries == 3)
    #expect(verdict.isWhole)
    let text = try String(contentsOfFile: folder.path("audit"), encoding: .utf8)
    #expect(text.contains("\"user\":7,\"process\":8,\"action\":\"session.reset_circuit\""))
    #expect(text.contains("\"before\":\"open_circuit, circuit open\""))
    // The log has each entry's hash, so that a cut tail of the audit log shows.
    let told = try String(contentsOfFile: folder.path("log"), encoding: .utf8)
    #expect(told.contains("\"event\":\"audit.entry\""))
    #expect(told.contains("\"hash\":\"\(verdict.head)\""))
  }

  @Test("Without the audit log nothing is done")
  func noAudit() throws {
    let folder = try ControlFolder()
    let log = try Log(path: folder.path("log"))
    let path = folder.path("audit")
    let audit = try AuditLog(path: path)
    let board = ControlBoard()
    board.publish(ControlSnapshot(takenAt: 0, sessions: NoteBook(sources: ["iq"]).sessions))
    let desk = ControlDesk(
      board: board, audit: audit, log: log, command: { _, _ in true },
      reload: { (true, "nothing changed") })
    #expect(desk.answer(Self.request(.reload)) == "ok\nnothing changed")
    #expect(desk.answer(Self.request(.reconnect(source: "iq"))).hasPrefix("ok iq was idle"))
  }
}
