import Testing
import VoiceTensor

@Suite("NumPy files")
struct NumpyFileTests {
  private let tensor = StoredTensor(shape: [2, 3], values: [0, -1, 2.5, .greatestFiniteMagnitude, 1e-30, 7])

  @Test("An array survives its file, whose data begins at a multiple of 64 bytes", arguments: [[6], [2, 3], [1, 2, 3]])
  func roundTrip(shape: [Int]) throws {
    let tensor = StoredTensor(shape: shape, values: tensor.values)
    let bytes = NumpyFile.bytes(tensor)
    #expect(try NumpyFile.read(bytes) == tensor)
    #expect((bytes.count - 4 * tensor.values.count).isMultiple(of: 64))
  }

  @Test("float64 as NumPy writes it is read too")
  func double() throws {
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
    for value in [1.5, -2.0] { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
    #expect(try NumpyFile.read(bytes) == StoredTensor(shape: [2], values: [1.5, -2]))
  }

  @Test("What is cut, of another order, type or shape is refused with the reason")
  func damage() {
    let bytes = NumpyFile.bytes(tensor)
    func message(_ bytes: [UInt8]) -> String? {
      #expect(throws: NumpyFile.Failure.self) { try NumpyFile.read(bytes) }?.message
    }
    func replacing(_ text: String, _ other: String) -> [UInt8] {
      let head = String(decoding: bytes.dropFirst(10).prefix(118), as: UTF8.self)
      return Array(bytes.prefix(10)) + Array(head.replacing(text, with: other).utf8) + Array(bytes.dropFirst(128))
    }
    #expect(message(Array(bytes.dropLast()))?.contains("23 bytes where [2, 3] needs 24") == true)
    #expect(message(Array(bytes.prefix(40)))?.contains("inside of its header") == true)
    #expect(message(Array("no array, but long enough for one".utf8))?.contains("no .npy file") == true)
    #expect(message([])?.contains("no .npy file") == true)
    #expect(message(replacing("False", "True "))?.contains("C order") == true)
    #expect(message(replacing("<f4", ">f4"))?.contains("'>f4'") == true)
    #expect(message(replacing("(2, 3)", "(2, -)"))?.contains("list of numbers") == true)
    #expect(message(replacing("(2, 3)", "(-2,3)"))?.contains("shape") == true)
  }
}
