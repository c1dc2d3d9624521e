import ExchangeFeeds

/// What the codecs' benches write and read: orders as the shared `journal_bench.c` makes them, in
/// memory and in the file of the C neighbour, and what a pipeline publishes of the same day.
struct JournalBenchInput: ~Copyable {
  let orders: JournalRecords
  let published: JournalRecords
  /// The orders as the C neighbour reads them; removed with this value.
  let file: String
  /// Sizes and seed, for reports.
  let description: [(String, String)]

  init(_ options: BenchOptions) throws(BenchError) {
    let file = JournalRecords.scratch(".mbo")
    let count = options.isQuick ? 1_000_000 : 4_000_000
    let day = try BenchDay(messages: count + count / 8, options: options)
    let orders = try JournalRecords.orders(day, count: count, options: options, file: file)
    let published = try JournalRecords.published(
      "published", path: day.path, expectedOrders: day.market.openOrderLimit)
    description =
      day.description + [
        ("orders", "\(orders.recordCount) MBO records, \(orders.byteCount) bytes"),
        ("published", "\(published.recordCount) records, \(published.byteCount) bytes"),
      ]
    self.orders = orders
    self.published = published
    self.file = file
  }

  deinit { BenchFile.remove([file]) }
}
