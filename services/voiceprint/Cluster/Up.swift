internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import VoiceCluster
internal import VoiceEpochs
internal import VoiceRPC

/// `voiceprint up`: starts a whole cluster on this machine.
struct Up: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Start a cluster on this machine: PostgreSQL, registry, feature, embedding, trainer, gateway, console.",
    discussion: """
      Every service is a process of its own; the command returns when all of them serve. Data stays in the cluster's \
      folder over `voiceprint down` and the next `voiceprint up`.
      """)

  @OptionGroup var options: ClusterOptions
  @Option(help: ArgumentHelp("Number of processes of a service, e.g. embedding=2. May be repeated.", valueName: "n"))
  var replicas: [Replicas] = []
  @Option(help: ArgumentHelp("A PostgreSQL that runs already, instead of a private one.", valueName: "url"))
  var database: String?
  @Option(help: ArgumentHelp("The gateway's port.", discussion: "Default: any that is free."))
  var port = 0
  @Option(help: ArgumentHelp("Publish this epoch, unless the registry has it.", valueName: "bundle-dir"))
  var epoch: String?
  @Option(help: ArgumentHelp("Import this PyTorch checkpoint of CAM++ and publish it.", valueName: "file.pth"))
  var model: String?
  @Flag(inversion: .prefixedNo, help: "Start a trainer too.") var trainer = true
  @Flag(inversion: .prefixedNo, help: "Start the web console too.") var console = true
  @Option(help: ArgumentHelp("The web console's port.", discussion: "Default: any that is free."))
  var consolePort = 0
  @Option(
    help: ArgumentHelp(
      "Talk over mutual TLS with the certificates of this folder, which deploy/make-certs.sh has made.",
      valueName: "dir"))
  var certificates: String?
  @Flag(help: "Stay until interrupted, then stop everything.")
  var foreground = false
  @Flag(help: "Print the cluster as JSON.")
  var json = false

  func validate() throws {
    if epoch != nil, model != nil { throw ValidationError("--epoch and --model exclude each other") }
    for (option, port) in [("--port", port), ("--console-port", consolePort)] {
      guard (0...65_535).contains(port) else { throw ValidationError("\(option) must be 0 to 65535, not \(port)") }
    }
  }

  func run() async throws {
    let cluster = try options.cluster()
    try await cancelledByInterrupts {
      try await start(cluster)
      if foreground { try await stay(cluster) }
    }
  }

  private func start(_ cluster: LocalCluster) async throws {
    var plan = ClusterPlan()
    plan.database = database
    plan.gatewayPort = port
    plan.hasTrainer = trainer
    plan.hasConsole = console
    plan.consolePort = consolePort
    plan.certificates = try certificates.map { try ClusterCertificates(folder: $0) }
    for item in replicas { plan.replicas[item.service] = item.count }
    Terminal.say("starting a cluster in \(cluster.state.path)")
    let bundle = try epoch ?? model.map { try importModel($0, cluster) }
    _ = try await cluster.up(plan, installation: try .current()) { channel in
      guard let bundle else { return }
      let published = try await EpochPublisher(channel: channel).publish(bundle)
      Terminal.say("  epoch \(published.name) \(published.created ? "published" : "was there already")")
    }
    let status = try await cluster.status()
    if json {
      try printJSON(status)
    } else {
      print("gateway \(status.gateway ?? "")" + (status.console.map { "\nconsole \($0)" } ?? ""))
    }
    fflush(nil)  // who reads from a pipe must not wait until the command ends
  }

  /// Makes an epoch of a checkpoint; gives the folder of its bundle.
  private func importModel(_ file: String, _ cluster: LocalCluster) throws -> String {
    let folder = "\(cluster.state.path)/imported"
    // What an earlier start imported may have been another network.
    if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
    _ = try ModelImport.bundle(of: file, in: folder)
    return folder
  }

  /// Waits for an interrupt, says when a process ends meanwhile, and stops everything.
  private func stay(_ cluster: LocalCluster) async throws {
    Terminal.say("Ctrl-C stops the cluster")
    await cluster.watch { process in Terminal.say("  \(process.name) has ended; its log is \(process.log)") }
    // The interrupt has cancelled this task; stopping must not be cancelled with it.
    _ = try await Task { try await cluster.down() }.value
  }
}

/// `SERVICE=N`.
struct Replicas: ExpressibleByArgument {
  let service: ServiceKind
  let count: Int

  init?(argument: String) {
    let parts = argument.split(separator: "=")
    guard parts.count == 2, let service = ServiceKind(rawValue: String(parts[0])), let count = Int(parts[1]),
      [.feature, .embedding, .registry, .trainer].contains(service), (1...64).contains(count)
    else { return nil }
    (self.service, self.count) = (service, count)
  }
}
