internal import Glibc

/// A password, key or token. It cannot be printed: descriptions and mirrors tell where it came
/// from, and nothing of what it is. Its memory is wiped when nobody needs it any more, as far as a
/// program can do that: copies that were made of its text are not.
@safe public final class Secret: Sendable {
  /// Where it was read from.
  public enum Origin: Sendable, Hashable {
    case environment(String)
    case file(String)
    /// A file of this name in the folder that systemd passes to the service.
    case credential(String)
  }

  public let origin: Origin
  // Safety of `nonisolated(unsafe)`: written in `init`, only read until `deinit`, which wipes it.
  private nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer

  public init(_ text: String, from origin: Origin) {
    self.origin = origin
    var copy = Array(text.utf8)
    // Safety: the buffer has room for all of the copy; both are wiped by their owner.
    unsafe bytes = .allocate(byteCount: max(copy.count, 1), alignment: 1)
    unsafe bytes.copyBytes(from: copy)
    count = copy.count
    unsafe copy.withUnsafeMutableBytes { unsafe Self.wipe($0) }
  }

  /// Bytes of the text.
  private let count: Int

  deinit {
    // Safety: the buffer is this object's own.
    unsafe Self.wipe(bytes)
    unsafe bytes.deallocate()
  }

  // Safety: the caller's buffer is writable for the call.
  private static func wipe(_ buffer: UnsafeMutableRawBufferPointer) {
    guard let base = buffer.baseAddress else { return }
    unsafe explicit_bzero(base, buffer.count)
  }

  /// The text itself, for the one place that sends it.
  public func revealed() -> String {
    // Safety: `count` bytes were written in `init`.
    unsafe String(decoding: UnsafeRawBufferPointer(rebasing: bytes[..<count]), as: UTF8.self)
  }

  public var isEmpty: Bool { count == 0 }

  /// Whether a text holds this secret, so that it must not be shown.
  public func isIn(_ text: String) -> Bool {
    count > 0 && (text == revealed() || text.split(separator: revealed()).count > 1)
  }
}

extension Secret: Equatable {
  public static func == (left: Secret, right: Secret) -> Bool {
    left.origin == right.origin && left.revealed() == right.revealed()
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// `<secret from file /run/key>`.
  public var description: String { "<secret from \(origin.words)>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret.Origin {
  var words: String {
    switch self {
    case .environment(let name): "environment variable \(name)"
    case .file(let path): "file \(path)"
    case .credential(let name): "systemd credential \(name)"
    }
  }

  /// Tag and argument by which a configuration names it.
  var reference: (tag: String, argument: String) {
    switch self {
    case .environment(let name): ("!env", name)
    case .file(let path): ("!file", path)
    case .credential(let name): ("!credential", name)
    }
  }
}
