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
    static func all(_ name: String, _ target: String, _ security: UpstreamSecurity) throws -> [Member] {
      try EmbeddingReplicas.addresses(of: target).map { address in
        Member(
          name: name, address: address,
          upstream: try Upstream(
            name: name, target: address, timeout: .seconds(2), tls: try security.options(for: name)))
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
  init(_ targets: ConsoleConfiguration.Targets, security: UpstreamSecurity = .plaintext) throws {
    func upstream(_ name: String, _ target: String) throws -> Upstream {
      try Upstream(name: name, target: target, timeout: targets.timeout, tls: try security.options(for: name))
    }
    gateway = try upstream("gateway", targets.gateway)
    registry = try upstream("registry", targets.registry)
    maybeTrainer = try targets.trainer.map { try upstream("trainer", $0) }
    replicas = try targets.embedding.map { try Member.all("embedding", $0, security) } ?? []
    members = try Member.all("gateway", targets.gateway, security)
      + Member.all("registry", targets.registry, security)
      + (targets.trainer.map { try Member.all("trainer", $0, security) } ?? []) + replicas
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
