internal import VoiceMessages

/// The standard reflection service, in both of its versions: lets tools such as grpcurl ask what the server offers.
package struct ReflectionService: RPCService {
  private let others: [any RPCService]
  private let files = DescriptorIndex.all

  /// Reflection on these services and on itself.
  package init(on services: [any RPCService]) { others = services }

  /// Adds the one method of both versions.
  package func register(with router: inout Router) {
    let names = names
    router.handle(GRPCReflectionV1.ServerReflection.serverReflectionInfo) { [files] requests, responses, _ in
      for try await request in requests {
        let answer = ReflectionAnswer(to: ReflectionQuestion(request), services: names, files: files)
        try await responses.write(.init(answer, to: request))
      }
    }
    router.handle(GRPCReflectionV1Alpha.ServerReflection.serverReflectionInfo) { [files] requests, responses, _ in
      for try await request in requests {
        let answer = ReflectionAnswer(to: ReflectionQuestion(request), services: names, files: files)
        try await responses.write(.init(answer, to: request))
      }
    }
  }

  private var names: [String] {
    var router = Router()
    for service in others { router.add(service) }
    return router.services + [GRPCReflectionV1.ServerReflection.name, GRPCReflectionV1Alpha.ServerReflection.name]
  }
}
