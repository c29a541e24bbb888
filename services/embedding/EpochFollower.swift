internal import Logging
internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

/// Follows the registry's epochs and has those in use loaded before anybody asks for them.
struct EpochFollower: Sendable {
  let upstream: Upstream
  let store: EpochStore
  let log: Logger

  /// Follows until the task is cancelled; `ready` is called once the epochs of the first answer were tried.
  func run(ready: @Sendable () async -> Void) async {
    var delay = Duration.milliseconds(100)
    while !Task.isCancelled {
      do {
        let stream = try await upstream.call(
          RegistryV1.EpochService.watchEpochs, .init(), timeout: nil)
        for try await message in stream {
          delay = .milliseconds(100)
          await store.want(Self.wanted(message.epochs))
          await ready()
        }
      } catch is CancellationError {
        return
      } catch {
        log.warning("the registry's epochs cannot be followed now", metadata: ["error": "\(error)"])
      }
      // Backing off, not waiting for an event: nothing here can tell when the registry is back.
      try? await Task.sleep(for: delay)
      delay = min(delay * 2, .seconds(5))
    }
  }

  private static func wanted(_ epochs: [RegistryV1.Epoch]) -> Set<EpochName> {
    Set(epochs.filter { $0.inUse || $0.isDefault }.compactMap { try? EpochName($0.epoch) })
  }
}
