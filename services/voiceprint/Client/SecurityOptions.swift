internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceCluster
internal import VoiceRPC

/// How a command makes sure whom it talks to, and says who it is. A local cluster's own certificates need no options.
struct SecurityOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Who vouches for the service, PEM: talks over TLS.",
      discussion: "Default: $VOICEPRINT_CA, else plain text.", valueName: "file"))
  var ca: String?
  @Option(
    help: ArgumentHelp(
      "The certificate to show, PEM, and its key unless --private-key has it.",
      discussion: "Default: $VOICEPRINT_CERTIFICATE, else none.", valueName: "file"))
  var certificate: String?
  @Option(help: ArgumentHelp("The key of the certificate, PEM.", valueName: "file"))
  var privateKey: String?
  @Option(
    help: ArgumentHelp(
      "The name in the service's certificate.",
      discussion: "Default: the host of a gateway; `registry` and `trainer` of these.", valueName: "name"))
  var serverName: String?

  func validate() throws {
    if certificate != nil, authority == nil { throw ValidationError("--certificate needs --ca") }
    if privateKey != nil, certificate == nil { throw ValidationError("--private-key needs --certificate") }
  }

  private var authority: String? { ca ?? Self.variable("VOICEPRINT_CA") }

  /// TLS as it was asked for; nil for plain text.
  func options(serverName other: String? = nil) throws -> TLSClientOptions? {
    guard let authority else { return nil }
    let files = WatchedCertificates.Files(
      certificate: certificate ?? Self.variable("VOICEPRINT_CERTIFICATE"), privateKey: privateKey,
      authority: authority)
    do {
      return TLSClientOptions(try WatchedCertificates(files, checkingEvery: 10), serverName: serverName ?? other)
    } catch { throw CommandError(error.message) }
  }

  /// A channel to the service that was named, else to that of the local cluster.
  func channel(to service: ServiceKind, named: String?, of cluster: ClusterOptions) throws -> Channel {
    if let named {
      let inside = service == .gateway ? nil : service.rawValue
      return try Channel(named, options: .over(try options(serverName: inside)))
    }
    let record = try cluster.record()
    let tls = try options(serverName: service.rawValue) ?? record.security(for: service)
    return try Channel(record.target(of: service), options: .over(tls))
  }

  static func variable(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }
}
