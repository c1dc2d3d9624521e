public import Http
internal import Ledger

/// The pages for scrapers, supervisors and programs: `/metrics`, `/livez`, `/readyz`,
/// `/status.json`.
public final class ControlServer: Sendable {
  private let server: HttpServer

  /// Serves until `stop`.
  ///
  /// - Parameters:
  ///   - address: numeric; only this machine can ask unless said otherwise. There is no
  ///     authentication: what is bound elsewhere belongs behind something that has it.
  ///   - port: 0 lets the kernel choose.
  ///   - board: what the control thread publishes.
  ///   - counters: path of the instance's counters file, from which each scrape reads anew.
  public init(
    address: String = "127.0.0.1", port: UInt16, board: ControlBoard, counters: String
  ) throws(HttpError) {
    server = try HttpServer(
      address: address, port: port,
      routes: [
        "/metrics": { ControlPages.metrics(board, counters: counters) },
        "/livez": { ControlPages.live(board) },
        "/readyz": { ControlPages.ready(board) },
        "/readyz.json": { ControlPages.readyJSON(board) },
        "/status.json": { ControlPages.status(board) },
      ])
  }

  public var address: String { server.address }
  /// The port, the kernel's choice where 0 was asked for.
  public var port: UInt16 { server.port }

  /// To be called about once a second: closes connections that have stood for too long.
  public func tick() { server.closeOverdue() }

  public func stop() { server.stop() }
}
