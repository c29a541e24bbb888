/// Writes pickles of a `state_dict` with the opcodes of `torch.save`.
struct PickleWriter {
  /// A tensor as the pickle tells of it.
  struct Tensor {
    var name: String
    var type = "FloatStorage"
    var key: String
    var count: Int
    var offset = 0
    var shape: [Int]
    var strides: [Int]
  }

  private(set) var bytes: [UInt8] = [0x80, 2]
  private var kept = 0

  static func stateDict(_ tensors: [Tensor]) -> [UInt8] {
    var pickle = PickleWriter()
    pickle.orderedDict()
    pickle.code("(")
    for tensor in tensors {
      pickle.string(tensor.name)
      pickle.tensor(tensor)
    }
    pickle.code("u")
    pickle.emptyDict()
    pickle.code("b")  // _metadata
    pickle.code(".")
    return pickle.bytes
  }

  mutating func code(_ character: Character) { bytes.append(character.asciiValue ?? 0) }

  mutating func raw(_ more: [UInt8]) { bytes += more }

  mutating func global(_ module: String, _ name: String) { bytes += Array("c\(module)\n\(name)\n".utf8) }

  mutating func string(_ text: String) {
    code("X")
    bytes += littleEndian(UInt32(text.utf8.count)) + Array(text.utf8)
    keep()
  }

  mutating func int(_ value: Int) {
    switch value {
    case 0..<256: bytes += [0x4B, UInt8(value)]
    case 256..<65_536: bytes += [0x4D] + littleEndian(UInt16(value))
    case Int(Int32.min)...Int(Int32.max): bytes += [0x4A] + littleEndian(Int32(value))
    default: bytes += [0x8A, 8] + littleEndian(Int64(value))
    }
  }

  mutating func ints(_ values: [Int]) {
    code("(")
    for value in values { int(value) }
    code("t")
  }

  mutating func emptyDict() { code("}") }

  mutating func orderedDict() {
    global("collections", "OrderedDict")
    keep()
    code(")")
    code("R")
    keep()
  }

  mutating func tensor(_ tensor: Tensor) {
    global("torch._utils", "_rebuild_tensor_v2")
    code("(")
    code("(")
    string("storage")
    global("torch", tensor.type)
    string(tensor.key)
    string("cpu")
    int(tensor.count)
    code("t")
    code("Q")
    int(tensor.offset)
    ints(tensor.shape)
    ints(tensor.strides)
    raw([0x89])
    orderedDict()
    code("t")
    code("R")
  }

  private mutating func keep() {
    bytes += kept < 256 ? [0x71, UInt8(kept)] : [0x72] + littleEndian(UInt32(kept))
    kept += 1
  }
}

/// A checkpoint of one archive entry a storage.
func torchFile(
  stem: String = "model", _ tensors: [PickleWriter.Tensor], storages: [String: [UInt8]],
  extra: [String: [UInt8]] = [:], writer: ZipWriter = ZipWriter()
) -> [UInt8] {
  var zip = writer
  zip.add("\(stem)/data.pkl", PickleWriter.stateDict(tensors))
  for (name, content) in extra.sorted(by: { $0.key < $1.key }) { zip.add("\(stem)/\(name)", content) }
  for (key, content) in storages.sorted(by: { $0.key < $1.key }) { zip.add("\(stem)/data/\(key)", content) }
  zip.add("\(stem)/version", Array("3\n".utf8))
  return zip.bytes()
}
