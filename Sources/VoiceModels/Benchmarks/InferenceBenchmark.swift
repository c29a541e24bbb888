internal import VoiceConcurrency
internal import VoiceNN
package import VoiceTensor

/// Measures a network on random features as a replica runs it: an utterance is one forward pass on one thread.
///
/// For a thread of one's own: it computes for seconds.
package struct InferenceBenchmark {
  /// What was measured.
  package struct Result: Sendable {
    /// Milliseconds of each round, divided by its utterances.
    package var milliseconds: [Double]
    /// Multiplications and additions of the convolutions and linear layers for one utterance.
    package var operations: Int
    /// Most GFLOP/s of one core in the network's precision, measured between the rounds.
    package var peak: Double

    /// The median of the rounds.
    package var median: Double { milliseconds.sorted()[milliseconds.count / 2] }
    /// GFLOP/s at the median.
    package var gigaflops: Double { Double(operations) / median / 1e6 }
  }

  private let network: SpeakerNetwork
  private let features: [Float]
  private let frames: Int
  private let operations: Int
  private let precision: KernelPrecision

  /// A network with drawn weights, of a precision that this machine can run, and features `[frames, input size]`, at
  /// least as many as it needs.
  ///
  /// Throws ``NetworkError`` `badConfiguration`.
  package init(
    _ configuration: NetworkConfiguration, frames: Int = 298, precision: KernelPrecision = .float32
  ) throws {
    let (backbone, registry) = try NetworkCatalogue.build(configuration)
    self.frames = max(frames, backbone.minimumFrames)
    let store = ParameterStore(drawing: registry.parameters, seed: 1)
    self.precision = precision
    network = SpeakerNetwork(
      configuration: configuration, backbone: backbone, registry: registry, store: store, precision: precision)
    var random = RandomSource(seed: 2)
    features = (0..<self.frames * configuration.inputSize).map { _ in 2 * random.uniform() - 1 }
    let run = TrainingExecution(store, mode: .evaluation)
    let input = Tensor(shape: [1, 1, self.frames, configuration.inputSize], values: features)
    _ = backbone.forward(run.tape.constant(input), run)
    operations = run.tape.operations
  }

  /// Runs `rounds` rounds of `batch` utterances after one that warms up, as many at once as there are threads.
  ///
  /// Throws ``NetworkError`` `badFeatures`.
  package func run(rounds: Int, batch: Int, threads: Int) throws -> Result {
    precondition(rounds > 0 && batch > 0 && threads > 0, "inference benchmark: \(rounds) rounds of \(batch)")
    _ = try network.embed(features, frames: frames)
    let team = ThreadTeam(name: "inference", threads: threads)
    var result = Result(milliseconds: [], operations: operations, peak: KernelBenchmark.peak(precision: precision))
    let clock = ContinuousClock()
    for round in 0...rounds {
      let begin = clock.now
      team.forEach(batch) { _, _ in _ = try? network.embed(features, frames: frames) }
      if round > 0 { result.milliseconds.append((clock.now - begin) / .milliseconds(1) / Double(batch)) }
    }
    result.peak = max(result.peak, KernelBenchmark.peak(precision: precision))
    return result
  }
}
