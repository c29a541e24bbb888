import TestSupport
import Testing
import VoiceTensor

@testable import VoiceTraining

@Suite("Events for TensorBoard")
struct EventFileTests {
  @Test("Records are framed by their length and two checksums")
  func framing() throws {
    let folder = try TemporaryFolder()
    let events = try EventFile(folder: folder.file("logs"))
    try events.add(scalars: [("Train/Loss", 1.5), ("Train/lr", 1e-3)], step: 7)
    let bytes = try FileBytes.read(events.path, maximum: 1 << 20)
    var place = 0
    var records: [[UInt8]] = []
    while place < bytes.count {
      let length = (0..<8).reversed().reduce(0) { $0 << 8 | Int(bytes[place + $1]) }
      records.append(Array(bytes[place + 12..<place + 12 + length]))
      place += 16 + length
    }
    #expect(place == bytes.count && records.count == 2)
    #expect(String(decoding: records[0], as: UTF8.self).contains("brain.Event:2"))
    #expect(String(decoding: records[1], as: UTF8.self).contains("Train/Loss"))
    // RFC 3720, B.4: 32 bytes of zero.
    #expect(CRC32.castagnoli.checksum([UInt8](repeating: 0, count: 32)[...]) == 0x8A91_36AA)
  }

  @Test("A folder that cannot be made is named")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write([], to: "file")
    let error = #expect(throws: TrainingError.self) { try EventFile(folder: folder.file("file/logs")) }
    #expect(error?.message.contains("file/logs") == true)
  }
}
