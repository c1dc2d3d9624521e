/// Text and length-framed text of brokers to records, one core, decoder and lane only.
///
///     bytes in memory ─▶ session's protocol ─▶ ring of 1,024 lines
///
/// Each part stands in its own file, with the public Python client as its neighbour where a
/// checkout is given.
enum DecodeTextBench: Bench {
  static var name: String { "decode-text" }
  static var summary: String { "brokers' text: IQFeed and IB beside public Python clients" }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    var report = BenchReport(name)
    try IqfeedTextBench.run(options, &report)
    try IbTextBench.run(options, &report)
    return report
  }
}
