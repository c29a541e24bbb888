internal import FoundationEssentials
internal import VoiceMessages
internal import VoiceRPC

/// A client of a Voiceprint gateway: enrols people and recognises them by their voice.
///
/// Its methods throw ``VoiceprintError``. Calls that the service could not take in are tried again within the timeout,
/// apart from those that delete.
public struct Voiceprint: Sendable {
  private typealias Service = GatewayV1.GatewayService

  private let channel: Channel
  private let collection: String
  private let timeout: Duration
  private let metadata: Metadata

  /// A client of the gateway at `target`, a gRPC target as `127.0.0.1:50051` or `dns:///gateway.example:443`.
  ///
  /// With `tls` the gateway must show a certificate that the system trusts, or `roots`, PEM. `apiKey` is what
  /// `voiceprint keys create` has printed, for a gateway that asks for one.
  public init(
    _ target: String, collection: String = "default", timeout: Duration = .seconds(30), tls: Bool = false,
    roots: String? = nil, apiKey: String? = nil
  ) throws(VoiceprintError) {
    var options = ChannelOptions()
    options.serviceConfig = ServiceConfig.json
    options.maxReceivedMessageBytes = 64 << 20
    if tls || roots != nil { options.tls = TLSClientOptions(roots: roots) }
    do { channel = try Channel(target, options: options) } catch { throw VoiceprintError(error) }
    if apiKey != nil, channel.isReadOnTheWay {
      throw VoiceprintError(
        .invalidArgument, reason: "KEY_IN_PLAIN_TEXT", "everybody on the way to \(target) could read the key: use TLS")
    }
    (self.collection, self.timeout) = (collection, timeout)
    metadata = apiKey.map { ["authorization": "Bearer \($0)"] } ?? [:]
  }

  /// Enrols a person with one or more recordings, all of them or none; gives the person afterwards.
  ///
  /// The same `requestID` within a day enrols once, so that it may be called again when its answer was lost; without
  /// one, each call has its own.
  @discardableResult
  public func enroll(
    _ speaker: String, _ recordings: [Recording], displayName: String? = nil, labels: [String: String] = [:],
    requestID: String? = nil
  ) async throws(VoiceprintError) -> Person {
    let answer = try await call(
      Service.enroll,
      .with {
        ($0.collection, $0.speakerId, $0.audios) = (collection, speaker, recordings.map(\.audio))
        ($0.displayName, $0.labels, $0.requestId) = (displayName, labels, requestID ?? UUID().uuidString)
      })
    return Person(answer.speaker ?? .init())
  }

  /// Who of the collection it is, if anybody; at most `candidates` are named.
  public func identify(
    _ recording: Recording, threshold: Double? = nil, candidates: Int = 5
  ) async throws(VoiceprintError) -> Identification {
    Identification(
      try await call(
        Service.identify,
        .with {
          ($0.collection, $0.audio, $0.threshold) = (collection, recording.audio, threshold)
          $0.topK = UInt32(clamping: candidates)
        }))
  }

  /// Whether the voice is that of the person it is said to be of.
  public func verify(
    _ recording: Recording, as speaker: String, threshold: Double? = nil
  ) async throws(VoiceprintError) -> Comparison {
    let answer = try await call(
      Service.verify,
      .with {
        ($0.collection, $0.speakerId, $0.audio, $0.threshold) = (collection, speaker, recording.audio, threshold)
      })
    return Comparison(answer.decision, score: answer.score, threshold: answer.threshold, epoch: answer.epoch)
  }

  /// Whether two recordings are of one person.
  public func contrast(
    _ first: Recording, _ second: Recording, threshold: Double? = nil
  ) async throws(VoiceprintError) -> Comparison {
    let answer = try await call(
      Service.contrast,
      .with { ($0.first, $0.second, $0.threshold) = (first.audio, second.audio, threshold) })
    return Comparison(answer.decision, score: answer.score, threshold: answer.threshold, epoch: answer.epoch)
  }

  /// The voiceprint of a recording, of the default epoch unless another is named.
  public func embed(_ recording: Recording, epoch: String = "") async throws(VoiceprintError) -> Embedding {
    let answer = try await call(Service.embed, .with { ($0.audio, $0.epoch) = (recording.audio, epoch) })
    return Embedding(values: answer.embedding?.values ?? [], epoch: answer.embedding?.epoch ?? "")
  }

  /// Everybody of the collection, by identifier.
  public func people() async throws(VoiceprintError) -> [Person] {
    var (people, token): ([Person], String) = ([], "")
    repeat {
      let page = try await call(
        Service.listSpeakers, .with { ($0.collection, $0.pageSize, $0.pageToken) = (collection, 1000, token) })
      people += page.speakers.map(Person.init)
      token = page.nextPageToken
    } while !token.isEmpty
    return people
  }

  /// One person of the collection; nil if nobody has that identifier.
  public func person(_ speaker: String) async throws(VoiceprintError) -> Person? {
    do {
      let answer = try await call(
        Service.getSpeaker, .with { ($0.collection, $0.speakerId) = (collection, speaker) })
      return answer.speaker.map(Person.init)
    } catch where error.code == .notFound { return nil }
  }

  /// Deletes a person with all recordings and voiceprints.
  public func delete(_ speaker: String) async throws(VoiceprintError) {
    _ = try await call(Service.deleteSpeaker, .with { ($0.collection, $0.speakerId) = (collection, speaker) })
  }

  private func call<Request, Response>(
    _ method: UnaryMethod<Request, Response>, _ request: Request
  ) async throws(VoiceprintError) -> Response {
    do {
      return try await channel.call(
        method, request, options: CallOptions(metadata: metadata, deadline: .after(timeout)))
    } catch let error as RPCError {
      throw VoiceprintError(error)
    } catch { throw VoiceprintError(.cancelled, reason: "CANCELLED", "the call was cancelled") }
  }
}
