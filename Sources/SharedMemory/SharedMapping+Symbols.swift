internal import CLinux
internal import CMillrace

/// The words and entries of a mapped symbol file (`SymbolFile` draws it).
extension SharedMapping {
  /// Writes the header of a new file; the mapping has at least its bytes.
  func describeSymbols(capacity: Int, epoch: UInt64) {
    // Safety: all offsets lie in the header of our own mapping, which no reader has yet.
    unsafe base.storeBytes(of: SymbolLayout.magic, as: UInt64.self)
    unsafe base.storeBytes(of: SymbolLayout.version, toByteOffset: 8, as: UInt32.self)
    unsafe base.storeBytes(
      of: UInt32(SymbolLayout.entryBytes), toByteOffset: 12, as: UInt32.self)
    unsafe base.storeBytes(
      of: UInt64(capacity), toByteOffset: SymbolLayout.capacityOffset, as: UInt64.self)
    setSymbolWord(epoch, at: SymbolLayout.epochOffset)
  }

  /// Entries that the file has room for; nil unless its header and size fit together.
  var symbolCapacity: Int? {
    // Safety: the caller has checked that a header is there.
    let magic = unsafe base.load(as: UInt64.self)
    let version = unsafe base.load(fromByteOffset: 8, as: UInt32.self)
    let entryBytes = unsafe base.load(fromByteOffset: 12, as: UInt32.self)
    let capacity = unsafe base.load(
      fromByteOffset: SymbolLayout.capacityOffset, as: UInt64.self)
    guard magic == SymbolLayout.magic, version == SymbolLayout.version,
      entryBytes == UInt32(SymbolLayout.entryBytes),
      capacity == UInt64((byteCount - SymbolLayout.headerBytes) / SymbolLayout.entryBytes)
    else { return nil }
    return Int(capacity)
  }

  /// A word of the header, loaded after nothing that follows it.
  func symbolWord(at offset: Int) -> UInt64 {
    // Safety: an aligned word of the header, which the mapping has.
    unsafe millrace_load64((base + offset).assumingMemoryBound(to: UInt64.self))
  }

  /// Stores a word of the header after everything before it.
  func setSymbolWord(_ value: UInt64, at offset: Int) {
    // Safety: an aligned word of the header, in our own mapping.
    unsafe ml_store_release_u64((base + offset).assumingMemoryBound(to: UInt64.self), value)
  }

  /// The entry at a byte offset inside the file.
  func symbolEntry(at offset: Int) -> SymbolFile.Entry {
    precondition(offset >= 0 && offset <= byteCount - SymbolLayout.entryBytes)
    // Safety: the whole entry lies in the mapping; any bytes are valid, the text ends inside it.
    let entry = unsafe UnsafeRawBufferPointer(
      start: base + offset, count: SymbolLayout.entryBytes)
    let text = unsafe entry[8...].prefix { $0 != 0 }
    return SymbolFile.Entry(
      publisherID: unsafe entry.load(fromByteOffset: 4, as: UInt16.self),
      instrumentID: unsafe entry.load(as: UInt32.self),
      symbol: unsafe String(decoding: text, as: UTF8.self))
  }

  /// Writes the entry at a byte offset inside the file, whose bytes are still zero.
  func setSymbolEntry(_ entry: SymbolFile.Entry, at offset: Int) {
    precondition(offset >= 0 && offset <= byteCount - SymbolLayout.entryBytes)
    // Safety: the whole entry lies in our own mapping; no reader looks beyond the count.
    unsafe (base + offset).storeBytes(of: entry.instrumentID, as: UInt32.self)
    unsafe (base + offset).storeBytes(of: entry.publisherID, toByteOffset: 4, as: UInt16.self)
    let target = unsafe UnsafeMutableRawBufferPointer(
      start: base + offset + 8, count: SymbolLayout.textBytes)
    // The last byte stays NUL.
    unsafe target.copyBytes(from: entry.symbol.utf8.prefix(SymbolLayout.textBytes - 1))
  }
}
