import FoundationEssentials
import Testing
import VoiceModels
import VoiceNN
import VoiceTensor

/// Losses and classifiers of mvector 1.0.5 and 1.1.1: values, logits and gradients.
@Suite("Losses equal mvector's")
struct LossGoldenTests {
  /// What the index says of a case.
  struct Case: Sendable, CustomTestStringConvertible {
    var file: String
    var name: String
    var loss: String
    var isLinear: Bool
    var arguments: [String: Double]
    var marginType: String?
    var value: Double
    var testDescription: String { "\(file) \(name)" }
    var isFirst: Bool { file == "losses" }
  }

  static let all: [Case] = ["losses", "losses_v111"].flatMap { file -> [Case] in
    guard let index = Golden.path("index.json"), let data = try? Data(contentsOf: URL(filePath: index)),
      let entries = try? JSONDecoder().decode([String: Entry].self, from: data),
      let cases = entries["\(file).safetensors"]?.cases
    else { return [] }
    return cases.sorted { $0.key < $1.key }.map { name, facts in
      Case(
        file: file, name: name, loss: facts.loss, isLinear: facts.classifier == "Linear",
        arguments: facts.args?.numbers ?? [:], marginType: facts.args?.marginType, value: facts.value)
    }
  }

  private struct Entry: Decodable {
    struct Facts: Decodable {
      var loss: String
      var classifier: String
      var args: Arguments?
      var value: Double
    }
    struct Arguments: Decodable {
      var numbers: [String: Double] = [:]
      var marginType: String?
      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in container.allKeys {
          if let truth = try? container.decode(Bool.self, forKey: key) {
            numbers[key.stringValue] = truth ? 1 : 0
          } else if let number = try? container.decode(Double.self, forKey: key) {
            numbers[key.stringValue] = number
          } else {
            marginType = try container.decode(String.self, forKey: key)
          }
        }
      }
    }
    struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init?(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }
    var cases: [String: Facts]?
    init(from decoder: any Decoder) throws {
      cases = try? decoder.container(keyedBy: Key.self).decode([String: Facts].self, forKey: Key(stringValue: "cases")!)
    }
  }

  @Test("Value, logits and gradients", arguments: all)
  func equals(_ golden: Case) throws {
    let file = try Safetensors(contentsOf: URL(filePath: try #require(Golden.path("\(golden.file).safetensors"))))
    func tensor(_ name: String) throws -> Tensor { Tensor(try #require(file.tensors[name], "\(name)")) }
    let registry = LayerRegistry()
    let (kind, centres) = golden.classifier
    let classifier = SpeakerClassifier(
      registry.root("1"), kind, .init(inputs: 12, speakers: 10, centres: centres))
    var loss = golden.speakerLoss(registry.root)
    if golden.name.contains("upd") { loss.margin = 0.35 }

    var stored: [String: StoredTensor] = [:]
    let prefix = golden.weights(kind)
    for parameter in registry.parameters where parameter.path.hasPrefix("1.") {
      let weights: StoredTensor = try #require(file.tensors[prefix + String(parameter.path.dropFirst(2))])
      stored[parameter.path] = weights
    }
    if registry.parameters.contains(where: { $0.path == SpeakerLoss.biasPath }) {
      let bias: Float = golden.name.contains("bias-1.5") ? -1.5 : 0
      stored[SpeakerLoss.biasPath] = StoredTensor(shape: [1], values: [bias])
    }
    let run = TrainingExecution(try ParameterStore(stored, for: registry.parameters), mode: .training)
    let voiceprints = run.tape.parameter(try tensor("emb"))
    let labels = try tensor(golden.loss.hasPrefix("Triplet") ? "labels_pk" : "labels").values.map { Int($0) }
    let logits = classifier(voiceprints, run)
    let value = loss(voiceprints: voiceprints, logits: logits, labels: labels, classifier, run)
    // mvector's angular SphereFace2 is the difference of large numbers in float32, ours is in double precision.
    let noise = golden.marginType == "A" ? 10.0 : 1
    #expect(abs(Double(value.value.values[0]) - golden.value) < 2e-6 * noise * golden.value)
    let expectedLogits = try tensor("\(golden.name).logits")
    #expect(relativeError(logits.value.values, expectedLogits.values) < 2e-6)

    let gradients = run.gradients(of: value)
    let voiceprintGradient = try tensor("\(golden.name).grad_emb")
    #expect(relativeError(gradients.others[voiceprints]?.values ?? [], voiceprintGradient.values) < 1e-5 * Float(noise))
    for (parameter, gradient) in gradients.parameters {
      let isBias = parameter.path == SpeakerLoss.biasPath
      let expected = try tensor(
        "\(golden.name)." + (isBias ? "grad_loss.bias" : "grad_cls.\(parameter.path.dropFirst(2))"))
      #expect(relativeError(gradient.values, expected.values) < 1e-5 * Float(noise), "\(parameter.path)")
    }
  }

  @Test("Both files have cases")
  func coverage() { #expect(Self.all.count { $0.isFirst } == 45 && Self.all.count { !$0.isFirst } == 16) }

  /// The generator's `sd` shows the running statistics after the training forward, not before (its counters say 1): the
  /// batch's share is taken out again for the evaluation.
  @Test("Hidden blocks of the classifier, in evaluation and training")
  func blocks() throws {
    let path = try #require(Golden.path("classifier_blocks.safetensors"))
    let file = try Safetensors(contentsOf: URL(filePath: path))
    let registry = LayerRegistry()
    let classifier = SpeakerClassifier(
      registry.root, .cosine, .init(inputs: 12, speakers: 10, blocks: 2, innerSize: 9))
    let stored = file.tensors.filter { $0.key.hasPrefix("sd.") }.map { (String($0.key.dropFirst(3)), $0.value) }
    let store = try ParameterStore(Dictionary(uniqueKeysWithValues: stored), for: registry.parameters)
    func logits(_ mode: TrainingExecution.Mode) throws -> [Float] {
      let run = TrainingExecution(store, mode: mode)
      return classifier(run.tape.constant(Tensor(try #require(file.tensors["emb"]))), run).value.values
    }
    let statistics = registry.parameters.filter { $0.role == .statistic }
    let after = statistics.map { store[$0].values }
    #expect(relativeError(try logits(.training), try #require(file.tensors["logits_train"]).values) < 3e-6)
    for (parameter, after) in zip(statistics, after) {
      let before = zip(after, store[parameter].values).map { after, next in
        let batch = (next - 0.9 * after) / 0.1
        return (after - 0.1 * batch) / 0.9
      }
      store[parameter] = Tensor(shape: parameter.shape, values: before)
    }
    #expect(relativeError(try logits(.evaluation), try #require(file.tensors["logits_eval"]).values) < 1e-5)
  }
}

extension LossGoldenTests.Case {
  var classifier: (SpeakerClassifier.Kind, centres: Int) {
    switch loss {
    case "AMLoss", "ARMLoss": (isFirst ? .cosineOfColumns : .cosine, 1)
    case "CELoss", "TripletAngularMarginLoss": (isFirst || isLinear ? .linear : .cosine, 1)
    case "SubCenterLoss": (.cosine, Int(arguments["K"] ?? 3))
    default: (.cosine, 1)
    }
  }

  /// Where the file keeps the classifier's weights.
  func weights(_ kind: SpeakerClassifier.Kind) -> String {
    switch kind {
    case .cosine where loss == "SubCenterLoss":
      isFirst ? "cls_sub\(classifier.centres)." : "cls_cosine_K\(classifier.centres)."
    case .cosine: isFirst ? "cls_rows." : "cls_cosine."
    case .cosineOfColumns: "cls_cols."
    case .linear: "cls_linear."
    }
  }

  func speakerLoss(_ root: LayerScope) -> SpeakerLoss {
    let smoothing = name.components(of: "_ls") ?? (isFirst && loss.hasPrefix("Triplet") ? 0.1 : 0)
    let isEasy = arguments["easy_margin"] == 1
    let margin = arguments["margin"] ?? name.components(of: "_m")
    func make(_ kind: SpeakerLoss.Kind, _ standard: Double) -> SpeakerLoss {
      SpeakerLoss(
        kind, margin: margin ?? standard, scale: arguments["scale"] ?? 32, smoothing: smoothing, root: root)
    }
    switch loss {
    case "AAMLoss": return make(.additiveAngularMargin(isEasy: isEasy), 0.2)
    case "SubCenterLoss": return make(.subCentre(isEasy: isEasy), 0.2)
    case "AMLoss": return make(.additiveMargin, 0.3)
    case "ARMLoss": return make(.realAdditiveMargin, 0.3)
    case "CELoss": return make(.crossEntropy, 0)
    case "SphereFace2":
      let sphere = SphereFace2Margin(
        kind: marginType == "A" ? .angle : .cosine, balance: arguments["lanbuda"] ?? 0.7,
        exponent: arguments["t"] ?? 3)
      return make(.sphereFace2(sphere), 0.2)
    default:
      let triplet = TripletMargin(
        absoluteWeight: arguments["add_absolute"] == 0 ? 0 : arguments["absolute_loss_weight"] ?? 1,
        ownAtLeast: arguments["ap_value"] ?? 0.8, othersAtMost: arguments["an_value"] ?? 0.4)
      return make(.triplet(triplet, normalizesFeatures: arguments["normalize_feature"] != 0), 0.5)
    }
  }
}

extension String {
  /// The number that follows a mark in a case's name.
  fileprivate func components(of mark: String) -> Double? {
    guard let range = firstRange(of: mark) else { return nil }
    return Double(self[range.upperBound...].prefix { $0.isNumber || $0 == "." })
  }
}
