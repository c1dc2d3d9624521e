/// What a route answers.
public struct HttpAnswer: Sendable, Equatable {
  /// 200, 503 ...
  public var status: Int
  public var contentType: String
  public var body: [UInt8]

  /// Any bytes. `contentType` is ours, never a client's.
  public init(status: Int = 200, contentType: String, body: [UInt8]) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }

  /// Plain text.
  public static func text(_ text: String, status: Int = 200) -> Self {
    Self(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
  }

  /// A JSON value.
  public static func json(_ text: String, status: Int = 200) -> Self {
    Self(status: status, contentType: "application/json", body: Array(text.utf8))
  }

  /// A page in the text format of Prometheus, version 0.0.4.
  public static func metrics(_ text: String) -> Self {
    Self(contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(text.utf8))
  }
}

/// Answers one path. Called on the library's thread, so it must be quick: it copies what another
/// thread has published.
public typealias HttpRoute = @Sendable () -> HttpAnswer
