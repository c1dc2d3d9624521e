/// First in, first out, in one array; each operation is O(1) on the average.
struct EntryQueue<Entry: Sendable>: Sendable {
  private var entries: [Entry] = []
  private var head = 0

  var count: Int { entries.count - head }
  var first: Entry? { head < entries.count ? entries[head] : nil }

  mutating func append(_ entry: Entry) { entries.append(entry) }

  mutating func removeFirst() {
    guard head < entries.count else { return }
    head += 1
    // What was taken is given up once it is half of the array: each entry moves once at most.
    if head >= 64, head * 2 >= entries.count {
      entries.removeFirst(head)
      head = 0
    }
  }

  mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    head = 0
  }
}
