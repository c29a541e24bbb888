import CSndfile
import Testing

@testable import VoiceAudio

@Suite("Decoding while it comes")
struct StreamDecoderTests {
  /// Feeds a file in pieces of random sizes; gives all samples.
  private func decode(_ bytes: [UInt8], _ encoding: AudioEncoding = .container, seed: UInt64) throws -> [Float] {
    var generator = SeededGenerator(seed)
    var decoder = try StreamDecoder(encoding)
    var samples: [Float] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Int.random(in: 1...(seed % 2 == 0 ? 7 : 4000), using: &generator))
      samples += try bytes[start..<end].withUnsafeBytes { try decoder.decode($0) }
      start = end
    }
    return samples + (try decoder.finish()?.samples ?? [])
  }

  static let formats: [(String, Int32, isLive: Bool)] = [
    ("8 bit", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, true), ("16 bit", SF_FORMAT_WAV | SF_FORMAT_PCM_16, true),
    ("24 bit", SF_FORMAT_WAV | SF_FORMAT_PCM_24, true), ("32 bit", SF_FORMAT_WAV | SF_FORMAT_PCM_32, true),
    ("float", SF_FORMAT_WAV | SF_FORMAT_FLOAT, true), ("double", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, true),
    ("A-law", SF_FORMAT_WAV | SF_FORMAT_ALAW, true), ("μ-law", SF_FORMAT_WAV | SF_FORMAT_ULAW, true),
    ("extensible", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, true), ("IMA ADPCM", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, false),
    ("FLAC", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, false), ("AIFF", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, false),
  ].map { ($0.0, Int32($0.1), $0.2) }

  @Test("Every format gives the samples of the whole file, in pieces of any size", arguments: formats)
  func everyFormat(_ name: String, _ format: Int32, isLive: Bool) throws {
    let sound = tone(seconds: 0.6, rate: 8000)
    let interleaved = zip(sound, sound.reversed()).flatMap { [$0, $1] }
    for (samples, channels) in [(sound, 1), (interleaved, 2)] {
      let file = try #require(
        SoundFileWriter.file(samples, format: Int(format), sampleRate: 8000, channels: channels), "\(name)")
      let whole = try file.withUnsafeBytes { try AudioDecoder.decode($0) }
      for seed: UInt64 in [1, 2] { #expect(try decode(file, seed: seed) == whole.samples, "\(name)") }
      var decoder = try StreamDecoder(.container)
      let first = try file[..<1000].withUnsafeBytes { try decoder.decode($0) }
      #expect((decoder.sampleRate == 8000) == isLive && first.isEmpty != isLive)
    }
  }

  @Test("Headerless samples may be cut within a sample")
  func headerless() throws {
    let wav = WAVWriter.int16(tone(), sampleRate: 16_000)
    let encoding = AudioEncoding.pcmS16LE(sampleRate: 16_000, channels: 2)
    let whole = try Array(wav[44...]).withUnsafeBytes { try AudioDecoder.decode($0, encoding: encoding) }
    #expect(try decode(Array(wav[44...]), encoding, seed: 2) == whole.samples)
  }

  @Test("A writer into a pipe leaves the length open; what stands behind the samples of another is left out")
  func lengths() throws {
    var wav = WAVWriter.int16(tone(), sampleRate: 16_000)
    let samples = try decode(wav, seed: 1)
    #expect(samples.count == 16_000)
    #expect(try decode(wav + Array("LIST".utf8) + [4, 0, 0, 0, 1, 2, 3, 4], seed: 2) == samples)
    for size: [UInt8] in [[0, 0, 0, 0], [255, 255, 255, 255], [0, 0, 255, 127]] {
      wav.replaceSubrange(40..<44, with: size)
      #expect(try decode(wav, seed: 1) == samples)
    }
  }

  @Test("What is no audio is told, at the end where it cannot be known before")
  func refused() throws {
    func code(
      _ bytes: [UInt8], _ encoding: AudioEncoding = .container, limits: AudioLimits = .init()
    ) -> AudioError.Code? {
      do throws(AudioError) {
        var decoder = try StreamDecoder(encoding, limits: limits)
        _ = try bytes.withUnsafeBufferPointer { bytes throws(AudioError) in
          try decoder.decode(UnsafeRawBufferPointer(bytes))
        }
        _ = try decoder.finish()
        return nil
      } catch { return error.code }
    }
    var small = AudioLimits()
    small.maxBytes = 100
    #expect(code([]) == .empty)
    #expect(code(Array("RIFF".utf8)) == .notAudio)
    #expect(code(Array("no audio".utf8)) == .notAudio)
    #expect(code(.init(repeating: 7, count: 101), limits: small) == .tooLarge)
    #expect(code([0, 0, 0xC0, 0x7F], .pcmF32LE(sampleRate: 8000, channels: 1)) == .notFinite)
    #expect(code([], .pcmF32LE(sampleRate: 8000, channels: 100)) == .badChannels)
    #expect(code([], .pcmS16LE(sampleRate: 8, channels: 1)) == .badSampleRate)
    var wav = WAVWriter.int16(tone(), sampleRate: 16_000)
    wav[22] = 200
    #expect(code(wav) == .badChannels)
    // A chunk that says it is larger than any header.
    #expect(code(Array("RIFF____WAVEfmt ".utf8) + [255, 255, 255, 127]) == .notAudio)
  }
}
