internal import VoiceMessages
internal import VoiceRPC

/// Calls the registry's promotions; errors say where they come from.
struct PromotionClient: Sendable {
  typealias Service = RegistryV1.PromotionService

  private let channel: Channel

  init(channel: Channel) { self.channel = channel }

  func call<Request, Response>(_ method: UnaryMethod<Request, Response>, _ request: Request) async throws -> Response {
    do {
      return try await channel.call(method, request, options: CallOptions(deadline: .after(.seconds(30))))
    } catch let error as RPCError {
      throw CommandError("\(error.message) (\(error.code), from the registry \(channel.target))")
    }
  }

  /// Those of a collection, or all, newest first.
  func promotions(of collection: String?) async throws -> [RegistryV1.Promotion] {
    var (promotions, token): ([RegistryV1.Promotion], String) = ([], "")
    repeat {
      let page = try await call(
        Service.listPromotions,
        .with {
          ($0.collection, $0.pageSize, $0.pageToken) = (collection ?? "", 1000, token)
        })
      promotions += page.promotions
      token = page.nextPageToken
    } while !token.isEmpty
    return promotions
  }

  /// Who would have to be enrolled anew.
  func speakersWithoutAudio(in collection: String, epoch: String, atMost limit: Int) async throws -> [String] {
    try await speakersWithoutAudio(in: collection, epoch: epoch, size: limit).speakerIds
  }

  /// All who would have to be enrolled anew, a page at a time.
  func speakersWithoutAudio(
    in collection: String, epoch: String, _ deliver: ([String]) throws -> Void
  ) async throws {
    var token = ""
    repeat {
      let page = try await speakersWithoutAudio(in: collection, epoch: epoch, size: 1000, after: token)
      try deliver(page.speakerIds)
      token = page.nextPageToken
    } while !token.isEmpty
  }

  private func speakersWithoutAudio(
    in collection: String, epoch: String, size: Int, after token: String = ""
  ) async throws -> RegistryV1.ListSpeakersWithoutAudioResponse {
    try await call(
      Service.listSpeakersWithoutAudio,
      .with {
        ($0.collection, $0.toEpoch) = (collection, epoch)
        ($0.pageSize, $0.pageToken) = (UInt32(size), token)
      })
  }

  /// Gives every state of a promotion until `body` says that it has seen enough; also over a registry's restart.
  func watch(_ id: String, _ body: @Sendable (RegistryV1.Promotion) throws -> Bool) async throws {
    var failures = 0
    while true {
      do {
        let stream = try channel.call(
          Service.watchPromotion, .with { $0.promotionId = id }, options: CallOptions(waitsForReady: true))
        for try await message in stream {
          failures = 0
          if let promotion = message.promotion, try body(promotion) { return }
        }
        return
      } catch let error as RPCError where error.code == .unavailable && failures < 60 {
        // Nothing here can tell when a registry is back.
        failures += 1
        try await Task.sleep(for: .milliseconds(500))
      } catch let error as RPCError {
        throw CommandError("\(error.message) (\(error.code), from the registry \(channel.target))")
      }
    }
  }
}
