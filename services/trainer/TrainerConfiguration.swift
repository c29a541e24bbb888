internal import VoiceConfiguration
internal import VoicePostgres
internal import VoiceRecognition
internal import VoiceServiceKit
internal import VoiceStorage

/// What the trainer can be told (configs/services/trainer.yaml).
struct TrainerConfiguration: Sendable {
  let settings: ServiceSettings
  let database: PostgresOptions
  let poolSize: Int
  let acquireTimeout: Duration
  let serviceKeyFile: String?
  let sealing: VoiceprintSealing
  let upstreams: Upstreams
  let promotions: Promotions
  let work: WorkSettings

  /// The services that are called.
  struct Upstreams: Sendable {
    let feature: String
    let embedding: String
    let registry: String
    let timeout: Duration
  }

  /// How promotions are driven.
  struct Promotions: Sendable {
    let lease: Duration
    let parallel: Int
    let batch: Int
  }

  /// How jobs are worked on.
  struct WorkSettings: Sendable {
    /// Jobs at the same time.
    let slots: Int
    /// What a worker that does not show for so long has lost.
    let lease: Duration
    let maximumAttempts: Int
    /// How long nobody takes a job after an attempt at it has failed.
    let retryPause: Duration
    /// Data sets and running trainings.
    let folder: String
    /// `voiceprint`; empty for the one beside this program.
    let program: String
    /// Threads of each process; nil for its share of its host's cores.
    let threads: Int?
    let niceness: Int
    /// Most memory of each process; 0 for no limit.
    let memoryMegabytes: Int
    /// More than one start through `mpirun`.
    let processes: Int
    let mpirun: [String]
    /// How long a training may take to save where it is.
    let patience: Duration
    /// How often a training saves where it is, in s.
    let checkpointSeconds: Int
    /// What the convolutions of a job's epoch multiply, and whether replicas may do so in float32.
    let precision: EpochPrecision
    let float32Fallback: Bool
  }

  /// A push or an evaluation takes as long as it takes: a day before it is cut for its connection's age.
  private static let connectionGrace = 86_400

  init(_ node: ConfigurationNode) {
    settings = ServiceSettings(node, connectionGrace: Self.connectionGrace)
    let keys = node.map("database")
    database = PostgresOptions(
      url: keys.string("url"), applicationName: "voiceprint-trainer",
      connectTimeout: keys.milliseconds("connect_timeout_milliseconds", default: 5_000),
      queryTimeout: keys.milliseconds("query_timeout_milliseconds", default: 30_000))
    poolSize = keys.int("pool", default: 8, in: 2...1000)
    acquireTimeout = keys.milliseconds("acquire_timeout_milliseconds", default: 10_000)
    let older = node.optionalString("audio_key_file")
    serviceKeyFile = node.optionalString("service_key_file") ?? older
    sealing = node.choice("seal_voiceprints", default: .new)
    let targets = node.map("upstreams")
    upstreams = Upstreams(
      feature: targets.string("feature"), embedding: targets.string("embedding"),
      registry: targets.string("registry"), timeout: targets.milliseconds("timeout_milliseconds", default: 30_000))
    let driving = node.map("promotions")
    promotions = Promotions(
      lease: driving.milliseconds("lease_milliseconds", default: 15_000),
      parallel: driving.int("parallel", default: 2, in: 1...1000),
      batch: driving.int("batch", default: 16, in: 1...1000))
    work = Self.work(node.map("jobs"))
  }

  /// OpenBLAS takes 128 MB of addresses as a process starts, and tries for ever when it does not get them.
  private static let leastMegabytes = 256

  private static func work(_ jobs: ConfigurationNode) -> WorkSettings {
    let mpirun = jobs.string("mpirun", default: "mpirun").split(separator: " ").map(String.init)
    if mpirun.isEmpty { jobs.report("mpirun", "is empty: name the program") }
    let threads = jobs.int("threads", default: 0, in: 0...1024)
    let (slots, processes) = (
      jobs.int("at_once", default: 1, in: 0...64), jobs.int("processes", default: 1, in: 1...1024)
    )
    // Three quarters of the memory for all of them: the services beside them need the rest.
    let memory = (Machine.memoryBytes / 4 * 3 / (max(1, slots) * processes)) >> 20
    let megabytes = jobs.int("memory_megabytes", default: max(leastMegabytes, memory), in: 0...16_777_216)
    if 1..<leastMegabytes ~= megabytes {
      jobs.report("memory_megabytes", "is \(megabytes): 0 for no limit, or at least \(leastMegabytes)")
    }
    return WorkSettings(
      slots: slots,
      lease: jobs.milliseconds("lease_milliseconds", default: 30_000),
      maximumAttempts: jobs.int("attempts", default: 5, in: 1...1000),
      retryPause: jobs.milliseconds("retry_pause_milliseconds", default: 10_000), folder: jobs.string("folder"),
      program: jobs.string("program", default: ""), threads: threads == 0 ? nil : threads,
      niceness: jobs.int("niceness", default: 10, in: 0...19),
      memoryMegabytes: megabytes,
      processes: processes, mpirun: mpirun,
      patience: jobs.milliseconds("save_patience_milliseconds", default: 60_000),
      checkpointSeconds: jobs.int("checkpoint_seconds", default: 300, in: 1...86_400),
      precision: jobs.choice("precision", default: .float32),
      float32Fallback: jobs.bool("float32_fallback", default: false))
  }
}
