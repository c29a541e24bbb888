internal import FoundationEssentials
internal import Glibc
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

  private let publicDoor: Upstream
  let registry: GuardedUpstream
  private let maybeTrainer: GuardedUpstream?
  let members: [Member]
  /// The embedding replicas.
  let replicas: [Member]
  /// Finds out what keys are good for.
  let keyCheck: KeyCheck

  /// Throws `RPCError` for targets that cannot be.
  init(_ targets: ConsoleConfiguration.Targets, security: UpstreamSecurity = .plaintext) throws {
    func upstream(_ name: String, _ target: String, key: String? = nil) throws -> Upstream {
      try Upstream(name: name, target: target, timeout: targets.timeout, tls: try security.options(for: name), key: key)
    }
    publicDoor = try upstream("gateway", targets.gateway, key: try targets.gatewayKeyFile.map { try Self.key(in: $0) })
    let keys = try upstream("registry", targets.registry)
    registry = GuardedUpstream(keys)
    keyCheck = KeyCheck(gateway: publicDoor, registry: keys)
    maybeTrainer = try targets.trainer.map { GuardedUpstream(try upstream("trainer", $0)) }
    replicas = try targets.embedding.map { try Member.all("embedding", $0, security) } ?? []
    members = try Member.all("gateway", targets.gateway, security)
      + Member.all("registry", targets.registry, security)
      + (targets.trainer.map { try Member.all("trainer", $0, security) } ?? []) + replicas
  }

  /// The key in a file, one line. Says what is wrong with the file, and throws `ServiceExit.configuration`.
  private static func key(in file: String) throws -> String {
    let words = (try? String(contentsOfFile: file, encoding: .utf8))?.split(whereSeparator: \.isWhitespace) ?? []
    guard words.count == 1, words[0].utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      let text = Array("upstreams.gateway_key_file: \(file) holds no key, or cannot be read\n".utf8)
      _ = write(STDERR_FILENO, text, text.count)
      throw ServiceExit.configuration
    }
    return String(words[0])
  }

  /// The gateway as who is signed in calls it, else with the console's own key, if it has one.
  var gateway: Upstream { Visitor.current.map { publicDoor.showing(key: $0.key) } ?? publicDoor }

  /// The trainer. Throws `unavailable` where there is none.
  var trainer: GuardedUpstream {
    get throws(RecognitionError) {
      guard let maybeTrainer else {
        throw .unavailable("trainer", "this console knows of no trainer: set upstreams.trainer")
      }
      return maybeTrainer
    }
  }
}
