import FeedKit
import Foundation
import TestSupport
import Testing
import Wire

@testable import BrokerFeeds

/// IB's vector files: made ones beside the tests, captured ones in the shared folder.
enum IbVectors {
  static func made() throws -> [[String: Any]] {
    let url = SharedFolder.packageRoot.appending(path: "Tests/Vectors/ib/made.json")
    return try vectors(Data(contentsOf: url))
  }

  static func captured() throws -> [[String: Any]] {
    try vectors(SharedFolder.data("vectors/ib-tws.json")).filter {
      $0["origin"] as? String == "captured"
    }
  }

  private static func vectors(_ data: Data) throws -> [[String: Any]] {
    let root = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    return try #require(root?["vectors"] as? [[String: Any]])
  }

  static func name(_ vector: [String: Any]) -> String { vector["name"] as? String ?? "" }

  static func bytes(_ vector: [String: Any]) throws -> [UInt8] {
    try hex(vector["hex"] as? String ?? "-")
  }

  static func hex(_ digits: String) throws -> [UInt8] {
    let found = TestSupport.bytes(hex: digits)
    return try #require(found)
  }

  /// Nested values by dotted names; members of lists by their number.
  static func flat(_ value: Any, _ prefix: String = "") -> [String: String] {
    var result: [String: String] = [:]
    func join(_ key: String) -> String { prefix.isEmpty ? key : "\(prefix).\(key)" }
    if let members = value as? [String: Any] {
      for (key, inner) in members { result.merge(flat(inner, join(key))) { a, _ in a } }
    } else if let list = value as? [Any] {
      for (index, inner) in list.enumerated() {
        result.merge(flat(inner, join(String(index)))) { a, _ in a }
      }
    } else if value is NSNull {
      result[prefix] = ""
    } else {
      result[prefix] = "\(value)"
    }
    return result
  }

  /// Whether two texts mean the same: equal, the same number, or both not set.
  static func isSame(_ ours: String, _ theirs: String) -> Bool {
    if ours == theirs || (IbText.isUnset(ours) && IbText.isUnset(theirs)) { return true }
    func number(_ text: String) -> Double? {
      text == "true" ? 1 : text == "false" ? 0 : Double(text)
    }
    guard let a = number(ours.isEmpty ? "0" : ours), let b = number(theirs) else { return false }
    return a == b
  }
}

/// What the official client would call for one frame, from our own readers of its messages.
struct IbCall {
  var event: String
  var values: [String: String] = [:]

  init(_ event: String, _ values: [(String, String)] = []) {
    self.event = event
    for (name, value) in values { self.values[name] = value }
  }

  init(_ event: String, row: IbRow) {
    self.event = event
    add(row, "")
  }

  private mutating func add(_ row: IbRow, _ prefix: String) {
    for (name, value) in zip(row.names, row.values) { values[prefix + name] = value }
    for (name, list) in row.lists {
      for (index, inner) in list.enumerated() {
        if inner.names == ["value"] || inner.names == [name] {
          values["\(prefix)\(name).\(index)"] = inner.values[0]
        } else {
          add(inner, "\(prefix)\(name).\(index).")
        }
      }
    }
  }
}

extension IbDecimal {
  /// For comparison with what others read.
  var testText: String {
    switch kind {
    case .number: places <= 0 ? "\(mantissa)" + zeros : "\(mantissa)e-\(places)"
    case .infinite: "inf"
    default: ""
    }
  }

  private var zeros: String { places < 0 ? "e\(-places)" : "" }
}

/// Bytes that live as long as a test needs them.
struct RawBytesBox {
  private let bytes: [UInt8]
  init(_ bytes: [UInt8]) { self.bytes = bytes }
  var span: RawSpan {
    @_lifetime(borrow self)
    get { bytes.rawSpan }
  }
}
