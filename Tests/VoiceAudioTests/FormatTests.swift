import CSndfile
import Testing
import VoiceAudio

/// A format and how far a decoded sample may lie from what was encoded.
struct AudioFormat: Sendable, CustomTestStringConvertible {
  var name: String
  var container: Int
  var coding: Int
  var tolerance: Float
  /// Lossy codings shift and smear: only the level is compared.
  var isLossy = false

  var testDescription: String { name }
  var code: Int { container | coding }

  static let all = [
    AudioFormat(name: "WAV 8 bit", container: SF_FORMAT_WAV, coding: SF_FORMAT_PCM_U8, tolerance: 0.009),
    AudioFormat(name: "WAV 16 bit", container: SF_FORMAT_WAV, coding: SF_FORMAT_PCM_16, tolerance: 4e-5),
    AudioFormat(name: "WAV 24 bit", container: SF_FORMAT_WAV, coding: SF_FORMAT_PCM_24, tolerance: 3e-7),
    AudioFormat(name: "WAV 32 bit", container: SF_FORMAT_WAV, coding: SF_FORMAT_PCM_32, tolerance: 1e-7),
    AudioFormat(name: "WAV float", container: SF_FORMAT_WAV, coding: SF_FORMAT_FLOAT, tolerance: 0),
    AudioFormat(name: "WAV double", container: SF_FORMAT_WAV, coding: SF_FORMAT_DOUBLE, tolerance: 0),
    AudioFormat(name: "WAV A-law", container: SF_FORMAT_WAV, coding: SF_FORMAT_ALAW, tolerance: 0.02),
    AudioFormat(name: "WAV µ-law", container: SF_FORMAT_WAV, coding: SF_FORMAT_ULAW, tolerance: 0.02),
    AudioFormat(name: "WAV extensible", container: SF_FORMAT_WAVEX, coding: SF_FORMAT_PCM_16, tolerance: 4e-5),
    AudioFormat(name: "RF64", container: SF_FORMAT_RF64, coding: SF_FORMAT_PCM_16, tolerance: 4e-5),
    AudioFormat(name: "W64", container: SF_FORMAT_W64, coding: SF_FORMAT_PCM_24, tolerance: 3e-7),
    AudioFormat(name: "AIFF", container: SF_FORMAT_AIFF, coding: SF_FORMAT_PCM_16, tolerance: 4e-5),
    AudioFormat(name: "AU", container: SF_FORMAT_AU, coding: SF_FORMAT_PCM_16, tolerance: 4e-5),
    AudioFormat(name: "CAF", container: SF_FORMAT_CAF, coding: SF_FORMAT_FLOAT, tolerance: 0),
    AudioFormat(name: "FLAC 16 bit", container: SF_FORMAT_FLAC, coding: SF_FORMAT_PCM_16, tolerance: 4e-5),
    AudioFormat(name: "FLAC 24 bit", container: SF_FORMAT_FLAC, coding: SF_FORMAT_PCM_24, tolerance: 3e-7),
    AudioFormat(
      name: "Ogg Vorbis", container: SF_FORMAT_OGG, coding: SF_FORMAT_VORBIS, tolerance: 0, isLossy: true),
    AudioFormat(name: "Ogg Opus", container: SF_FORMAT_OGG, coding: SF_FORMAT_OPUS, tolerance: 0, isLossy: true),
    AudioFormat(
      name: "MP3", container: SF_FORMAT_MPEG, coding: SF_FORMAT_MPEG_LAYER_III, tolerance: 0, isLossy: true),
  ]
}

@Suite("Formats")
struct FormatTests {
  @Test("What libsndfile writes is read back, one channel and two", arguments: AudioFormat.all, [1, 2])
  func roundTrip(_ format: AudioFormat, _ channels: Int) throws {
    let left = tone(200, seconds: 1)
    let right = tone(300, seconds: 1, level: 0.2)
    let interleaved = channels == 1 ? left : zip(left, right).flatMap { [$0, $1] }
    let expected = channels == 1 ? left : zip(left, right).map { ($0 + $1) / 2 }
    let bytes = try #require(
      SoundFileWriter.file(interleaved, format: format.code, sampleRate: 16_000, channels: channels))
    let audio = try bytes.withUnsafeBytes { try AudioDecoder.decode($0) }
    #expect(audio.channels == channels && audio.sampleRate == 16_000)
    if format.isLossy {
      #expect(abs(audio.duration - 1) < 0.15)
      #expect(abs(Level.rmsDB(audio.samples) - Level.rmsDB(expected)) < 1.5)
    } else {
      #expect(worst(audio.samples, expected) <= format.tolerance + 1e-7)
    }
  }

  @Test(
    "A compressed file that was cut gives what is there",
    arguments: AudioFormat.all.filter { $0.name == "FLAC 16 bit" || $0.isLossy })
  func truncated(_ format: AudioFormat) throws {
    // Noise, so that the file is of many pages: the one that was cut is lost.
    var random = SeededGenerator(9)
    let noise = random.noise(12 * 16_000)
    let whole = try #require(SoundFileWriter.file(noise, format: format.code, sampleRate: 16_000))
    let audio = try whole.withUnsafeBytes { try AudioDecoder.decode(.init(rebasing: $0.prefix(whole.count * 6 / 10))) }
    #expect(audio.duration > 3 && audio.duration < 12.2)
  }

  @Test("Any rate becomes 16 kHz features", arguments: [8000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000, 12_345])
  func rates(_ rate: Int) throws {
    let extractor = try FeatureExtractor()
    let bytes = WAVWriter.int16(tone(440, seconds: 3, rate: rate), sampleRate: rate)
    let extracted = try bytes.withUnsafeBytes { try extractor.extract($0) }
    #expect(extracted.features.frames == 298 && extracted.features.bins == 80)
    #expect(extracted.report.sampleRate == rate && abs(extracted.report.durationSeconds - 3) < 1e-3)
  }
}
