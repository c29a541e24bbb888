internal import ArgumentParser
internal import VoiceCluster

/// Which erasure ledger a command writes.
struct LedgerOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The file of the erasure ledger.",
      discussion: "Default: $VOICEPRINT_ERASURE_LEDGER, else that of the local cluster.", valueName: "file"))
  var ledger: String?

  /// The path of the ledger; nil when another database than the local cluster's is meant and no file was named.
  func path(_ options: DatabaseOptions) throws -> String? {
    if let path = ledger ?? DatabaseOptions.variable("VOICEPRINT_ERASURE_LEDGER") { return path }
    return options.isElsewhere ? nil : try StateFolder.choose(options.cluster.state).erasureLedger
  }
}
