import FeedKit
import Logging
import Sessions

@testable import Control

/// A note of source "iq", connection 1.
func note(
  _ content: LiveNote.Content, at time: UInt64 = 1_000, source: String = "iq", epoch: UInt32 = 1
) -> LiveNote {
  LiveNote(source: source, time: time, epoch: epoch, content: content)
}

func state(
  _ from: SessionState, _ to: SessionState, _ cause: DisconnectCause = .none, _ text: String = "",
  at time: UInt64 = 1_000, source: String = "iq"
) -> LiveNote {
  note(.state(from: from, to: to, cause: cause, text: text), at: time, source: source)
}

extension NoteBook {
  /// Takes the notes one by one and gives what each became.
  mutating func events(_ notes: [LiveNote]) -> [LogEvent] { take(notes).events.map(\.event) }
}
