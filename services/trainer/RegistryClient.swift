internal import FoundationEssentials
internal import Logging
internal import VoiceConcurrency
internal import VoiceEpochs
internal import VoiceMessages
internal import VoiceModels
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit

/// The registry as the trainer needs it: networks to begin with, a place for new epochs, and promotions to begin.
struct RegistryClient: Sendable {
  private let upstream: Upstream
  private let epochs: EpochClient
  private let publisher: EpochPublisher
  private let files: ComputePool
  private let log: Logger

  /// Bundles are written and read on the threads of `files`. Throws `RPCError` for a target that cannot be.
  init(target: String, security: UpstreamSecurity = .plaintext, files: ComputePool, log: Logger) throws {
    var options = ChannelOptions()
    options.tls = try security.options(for: "registry")
    upstream = try Upstream(name: "registry", target: target, tls: options.tls)
    epochs = EpochClient(upstream: upstream)
    publisher = EpochPublisher(channel: try Channel(target, options: options))
    (self.files, self.log) = (files, log)
  }

  /// An epoch's manifest. Throws `RecognitionError`.
  func manifest(of epoch: EpochName) async throws -> EpochManifest { try await epochs.epoch(epoch).manifest }

  /// Fetches an epoch into a folder of its name inside `folder`. Throws `RecognitionError`.
  func bundle(of epoch: EpochName, in folder: String) async throws -> EpochBundle {
    try await EpochFetcher(upstream: upstream, cache: URL(filePath: folder), files: files, log: log).bundle(of: epoch)
  }

  /// Publishes the bundle of an epoch in a folder as the candidate of a job: nothing uses it before somebody promotes
  /// it. What the registry has already stays as it is. Gives its name. Throws `aborted` (`LEASE_LOST`) when the job is
  /// another's.
  func publish(_ folder: String, provenance: EpochProvenance, for leased: LeasedJob) async throws -> EpochName {
    try await publisher.publish(folder, provenance: provenance, for: leased).name
  }

  /// The epoch of a collection. Throws `notFound` if there is none of that name.
  func epoch(of collection: CollectionName) async throws -> EpochName {
    let answer = try await upstream.call(
      RegistryV1.RegistryService.getCollection, .with { $0.collection = collection.value })
    return try EpochName(answer.collection?.epoch ?? "")
  }

  /// Begins a promotion, or finds the one of the same epoch that is under way. Gives its identifier. Throws `aborted`
  /// (`LEASE_LOST`) when the job is another's.
  func promote(_ plan: PromotionPlan, for leased: LeasedJob) async throws -> String {
    typealias Service = RegistryV1.PromotionService
    do {
      var request = RegistryV1.StartPromotionRequest(plan)
      request.lease = RegistryV1.JobLease(leased)
      return try await upstream.call(Service.startPromotion, request).promotion?.promotionId ?? ""
    } catch let error as RecognitionError where error.code == .failedPrecondition {
      // This job may have begun it before its trainer was lost.
      let latest = try await upstream.call(
        Service.listPromotions, .with { ($0.collection, $0.pageSize) = (plan.collection.value, 1) })
      guard let promotion = latest.promotions.first, promotion.toEpoch == plan.toEpoch.value else { throw error }
      return promotion.promotionId
    }
  }
}
