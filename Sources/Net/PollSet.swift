import CLinux
import Glibc

/// Waiting for any number of sockets, each for reading, for writing, or both. One thread.
///
///     set.removeAll()
///     let place = set.add(connection.descriptor, reading: true, writing: hasOutput)
///     try set.wait(timeoutNanos: 1_000_000)
///     if set.isReadable(place) { ... }
public struct PollSet: Sendable {
  private var entries: [pollfd] = []

  public init() {}

  /// Forgets all sockets and keeps the room.
  public mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

  /// Adds a socket; answers its place.
  public mutating func add(_ descriptor: Int32, reading: Bool, writing: Bool) -> Int {
    let events = (reading ? POLLIN : 0) | (writing ? POLLOUT : 0)
    entries.append(pollfd(fd: descriptor, events: Int16(events), revents: 0))
    return entries.count - 1
  }

  /// Waits until one is ready; answers how many are, 0 after the time and after a signal. A
  /// negative time never ends by itself.
  @discardableResult
  public mutating func wait(timeoutNanos: Int64) throws(NetError) -> Int {
    let count = UInt32(entries.count)
    // Safety: the array has `count` elements of that type; the call uses them only while it lasts.
    let ready = unsafe entries.withUnsafeMutableBufferPointer { buffer in
      unsafe ml_poll(buffer.baseAddress, count, timeoutNanos)
    }
    return Int(try checked(ready, "poll", "sockets"))
  }

  /// Whether there is something to read, or the socket has ended or failed.
  public func isReadable(_ place: Int) -> Bool {
    entries[place].revents & Int16(POLLIN | POLLHUP | POLLERR | POLLNVAL) != 0
  }

  /// Whether there is room to write, or the socket has failed.
  public func isWritable(_ place: Int) -> Bool {
    entries[place].revents & Int16(POLLOUT | POLLHUP | POLLERR | POLLNVAL) != 0
  }
}
