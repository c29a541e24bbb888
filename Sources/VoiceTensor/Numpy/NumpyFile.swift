/// NumPy's `.npy` files of numbers, format versions 1 to 3 (numpy.lib.format).
package enum NumpyFile {
  /// Why bytes are no file that is read here.
  package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    package var message: String
    package var description: String { message }
  }

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  private static let mostValues = 1 << 34

  /// The array of a file: little-endian numbers in C order. Throws `Failure`.
  package static func read(_ bytes: [UInt8]) throws(Failure) -> StoredTensor {
    guard bytes.count > 10, bytes.prefix(6).elementsEqual(magic) else { throw Failure(message: "it is no .npy file") }
    let isFirst = bytes[6] == 1
    let start = isFirst ? 10 : 12
    guard (1...3).contains(bytes[6]), bytes.count >= start else {
      throw Failure(message: "its version \(bytes[6]) is unknown here")
    }
    let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    guard bytes.count >= start + length else { throw Failure(message: "it ends inside of its header") }
    let header = try NumpyHeader(String(decoding: bytes[start..<start + length], as: UTF8.self))
    var count = 1
    for extent in header.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product <= mostValues else {
        throw Failure(message: "its shape is \(header.shape)")
      }
      count = product
    }
    let (first, needed) = (start + length, count * header.element.size)
    guard bytes.count == first + needed else {
      throw Failure(message: "it holds \(bytes.count - first) bytes where \(header.shape) needs \(needed)")
    }
    return StoredTensor(shape: header.shape, values: header.element.floats(in: bytes, at: first, count: count))
  }

  /// The file of an array: version 1, float32, C order.
  package static func bytes(_ tensor: StoredTensor) -> [UInt8] {
    let shape = tensor.shape.map(String.init).joined(separator: ", ") + (tensor.shape.count == 1 ? "," : "")
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(shape)), }"
    // The data begins at a multiple of 64 bytes.
    header += String(repeating: " ", count: (64 - (11 + header.utf8.count) % 64) % 64) + "\n"
    var bytes = magic + [1, 0, UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)]
    bytes += Array(header.utf8)
    bytes.reserveCapacity(bytes.count + 4 * tensor.values.count)
    for value in tensor.values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
    return bytes
  }
}

/// The Python dictionary in front of the data.
private struct NumpyHeader {
  private static let elements: [String: StoredElement] = [
    "<f2": .float16, "<f4": .float32, "<f8": .float64, "<i2": .int16, "<i4": .int32, "<i8": .int64,
  ]

  let element: StoredElement
  let shape: [Int]

  init(_ text: String) throws(NumpyFile.Failure) {
    guard let type = Self.quoted(text, after: "'descr':") else { throw .init(message: "its header names no type") }
    guard let element = Self.elements[type] else {
      let known = Self.elements.keys.sorted().joined(separator: ", ")
      throw .init(message: "its numbers are '\(type)'; what is read: \(known)")
    }
    guard text.contains("'fortran_order': False") else { throw .init(message: "it is not in C order") }
    guard let open = text.firstIndex(of: "("), let close = text[open...].firstIndex(of: ")") else {
      throw .init(message: "its header names no shape")
    }
    let parts = text[text.index(after: open)..<close].split(separator: ",").map { $0.filter { $0 != " " } }
    let shape = parts.filter { !$0.isEmpty }.map { Int($0) }
    guard !shape.contains(nil) else { throw .init(message: "its shape is no list of numbers") }
    self.element = element
    self.shape = shape.compactMap { $0 }
  }

  private static func quoted(_ text: String, after key: String) -> String? {
    guard let range = text.firstRange(of: key) else { return nil }
    let parts = text[range.upperBound...].split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count == 3 ? String(parts[1]) : nil
  }
}
