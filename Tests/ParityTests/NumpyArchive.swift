import FoundationEssentials

/// The float32 arrays of an `.npz` that NumPy's `savez` wrote: stored ZIP entries, C order.
struct NumpyArchive {
  struct Array {
    var shape: [Int]
    var values: [Float]
  }

  /// By name, without `.npy`; arrays of other types are left out.
  private(set) var arrays: [String: Array] = [:]

  init(contentsOf url: URL) throws {
    let bytes = [UInt8](try Data(contentsOf: url))
    // Local headers follow each other: signature, sizes at 18 and 22, lengths of name and extra field at 26 and 28.
    var offset = 0
    while bytes[offset..<offset + 4].elementsEqual([0x50, 0x4B, 3, 4]) {
      let (nameLength, extraLength) = (bytes.number(offset + 26, 2), bytes.number(offset + 28, 2))
      let name = String(decoding: bytes[offset + 30..<offset + 30 + nameLength], as: UTF8.self)
      let extra = offset + 30 + nameLength
      // NumPy writes ZIP64: the size is the first field of the extra block 0x0001.
      let size = bytes.number(offset + 22, 4) == 0xFFFF_FFFF ? bytes.number(extra + 4, 8) : bytes.number(offset + 22, 4)
      let data = extra + extraLength
      if let array = Self.array(bytes[data..<data + size]) { arrays[String(name.dropLast(4))] = array }
      offset = data + size
    }
  }

  private static func array(_ file: ArraySlice<UInt8>) -> Array? {
    let bytes = [UInt8](file)
    let headerLength = bytes.number(8, 2)
    let header = String(decoding: bytes[10..<10 + headerLength], as: UTF8.self)
    guard header.contains("'<f4'"), header.contains("False"), let open = header.firstIndex(of: "("),
      let close = header.firstIndex(of: ")")
    else { return nil }
    let shape = header[header.index(after: open)..<close].split(separator: ",").compactMap {
      Int($0.filter(\.isNumber))
    }
    let values = bytes[(10 + headerLength)...].withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    return Array(shape: shape, values: values)
  }
}

extension [UInt8] {
  /// A little-endian number.
  fileprivate func number(_ offset: Int, _ size: Int) -> Int {
    (0..<size).reduce(0) { $0 | Int(self[offset + $1]) << (8 * $1) }
  }
}
