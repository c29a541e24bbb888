import Testing
import VoiceTensor

@testable import VoiceModels

@Suite("PyTorch checkpoints")
struct TorchCheckpointTests {
  private typealias Tensor = PickleWriter.Tensor
  private let six = littleEndian([0, 1, 2, 3, 4, 5] as [Float])

  @Test("Views of one storage are read row by row: contiguous, transposed, shifted, repeated, empty, scalar")
  func views() throws {
    let tensors = [
      Tensor(name: "plain", key: "0", count: 6, shape: [2, 3], strides: [3, 1]),
      Tensor(name: "transposed", key: "0", count: 6, shape: [3, 2], strides: [1, 3]),
      Tensor(name: "shifted", key: "0", count: 6, offset: 4, shape: [2], strides: [1]),
      Tensor(name: "repeated", key: "0", count: 6, offset: 1, shape: [3], strides: [0]),
      Tensor(name: "empty", key: "0", count: 6, offset: 6, shape: [0, 3], strides: [3, 1]),
      Tensor(name: "scalar", type: "LongStorage", key: "n", count: 1, shape: [], strides: []),
    ]
    let file = torchFile(tensors, storages: ["0": six, "n": littleEndian(Int64(4711))])
    let read = try Checkpoint(bytes: file).parameters
    #expect(read["plain"] == StoredTensor(shape: [2, 3], values: [0, 1, 2, 3, 4, 5]))
    #expect(read["transposed"] == StoredTensor(shape: [3, 2], values: [0, 3, 1, 4, 2, 5]))
    #expect(read["shifted"] == StoredTensor(shape: [2], values: [4, 5]))
    #expect(read["repeated"] == StoredTensor(shape: [3], values: [1, 1, 1]))
    #expect(read["empty"] == StoredTensor(shape: [0, 3], values: []))
    #expect(read["scalar"] == StoredTensor(shape: [], values: [4711]))
    #expect(read.count == 6)
  }

  @Test("Every storage type is read as float32")
  func types() throws {
    let cases: [(String, [UInt8], Float)] = [
      ("FloatStorage", littleEndian(Float(3.25).bitPattern), 3.25), ("HalfStorage", littleEndian(UInt16(0x3E00)), 1.5),
      ("BFloat16Storage", littleEndian(UInt16(0xC040)), -3),
      ("DoubleStorage", littleEndian(Double(-1.5).bitPattern), -1.5), ("LongStorage", littleEndian(Int64(-9)), -9),
      ("IntStorage", littleEndian(Int32(8)), 8),
    ]
    for (type, raw, expected) in cases {
      let tensor = Tensor(name: "x", type: type, key: "0", count: 1, shape: [1], strides: [1])
      let file = torchFile([tensor], storages: ["0": raw])
      #expect(try Checkpoint(bytes: file).parameters["x"]?.values == [expected], "\(type)")
    }
  }

  @Test("Archives of old and new layout, and with ZIP64 records, are read")
  func layouts() throws {
    let tensor = Tensor(name: "x", key: "0", count: 6, shape: [6], strides: [1])
    let new: [String: [UInt8]] = ["byteorder": Array("little".utf8), ".format_version": [0x31]]
    for file in [
      torchFile(stem: "archive", [tensor], storages: ["0": six]),
      torchFile(stem: "any/where", [tensor], storages: ["0": six], extra: new),
      torchFile([tensor], storages: ["0": six], writer: ZipWriter(zip64: true)),
    ] {
      #expect(try Checkpoint(bytes: file).parameters["x"]?.values == [0, 1, 2, 3, 4, 5])
    }
  }

  @Test("mvector's Sequential is parted into backbone and classifier; a bare state_dict stays as it is")
  func sequential() throws {
    func names(_ names: [String]) throws -> Checkpoint {
      let tensors = names.map { Tensor(name: $0, key: "0", count: 6, shape: [6], strides: [1]) }
      return try Checkpoint(bytes: torchFile(tensors, storages: ["0": six]))
    }
    let both = try names(["0.conv.weight", "0.bn.bias", "1.weight"])
    #expect(both.parameters.keys.sorted() == ["bn.bias", "conv.weight"])
    #expect(both.classifier.keys.sorted() == ["weight"])
    let bare = try names(["conv.weight", "0.odd"])
    #expect(bare.parameters.keys.sorted() == ["0.odd", "conv.weight"])
    #expect(bare.classifier.isEmpty)
  }

  @Test(
    "A tensor that looks outside its storage is refused",
    arguments: [
      (6, 0, [7], [1]), (6, 5, [2], [1]), (6, -1, [2], [1]), (6, 0, [2, 2], [5, 1]), (6, 0, [2], [-1]),
      (6, 0, [Int.max, 2], [1, 1]), (6, 0, [2, Int.max / 2, 0], [1, 1, 1]), (6, 0, [-1], [1]), (6, 0, [2], [Int.max]),
      (6, 0, [2, 3], [1]), (7, 0, [7], [1]), (6, 0, [1 << 40], [0]), (Int.max, 0, [1], [1]),
    ] as [(Int, Int, [Int], [Int])])
  func lyingViews(count: Int, offset: Int, shape: [Int], strides: [Int]) {
    let tensor = Tensor(name: "x", key: "0", count: count, offset: offset, shape: shape, strides: strides)
    #expect(throws: CheckpointError.self) { try Checkpoint(bytes: torchFile([tensor], storages: ["0": six])) }
  }

  @Test("Repeating a storage does not fill the memory")
  func amplification() {
    let tensors = [
      Tensor(name: "x", key: "0", count: 6, shape: [6], strides: [1]),
      Tensor(name: "y", key: "0", count: 6, shape: [1 << 14, 1 << 14], strides: [0, 0]),
    ]
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint(bytes: torchFile(tensors, storages: ["0": six]))
    }
    #expect(error?.code == .tooLarge)
  }

  @Test("What a storage lacks is told by its name: an entry, bytes, a known type")
  func storages() {
    func message(_ tensor: Tensor, _ storages: [String: [UInt8]]) -> String {
      let file = torchFile([tensor], storages: storages)
      return #expect(throws: CheckpointError.self) { try Checkpoint(bytes: file) }?.message ?? ""
    }
    let tensor = Tensor(name: "x", key: "0", count: 6, shape: [6], strides: [1])
    #expect(message(tensor, [:]) == "'model/data/0' is missing")
    #expect(message(tensor, ["0": [1, 2, 3]]) == "'model/data/0' has 3 bytes for 6 values of 4 bytes")
    let strange = Tensor(name: "x", type: "QInt8Storage", key: "0", count: 6, shape: [6], strides: [1])
    #expect(message(strange, ["0": six]).contains("'torch.QInt8Storage'"))
  }

  @Test("Compressed, encrypted, damaged, repeated and big-endian archives are refused with the reason")
  func archives() {
    let tensor = Tensor(name: "x", key: "0", count: 6, shape: [6], strides: [1])
    func message(_ file: [UInt8]) -> String {
      #expect(throws: CheckpointError.self) { try Checkpoint(bytes: file) }?.message ?? ""
    }
    let packed = torchFile([tensor], storages: ["0": six], writer: ZipWriter(method: 8))
    #expect(message(packed).contains("'model/data.pkl' is compressed (method 8)"))
    let locked = torchFile([tensor], storages: ["0": six], writer: ZipWriter(flags: 1))
    #expect(message(locked).contains("'model/data.pkl' is encrypted"))
    let big = torchFile([tensor], storages: ["0": six], extra: ["byteorder": Array("big".utf8)])
    #expect(message(big).contains("not little-endian"))

    var twice = ZipWriter()
    twice.add("a/data.pkl", [])
    twice.add("a/data.pkl", [])
    #expect(message(twice.bytes()).contains("twice"))
    var damaged = ZipWriter()
    damaged.add("a/data.pkl", PickleWriter.stateDict([]), checksum: 1)
    #expect(message(damaged.bytes()).contains("checksum of 'a/data.pkl'"))
    var two = ZipWriter()
    two.add("a/data.pkl", [])
    two.add("b/data.pkl", [])
    #expect(message(two.bytes()).contains("2 data.pkl"))
  }

  @Test("A checkpoint cut off or with bytes changed is read or refused, and never more than that")
  func mutations() {
    let tensors = [
      Tensor(name: "0.plain", key: "0", count: 6, shape: [2, 3], strides: [3, 1]),
      Tensor(name: "1.transposed", key: "0", count: 6, shape: [3, 2], strides: [1, 3]),
    ]
    let file = torchFile(tensors, storages: ["0": six])
    for length in 0..<file.count {
      #expect(throws: CheckpointError.self) { try Checkpoint(bytes: Array(file[..<length])) }
    }
    let pickle = PickleWriter.stateDict(tensors)
    var random = SeededGenerator(seed: 20_261)
    for round in 0..<6000 {
      // Half of the rounds change the archive; the others the pickle alone, whose checksum then is right.
      var changed = round.isMultiple(of: 2) ? file : pickle
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        changed[Int.random(in: changed.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      if !round.isMultiple(of: 2) {
        var zip = ZipWriter()
        zip.add("m/data.pkl", changed)
        zip.add("m/data/0", six)
        changed = zip.bytes()
      }
      _ = try? Checkpoint(bytes: changed)  // whether it is refused depends on the bytes: it must only not crash
    }
  }

  @Test("Bytes that are no checkpoint are refused with what is read")
  func otherFiles() {
    for bytes in [[], [1], Array("PK".utf8), Array("RIFF....WAVE".utf8), [UInt8](repeating: 0, count: 64)] {
      #expect(throws: CheckpointError.self) { try Checkpoint(bytes: bytes) }
    }
    let legacy = #expect(throws: CheckpointError.self) {
      try Checkpoint(bytes: [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C])
    }
    #expect(legacy?.message.contains("before 1.6") == true)
  }
}
