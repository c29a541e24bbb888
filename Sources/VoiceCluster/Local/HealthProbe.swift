internal import VoiceMessages
package import VoiceRPC

/// Asks services how they are, by grpc.health.v1.
package enum HealthProbe {
  /// Returns when the service says that it serves. Throws `notReady` when it does not in time.
  static func awaitServing(_ target: String, tls: TLSClientOptions? = nil, patience: Duration) async throws {
    let channel = try Channel(target, options: .over(tls))
    let options = CallOptions(deadline: .after(patience), waitsForReady: true)
    var last = "no answer"
    do {
      for try await answer in try channel.call(GRPCHealthV1.Health.watch, .init(), options: options) {
        if answer.status == .serving { return }
        last = name(of: answer.status)
      }
    } catch let error as RPCError where error.code != .cancelled {
      throw ClusterError(.notReady, "\(target) does not serve (\(last)): \(error.message)")
    } catch is RPCError { throw CancellationError() }
    throw ClusterError(.notReady, "\(target) stopped telling its health (\(last))")
  }

  /// Its health in a word, `UNREACHABLE` when it does not answer.
  package static func ask(_ target: String, tls: TLSClientOptions? = nil) async -> String {
    do {
      let answer = try await Channel(target, options: .over(tls)).call(
        GRPCHealthV1.Health.check, .init(), options: CallOptions(deadline: .after(.seconds(2))))
      return name(of: answer.status)
    } catch { return "UNREACHABLE" }
  }

  /// The epochs that an embedding service can use now; nil when it does not say.
  static func epochs(_ target: String, tls: TLSClientOptions?) async -> [String]? {
    let answer = try? await Channel(target, options: .over(tls)).call(
      EmbeddingV1.EmbeddingService.listEpochs, .init(), options: CallOptions(deadline: .after(.seconds(2))))
    return answer?.epochs.filter { $0.state == .ready }.map(\.epoch)
  }

  private static func name(of status: GRPCHealthV1.HealthCheckResponse.ServingStatus) -> String {
    switch status {
    case .serving: "SERVING"
    case .notServing: "NOT_SERVING"
    case .serviceUnknown: "SERVICE_UNKNOWN"
    default: "UNKNOWN"
    }
  }
}

extension ChannelOptions {
  /// The defaults, over TLS or in plain text.
  package static func over(_ tls: TLSClientOptions?) -> ChannelOptions {
    var options = ChannelOptions()
    options.tls = tls
    return options
  }
}
