internal import Glibc

/// Why the control socket could not be used.
public struct ControlSocketError: Error, Sendable, Equatable, CustomStringConvertible {
  public var call: String
  public var path: String
  public var code: Int32
  public var text: String

  init(_ call: String, _ path: String, errno code: Int32) {
    self.call = call
    self.path = path
    self.code = code
    // Safety: the text is the C library's, and is copied at once.
    text = unsafe String(cString: strerror(code))
  }

  init(_ call: String, _ path: String, text: String) {
    self.call = call
    self.path = path
    code = 0
    self.text = text
  }

  /// Whether nobody serves the socket: there is none, or its process has died.
  public var isAbsent: Bool { code == ENOENT || code == ECONNREFUSED }

  public var description: String { "cannot \(call) \(path): \(text)" }
}
