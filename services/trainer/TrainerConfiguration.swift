internal import VoiceConfiguration
internal import VoicePostgres
internal import VoiceServiceKit

/// What the trainer can be told (configs/services/trainer.yaml).
struct TrainerConfiguration: Sendable {
  let settings: ServiceSettings
  let database: PostgresOptions
  let poolSize: Int
  let acquireTimeout: Duration
  let audioKeyFile: String?
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
    /// Data sets and running trainings.
    let folder: String
    /// `voiceprint`; empty for the one beside this program.
    let program: String
    let threads: Int
    let niceness: Int
    /// 0 for no limit.
    let memoryMegabytes: Int
    /// More than one start through `mpirun`.
    let processes: Int
    let mpirun: [String]
    /// How long a training may take to save where it is.
    let patience: Duration
  }

  init(_ node: ConfigurationNode) {
    settings = ServiceSettings(node)
    let keys = node.map("database")
    database = PostgresOptions(
      url: keys.string("url"), applicationName: "voiceprint-trainer",
      connectTimeout: keys.milliseconds("connect_timeout_milliseconds", default: 5_000),
      queryTimeout: keys.milliseconds("query_timeout_milliseconds", default: 30_000))
    poolSize = keys.int("pool", default: 8, in: 2...1000)
    acquireTimeout = keys.milliseconds("acquire_timeout_milliseconds", default: 10_000)
    audioKeyFile = node.optionalString("audio_key_file")
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

  private static func work(_ jobs: ConfigurationNode) -> WorkSettings {
    let mpirun = jobs.string("mpirun", default: "mpirun").split(separator: " ").map(String.init)
    if mpirun.isEmpty { jobs.report("mpirun", "is empty: name the program") }
    return WorkSettings(
      slots: jobs.int("at_once", default: 1, in: 0...64),
      lease: jobs.milliseconds("lease_milliseconds", default: 30_000),
      maximumAttempts: jobs.int("attempts", default: 5, in: 1...1000), folder: jobs.string("folder"),
      program: jobs.string("program", default: ""), threads: jobs.threads("threads"),
      niceness: jobs.int("niceness", default: 10, in: 0...19),
      memoryMegabytes: jobs.int("memory_megabytes", default: 0, in: 0...16_777_216),
      processes: jobs.int("processes", default: 1, in: 1...1024), mpirun: mpirun,
      patience: jobs.milliseconds("save_patience_milliseconds", default: 60_000))
  }
}
