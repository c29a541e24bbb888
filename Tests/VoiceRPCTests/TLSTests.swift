import Testing
import VoiceMessages
import VoiceRPC

// Without the openssl command there are no certificates to test with.
@Suite("TLS", .enabled(if: Certificates.canBeMade, "the openssl command is missing"), .timeLimit(.minutes(1)))
struct TLSTests {
  private let made: Certificates

  init() throws { made = try Certificates() }

  private var serverIdentity: TLSIdentity {
    TLSIdentity(certificateChain: made.server.chain, privateKey: made.server.key)
  }

  private var clientIdentity: TLSIdentity {
    TLSIdentity(certificateChain: made.client.chain, privateKey: made.client.key)
  }

  private func withTLSServer(
    _ tls: TLSServerOptions, _ body: (_ target: String) async throws -> Void
  ) async throws {
    var options = ServerOptions.quick
    options.tls = tls
    let service = EchoService(say: { _, context in
      Note(context.authenticatedProperties(named: "x509_common_name").joined(separator: ","))
    })
    let server = Server(options: options, services: [service])
    let port = try server.start()
    try await body("dns:///localhost:\(port)")
    await server.shutdown(grace: .zero)
  }

  private func channel(_ target: String, _ tls: TLSClientOptions?) throws -> Channel {
    var options = ChannelOptions.own
    options.tls = tls
    return try Channel(target, options: options)
  }

  @Test("A client that trusts the authority is served")
  func serverAuthentication() async throws {
    try await withTLSServer(TLSServerOptions(identity: serverIdentity)) { target in
      let channel = try channel(target, TLSClientOptions(roots: made.authority))
      let answer = try await channel.call(Echo.say, Note())
      #expect(answer.message == "")
    }
  }

  @Test("With mutual TLS the handler knows who calls")
  func mutual() async throws {
    let tls = TLSServerOptions(identity: serverIdentity, clientRoots: made.authority)
    try await withTLSServer(tls) { target in
      let channel = try channel(target, TLSClientOptions(roots: made.authority, identity: clientIdentity))
      let answer = try await channel.call(Echo.say, Note())
      #expect(answer.message == "verifier")
    }
  }

  @Test("Whoever cannot show or check a certificate is not served")
  func refused() async throws {
    let stranger = try Certificates()
    let tls = TLSServerOptions(identity: serverIdentity, clientRoots: made.authority)
    try await withTLSServer(tls) { target in
      let attempts: [(String, TLSClientOptions?)] = [
        ("no certificate", TLSClientOptions(roots: made.authority)),
        ("another authority", TLSClientOptions(roots: stranger.authority, identity: clientIdentity)),
        ("another name", TLSClientOptions(roots: made.authority, identity: clientIdentity, serverName: "other.test")),
        (
          "a stranger's certificate",
          TLSClientOptions(
            roots: made.authority,
            identity: TLSIdentity(certificateChain: stranger.client.chain, privateKey: stranger.client.key))
        ),
        ("no TLS", nil),
      ]
      for (what, tls) in attempts {
        let channel = try channel(target, tls)
        let error = await rpcError("\(what) was let in") { _ = try await channel.call(Echo.say, Note()) }
        #expect(error?.code == .unavailable, "\(what)")
      }
    }
  }

  @Test("Certificates in files serve, and a caller's identity is the URI in its certificate")
  func watchedFiles() async throws {
    let folder = try MadeCertificates("gateway", "registry")
    let own = try WatchedCertificates(
      .init(certificate: folder.file("registry"), authority: folder.file("ca")), checkingEvery: 1)
    var options = ServerOptions.quick
    options.tls = TLSServerOptions(own)
    let service = EchoService(say: { _, context in Note(context.spiffeID ?? "nobody") })
    let server = Server(options: options, services: [service])
    let port = try server.start()
    let caller = try WatchedCertificates(
      .init(certificate: folder.file("gateway"), authority: folder.file("ca")), checkingEvery: 1)
    let named = try channel("ipv4:127.0.0.1:\(port)", TLSClientOptions(caller, serverName: "registry"))
    #expect(try await named.call(Echo.say, Note()).message == "spiffe://voiceprint/gateway")
    let misnamed = try channel("ipv4:127.0.0.1:\(port)", TLSClientOptions(caller, serverName: "feature"))
    let error = await rpcError("another service passed") { _ = try await misnamed.call(Echo.say, Note()) }
    #expect(error?.code == .unavailable)
    await server.shutdown(grace: .zero)
  }

  @Test("Files of no use are refused by their names")
  func badFiles() async throws {
    let folder = try MadeCertificates("gateway", "registry")
    let attempts: [(WatchedCertificates.Files, String)] = [
      (.init(certificate: "/nowhere.pem"), "/nowhere.pem cannot be read"),
      (.init(certificate: folder.file("ca")), "\(folder.file("ca")) is not usable as PEM"),
      (.init(certificate: folder.file("gateway"), privateKey: folder.file("registry")), "match"),
      (.init(), "neither"),
    ]
    for (files, reason) in attempts {
      let error = await rpcError { _ = try WatchedCertificates(files, checkingEvery: 1) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }
  }

  @Test("Material that cannot work is refused when a channel or server is made, with what is wrong")
  func badMaterial() async throws {
    let chain = made.client.chain
    let key = made.client.key
    let attempts: [(TLSClientOptions, String)] = [
      (TLSClientOptions(roots: "nonsense"), "the root certificates"),
      (TLSClientOptions(roots: key), "not a certificate in it"),
      (TLSClientOptions(roots: String(made.authority.dropLast(40))), "does not end"),
      (TLSClientOptions(roots: made.authority.replacing("MII", with: "AAA", maxReplacements: 1)), "damaged"),
      (TLSClientOptions(identity: TLSIdentity(certificateChain: chain, privateKey: chain)), "the private key"),
      (TLSClientOptions(identity: TLSIdentity(certificateChain: chain, privateKey: made.server.key)), "match"),
    ]
    for (tls, reason) in attempts {
      let error = await rpcError { _ = try channel("localhost:1", tls) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }
    var options = ServerOptions.quick
    options.tls = TLSServerOptions(identity: TLSIdentity(certificateChain: chain, privateKey: made.server.key))
    let error = await rpcError { try Server(options: options, services: []).start() }
    #expect(error?.code == .invalidArgument)
  }
}
