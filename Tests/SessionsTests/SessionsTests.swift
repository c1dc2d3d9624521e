import Testing

@Suite("Sessions")
struct SessionsTests {}
