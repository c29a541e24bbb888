/// `loss_conf`: what training minimises.
package struct LossConfiguration: Sendable, Hashable {
  /// mvector's losses with their arguments.
  package enum Kind: Sendable, Hashable {
    /// `AAMLoss`.
    case additiveAngularMargin(isEasy: Bool)
    /// `SubCenterLoss` with K centres; nil when only the classifier says how many.
    case subCentre(isEasy: Bool, centres: Int?)
    /// `AMLoss`.
    case additiveMargin
    /// `ARMLoss`.
    case realAdditiveMargin
    /// `CELoss`.
    case crossEntropy
    /// `SphereFace2`; the type is `A` (angle) or `C` (cosine).
    case sphereFace2(marginType: SphereFace2MarginType, balance: Double, exponent: Double)
    /// `TripletAngularMarginLoss`.
    case triplet(normalizesFeatures: Bool, absoluteWeight: Double, ownAtLeast: Double, othersAtMost: Double)
  }

  /// Where SphereFace2 adds its margin.
  package enum SphereFace2MarginType: String, Sendable, Hashable, CaseIterable {
    case angle = "A"
    case cosine = "C"
  }

  /// mvector's names of the losses.
  package enum Name: String, Sendable, Hashable, CaseIterable {
    case aam = "AAMLoss"
    case subCenter = "SubCenterLoss"
    case am = "AMLoss"
    case arm = "ARMLoss"
    case ce = "CELoss"
    case sphereFace2 = "SphereFace2"
    case triplet = "TripletAngularMarginLoss"
  }

  /// Class of the loss.
  package var name: Name
  /// Its own arguments.
  package var kind: Kind
  /// The margin when no scheduler moves it.
  package var margin: Double
  /// What cosines are multiplied by.
  package var scale: Double
  /// The share of each label that all classes get.
  package var labelSmoothing: Double
  /// How the margin grows; nil when it stays.
  package var marginScheduler: MarginSchedulerConfiguration?

  init(_ node: ConfigurationNode, isSecondGeneration: Bool) {
    if node.has("loss"), node.optionalString("use_loss") != nil {
      node.report("loss", "says the same as use_loss: the spellings of mvector 1.0 and 1.1 must not be mixed")
    }
    let isNewSpelling = node.has("loss")
    name = node.choice(isNewSpelling ? "loss" : "use_loss", default: Name.aam)
    let arguments = node.map(isNewSpelling ? "loss_args" : "args")
    kind = Kind(name, arguments)
    margin = name == .ce ? 0 : arguments.double("margin", default: name.standardMargin, in: -1...2)
    let hasScale = name != .ce && name != .triplet
    scale = hasScale ? arguments.double("scale", default: 32, in: 1e-3...10_000) : 1
    // mvector 1.0 smooths the labels of the triplet loss by a tenth, 1.1 by nothing.
    let smoothing = name == .triplet && !isSecondGeneration ? 0.1 : 0
    labelSmoothing =
      name == .sphereFace2 ? 0 : arguments.double("label_smoothing", default: smoothing, in: 0...0.999)
    let scheduler = node.map("margin_scheduler_args")
    let moved = MarginSchedulerConfiguration(scheduler)
    marginScheduler = node.bool("use_margin_scheduler", default: false) ? moved : nil
  }
}

extension LossConfiguration.Name {
  fileprivate var standardMargin: Double {
    switch self {
    case .aam, .subCenter, .sphereFace2, .ce: 0.2
    case .am, .arm: 0.3
    case .triplet: 0.5
    }
  }
}

extension LossConfiguration.Kind {
  fileprivate init(_ name: LossConfiguration.Name, _ arguments: ConfigurationNode) {
    switch name {
    case .aam: self = .additiveAngularMargin(isEasy: arguments.bool("easy_margin", default: false))
    case .subCenter:
      self = .subCentre(
        isEasy: arguments.bool("easy_margin", default: false), centres: arguments.optionalInt("K", in: 1...1024))
    case .am: self = .additiveMargin
    case .arm: self = .realAdditiveMargin
    case .ce: self = .crossEntropy
    case .sphereFace2:
      self = .sphereFace2(
        marginType: arguments.choice("margin_type", default: .cosine),
        balance: arguments.double("lanbuda", default: 0.7, in: 0...1),
        exponent: arguments.double("t", default: 3, in: 1...100))
    case .triplet:
      let isAbsolute = arguments.bool("add_absolute", default: true)
      let weight = arguments.double("absolute_loss_weight", default: 1, in: 0...1000)
      self = .triplet(
        normalizesFeatures: arguments.bool("normalize_feature", default: true),
        absoluteWeight: isAbsolute ? weight : 0, ownAtLeast: arguments.double("ap_value", default: 0.8, in: -1...1),
        othersAtMost: arguments.double("an_value", default: 0.4, in: -1...1))
    }
  }
}

/// `loss_conf.margin_scheduler_args`.
package struct MarginSchedulerConfiguration: Sendable, Hashable {
  /// How the margin grows.
  package enum Growth: String, Sendable, Hashable, CaseIterable {
    case exponential = "exp"
    case linear
  }

  /// Margin at the beginning.
  package var initial: Double
  /// Margin at the end.
  package var final: Double
  /// Epochs until it begins to grow; nil is three tenths of all.
  package var startEpoch: Int?
  /// Epochs until it has grown; nil is seven tenths of all.
  package var fixEpoch: Int?
  /// How it grows.
  package var growth: Growth

  init(_ node: ConfigurationNode) {
    initial = node.double("initial_margin", default: 0, in: -1...2)
    final = node.double("final_margin", default: 0.3, in: -1...2)
    startEpoch = node.optionalInt("increase_start_epoch", in: 0...1_000_000)
    fixEpoch = node.optionalInt("fix_epoch", in: 0...1_000_000)
    growth = node.choice("increase_type", default: .exponential)
    if let startEpoch, let fixEpoch, startEpoch >= fixEpoch {
      node.report("fix_epoch", "is \(fixEpoch), not after increase_start_epoch, which is \(startEpoch)")
    }
  }
}
