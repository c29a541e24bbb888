internal import Synchronization
internal import VoiceMessages
package import VoiceRecognition

/// The registry's epochs as the domain sees them. An epoch never changes, so one that was asked for by name is kept.
package final class EpochClient: EpochCatalogue {
  private let upstream: Upstream
  private let known = Mutex<[EpochName: EpochRecord]>([:])

  /// A client of the registry behind `upstream`.
  package init(upstream: Upstream) { self.upstream = upstream }

  /// One epoch; nil is the default one, which is asked for every time. Throws `RecognitionError`.
  package func epoch(_ name: EpochName?) async throws -> EpochRecord {
    if let name, let record = known.withLock({ $0[name] }) { return record }
    var request = RegistryV1.GetEpochRequest()
    request.epoch = name?.value ?? ""
    let response = try await upstream.call(RegistryV1.EpochService.getEpoch, request)
    guard let message = response.epoch else {
      throw RecognitionError(.internal, reason: "EPOCH_ANSWER", "the registry answered without an epoch")
    }
    let record = try EpochRecord(message)
    known.withLock { $0[record.name] = record }
    return record
  }

  /// All epochs, newest first. Throws `RecognitionError`.
  package func epochs() async throws -> [EpochRecord] {
    try await upstream.call(RegistryV1.EpochService.listEpochs, .init()).epochs.map { try EpochRecord($0) }
  }
}
