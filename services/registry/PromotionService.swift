internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit
internal import VoiceStorage

/// Promotions on the wire.
struct PromotionService: RPCService {
  typealias Service = RegistryV1.PromotionService

  let promotions: PromotionStore

  func register(with router: inout Router) {
    router.handle(Service.startPromotion) { request, _ in
      let promotion = try await promotions.start(
        PromotionPlan(request), for: LeasedJob(request.lease), validateOnly: request.validateOnly)
      return .with { $0.promotion = .init(promotion) }
    }
    router.handle(Service.getPromotion) { request, _ in
      let promotion = try await promotions.promotion(request.promotionId)
      return .with { $0.promotion = .init(promotion) }
    }
    router.handle(Service.cancelPromotion) { request, _ in
      let promotion = try await promotions.cancel(request.promotionId)
      return .with { $0.promotion = .init(promotion) }
    }
    router.handle(Service.rollback) { request, _ in
      let policy = try UnretainedPolicy(request.unretainedPolicy)
      let promotion = try await promotions.rollBack(request.promotionId, policy: policy)
      return .with { $0.promotion = .init(promotion) }
    }
    registerListings(with: &router)
  }

  private func registerListings(with router: inout Router) {
    router.handle(Service.listPromotions) { request, _ in
      let page = try await promotions.promotions(
        of: request.collection.isEmpty ? nil : CollectionName(request.collection),
        PageRequest(size: request.pageSize, token: request.pageToken))
      return .with {
        $0.promotions = page.elements.map { .init($0) }
        $0.nextPageToken = page.nextToken
      }
    }
    router.handle(Service.listSpeakersWithoutAudio) { request, _ in
      let page = try await promotions.speakersWithoutAudio(
        in: CollectionName(request.collection), epoch: EpochName.optional(request.toEpoch, field: "to_epoch"),
        PageRequest(size: request.pageSize, token: request.pageToken))
      return .with {
        $0.speakerIds = page.elements.map(\.value)
        $0.nextPageToken = page.nextToken
      }
    }
    router.handle(Service.watchPromotion) { request, writer, _ in
      let isWhole = try await promotions.watch(request.promotionId) { promotion in
        try await writer.write(.with { $0.promotion = .init(promotion) })
      }
      if isWhole { return }
      try Task.checkCancellation()
      throw RecognitionError.unavailable("registry", "the registry is being shut down: watch another replica")
    }
  }

  func serverWillStop() { promotions.endWatching() }
}
