import Testing
import VoiceMessages
import VoiceRPC
import VoiceRecognition

@testable import VoiceServiceKit

@Suite("Who calls", .timeLimit(.minutes(1)))
struct CallerTests {
  @Test("A caller's name and tenant come through the metadata as they were, whatever their script", arguments: [
    ("key:7", ""), ("Jürgen 100% sure", "açme"), ("\u{7}\n", "t"), ("%41", "%"),
  ])
  func roundTrip(name: String, tenant: String) {
    var metadata = Metadata()
    let caller = Caller(name, tenant: tenant)
    caller.add(to: &metadata)
    #expect(metadata.entries.allSatisfy { $0.value.allSatisfy { (0x21...0x7E).contains($0) } })
    #expect(Caller(metadata, peer: "ipv4:10.0.0.1:5", from: .metadata) == caller)
  }

  @Test("Nobody from outside says who they are; without a name it is the address without the port")
  func peers() {
    let metadata: Metadata = [Caller.header: "admin", Caller.tenantHeader: "all"]
    #expect(Caller(metadata, peer: "ipv4:10.0.0.1:4711", from: .peer) == Caller("ipv4:10.0.0.1"))
    #expect(Caller([:], peer: "ipv6:%5B::1%5D:4711", from: .metadata) == Caller("ipv6:[::1]"))
    #expect(Caller([Caller.header: ""], peer: "unix:/run/x", from: .metadata) == Caller("unix:/run/x"))
  }

  @Test("With certificates gateway and console alone say for whom they call; all others call in their own name")
  func certificates() {
    let metadata: Metadata = [Caller.header: "key:7", Caller.tenantHeader: "acme"]
    func caller(_ identity: String?, _ metadata: Metadata) -> Caller {
      Caller(metadata, peer: "ipv4:10.0.0.1:4711", identity: identity, from: .askingServices(trustDomain: "voiceprint"))
    }
    for name in ["gateway", "console"] {
      #expect(caller("spiffe://voiceprint/\(name)", metadata) == Caller("key:7", tenant: "acme"))
      #expect(caller("spiffe://voiceprint/\(name)", [:]) == Caller("spiffe://voiceprint/\(name)"))
    }
    for identity in [
      "spiffe://voiceprint/operator", "spiffe://voiceprint/feature", "spiffe://voiceprint/trainer",
      "spiffe://other/gateway", "spiffe://voiceprint/gateway/", "spiffe://voiceprint/Gateway", "gateway",
    ] { #expect(caller(identity, metadata) == Caller(identity)) }
    #expect(caller(nil, metadata) == Caller("ipv4:10.0.0.1"))
  }

  @Test("The handler of a call sees the caller")
  func handled() async throws {
    try await withServer(log: LogCollector().logger) { _, _ in
      .naming(try #require(Caller.current).name)
    } _: { port in
      var options = CallOptions()
      options.metadata[Caller.header] = "key:7"
      let channel = try Channel("127.0.0.1:\(port)")
      #expect(try await channel.call(Answering.method, .init(), options: options).name == "key:7")
      #expect(try await channel.call(Answering.method, .init()).name == "ipv4:127.0.0.1")
    }
  }
}
