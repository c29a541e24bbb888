internal import Glibc
internal import VoiceNN
internal import VoiceTensor

/// Measures steps of training, forward and backward, of a network on random features.
///
/// For a thread of one's own: it computes for seconds.
package struct TrainingBenchmark {
  /// What was measured.
  package struct Result: Sendable {
    /// Milliseconds of each step's forward pass and loss.
    package var forwardMilliseconds: [Double]
    /// Milliseconds of each step's backward pass.
    package var backwardMilliseconds: [Double]
    /// Multiplications and additions of the convolutions and linear layers of a step, three times those of the forward
    /// pass.
    package var operations: Int
    /// Most bytes that the process has held.
    package var peakMemoryBytes: Int

    /// The median of the steps.
    package var milliseconds: Double {
      let steps = zip(forwardMilliseconds, backwardMilliseconds).map(+).sorted()
      return steps[steps.count / 2]
    }
    /// Millions of operations a second, of the median step.
    package var megaflops: Double { Double(operations) / milliseconds / 1000 }
  }

  private let network: TrainableNetwork
  private let features: Tensor
  private let labels: [Int]

  /// A network with a cosine classifier of `speakers` and a batch of features `[batch, frames, input size]`.
  ///
  /// Throws ``NetworkError`` `badConfiguration`.
  package init(_ configuration: NetworkConfiguration, batch: Int = 16, frames: Int = 298, speakers: Int = 100) throws {
    precondition(batch > 1 && speakers > 0, "training benchmark: \(batch) utterances of \(speakers) speakers")
    network = try TrainableNetwork(
      configuration: configuration,
      classifier: (.cosine, SpeakerClassifier.Sizes(inputs: configuration.embeddingSize, speakers: speakers)),
      loss: { SpeakerLoss(.additiveAngularMargin(isEasy: false), root: $0) }, seed: 1)
    var random = RandomSource(seed: 2)
    let values = (0..<batch * max(frames, network.minimumFrames) * configuration.inputSize).map { _ in
      2 * random.uniform() - 1
    }
    features = Tensor(shape: [batch, max(frames, network.minimumFrames), configuration.inputSize], values: values)
    labels = (0..<batch).map { $0 % speakers }
  }

  /// Runs `steps` after one that warms up.
  package func run(steps: Int = 3, threads: Int = 1) -> Result {
    var result = Result(forwardMilliseconds: [], backwardMilliseconds: [], operations: 0, peakMemoryBytes: 0)
    let clock = ContinuousClock()
    for step in 0...max(steps, 1) {
      let run = TrainingExecution(network.parameters, mode: .training, threads: threads)
      let begin = clock.now
      let (loss, _) = network.lossOf(run.tape.constant(features), labels: labels, run)
      let middle = clock.now
      _ = run.gradients(of: loss)
      let end = clock.now
      result.operations = 3 * run.tape.operations
      if step == 0 { continue }
      result.forwardMilliseconds.append((middle - begin) / .milliseconds(1))
      result.backwardMilliseconds.append((end - middle) / .milliseconds(1))
    }
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    result.peakMemoryBytes = usage.ru_maxrss << 10
    return result
  }
}
