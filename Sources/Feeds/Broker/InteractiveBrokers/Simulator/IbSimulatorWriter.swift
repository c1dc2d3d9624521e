/// Messages of the simulated gateway, each said once and written in up to three forms:
/// NUL-separated text or protobuf, as the client's version wants it (fact sheet, section 1), and a
/// line of truth, by which a judge knows what the client must have received.
///
/// Prices and sizes are integers in units of 1e-9, so that no form of them is rounded.
struct IbSimulatorWriter {
  /// The version agreed with the client.
  let version: Int
  let isProtobuf: Bool
  /// Whether lines of truth are written.
  let isTelling: Bool
  private var frame = IbFrameWriter()
  private var truth = IbSimulatorTruth()

  init(version: Int, isTelling: Bool) {
    self.version = version
    self.isTelling = isTelling
    isProtobuf = version >= IbMessageID.protobufVersion
  }

  /// Frames since they were last taken. One array is used over and over.
  var bytes: [UInt8] { frame.bytes }
  /// The truth of the last message: the members of a JSON object, without its braces.
  var told: [UInt8] { truth.members }

  /// Begins a message; `name` is that of the official client's callback. Forgets the one before.
  mutating func begin(_ id: IbMessageID, _ name: StaticString) {
    frame.bytes.removeAll(keepingCapacity: true)
    if isProtobuf {
      frame.beginProtobuf(id.rawValue)
    } else {
      frame.beginText(id.rawValue, serverVersion: version)
    }
    if isTelling { truth.begin(name) }
  }

  mutating func end() { frame.end() }
}

// MARK: - Fields in all forms

extension IbSimulatorWriter {
  /// A whole number. Present in protobuf even where it is 0.
  mutating func integer(_ name: StaticString, _ number: Int, _ value: Int) {
    if isProtobuf { frame.int(number, value) } else { frame.field(value) }
    if isTelling { truth.tell(name, value) }
  }

  /// Yes or no; left out of protobuf where it is no, as its absence says.
  mutating func flag(_ name: StaticString, _ number: Int, _ value: Bool) {
    if !isProtobuf { frame.field(value) } else if value { frame.bool(number, true) }
    if isTelling { truth.tell(name, value) }
  }

  /// A price or another number that protobuf has as `double`.
  mutating func price(_ name: StaticString, _ number: Int, _ value: Int64) {
    if isProtobuf { frame.double(number, nanos: value) } else { frame.field(nanos: value) }
    if isTelling { truth.tell(name, nanos: value) }
  }

  /// A size or another number that protobuf has as text.
  mutating func size(_ name: StaticString, _ number: Int, _ value: Int64) {
    if isProtobuf { frame.string(number, nanos: value) } else { frame.field(nanos: value) }
    if isTelling { truth.tell(name, nanos: value) }
  }

  /// Text; left out of protobuf where it is empty.
  mutating func text(_ name: StaticString, _ number: Int, _ value: String) {
    if isProtobuf { frame.stringUnlessEmpty(number, value) } else { frame.field(value) }
    if isTelling { truth.tell(name, value) }
  }

  /// A message within the message: of consequence in protobuf only.
  mutating func nest(_ number: Int, _ content: (inout IbSimulatorWriter) -> Void) {
    guard isProtobuf else { return content(&self) }
    let place = frame.beginMessage(number)
    content(&self)
    frame.endMessage(place)
  }

  /// A list: its count in text, repeated messages in protobuf, an array in the truth.
  mutating func list<Element>(
    _ name: StaticString, _ number: Int, _ elements: [Element],
    _ content: (inout IbSimulatorWriter, Element) -> Void
  ) {
    if !isProtobuf { frame.field(elements.count) }
    if isTelling { truth.beginList(name) }
    for element in elements {
      if isTelling { truth.beginElement() }
      nest(number) { content(&$0, element) }
      if isTelling { truth.endElement() }
    }
    if isTelling { truth.endList() }
  }

  /// A list of plain texts.
  mutating func texts(_ name: StaticString, _ number: Int, _ values: [String]) {
    if !isProtobuf { frame.field(values.count) }
    for value in values {
      if isProtobuf { frame.string(number, value) } else { frame.field(value) }
    }
    if isTelling { truth.tell(name, values.joined(separator: ",")) }
  }

  /// A list of plain prices, one field each in protobuf: readers of packed fields take that too.
  mutating func prices(_ name: StaticString, _ number: Int, _ values: [Int64]) {
    if isProtobuf {
      for value in values { frame.double(number, nanos: value) }
    } else {
      frame.field(values.count)
      for value in values { frame.field(nanos: value) }
    }
    guard isTelling else { return }
    truth.beginList(name)
    for value in values {
      truth.beginElement()
      truth.tell("value", nanos: value)
      truth.endElement()
    }
    truth.endList()
  }

  /// Two yes-or-no attributes: bits of one number in text, a message of their own in protobuf.
  ///
  /// `mask` is given apart, since the bits of the live and the historical form are swapped (fact
  /// sheet, section 16, trap 1).
  mutating func attributes(
    _ number: Int, mask: Int, _ first: (name: StaticString, value: Bool),
    _ second: (name: StaticString, value: Bool)
  ) {
    if isProtobuf {
      let place = frame.beginMessage(number)
      if first.value { frame.bool(1, true) }
      if second.value { frame.bool(2, true) }
      frame.endMessage(place)
    } else {
      frame.field(mask)
    }
    guard isTelling else { return }
    truth.tell(first.name, first.value)
    truth.tell(second.name, second.value)
  }
}

// MARK: - One form alone

extension IbSimulatorWriter {
  /// A text field that protobuf does not have, such as a version.
  mutating func textOnly(_ value: Int) {
    if !isProtobuf { frame.field(value) }
  }

  mutating func textOnly(_ value: String) {
    if !isProtobuf { frame.field(value) }
  }

  mutating func textOnly(nanos value: Int64) {
    if !isProtobuf { frame.field(nanos: value) }
  }

  /// A field of protobuf that the text form does not have.
  mutating func protobufOnly(_ number: Int, _ value: String) {
    if isProtobuf { frame.stringUnlessEmpty(number, value) }
  }

  mutating func protobufOnly(_ number: Int, integer value: Int) {
    if isProtobuf { frame.int(number, value) }
  }

  mutating func protobufOnly(_ number: Int, nanos value: Int64) {
    if isProtobuf { frame.double(number, nanos: value) }
  }

  // Members of the truth whose place in the two forms differs.

  mutating func tell(_ name: StaticString, _ value: Int) {
    if isTelling { truth.tell(name, value) }
  }

  mutating func tell(_ name: StaticString, _ value: String) {
    if isTelling { truth.tell(name, value) }
  }

  mutating func tell(_ name: StaticString, nanos value: Int64) {
    if isTelling { truth.tell(name, nanos: value) }
  }
}
