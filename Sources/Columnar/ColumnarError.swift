internal import Lz4
internal import Zstd

/// Why a block could not be written as columns, or columns not be read.
public enum ColumnarError: Error, Equatable, Sendable {
  /// A compression library refused to allocate its state.
  case outOfMemory
  /// What should be encoded is not as many whole DBN records, or too many; the text says what.
  case notRecords(String)
  /// The payload is damaged, or was never one; the text says what.
  case damaged(String)
  /// The block has no such column.
  case noColumn(String)
}

extension ColumnarError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .outOfMemory: "columnar: no memory for a compression context"
    case .notRecords(let what): "columnar: not whole records: \(what)"
    case .damaged(let what): "columnar: damaged payload: \(what)"
    case .noColumn(let name): "columnar: no column \(name)"
    }
  }

  init(_ error: ZstdError) {
    switch error {
    case .outOfMemory: self = .outOfMemory
    case .refused: self = .damaged(error.description)
    }
  }

  init(_ error: Lz4Error) {
    switch error {
    case .outOfMemory: self = .outOfMemory
    case .refused: self = .damaged(error.description)
    }
  }
}
