import Engine
import ExchangeFeeds
import FeedKit
import Net
import Testing
import Wire

/// A simulated exchange that offers its day over SoupBinTCP on loopback, and a source that logs in.
func soupExchange(
  _ market: ItchMarketOptions, name: String
) throws -> (ItchSimulatorServer, SourceConfiguration) {
  var options = ItchSimulatorServerOptions(market: market)
  options.soup = Endpoint(host: "127.0.0.1", port: 0)
  options.username = "reader"
  options.password = "secret"
  options.endOfSessionNanos = 200_000_000
  let server = try ItchSimulatorServer(options)
  let address = try #require(server.soupAddress)
  let login = try SoupBinTCPClient.Login(user: "reader", password: "secret")
  let source = SourceConfiguration(
    name: name, feed: ItchFeed.self,
    input: .soup(
      server: Endpoint(host: "127.0.0.1", port: address.port),
      try SoupBinTCPClient.Options(login: login)))
  return (server, source)
}
