internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit
internal import VoiceStorage

/// Keys on the wire, for gateways.
struct AccessService: RPCService {
  typealias Service = RegistryV1.AccessService

  let keys: AccessKeyStore

  func register(with router: inout Router) {
    router.handle(Service.getKey) { request, _ in
      let (key, speakers) = try await keys.find(request.keyId)
      return .with { ($0.key, $0.tenantSpeakers) = (.init(key), UInt64(clamping: speakers)) }
    }
    router.handle(Service.markKeyUsed) { request, _ in
      try await keys.markUsed(request.keyId)
      return .init()
    }
  }
}
