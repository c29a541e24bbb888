internal import VoiceRecognition
internal import VoiceServiceKit

/// The services behind the console.
struct ConsoleUpstreams: Sendable {
  /// A service, or one replica of it, as its health is asked.
  struct Member: Sendable {
    let name: String
    let address: String
    let upstream: Upstream

    /// One for each address of a target.
    static func all(_ name: String, _ target: String) throws -> [Member] {
      try EmbeddingReplicas.addresses(of: target).map { address in
        Member(
          name: name, address: address,
          upstream: try Upstream(name: name, target: address, timeout: .seconds(2)))
      }
    }
  }

  let gateway: Upstream
  let registry: Upstream
  private let maybeTrainer: Upstream?
  let members: [Member]
  /// The embedding replicas.
  let replicas: [Member]

  /// Throws `RPCError` for targets that cannot be.
  init(_ targets: ConsoleConfiguration.Targets) throws {
    gateway = try Upstream(name: "gateway", target: targets.gateway, timeout: targets.timeout)
    registry = try Upstream(name: "registry", target: targets.registry, timeout: targets.timeout)
    maybeTrainer = try targets.trainer.map { try Upstream(name: "trainer", target: $0, timeout: targets.timeout) }
    replicas = try targets.embedding.map { try Member.all("embedding", $0) } ?? []
    members = try Member.all("gateway", targets.gateway) + Member.all("registry", targets.registry)
      + (targets.trainer.map { try Member.all("trainer", $0) } ?? []) + replicas
  }

  /// The trainer. Throws `unavailable` where there is none.
  var trainer: Upstream {
    get throws(RecognitionError) {
      guard let maybeTrainer else {
        throw .unavailable("trainer", "this console knows of no trainer: set upstreams.trainer")
      }
      return maybeTrainer
    }
  }
}
