internal import FoundationEssentials
internal import Synchronization
internal import VoiceAudio
internal import VoiceTensor

/// A folder of sounds to mix in, noises or rooms: each is decoded once and kept while there is room.
final class SoundFolder: Sendable {
  private struct State {
    var sounds: [Int: [Float]] = [:]
    var values = 0
  }
  private static let valuesKept = 64 << 20

  /// The files, by name; none when the folder is missing.
  let files: [String]
  private let sampleRate: Int
  private let state = Mutex(State())

  /// The sounds of a folder, which may be missing, at a rate in Hz.
  init(_ folder: String, sampleRate: Int) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    files = names.sorted().filter { Corpus.isAudio($0) }.map { "\(folder)/\($0)" }
    self.sampleRate = sampleRate
  }

  /// One of them at random, nil when there is none. Throws `TrainingError` `badClips` naming the file.
  func draw(_ random: inout RandomSource) throws(TrainingError) -> [Float]? {
    if files.isEmpty { return nil }
    let index = random.below(files.count)
    if let sound = state.withLock({ $0.sounds[index] }) { return sound }
    let sound = try load(files[index])
    state.withLock { state in
      guard state.values + sound.count <= Self.valuesKept, state.sounds[index] == nil else { return }
      state.sounds[index] = sound
      state.values += sound.count
    }
    return sound
  }

  private func load(_ file: String) throws(TrainingError) -> [Float] {
    do {
      var limits = AudioLimits()
      limits.minSeconds = 0
      let bytes = try FileBytes.read(file, maximum: limits.maxBytes)
      let audio = try bytes.withUnsafeBytes { try AudioDecoder.decode($0, limits: limits) }
      return try Resampler(from: audio.sampleRate, to: sampleRate).resample(audio.samples)
    } catch let failure as FileBytes.Failure {
      throw TrainingError(.badClips, failure.message)
    } catch {
      throw TrainingError(.badClips, "\(file): \(error)")
    }
  }
}
