internal import Synchronization
internal import VoiceMessages
package import VoiceRecognition

/// Asks every embedding replica of a gRPC target what it holds.
///
/// A target of addresses (`ipv4:a:1,b:2`) is asked address by address; of a name (`dns:///embedding:50053`) every
/// address that it has at the moment, as a headless service of Kubernetes has one for each replica.
package final class EmbeddingReplicas: ReplicaObserving {
  private let target: String
  private let timeout: Duration
  private let security: UpstreamSecurity
  /// Clients by address. Those of addresses that a name has lost go.
  private let clients = Mutex<[String: Upstream]>([:])

  /// The replicas of a target. Throws `RPCError` for one that cannot be.
  package init(target: String, timeout: Duration, security: UpstreamSecurity = .plaintext) throws {
    (self.target, self.security) = (target, security)
    self.timeout = min(timeout, .seconds(5))
    _ = try clients(of: Self.addresses(of: target))
  }

  /// How many replicas answer and are ready for an epoch; who does not answer does not live. Throws `unavailable` for a
  /// name that cannot be looked up.
  package func readiness(of epoch: EpochName) async throws(RecognitionError) -> ReplicaReadiness {
    let addresses = try await HostName(target: target)?.addresses() ?? Self.addresses(of: target)
    let replicas: [Upstream]
    do { replicas = try clients(of: addresses) } catch {
      throw .unavailable("embedding", "no channel to \(target): \(error)")
    }
    return await withTaskGroup(of: ReplicaReadiness?.self) { group in
      for replica in replicas { group.addTask { await Self.readiness(of: epoch, at: replica) } }
      var whole = ReplicaReadiness(live: 0, ready: 0)
      for await case let one? in group {
        whole.live += 1
        whole.ready += one.ready
        whole.refused += one.refused
      }
      return whole
    }
  }

  private func clients(of addresses: [String]) throws -> [Upstream] {
    try clients.withLock { clients in
      var kept: [String: Upstream] = [:]
      for address in addresses {
        kept[address] = try clients[address]
          ?? Upstream(
            name: "embedding \(address)", target: address, timeout: timeout,
            tls: try security.options(for: "embedding"))
      }
      clients = kept
      return Array(kept.values)
    }
  }

  /// Nil for a replica that does not answer.
  private static func readiness(of epoch: EpochName, at replica: Upstream) async -> ReplicaReadiness? {
    let answer: EmbeddingV1.ListEpochsResponse
    do { answer = try await replica.call(EmbeddingV1.EmbeddingService.listEpochs, .init()) } catch { return nil }
    guard let found = answer.epochs.first(where: { $0.epoch == epoch.value }) else {
      return ReplicaReadiness(live: 1, ready: 0)
    }
    switch found.state {
    case .ready: return ReplicaReadiness(live: 1, ready: 1)
    case .refused:
      let refusal = ReplicaReadiness.Refusal(replica: replica.name, reason: found.reason)
      return ReplicaReadiness(live: 1, ready: 0, refused: [refusal])
    default: return ReplicaReadiness(live: 1, ready: 0)
    }
  }

  /// Each address of a target of several as a target of its own.
  package static func addresses(of target: String) -> [String] {
    for scheme in ["ipv4:", "ipv6:", "unix:"] where target.hasPrefix(scheme) {
      return target.dropFirst(scheme.count).split(separator: ",").map { scheme + $0 }
    }
    return [target]
  }
}
