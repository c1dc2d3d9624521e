import Net
import Testing
import Wire

@Suite struct EndpointTests {
  @Test(
    arguments: [
      ("127.0.0.1:80", "127.0.0.1", 80, nil),
      ("example.org:443", "example.org", 443, nil),
      ("[::1]:26400", "::1", 26400, nil),
      ("239.1.2.3:26477@lo", "239.1.2.3", 26477, "lo"),
      ("[ff02::1]:1@eth0", "ff02::1", 1, "eth0"),
      ("239.1.2.3:0@127.0.0.1", "239.1.2.3", 0, "127.0.0.1"),
    ] as [(String, String, UInt16, String?)])
  func parsesAndPrints(_ text: String, _ host: String, _ port: UInt16, _ interface: String?) throws
  {
    let endpoint = try Endpoint(parsing: text)
    #expect(endpoint.host == host)
    #expect(endpoint.port == port)
    #expect(endpoint.interface == interface)
    #expect(endpoint.description == text)
  }

  @Test(arguments: [
    "", ":", "localhost", "localhost:", ":80", "host:65536", "host:-1", "host:+1", "host:8a",
    "::1:80", "[]:80", "host:80@", "host:８０",
  ])
  func refusesWithAdvice(_ text: String) {
    let error = #expect(throws: NetError.self) { try Endpoint(parsing: text) }
    #expect(error?.description.contains("write host:port") == true)
  }

  @Test(arguments: [
    ("127.0.0.1:1", "127.0.0.1:1"), ("[::1]:1", "[::1]:1"),
    ("[2001:DB8:0:0:1:0:0:1]:9", "[2001:db8::1:0:0:1]:9"), ("[::]:9", "[::]:9"),
    ("[1:0:3:4:5:6:7:8]:9", "[1:0:3:4:5:6:7:8]:9"), ("[fe80::]:9", "[fe80::]:9"),
  ])
  func resolvesNumericText(_ text: String, _ printed: String) throws {
    #expect(try Endpoint(parsing: text).resolved().description == printed)
  }

  @Test func resolvesLocalhost() throws {
    let address = try Endpoint(host: "localhost", port: 7).resolved().address
    #expect(address == .loopbackV4 || address == .loopbackV6)
  }

  @Test func unknownHostNamesTheHost() {
    let error = #expect(throws: NetError.self) {
      try Endpoint(host: "no-such-host.invalid", port: 7).resolved()
    }
    #expect(error?.description.contains("no-such-host.invalid") == true)
    #expect(error?.description.contains("check the host name") == true)
  }

  @Test func multicastIsTheGroupRangesOnly() throws {
    let groups = ["224.0.0.0", "239.255.255.255", "ff02::1"]
    let others = ["223.255.255.255", "240.0.0.0", "127.0.0.1", "fe80::1", "::"]
    for host in groups + others {
      let address = try Endpoint(host: host, port: 1).resolved().address
      #expect(address.isMulticast == groups.contains(host), "\(host)")
    }
  }
}
