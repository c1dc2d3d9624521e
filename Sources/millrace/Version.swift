/// The version of the program, as CHANGELOG.md heads it.
enum Version {
  static var text: String { "0.2.0" }
}
