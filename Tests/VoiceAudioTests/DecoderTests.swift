import Testing
import VoiceAudio

@Suite("Decoding")
struct DecoderTests {
  private func decode(_ bytes: [UInt8], _ encoding: AudioEncoding = .container) throws -> DecodedAudio {
    try bytes.withUnsafeBytes { try AudioDecoder.decode($0, encoding: encoding) }
  }

  private func expectError(_ code: AudioError.Code, _ bytes: [UInt8], _ encoding: AudioEncoding = .container) {
    do {
      _ = try decode(bytes, encoding)
      Issue.record("took what should be \(code)")
    } catch let error as AudioError { #expect(error.code == code, "\(error)") } catch { Issue.record("\(error)") }
  }

  @Test("A float WAV comes back bit for bit, a 16-bit one within half a step")
  func roundTrips() throws {
    let samples = tone()
    let exact = try decode(WAVWriter.float32(samples, sampleRate: 16_000))
    #expect(exact.samples == samples && exact.sampleRate == 16_000 && exact.channels == 1)
    let rounded = try decode(WAVWriter.int16(samples, sampleRate: 8000))
    #expect(rounded.sampleRate == 8000)
    #expect(zip(rounded.samples, samples).allSatisfy { abs($0 - $1) <= 0.5 / 32768 + 1e-7 })
  }

  @Test("Headerless samples are the file's samples, and channels become their mean")
  func headerless() throws {
    let wav = WAVWriter.int16(tone(), sampleRate: 16_000)
    let file = try decode(wav)
    let raw = try decode(Array(wav[44...]), .pcmS16LE(sampleRate: 16_000, channels: 1))
    #expect(raw.samples == file.samples)
    let stereo = try decode(Array(wav[44...]), .pcmS16LE(sampleRate: 8000, channels: 2))
    #expect(stereo.channels == 2 && stereo.samples.count == 8000)
    #expect(stereo.samples[5] == (file.samples[10] + file.samples[11]) / 2)
  }

  @Test("What is no audio is refused with the reason")
  func refused() {
    let good = WAVWriter.int16(tone(), sampleRate: 16_000)
    expectError(.empty, [])
    expectError(.notAudio, [82])
    expectError(.notAudio, Array("this is not audio".utf8) + .init(repeating: 7, count: 4000))
    expectError(.notAudio, Array(good[..<30]))
    expectError(.empty, WAVWriter.int16([], sampleRate: 16_000))
    expectError(.tooShort, WAVWriter.int16([0.5], sampleRate: 16_000))
    expectError(.tooShort, WAVWriter.int16(tone(seconds: 0.2), sampleRate: 16_000))
    expectError(.silent, WAVWriter.int16(.init(repeating: 0, count: 16_000), sampleRate: 16_000))
    expectError(.notFinite, WAVWriter.float32(.init(repeating: .nan, count: 16_000), sampleRate: 16_000))
    expectError(.badSampleRate, good, .pcmS16LE(sampleRate: 3, channels: 1))
    expectError(.badChannels, good, .pcmS16LE(sampleRate: 16_000, channels: 0))
    expectError(.badChannels, good, .pcmS16LE(sampleRate: 16_000, channels: 4000))
  }

  @Test("A file that was cut gives what is there")
  func truncated() throws {
    let wav = WAVWriter.int16(tone(seconds: 2), sampleRate: 16_000)
    let audio = try decode(Array(wav[..<(44 + 32_001)]))
    #expect(audio.samples.count == 16_000)
  }

  @Test("Limits hold before memory is taken, and for what really comes")
  func limits() {
    var lying = WAVWriter.int16(tone(), sampleRate: 1000)
    for (offset, byte) in withUnsafeBytes(of: UInt32(2_000_000_000).littleEndian, Array.init).enumerated() {
      lying[40 + offset] = byte
    }
    var limits = AudioLimits()
    limits.maxSeconds = 0.9
    for bytes in [lying, WAVWriter.int16(tone(), sampleRate: 16_000)] {
      #expect(throws: AudioError.self) {
        try bytes.withUnsafeBytes { try AudioDecoder.decode($0, limits: limits) }
      }
    }
    limits.maxBytes = 100
    do {
      _ = try lying.withUnsafeBytes { try AudioDecoder.decode($0, limits: limits) }
      Issue.record("took too many bytes")
    } catch let error as AudioError { #expect(error.code == .tooLarge) } catch { Issue.record("\(error)") }
  }

  @Test("Damaged files never crash")
  func mutations() throws {
    var random = SystemRandomNumberGenerator()
    let good = WAVWriter.int16(tone(seconds: 0.6), sampleRate: 16_000)
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0..<3 { bytes[Int.random(in: 0..<60, using: &random)] = .random(in: 0...255, using: &random) }
      if let audio = try? decode(bytes) { #expect(!audio.samples.contains { !$0.isFinite }) }
    }
  }
}
