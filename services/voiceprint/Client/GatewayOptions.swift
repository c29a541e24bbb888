internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceCluster
internal import VoiceMessages
internal import VoiceRPC

/// Which gateway a command talks to.
struct GatewayOptions: ParsableArguments {
  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var security: SecurityOptions
  @Option(help: "The gateway, host:port. Default: $VOICEPRINT_GATEWAY, else that of the local cluster.")
  var gateway: String?
  @Option(
    help: ArgumentHelp(
      "The file of the key to call with, one line: vp_ID_SECRET.",
      discussion: "Default: the key in $VOICEPRINT_API_KEY, else none.", valueName: "file"))
  var apiKeyFile: String?
  @Option(help: ArgumentHelp("How long a call may take.", valueName: "seconds"))
  var timeout = 60.0

  func validate() throws {
    guard timeout > 0, timeout <= 86_400 else { throw ValidationError("--timeout must be above 0, at most 86400") }
  }

  /// A client of the gateway.
  func client() throws -> GatewayClient {
    let channel = try security.channel(to: .gateway, named: named, of: cluster)
    let key = try key()
    if key != nil, channel.isReadOnTheWay {
      throw CommandError("everybody on the way to \(channel.target) could read the key: give --ca, for TLS")
    }
    return GatewayClient(channel: channel, timeout: .seconds(timeout), key: key)
  }

  /// The key to call with; nil without one.
  private func key() throws -> String? {
    guard let apiKeyFile else { return SecurityOptions.variable("VOICEPRINT_API_KEY") }
    let text: String
    do { text = try String(contentsOfFile: apiKeyFile, encoding: .utf8) } catch {
      throw CommandError("\(apiKeyFile) cannot be read: is it there, and may this user read it?")
    }
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 1, words[0].utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw CommandError("\(apiKeyFile) holds no key: one line is expected, vp_ID_SECRET")
    }
    return String(words[0])
  }

  /// The address of the local cluster's web console; nil where the gateway is another's, and where no console runs.
  func console() throws -> String? {
    guard named == nil, let port = try cluster.record().processes(of: .console).first?.port else { return nil }
    return "http://127.0.0.1:\(port)"
  }

  /// The gateway that was named; nil for that of the local cluster.
  private var named: String? {
    gateway ?? ProcessInfo.processInfo.environment["VOICEPRINT_GATEWAY"].flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// Calls the gateway; its errors say where they come from and what to do.
struct GatewayClient: Sendable {
  typealias Service = GatewayV1.GatewayService

  private let channel: Channel
  private let timeout: Duration
  private let metadata: Metadata

  init(channel: Channel, timeout: Duration, key: String?) {
    (self.channel, self.timeout) = (channel, timeout)
    metadata = key.map { ["authorization": "Bearer \($0)"] } ?? [:]
  }

  /// Calls a method with streams both ways, without a time limit.
  func call<Request, Response>(
    _ method: BidirectionalMethod<Request, Response>,
    _ body: @escaping @Sendable (RequestWriter<Request>, ResponseStream<Response>) async throws -> Void
  ) async throws {
    do {
      try await channel.call(method, options: CallOptions(metadata: metadata), body)
    } catch let error as RPCError { throw failure(error) }
  }

  /// Calls a method with one request and one response.
  func call<Request, Response>(_ method: UnaryMethod<Request, Response>, _ request: Request) async throws -> Response {
    do {
      return try await channel.call(
        method, request, options: CallOptions(metadata: metadata, deadline: .after(timeout)))
    } catch let error as RPCError { throw failure(error) }
  }

  private func failure(_ error: RPCError) -> any Error {
    // Of a command that was interrupted, not of the gateway.
    if error.code == .cancelled, Task.isCancelled { return CancellationError() }
    return GatewayError(code: error.code, message: error.message, target: channel.target)
  }
}

/// Why the gateway did not do what it was asked.
struct GatewayError: Error, CustomStringConvertible {
  let code: StatusCode
  let message: String
  let target: String

  var description: String {
    guard code == .unavailable else { return "\(message) (\(code), from \(target))" }
    return "the gateway \(target) is not available: \(message). See `voiceprint status`, start a cluster with "
      + "`voiceprint up`, or name another with --gateway HOST:PORT."
  }
}
