internal import Synchronization
internal import VoiceMessages
internal import VoiceRPC

/// Makes the calls of a load with some recordings, one after the other.
final class LoadCaller: Sendable {
  /// People of the load's own are named so, with a number of the run and one of their own behind.
  private static let prefix = "voiceprint-load"

  private let client: GatewayClient
  private let collection: String
  private let recordings: [TypesV1.Audio]
  /// Whom recordings are verified against.
  private let claimed: [String]
  private let run = UInt32.random(in: 0 ... .max)
  private let state = Mutex((calls: 0, enrolled: [String]()))

  /// Looks up whom to verify against if `mix` asks for it. Throws when the collection has nobody.
  init(_ client: GatewayClient, collection: String, recordings: [String], mix: LoadMix) async throws {
    (self.client, self.collection) = (client, collection)
    self.recordings = try recordings.map { try .file($0) }
    var claimed: [String] = []
    if mix.contains(.verify) {
      let request = GatewayV1.ListSpeakersRequest.with { ($0.collection, $0.pageSize) = (collection, 1000) }
      claimed = try await client.call(GatewayClient.Service.listSpeakers, request).speakers.map(\.speakerId)
      if claimed.isEmpty {
        throw CommandError("nobody is enrolled in '\(collection)': verify needs somebody; see `voiceprint register`")
      }
    }
    self.claimed = claimed
  }

  /// Makes a call; gives the status code of its failure.
  func call(_ kind: LoadMix.Kind) async -> String? {
    do {
      let number = state.withLock { state in
        state.calls += 1
        return state.calls - 1
      }
      try await make(kind, number: number)
      return nil
    } catch let error as GatewayError {
      return "\(error.code)"
    } catch { return "\(error)" }
  }

  /// Deletes whom the load has enrolled. Throws the first failure.
  func cleanUp() async throws {
    for speaker in state.withLock({ $0.enrolled }) {
      _ = try await client.call(
        GatewayClient.Service.deleteSpeaker, .with { ($0.collection, $0.speakerId) = (collection, speaker) })
    }
  }

  private func make(_ kind: LoadMix.Kind, number: Int) async throws {
    let audio = recordings[number % recordings.count]
    switch kind {
    case .identify:
      let request = GatewayV1.IdentifyRequest.with {
        ($0.collection, $0.audio, $0.topK) = (collection, audio, 3)
      }
      _ = try await client.call(GatewayClient.Service.identify, request)
    case .verify:
      let request = GatewayV1.VerifyRequest.with {
        ($0.collection, $0.audio, $0.speakerId) = (collection, audio, claimed[number % claimed.count])
      }
      _ = try await client.call(GatewayClient.Service.verify, request)
    case .contrast:
      let other = recordings[(number / recordings.count) % recordings.count]
      let request = GatewayV1.ContrastRequest.with { ($0.first, $0.second) = (audio, other) }
      _ = try await client.call(GatewayClient.Service.contrast, request)
    case .embed: _ = try await client.call(GatewayClient.Service.embed, .with { $0.audio = audio })
    case .enroll:
      let speaker = "\(Self.prefix)-\(run)-\(number)"
      let request = GatewayV1.EnrollRequest.with {
        ($0.collection, $0.speakerId, $0.audios) = (collection, speaker, [audio])
      }
      _ = try await client.call(GatewayClient.Service.enroll, request)
      state.withLock { $0.enrolled.append(speaker) }
    }
  }
}
