/// What an epoch is, as a JSON document beside its weights: everything that decides a score, and nothing else.
package struct EpochManifest: Sendable, Hashable, Codable {
  /// A file of the bundle and the sum that proves it.
  package struct File: Sendable, Hashable, Codable {
    /// Its name inside the bundle.
    package var name: String
    /// Its length in bytes.
    package var sizeBytes: Int
    /// SHA-256 of its content, 64 hexadecimal digits.
    package var sha256: String

    /// A file with its sum.
    package init(name: String, sizeBytes: Int, sha256: String) {
      self.name = name
      self.sizeBytes = sizeBytes
      self.sha256 = sha256
    }

    enum CodingKeys: String, CodingKey {
      case name
      case sizeBytes = "size_bytes"
      case sha256
    }
  }

  /// How near a replica must come to the probe vectors to serve the epoch.
  package struct ProbeTolerance: Sendable, Hashable, Codable {
    /// Least cosine of each probe's embedding.
    package var minimumCosine: Double
    /// Largest difference of a value, relative to the largest value.
    package var maximumRelativeError: Double

    /// A tolerance; the defaults allow for another instruction set's rounding and nothing more.
    package init(minimumCosine: Double = 0.99999, maximumRelativeError: Double = 1e-3) {
      self.minimumCosine = minimumCosine
      self.maximumRelativeError = maximumRelativeError
    }

    /// The tolerance of an epoch of that precision: where numbers of few bits are rounded, another order of a sum can
    /// make the next number another one.
    package init(_ precision: EpochPrecision) {
      if precision == .float32 { self.init() } else { self.init(minimumCosine: 0.9999, maximumRelativeError: 2e-2) }
    }

    enum CodingKeys: String, CodingKey {
      case minimumCosine = "minimum_cosine"
      case maximumRelativeError = "maximum_relative_error"
    }
  }

  /// Version of this format.
  package var formatVersion: Int
  /// Name of the epoch: architecture and the first 12 digits of the fingerprint.
  package var name: String
  /// SHA-256 over everything else in here, 64 hexadecimal digits.
  package var fingerprint: String
  /// Class of the network, e.g. `CAMPPlus`.
  package var architecture: String
  /// Version of mvector whose class it is, `1.1`; nil for 1.0.
  package var generation: String?
  /// Arguments of the network under the names of the configuration.
  package var architectureArguments: [String: ArchitectureArgument]
  /// Bins of a feature frame.
  package var inputSize: Int
  /// Values of a voiceprint.
  package var embeddingSize: Int
  /// What its convolutions multiply.
  package var precision: EpochPrecision
  /// Whether a replica that cannot multiply such numbers, or not faster, may serve the epoch in float32, whose probe
  /// vectors are then in the bundle too; nil for a float32 epoch.
  package var float32Fallback: Bool?
  /// The front-end its features must come from.
  package var frontEnd: FrontEnd
  /// Scores at or above it are decided to be the same person.
  package var threshold: Double
  /// Number of parameters.
  package var parameterCount: Int
  /// The files of the bundle, weights and probes.
  package var files: [File]
  /// What a replica must reproduce.
  package var probeTolerance: ProbeTolerance
  /// Licence of the weights, for people.
  package var licence: String
  /// Where the weights come from, for people.
  package var source: String

  /// A manifest of its parts; `sealed()` gives it fingerprint and name.
  package init(
    architecture: String, generation: String? = nil, architectureArguments: [String: ArchitectureArgument],
    inputSize: Int, embeddingSize: Int,
    precision: EpochPrecision = .float32, float32Fallback: Bool = false, frontEnd: FrontEnd, threshold: Double,
    parameterCount: Int, files: [File], licence: String = "", source: String = ""
  ) {
    self.formatVersion = 1
    self.name = ""
    self.fingerprint = ""
    self.architecture = architecture
    self.generation = generation
    self.architectureArguments = architectureArguments
    self.inputSize = inputSize
    self.embeddingSize = embeddingSize
    self.precision = precision
    self.float32Fallback = precision == .float32 ? nil : float32Fallback
    self.frontEnd = frontEnd
    self.threshold = threshold
    self.parameterCount = parameterCount
    self.files = files
    self.probeTolerance = ProbeTolerance(precision)
    self.licence = licence
    self.source = source
  }

  enum CodingKeys: String, CodingKey {
    case formatVersion = "format_version"
    case name, fingerprint, architecture, generation
    case architectureArguments = "architecture_args"
    case inputSize = "input_size"
    case embeddingSize = "embedding_size"
    case precision
    case float32Fallback = "float32_fallback"
    case frontEnd = "front_end"
    case threshold
    case parameterCount = "parameter_count"
    case files
    case probeTolerance = "probe_tolerance"
    case licence, source
  }
}
