import FoundationEssentials
import TestSupport
import Testing
import VoiceTensor

@Suite("Safetensors")
struct SafetensorsTests {
  private let sample = Safetensors(
    tensors: [
      "layer.weight": StoredTensor(shape: [2, 3], values: [1, -2, 3.5, .infinity, 0, -0.25]),
      "a \"quoted\\name\"\n": StoredTensor(shape: [], values: [7]),
      "empty": StoredTensor(shape: [0, 4], values: []),
      "ωμέγα": StoredTensor(shape: [1], values: [.leastNonzeroMagnitude]),
    ], metadata: ["format": "pt", "note": "tab\there"])

  @Test("What is written is read back, and the same content gives the same bytes")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let url = URL(filePath: folder.file("a.safetensors"))
    try sample.write(to: url)
    #expect(try Safetensors(contentsOf: url) == sample)
    #expect(Array(try Data(contentsOf: url)) == sample.bytes())
    #expect(sample.bytes().count % 4 == 0)
  }

  @Test("Every number type is read as float32")
  func types() throws {
    func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    let cases: [(String, [UInt8], Float)] = [
      ("F64", bytes(Double(-1.5).bitPattern), -1.5), ("F32", bytes(Float(3.25).bitPattern), 3.25),
      ("F16", bytes(UInt16(0x3E00)), 1.5), ("BF16", bytes(UInt16(0xC040)), -3), ("I64", bytes(Int64(-123)), -123),
      ("I32", bytes(Int32(77)), 77),
    ]
    for (type, raw, expected) in cases {
      let file = file(#"{"x":{"dtype":"\#(type)","shape":[1],"data_offsets":[0,\#(raw.count)]}}"#, raw)
      #expect(try Safetensors(bytes: file).tensors["x"]?.values == [expected], "\(type)")
    }
  }

  @Test(
    "A header that lies is refused with the reason",
    arguments: [
      (#"{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, "does not fill"),
      (#"{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#, "does not fill"),
      (#"{"x":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#, "whole number"),
      (#"{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, "whole number"),
      (#"{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#, "ends at byte 16 of 8"),
      (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "leaves a hole"),
      (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "belong to no array"),
      (
        #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        "overlaps"
      ),
      (
        #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        "comes twice"
      ),
      (#"{"x":{"dtype":"I8","shape":[8],"data_offsets":[0,8]}}"#, "type I8"),
      (#"{"x":{"dtype":"F32","data_offsets":[0,8]}}"#, "lacks"),
      (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"z":1}}"#, "unknown or repeated field 'z'"),
      (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x"#, "follows the header"),
      (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#, "expected"),
      (#"{"\ud800":1}"#, "no character"),
      ("", "expected"),
    ])
  func lies(header: String, reason: String) {
    let error = #expect(throws: SafetensorsError.self) {
      try Safetensors(bytes: file(header, [UInt8](repeating: 0, count: 8)))
    }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test("A header's length beyond the file is refused")
  func headerLength() {
    for length in [UInt64.max, 1 << 62, 100, 9] {
      let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array("{}".utf8)
      #expect(throws: SafetensorsError.self) { try Safetensors(bytes: bytes) }
    }
    #expect(throws: SafetensorsError.self) { try Safetensors(bytes: [1, 2, 3]) }
  }

  @Test("A file cut off or with a byte changed is read or refused, and never more than that")
  func mutations() {
    let bytes = sample.bytes()
    for length in 0..<bytes.count {
      #expect(throws: SafetensorsError.self) { try Safetensors(bytes: Array(bytes[..<length])) }
    }
    var random = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        changed[Int.random(in: changed.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      _ = try? Safetensors(bytes: changed)  // whether it is refused depends on the byte: it must only not crash
    }
  }

  private func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
  }
}

/// SplitMix64: the same numbers on every machine.
private struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
