internal import VoiceConfiguration
internal import VoicePostgres
internal import VoiceServiceKit
internal import VoiceStorage

/// What the registry can be told (configs/services/registry.yaml).
struct RegistryConfiguration: Sendable {
  let settings: ServiceSettings
  let database: PostgresOptions
  let poolSize: Int
  let acquireTimeout: Duration
  let keptChanges: Int
  let searchThreads: Int
  let searchQueue: Int
  let searchFolder: String?
  let serviceKeyFile: String?
  let sealing: VoiceprintSealing
  let erasureLedger: String?
  let auditedCalls: CallAuditing
  let auditedCountsEvery: Duration

  init(_ node: ConfigurationNode) {
    settings = ServiceSettings(node, callsOthers: false)
    let keys = node.map("database")
    database = PostgresOptions(
      url: keys.string("url"), applicationName: "voiceprint-registry",
      connectTimeout: keys.milliseconds("connect_timeout_milliseconds", default: 5_000),
      queryTimeout: keys.milliseconds("query_timeout_milliseconds", default: 30_000))
    poolSize = keys.int("pool", default: 8, in: 1...1000)
    acquireTimeout = keys.milliseconds("acquire_timeout_milliseconds", default: 10_000)
    keptChanges = keys.int("kept_changes", default: 100_000, in: 100...100_000_000)
    let search = node.map("search")
    searchThreads = search.threads("threads")
    searchQueue = search.int("queue", default: 256, in: 0...1_000_000)
    let folder = search.string("folder", default: "/var/tmp")
    searchFolder = folder == "memory" ? nil : folder
    let older = node.optionalString("audio_key_file")
    serviceKeyFile = node.optionalString("service_key_file") ?? older
    sealing = node.choice("seal_voiceprints", default: .new)
    erasureLedger = node.optionalString("erasure_ledger")
    let audit = node.map("audit")
    auditedCalls = audit.choice("calls", default: .counts)
    auditedCountsEvery = .seconds(audit.int("counts_seconds", default: 60, in: 1...86_400))
  }
}
