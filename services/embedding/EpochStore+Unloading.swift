internal import Logging
internal import VoiceConcurrency
internal import VoiceModels
internal import VoiceRecognition

/// A runtime that the store has let go of; calls that use it keep it alive until they are over.
struct LeavingRuntime {
  private(set) weak var runtime: EpochRuntime?

  init(_ runtime: EpochRuntime) { self.runtime = runtime }
}

extension EpochStore {
  /// Says which epochs collections use: returns when each of them is loaded, refused or has failed for now.
  ///
  /// Those that are used no more begin their time until they are unloaded.
  func want(_ epochs: Set<EpochName>) async {
    for epoch in wanted.subtracting(epochs) { lastUse[epoch] = .now }
    wanted = epochs
    await withTaskGroup(of: Void.self) { group in
      // The store logs why an epoch is not loaded, and tells whoever asks for it.
      for epoch in epochs { group.addTask { _ = try? await self.runtime(for: epoch) } }
    }
    unloadSurplus()
  }

  /// Unloads and tries again what is due, until the task is cancelled.
  nonisolated func keepHouse() async {
    while !Task.isCancelled {
      await tidy(at: .now)
      // What is due here is due by the clock. Cut short, the task is cancelled and the loop ends.
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// Does what is due at an instant.
  func tidy(at now: ContinuousClock.Instant) async {
    for (epoch, instant) in retryAt where instant <= now {
      retryAt[epoch] = nil
      if case .refused = snapshot[epoch] { set(epoch, nil) }
      if wanted.contains(epoch), snapshot[epoch] == nil { begin(epoch) }
    }
    for epoch in unwanted where lastUse[epoch].map({ $0 + policy.unloadAfter <= now }) ?? true {
      unload(epoch, "unused")
    }
    await giveBackMemory()
  }

  /// Unloads those longest unused of the epochs that no collection uses, until no more are here than may be.
  func unloadSurplus() {
    for epoch in unwanted.dropLast(policy.maximumOnDemand) { unload(epoch, "too many on demand") }
  }

  /// Epochs that are ready and that no collection uses, the longest unused first.
  private var unwanted: [EpochName] {
    let ready = snapshot.filter { if case .ready = $0.value { !wanted.contains($0.key) } else { false } }
    return ready.keys.sorted { (lastUse[$0] ?? .now) < (lastUse[$1] ?? .now) }
  }

  private func unload(_ epoch: EpochName, _ why: String) {
    guard case .ready(let runtime) = snapshot[epoch] else { return }
    leaving.append(LeavingRuntime(runtime))
    set(epoch, nil)
    log.notice("epoch is unloaded", metadata: ["epoch": "\(epoch)", "why": "\(why)"])
  }

  /// When the last call has let go of something, its memory goes back to the system.
  private func giveBackMemory() async {
    let count = leaving.count
    leaving.removeAll { $0.runtime == nil }
    guard leaving.count < count else { return }
    // Refused only when the program ends, and then all memory goes back.
    _ = try? await loader.run { _ in EpochRuntime.giveBackMemory() }
  }
}
