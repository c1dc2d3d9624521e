import Testing

@Suite("Logging")
struct LoggingTests {}
