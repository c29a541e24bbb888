import Testing
import VoiceMessages

@Suite("Names on the wire")
struct NameTests {
  @Test("A method knows its path, its service and its name")
  func methods() {
    let extract = FeatureV1.FeatureService.extract
    #expect(extract.path == "/voiceprint.feature.v1.FeatureService/Extract")
    #expect(extract.service == FeatureV1.FeatureService.name)
    #expect(extract.name == "Extract")
    #expect(GRPCHealthV1.Health.watch.path == "/grpc.health.v1.Health/Watch")
    #expect(RegistryV1.EpochService.publishEpoch.name == "PublishEpoch")
  }

  @Test("Every file of the protocol describes itself, after the files that it imports")
  func descriptors() throws {
    let names = FileDescriptors.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.contains("grpc/health/v1/health.proto"))
    for (name, bytes) in FileDescriptors.all {
      // FileDescriptorProto: field 1 is the name, field 3 the imports; both come first.
      #expect(bytes.starts(with: [0x0a, UInt8(name.utf8.count)] + Array(name.utf8)))
    }
    let index = { try #require(names.firstIndex(of: $0)) }
    #expect(try index("google/protobuf/any.proto") < index("google/rpc/status.proto"))
    #expect(try index("voiceprint/types/v1/audio.proto") < index("voiceprint/gateway/v1/gateway_service.proto"))
  }
}
