import Testing

import VoiceModels

@Suite("The benchmark of training")
struct TrainingBenchmarkTests {
  @Test("It times every step of a network and counts its operations")
  func result() throws {
    let configuration = NetworkConfiguration(architecture: "TDNN", inputSize: 8, embeddingSize: 4)
    let result = try TrainingBenchmark(configuration, batch: 2, frames: 20).run(steps: 2, threads: 2)
    #expect(result.forwardMilliseconds.count == 2 && result.backwardMilliseconds.count == 2)
    #expect(result.milliseconds > 0 && result.megaflops > 0 && result.peakMemoryBytes > 1 << 20)
    // td_layer1 alone: 2 utterances · 16 frames · 5 taps · 8 bins · 512 channels, thrice.
    #expect(result.operations > 3 * 2 * 2 * 16 * 5 * 8 * 512)
  }
}
