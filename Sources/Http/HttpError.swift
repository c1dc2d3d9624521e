internal import Glibc

/// Why the server could not be started.
public struct HttpError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was being done: "bind".
  public var call: String
  /// Where: "127.0.0.1:9117".
  public var place: String
  /// The system's number of the error; 0 where the text says it all.
  public var code: Int32
  public var text: String
  public var remedy: String

  init(_ call: String, _ place: String, errno code: Int32) {
    self.call = call
    self.place = place
    self.code = code
    (text, remedy) =
      switch code {
      case EADDRINUSE:
        (
          "another program listens there already",
          "end it, or choose another port (0 lets the system choose one)"
        )
      case EACCES:
        ("this user may not use the port", "choose a port of 1024 or above")
      case EADDRNOTAVAIL:
        (
          "the machine has no such address",
          "use 127.0.0.1, or the address of one of its interfaces"
        )
      case EMFILE, ENFILE:
        ("no more files may be opened", "raise the limit of open files (ulimit -n)")
      default:
        // Safety: the text is the C library's, and is copied at once.
        (unsafe String(cString: strerror(code)), "see the system's message")
      }
  }

  init(_ call: String, _ place: String, text: String, remedy: String) {
    self.call = call
    self.place = place
    code = 0
    self.text = text
    self.remedy = remedy
  }

  public var description: String {
    "cannot \(call) \(place) for HTTP: \(text); \(remedy)"
  }
}
