import Testing
import VoiceRecognition

@testable import VoiceServiceKit

@Suite struct EmbeddingReplicasTests {
  @Test("Every address of a target is a replica, and one that does not answer does not live")
  func addresses() async throws {
    #expect(EmbeddingReplicas.addresses(of: "ipv4:10.0.0.1:1,10.0.0.2:2") == ["ipv4:10.0.0.1:1", "ipv4:10.0.0.2:2"])
    #expect(EmbeddingReplicas.addresses(of: "dns:///embedding:50053") == ["dns:///embedding:50053"])
    #expect(HostName(target: "dns:///embedding:50053")?.name == "embedding")
    #expect(HostName(target: "dns:embedding:1") == HostName(target: "embedding:1"))
    let others = [
      "ipv4:10.0.0.1:1", "ipv6:[::1]:1", "unix:/tmp/x", "dns://8.8.8.8/embedding:1", "embedding", ":1", "a:b",
    ]
    for other in others {
      #expect(HostName(target: other) == nil, "\(other)")
    }
    #expect(try await HostName(target: "localhost:7")?.addresses().contains("ipv4:127.0.0.1:7") == true)
    await #expect { _ = try await HostName(target: "nobody.invalid:7")?.addresses() } throws: { error in
      (error as? RecognitionError)?.code == .unavailable && "\(error)".contains("nobody.invalid")
    }
    // Nobody listens on port 1.
    let replicas = try EmbeddingReplicas(target: "ipv4:127.0.0.1:1", timeout: .milliseconds(300))
    let readiness = try await replicas.readiness(of: EpochName("Some-1"))
    #expect(readiness == ReplicaReadiness(live: 0, ready: 0) && !readiness.reaches(0.1))
  }
}
