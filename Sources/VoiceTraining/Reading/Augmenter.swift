internal import VoiceAudio
internal import VoiceConfiguration
internal import VoiceTensor

/// Changes the sound of training clips at random (mvector): speed → volume → noise → room; then,
/// which mvector does not, a telephone line.
struct Augmenter: Sendable {
  /// The speeds that are drawn; each makes a speaker of its own when the configuration says so.
  static let speeds = [1.0, 0.9, 1.1]

  private let configuration: AugmentationConfiguration
  private let noises: SoundFolder?
  private let rooms: SoundFolder?
  private let line: TelephoneLine?

  init(_ configuration: AugmentationConfiguration, root: String, sampleRate: Int) throws(AudioError) {
    self.configuration = configuration
    noises = configuration.noise.map { SoundFolder(resolve($0.folder, root: root), sampleRate: sampleRate) }
    rooms = configuration.reverb.map { SoundFolder(resolve($0.folder, root: root), sampleRate: sampleRate) }
    line = configuration.telephone == nil ? nil : try TelephoneLine(sampleRate: sampleRate)
  }

  /// What was asked for and cannot be done, for people.
  var warnings: [String] {
    var warnings: [String] = []
    if let noise = configuration.noise, noise.probability > 0, noises?.files.isEmpty == true {
      warnings.append("no noise is added: the folder \(noise.folder) holds no audio")
    }
    if let reverb = configuration.reverb, reverb.probability > 0, rooms?.files.isEmpty == true {
      warnings.append("no room is imitated: the folder \(reverb.folder) holds no audio")
    }
    return warnings
  }

  /// A changed clip, and which of the speeds it has. Throws `badClips` for a sound that cannot be mixed in.
  func apply(
    to samples: [Float], _ random: inout RandomSource
  ) throws -> (samples: [Float], speed: Int) {
    var (samples, speed) = (samples, 0)
    if let change = configuration.speed, random.happens(change.probability) {
      speed = random.below(Self.speeds.count)
      if speed > 0 { samples = try SpeedChange.apply(rate: Self.speeds[speed], to: samples) }
    }
    if let change = configuration.volume, random.happens(change.probability) {
      samples = Level.apply(gainDB: random.uniform(in: change.gainDB), to: samples)
    }
    if let change = configuration.noise, random.happens(change.probability), let noise = try noises?.draw(&random) {
      let ratio = random.uniform(in: change.snrDB)
      samples = NoiseMixing.add(
        noise, to: samples, snrDB: ratio, offset: random.below(max(1, noise.count - samples.count + 1)),
        levelOf: change.isLevelOfPart ? .part : .whole)
    }
    if let change = configuration.reverb, random.happens(change.probability), let room = try rooms?.draw(&random) {
      samples = try Reverberation.apply(impulseResponse: room, to: samples)
    }
    if let change = configuration.telephone, let line, random.happens(change.probability) {
      samples = try line.carry(samples, call(change, &random))
    }
    return (samples, speed)
  }

  /// Edges as telephones have them, and as loud as people speak into them.
  private func call(
    _ change: AugmentationConfiguration.Telephone, _ random: inout RandomSource
  ) -> TelephoneLine.Call {
    let codes = change.codes.compactMap(TelephoneCode.init(rawValue:))
    return TelephoneLine.Call(
      lowest: random.uniform(in: 150...400), highest: random.uniform(in: 3000...3700),
      gainDB: random.uniform(in: -10...10), code: codes[random.below(codes.count)])
  }
}

/// A path below `root` unless it is absolute.
func resolve(_ path: String, root: String) -> String { path.hasPrefix("/") ? path : "\(root)/\(path)" }
