import Testing

@Suite("Http")
struct HttpTests {}
