import Dispatch
import Glibc
import VoiceMessages
import VoiceRPC

/// A server in a process of its own, for tests that kill or freeze it: it gives an empty answer to every call of
/// `Embed`. Says "LISTENING port" and serves until SIGTERM.
@main
enum Main {
  static func main() async throws {
    var options = ServerOptions()
    options.drainTime = .zero
    let server = Server(options: options, services: [EmptyEmbedding()])
    signal(SIGTERM, SIG_IGN)
    let terminations = DispatchSource.makeSignalSource(signal: SIGTERM)
    terminations.setEventHandler { @Sendable in server.beginGracefulShutdown() }
    terminations.resume()
    let line = Array("LISTENING \(try server.start())\n".utf8)
    guard write(STDOUT_FILENO, line, line.count) == line.count else { exit(1) }
    try await server.run()
  }
}

private struct EmptyEmbedding: RPCService {
  func register(with router: inout Router) {
    router.handle(EmbeddingV1.EmbeddingService.embed) { _, _ in EmbeddingV1.EmbedResponse() }
  }
}
