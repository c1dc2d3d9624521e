import Foundation
import Net
import TestSupport
import Testing
import Wire

@testable import Http

@Suite("HTTP server")
struct HttpServerTests {
  static func server() throws -> HttpServer {
    try HttpServer(
      port: 0,
      routes: [
        "/metrics": { .metrics("millrace_up 1\n") },
        "/livez": { .text("stuck\n", status: 503) },
        "/big": { .text(String(repeating: "x", count: 3_000_000)) },
        "/status.json": { .json("{\"a\":1}") },
      ])
  }

  /// Everything that the server sends in answer to these bytes, until it closes.
  static func answer(
    to request: [UInt8], at server: HttpServer, host: String = "127.0.0.1"
  ) throws -> String {
    var connection = try TCPClient.connect(
      to: Endpoint(host: host, port: server.port), timeoutNanos: patience, bufferBytes: 1 << 22)
    // The server may refuse and close before it has all.
    try? connection.send(request.rawSpan, timeoutNanos: patience)
    while let result = try? connection.receive(timeoutNanos: patience) {
      guard case .received = result else { break }
    }
    return copy(connection.bytes)
  }

  static func copy(_ bytes: RawSpan) -> String {
    var text: [UInt8] = []
    for index in 0..<bytes.byteCount { text.append(bytes.uncheckedByte(at: index)) }
    return String(decoding: text, as: UTF8.self)
  }

  static let patience: Int64 = 30_000_000_000

  private static func get(
    _ path: String, at server: HttpServer, method: String = "GET", more: String = ""
  ) throws -> String {
    let request = "\(method) \(path) HTTP/1.1\r\nHost: x\r\n\(more)\r\n"
    return try answer(to: Array(request.utf8), at: server)
  }

  @Test("Routes answer with status, type and no-store, once a connection")
  func routes() throws {
    let server = try Self.server()
    defer { server.stop() }
    let metrics = try Self.get("/metrics", at: server)
    #expect(metrics.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(metrics.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
    #expect(metrics.contains("Cache-Control: no-store\r\n"))
    #expect(metrics.lowercased().contains("connection: close\r\n"))
    #expect(metrics.hasSuffix("\r\n\r\nmillrace_up 1\n"))
    let live = try Self.get("/livez", at: server)
    #expect(live.hasPrefix("HTTP/1.1 503 "))
    #expect(live.hasSuffix("\r\n\r\nstuck\n"))
    let status = try Self.get("/status.json?pretty=1", at: server)
    #expect(status.contains("Content-Type: application/json\r\n"))
    #expect(status.hasSuffix("{\"a\":1}"))
    #expect(try Self.get("/big", at: server).utf8.count > 3_000_000)
  }

  @Test("HEAD has the headers alone; other methods are refused with what is allowed")
  func methods() throws {
    let server = try Self.server()
    defer { server.stop() }
    let head = try Self.get("/metrics", at: server, method: "HEAD")
    #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(head.contains("Content-Length: 14\r\n"))
    #expect(head.hasSuffix("\r\n\r\n"))
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "get", "X"] {
      let text = try Self.get("/metrics", at: server, method: method)
      #expect(text.hasPrefix("HTTP/1.1 405 "), "\(method): \(text)")
      #expect(text.contains("Allow: GET, HEAD\r\n"))
    }
  }

  @Test("An unknown path is told what there is")
  func unknown() throws {
    let server = try Self.server()
    defer { server.stop() }
    for path in ["/", "/metrics/", "/../etc/passwd", "/%2e%2e/metrics", "//metrics", "/METRICS"] {
      let text = try Self.get(path, at: server)
      #expect(text.hasPrefix("HTTP/1.1 404 "), "\(path)")
      #expect(text.contains("/status.json\n"))
      #expect(!text.contains("passwd"))
    }
  }

  @Test("Bodies and long paths are refused")
  func bounds() throws {
    let server = try Self.server()
    defer { server.stop() }
    let body = try Self.get("/metrics", at: server, more: "Content-Length: 5\r\n")
    #expect(body.hasPrefix("HTTP/1.1 413 "))
    let chunked = try Self.get("/metrics", at: server, more: "Transfer-Encoding: chunked\r\n")
    #expect(chunked.hasPrefix("HTTP/1.1 413 "))
    let long = "/" + String(repeating: "a", count: HttpLimits.pathBytes)
    #expect(try Self.get(long, at: server).hasPrefix("HTTP/1.1 414 "))
    let longer = "/" + String(repeating: "a", count: 4 * HttpLimits.requestBytes)
    let refused = try Self.get(longer, at: server)
    #expect(refused.isEmpty || refused.hasPrefix("HTTP/1.1 4"))
    let header = "X: " + String(repeating: "b", count: 4 * HttpLimits.requestBytes) + "\r\n"
    let large = try Self.get("/metrics", at: server, more: header)
    #expect(large.isEmpty || large.hasPrefix("HTTP/1.1 4"))
    #expect(try Self.get("/metrics", at: server).hasPrefix("HTTP/1.1 200 "))
  }

  @Test("Malformed requests never end it")
  func malformed() throws {
    let server = try Self.server()
    defer { server.stop() }
    var generator = SeededGenerator(seed: 5)
    var requests: [[UInt8]] = [
      "\r\n\r\n", "GET\r\n\r\n", "GET /metrics\r\n\r\n", "GET /metrics HTTP/9.9\r\n\r\n",
      "GET  /metrics  HTTP/1.1\r\n\r\n", "\0\0\0\0\r\n\r\n", "GET /metrics HTTP/1.1\r\n: x\r\n\r\n",
      "GET /a\0b HTTP/1.1\r\n\r\n", "GET http://x/metrics HTTP/1.1\r\n\r\n",
      "GET /metrics HTTP/1.1\nHost: x\n\n", "GET /metrics HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
      "GET /metrics HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ].map { Array($0.utf8) }
    for _ in 0..<40 {
      let count = Int.random(in: 1...400, using: &generator)
      let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      requests.append(noise + Array("\r\n\r\n".utf8))
    }
    for request in requests {
      // A request that never ends is the idle limit's; here the client gives up first.
      try Self.sendAndLeave(request, to: server)
    }
    #expect(try Self.get("/metrics", at: server).hasSuffix("millrace_up 1\n"))
  }

  private static func sendAndLeave(_ request: [UInt8], to server: HttpServer) throws {
    var connection = try TCPClient.connect(
      to: Endpoint(host: "127.0.0.1", port: server.port), timeoutNanos: patience)
    try? connection.send(request.rawSpan, timeoutNanos: patience)
  }

  @Test("A port in use, a name and a foreign address are errors that say what to do")
  func errors() throws {
    let server = try Self.server()
    defer { server.stop() }
    let used = #expect(throws: HttpError.self) { try HttpServer(port: server.port, routes: [:]) }
    #expect(
      used?.description == "cannot bind 127.0.0.1:\(server.port) for HTTP: another program listens "
        + "there already; end it, or choose another port (0 lets the system choose one)")
    let name = #expect(throws: HttpError.self) {
      try HttpServer(address: "localhost", port: 0, routes: [:])
    }
    #expect(name?.description.contains("numeric address") == true)
    let foreign = #expect(throws: HttpError.self) {
      try HttpServer(address: "192.0.2.1", port: 0, routes: [:])
    }
    #expect(foreign?.description.contains("no such address") == true)
  }

  @Test("After stop the port is free again, and stopping twice is nothing")
  func stop() throws {
    let server = try Self.server()
    #expect(try Self.get("/metrics", at: server).hasPrefix("HTTP/1.1 200 "))
    #expect(server.answered == 1)
    server.stop()
    server.stop()
    let again = try HttpServer(port: server.port, routes: ["/": { .text("second") }])
    defer { again.stop() }
    #expect(try Self.get("/", at: again).hasSuffix("second"))
  }

  @Test("A connection that says nothing does not keep others from being answered")
  func mute() throws {
    let server = try Self.server()
    defer { server.stop() }
    let held = try TCPClient.connect(
      to: Endpoint(host: "127.0.0.1", port: server.port), timeoutNanos: Self.patience)
    #expect(try Self.get("/metrics", at: server).hasPrefix("HTTP/1.1 200 "))
    server.closeOverdue()
    #expect(held.bytes.byteCount == 0)
  }

  @Test("IPv6 loopback answers too")
  func version6() throws {
    let server: HttpServer
    do throws(HttpError) {
      server = try HttpServer(address: "::1", port: 0, routes: ["/": { .text("six") }])
    } catch {
      // A machine without IPv6.
      #expect(error.description.contains("no such address"))
      return
    }
    defer { server.stop() }
    let request = Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
    #expect(try Self.answer(to: request, at: server, host: "::1").hasSuffix("six"))
  }

  @Test(
    "curl, a client that is not ours, reads the pages",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/curl")))
  func curl() throws {
    let server = try Self.server()
    defer { server.stop() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
    process.arguments = [
      "--noproxy", "*", "-sS", "-w", "%{http_code}", "http://127.0.0.1:\(server.port)/status.json",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(text == "{\"a\":1}200")
  }
}
