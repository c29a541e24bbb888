internal import Metrics
internal import VoiceModels
internal import VoiceRecognition
internal import VoiceServiceKit

extension EpochStore {
  /// Tells what this replica serves in the metrics of this process.
  nonisolated func tell(in registry: MetricsRegistry) {
    registry.collect("epochs") { [weak self] sample in
      guard let states = await self?.snapshot else { return }
      var (loading, refused, memory) = (0, 0, 0)
      var served = 0
      for state in states.values {
        switch state {
        case .loading: loading += 1
        case .refused: refused += 1
        case .ready(let runtime):
          served += 1
          memory += runtime.memoryBytes
          let manifest = runtime.manifest
          let labels = [("epoch", manifest.name), ("fingerprint", manifest.fingerprint)]
          sample.add("voiceprint_embedding_epoch_info", 1, labels)
        }
      }
      for (state, count) in [("loading", loading), ("ready", served), ("refused", refused)] {
        sample.add("voiceprint_embedding_epochs", count, [("state", state)])
      }
      sample.add("voiceprint_embedding_epoch_memory_bytes", memory)
    }
  }
}

/// Counts how loads of epochs end.
struct LoadMetrics: Sendable {
  private let loaded: Counter
  private let refused: Counter
  private let failed: Counter

  init() {
    func counter(_ result: String) -> Counter {
      Counter(label: "voiceprint_embedding_epoch_loads_total", dimensions: [("result", result)])
    }
    (loaded, refused, failed) = (counter("loaded"), counter("refused"), counter("failed"))
  }

  func countLoaded() { loaded.increment() }
  func countFailure(isRefused: Bool) { (isRefused ? refused : failed).increment() }
}
