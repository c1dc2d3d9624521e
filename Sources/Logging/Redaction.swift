/// The rule by which values never reach a log: those whose key names a secret.
///
/// It is the second line of defence. The first is that secrets have a type of their own and are
/// no strings.
public enum Redaction {
  /// What is written instead.
  public static var replacement: String { "[redacted]" }

  /// Words of a key that name a secret.
  static var words: Set<String> {
    [
      "password", "passwords", "passwd", "passphrase", "pass", "pwd", "pin", "otp", "totp",
      "secret", "secrets", "token", "tokens", "key", "keys", "apikey", "credential",
      "credentials", "authorization", "auth", "bearer", "cookie",
    ]
  }

  /// Whether a value under this key is kept out: one of its words, apart by punctuation or capital
  /// letters, names a secret (`api_key`, `accessToken`, `ib.password`).
  public static func hides(_ key: String) -> Bool {
    var word = ""
    var wasLower = false
    for character in key {
      let isPart = character.isLetter
      if !isPart || (character.isUppercase && wasLower) {
        if words.contains(word) { return true }
        word = ""
      }
      if isPart { word += character.lowercased() }
      wasLower = character.isLowercase
    }
    return words.contains(word)
  }
}
