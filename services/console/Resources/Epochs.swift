internal import FoundationEssentials
internal import Hummingbird
internal import VoiceMessages
internal import VoiceServiceKit

/// The networks that the registry keeps.
struct Epochs: Sendable {
  private typealias Service = RegistryV1.EpochService
  let upstreams: ConsoleUpstreams

  func add(to routes: Routes) {
    routes.on(.get, "epochs") { _ in
      let answer = try await upstreams.registry.call(Service.listEpochs, .init())
      return Response(json: ["epochs": answer.epochs.map { EpochAnswer($0, manifest: nil) }])
    }
    routes.on(.get, "epochs/:epoch") { call in
      let name = try call.name("epoch")
      let answer = try await upstreams.registry.call(Service.getEpoch, .with { $0.epoch = name })
      let epoch = answer.epoch ?? .init()
      let manifest = try JSON.read(AnyJSON.self, from: Data(epoch.manifestJson.utf8))
      return Response(json: EpochAnswer(epoch, manifest: manifest))
    }
  }
}

struct EpochAnswer: Encodable, Sendable {
  struct FrontEnd: Encodable, Sendable {
    let featureMethod: String
    let methodArgs: [String: String]
    let sampleRateHz: UInt32
    let useDbNormalization: Bool
    let targetDb: Double
    let doVad: Bool
  }

  struct Provenance: Encodable, Sendable {
    let parentEpoch: String?
    let jobId: String?
    let evaluation: Evaluation?
  }

  struct Evaluation: Encodable, Sendable {
    struct OperatingPoint: Encodable, Sendable {
      let falseAcceptRate: Double
      let threshold: Double
    }
    let dataset: String
    let list: String
    let targetTrials: UInt64
    let impostorTrials: UInt64
    let eer: Double
    let eerLow: Double
    let eerHigh: Double
    let minDcf: Double
    let operatingPoints: [OperatingPoint]
  }

  let epoch: String
  let fingerprint: String
  let frontEnd: FrontEnd?
  let embeddingSize: UInt32
  let threshold: Double
  let isDefault: Bool
  let inUse: Bool
  let createTime: String?
  let provenance: Provenance?
  /// As it was published.
  let manifest: AnyJSON?

  init(_ message: RegistryV1.Epoch, manifest: AnyJSON?) {
    (epoch, fingerprint) = (message.epoch, message.fingerprint)
    frontEnd = message.frontEnd.map { end in
      FrontEnd(
        featureMethod: end.featureMethod, methodArgs: end.methodArgs, sampleRateHz: end.sampleRateHz,
        useDbNormalization: end.useDbNormalization, targetDb: end.targetDb, doVad: end.doVad)
    }
    (embeddingSize, threshold) = (message.embeddingSize, message.threshold)
    (isDefault, inUse, createTime) = (message.isDefault, message.inUse, message.createTime?.text)
    provenance = message.provenance.map { provenance in
      Provenance(
        parentEpoch: provenance.parentEpoch.orNil, jobId: provenance.jobId.orNil,
        evaluation: provenance.evaluation.map(Evaluation.init))
    }
    self.manifest = manifest
  }
}

extension EpochAnswer.Evaluation {
  init(_ message: RegistryV1.EpochEvaluation) {
    (dataset, list) = (message.dataset, message.list)
    (targetTrials, impostorTrials) = (message.targetTrials, message.impostorTrials)
    (eer, eerLow, eerHigh, minDcf) = (message.eer, message.eerLow, message.eerHigh, message.minDcf)
    operatingPoints = message.operatingPoints.map {
      OperatingPoint(falseAcceptRate: $0.falseAcceptRate, threshold: $0.threshold)
    }
  }
}
