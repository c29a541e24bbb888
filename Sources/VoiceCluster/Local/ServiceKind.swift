/// A kind of process in a local cluster, in the order of their start.
package enum ServiceKind: String, Sendable, Hashable, Codable, CaseIterable {
  case postgres, registry, feature, embedding, trainer, gateway, console

  /// The services that are programs of ours.
  package static let services: [ServiceKind] = [.registry, .feature, .embedding, .trainer, .gateway, .console]

  /// Name of the program, for services of ours.
  var executable: String { "voiceprint-\(rawValue)" }
}
