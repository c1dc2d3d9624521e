import Testing

@Suite("Control")
struct ControlTests {}
