import Testing
import VoiceMessages

@Suite("Messages")
struct MessageTests {
  @Test("What is written is read again, field by field", arguments: Samples.all)
  func roundTrip(_ sample: Sample) throws {
    #expect(!sample.bytes.isEmpty)
    #expect(try sample.isRead(sample.bytes))
    #expect(try sample.rewritten(sample.bytes) == sample.bytes)
    #expect(try !sample.isRead([]), "a message with fields equals an empty one")
  }

  @Test("A message of defaults takes no bytes, and no bytes are a message of defaults")
  func defaults() throws {
    #expect(TypesV1.Speaker().serialized().isEmpty)
    #expect(try TypesV1.Speaker(serialized: []) == TypesV1.Speaker())
  }

  @Test("An optional field that is set to its zero is told from one that is not set")
  func presence() throws {
    #expect(try RegistryV1.EnrollRequest(serialized: []).displayName == nil)
    let named = RegistryV1.EnrollRequest.with { $0.displayName = "" }
    #expect(try RegistryV1.EnrollRequest(serialized: named.serialized()).displayName == "")
  }

  @Test("The last member of a oneof on the wire holds")
  func lastMember() throws {
    let error = FeatureV1.ExtractResult.with { $0.result = .error(.with { $0.code = 3 }) }
    let good = FeatureV1.ExtractResult.with { $0.result = .extracted(.init()) }
    let read = try FeatureV1.ExtractResult(serialized: error.serialized() + good.serialized())
    #expect(read == good)
  }

  @Test("An enum value of a newer version keeps its number")
  func openEnum() throws {
    let audio = TypesV1.Audio.with { $0.encoding = .init(rawValue: 1234) }
    #expect(try TypesV1.Audio(serialized: audio.serialized()).encoding.rawValue == 1234)
    #expect(TypesV1.Audio.Encoding.pcmF32le.rawValue == 2)
  }

  @Test("Fields of a newer version are dropped")
  func unknownFields() throws {
    let unknown: [UInt8] = [0x98, 0x06, 0x01] + [0xa2, 0x06, 0x02, 0x00, 0xff]  // 99: varint, 100: bytes with a NUL
    #expect(try Samples.audio == TypesV1.Audio(serialized: unknown + Samples.audio.serialized() + unknown))
  }

  @Test("Equal messages have equal bytes, however their maps were filled")
  func mapOrder() {
    var (forward, backward) = (TypesV1.Speaker(), TypesV1.Speaker())
    for number in 0..<50 { forward.labels["key \(number)"] = "\(number)" }
    for number in (0..<50).reversed() { backward.labels["key \(number)"] = "\(number)" }
    #expect(forward.serialized() == backward.serialized())
  }

  @Test("A matrix of ten seconds of audio survives bit by bit")
  func manyFloats() throws {
    let values = (0..<480_000).map { Float(bitPattern: UInt32($0) &* 2_654_435_761 & 0xff7f_ffff) }
    let matrix = TypesV1.FeatureMatrix.with { ($0.frames, $0.bins, $0.values) = (6000, 80, values) }
    let read = try TypesV1.FeatureMatrix(serialized: matrix.serialized())
    #expect(read.values.elementsEqual(values) { $0.bitPattern == $1.bitPattern })
  }
}
