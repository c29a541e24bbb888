internal import VoiceMessages
package import VoiceRecognition

/// Who calls a service, as the last part of the identity in its certificate says.
package enum CallerIdentity: String, Sendable, Hashable, CaseIterable {
  case gateway, feature, embedding, registry, trainer, console
  /// The commands of people who run the cluster.
  case `operator`

  /// Whether it asks callers of its own who they are, and is believed what they said.
  package var asksOthers: Bool { self == .gateway || self == .console }

  /// The one that a certificate names, `spiffe://<trust domain>/<service>`; nil for any other name.
  package init?(_ name: String?, in trustDomain: String) {
    let prefix = "spiffe://\(trustDomain)/"
    guard let name, name.hasPrefix(prefix) else { return nil }
    self.init(rawValue: String(name.dropFirst(prefix.count)))
  }
}

/// The one table of who may call what. A method without a row is nobody's, and a test fails.
package enum MethodTable {
  /// Who may call a method.
  package struct Row: Sendable, Hashable {
    /// The scope that a caller's key needs, where callers have keys.
    package let scope: AccessScope
    /// Whose certificate is let in, where callers have certificates; nil for everybody's.
    package let callers: Set<CallerIdentity>?

    fileprivate init(_ scope: AccessScope, _ callers: Set<CallerIdentity>?) {
      (self.scope, self.callers) = (scope, callers)
    }
  }

  /// The row of a method by its path, as "/voiceprint.gateway.v1.GatewayService/Identify".
  package static func row(of path: String) -> Row? { rows[path] }

  /// Whether a method is everybody's: health and reflection.
  package static func isOpen(_ path: String) -> Bool {
    path.hasPrefix("/grpc.health.v1.Health/") || path.hasPrefix("/grpc.reflection.v1.ServerReflection/")
      || path.hasPrefix("/grpc.reflection.v1alpha.ServerReflection/")
  }

  /// Every method with its row.
  package static let rows: [String: Row] = {
    let all = gateway + inner + registry + keys + epochs + promotions + trainer
    return Dictionary(uniqueKeysWithValues: all)
  }()

  private typealias Rows = [(String, Row)]

  /// The public door: keys say who may do what; a certificate, where one is asked for, only that it is one of ours.
  private static let gateway: Rows = {
    typealias Service = GatewayV1.GatewayService
    return [
      (Service.embed.path, Row(.recognize, nil)),
      (Service.contrast.path, Row(.recognize, nil)),
      (Service.verify.path, Row(.recognize, nil)),
      (Service.identify.path, Row(.recognize, nil)),
      (Service.identifyStream.path, Row(.recognize, nil)),
      (Service.getCollection.path, Row(.recognize, nil)),
      (Service.listCollections.path, Row(.recognize, nil)),
      (Service.enroll.path, Row(.enroll, nil)),
      (Service.getSpeaker.path, Row(.enroll, nil)),
      (Service.listSpeakers.path, Row(.enroll, nil)),
      (Service.deleteSpeaker.path, Row(.enroll, nil)),
      (Service.deleteUtterance.path, Row(.enroll, nil)),
      (Service.getRecording.path, Row(.admin, nil)),
      (Service.createCollection.path, Row(.admin, nil)),
      (Service.deleteCollection.path, Row(.admin, nil)),
    ]
  }()

  private static let inner: Rows = [
    (FeatureV1.FeatureService.extract.path, Row(.recognize, [.gateway, .trainer])),
    (FeatureV1.FeatureService.extractBatch.path, Row(.recognize, [.gateway, .trainer])),
    (FeatureV1.FeatureService.extractStream.path, Row(.recognize, [.gateway, .trainer])),
    (EmbeddingV1.EmbeddingService.embed.path, Row(.recognize, [.gateway, .trainer])),
    (EmbeddingV1.EmbeddingService.listEpochs.path, Row(.promote, [.trainer, .console, .operator])),
    (EmbeddingV1.EmbeddingService.watchEpochs.path, Row(.promote, [.trainer, .console, .operator])),
  ]

  private static let registry: Rows = {
    typealias Service = RegistryV1.RegistryService
    return [
      (Service.createCollection.path, Row(.admin, [.gateway])),
      // A trainer asks which epoch a collection has before it promotes.
      (Service.getCollection.path, Row(.recognize, [.gateway, .trainer])),
      (Service.listCollections.path, Row(.recognize, [.gateway])),
      (Service.deleteCollection.path, Row(.admin, [.gateway])),
      (Service.enroll.path, Row(.enroll, [.gateway])),
      (Service.getSpeaker.path, Row(.enroll, [.gateway])),
      (Service.listSpeakers.path, Row(.enroll, [.gateway])),
      (Service.deleteSpeaker.path, Row(.enroll, [.gateway])),
      (Service.deleteUtterance.path, Row(.enroll, [.gateway])),
      (Service.getRecording.path, Row(.admin, [.gateway])),
      (Service.search.path, Row(.recognize, [.gateway])),
      (Service.verify.path, Row(.recognize, [.gateway])),
    ]
  }()

  /// Gateway and console look up the keys that they are shown; they are made and revoked on the database itself.
  private static let keys: Rows = [
    (RegistryV1.AccessService.getKey.path, Row(.admin, [.gateway, .console])),
    (RegistryV1.AccessService.markKeyUsed.path, Row(.admin, [.gateway])),
  ]

  private static let epochs: Rows = {
    typealias Service = RegistryV1.EpochService
    return [
      (Service.publishEpoch.path, Row(.promote, [.trainer, .operator])),
      (Service.fetchEpoch.path, Row(.promote, [.embedding, .trainer, .operator])),
      (Service.getEpoch.path, Row(.recognize, [.gateway, .embedding, .trainer, .console, .operator])),
      (Service.listEpochs.path, Row(.recognize, [.gateway, .embedding, .trainer, .console, .operator])),
      (Service.watchEpochs.path, Row(.promote, [.embedding])),
    ]
  }()

  private static let promotions: Rows = {
    typealias Service = RegistryV1.PromotionService
    let people: Set<CallerIdentity> = [.console, .operator]
    return [
      // A trainer begins the promotion of a network that turned out to be better.
      (Service.startPromotion.path, Row(.promote, people.union([.trainer]))),
      (Service.listPromotions.path, Row(.promote, people.union([.trainer]))),
      (Service.getPromotion.path, Row(.promote, people)),
      (Service.watchPromotion.path, Row(.promote, people)),
      (Service.cancelPromotion.path, Row(.promote, people)),
      (Service.rollback.path, Row(.promote, people)),
      (Service.listSpeakersWithoutAudio.path, Row(.promote, people)),
    ]
  }()

  private static let trainer: Rows = {
    typealias Service = TrainerV1.TrainerService
    let people: Set<CallerIdentity> = [.console, .operator]
    return [
      (Service.findMissingContents.path, Row(.train, people)),
      (Service.pushDataset.path, Row(.train, people)),
      (Service.listDatasets.path, Row(.train, people)),
      (Service.deleteDataset.path, Row(.train, people)),
      (Service.submitJob.path, Row(.train, people)),
      (Service.getJob.path, Row(.train, people)),
      (Service.listJobs.path, Row(.train, people)),
      (Service.cancelJob.path, Row(.train, people)),
      (Service.watchJob.path, Row(.train, people)),
      (Service.evaluate.path, Row(.train, people)),
    ]
  }()
}
