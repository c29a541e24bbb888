import FoundationEssentials
import VoiceTensor

/// The float32 arrays of an `.npz` that NumPy's `savez` wrote: stored ZIP entries, C order.
struct NumpyArchive {
  /// By name, without `.npy`; what is no array of numbers is left out.
  private(set) var arrays: [String: StoredTensor] = [:]

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
      arrays[String(name.dropLast(4))] = try? NumpyFile.read([UInt8](bytes[data..<data + size]))
      offset = data + size
    }
  }
}

extension [UInt8] {
  /// A little-endian number.
  fileprivate func number(_ offset: Int, _ size: Int) -> Int {
    (0..<size).reduce(0) { $0 | Int(self[offset + $1]) << (8 * $1) }
  }
}
