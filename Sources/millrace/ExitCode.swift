/// What the program tells its caller; numbers above 1 are those of sysexits.h.
struct ExitCode: RawRepresentable, Hashable, Sendable {
  let rawValue: Int32

  /// All went well.
  static var ok: Self { Self(rawValue: 0) }
  /// The work was done and found something wrong: a violated equation, a damaged file.
  static var findings: Self { Self(rawValue: 1) }
  /// The command line is wrong (EX_USAGE).
  static var usage: Self { Self(rawValue: 64) }
  /// The input's content is wrong (EX_DATAERR).
  static var badInput: Self { Self(rawValue: 65) }
  /// The input is not there (EX_NOINPUT).
  static var noInput: Self { Self(rawValue: 66) }
  /// A service that is needed does not answer (EX_UNAVAILABLE).
  static var unavailable: Self { Self(rawValue: 69) }
  /// An output file cannot be made (EX_CANTCREAT).
  static var cannotCreate: Self { Self(rawValue: 73) }
  /// Reading or writing failed (EX_IOERR).
  static var inputOutput: Self { Self(rawValue: 74) }
  /// A signal ended the work before it was done (EX_TEMPFAIL).
  static var stopped: Self { Self(rawValue: 75) }
  /// Not allowed (EX_NOPERM).
  static var permission: Self { Self(rawValue: 77) }
  /// The configuration is wrong (EX_CONFIG).
  static var configuration: Self { Self(rawValue: 78) }
}
